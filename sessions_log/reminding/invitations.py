"""Reminders of invitations that nobody at a school has answered, some days before the occasion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import timezone

from outbox.models import Message
from schools.mailing.invited import invitation_key
from schools.models import OccasionInvitation, School, SchoolMembership, SchoolYear
from sessions_log.reminding.kinds import BY_KIND, Kind
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import DAY
from sessions_log.reminding.rules import Rule
from sessions_log.reminding.runs import Run
from sessions_log.reminding.steps import steps_before

# Nobody is reminded this soon after being invited.
LEFT_IN_PEACE = 3 * DAY


def invitations_asked(run: Run, until: dt.date) -> Iterator[Once]:
    """To everybody invited from a school where nobody has answered."""
    open_ones = list(_unanswered(_invitations(run, until)))
    invited, roles, rules = _invited_on(open_ones), _roles(run), _Rules(run)
    for one in open_ones:
        rule, day, who = rules.on(one.occasion.date), one.occasion.date, roles.get(one.person_id or 0)
        if rule is None or who is None:
            continue
        earliest = invited.get(invitation_key(one), dt.date.min) + LEFT_IN_PEACE
        for step in steps_before(day, Kind.INVITATION, rule.leads, DAY, day):
            due_on = max(step.due_on, earliest)
            if rule.counts(step.lead, step.due_on) and due_on < day:
                key = f"{step.kind}:{one.pk}:{one.version}:{day.isoformat()}:{step.lead}"
                yield Once(key, step.kind, who, {"invitation": one.pk}, due_on, step.too_late_on, personal=True)


def _invitations(run: Run, until: dt.date) -> Iterable[OccasionInvitation]:
    """Invitations of people at schools to occasions in the coming days."""
    rows = OccasionInvitation.objects.standing().filter(
        occasion__cancelled_at=None,
        occasion__held=None,
        occasion__date__gt=run.today,
        occasion__date__lte=until + BY_KIND[Kind.INVITATION].highest * DAY,
        person__isnull=False,
        school__in=School.objects.open_on(run.today),
    )
    found: Iterable[OccasionInvitation] = rows.with_names().order_by("occasion__date", "pk")
    return found


def _unanswered(invitations: Iterable[OccasionInvitation]) -> Iterator[OccasionInvitation]:
    """Those of schools from which nobody has answered about the present time."""
    by_school: dict[tuple[int, int | None], list[OccasionInvitation]] = {}
    for one in invitations:
        by_school.setdefault((one.occasion_id, one.school_id), []).append(one)
    for several in by_school.values():
        if not any(has_answered(one) for one in several):
            yield from several


def has_answered(invitation: OccasionInvitation) -> bool:
    return invitation.answered_at is not None and not invitation.is_about_earlier_time


def _invited_on(invitations: list[OccasionInvitation]) -> dict[str, dt.date]:
    """When each was invited, by the mail's key."""
    if not invitations:
        return {}
    mails = Message.objects.filter(once_key__in=[invitation_key(one) for one in invitations])
    return {str(key): timezone.localdate(made_at) for key, made_at in mails.values_list("once_key", "made_at")}


def _roles(run: Run) -> dict[int, SchoolMembership]:
    """The role for which each person is written to: as contact person rather than as coordinator."""
    found: dict[int, SchoolMembership] = {}
    for school in run.roles.schools:
        for one in (*run.roles.contacts(school), *run.roles.coordinators(school)):
            found.setdefault(one.person_id, one)
    return found


class _Rules:
    """The rules for reminders on a day; a day between two years has those of the coming one."""

    def __init__(self, run: Run) -> None:
        self._rules = [
            (year.ends_on, run.book.of_year(year)[Kind.INVITATION]) for year in SchoolYear.objects.order_by("starts_on")
        ]

    def on(self, day: dt.date) -> Rule | None:
        rule = next((rule for ends_on, rule in self._rules if day <= ends_on), None)
        return rule if rule and rule.is_on else None
