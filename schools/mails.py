"""The mails that changes of a plan lead to: moved, cancelled, and a proposal that could not be accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import week_no
from outbox.letters import Letter, NotWanted, Section
from outbox.models import Message, last_told
from schools.history import reason_in_words
from schools.letters import letter_to_school, membership_of, plan_links
from schools.models import PlanChange, PlannedSession, SchoolMembership, SchoolReply
from schools.models.plans import monday_of
from schools.telling import LOST, about, said_of, when, when_said
from schools.term_plan import Standing

What = PlanChange.What


@dataclass(frozen=True)
class Change:
    """A session that is no longer as its reader was told; ``instead`` is what the group has in its place."""

    session: PlannedSession
    told: str
    instead: PlannedSession | None

    @property
    def row(self) -> tuple[str, str]:
        now = self.instead or self.session
        new = when(now) if now.is_live else _("cancelled, no new time yet")
        if self.told == LOST:
            return (self.session.group.name, _("new time: %(new)s") % {"new": new})
        return (self.session.group.name, f"{when_said(self.told)} → {new}")

    @property
    def is_lost(self) -> bool:
        return not (self.instead or self.session).is_live

    def told_now(self) -> dict[str, str]:
        """What the reader knows after the mail."""
        known = {about(self.session): said_of(self.session)}
        return known | ({about(self.instead): said_of(self.instead)} if self.instead else {})

    def concerns(self, monday: dt.date) -> bool:
        """Whether anything of it lies in the week or after it."""
        weeks = [(self.instead or self.session).week_start]
        if self.told != LOST:
            weeks.append(dt.date.fromisoformat(self.told.split(" ")[1]))
        return max(weeks) >= monday


def compose_changed(message: Message, now: dt.datetime) -> Letter:
    """Old time and new, and why, for each group of one topic. Raises ``NotWanted`` when nothing differs from what the
    reader was last told, moved there and back included."""
    membership = membership_of(message, now)
    rows = _rows(message)
    changes = [one for one in _changes(message, rows) if one.concerns(monday_of(timezone.localdate(now)))]
    if not changes:
        raise NotWanted(_("Everything stands as the recipient was last told."))
    return _changed_letter(membership, changes, now)


def _rows(message: Message) -> list[PlannedSession]:
    rows = PlannedSession.objects.filter(
        participation=message.about.get("participation"), slot_no=message.about.get("slot")
    )
    return list(rows.with_names().order_by("week_start", "group__kind", "group__name"))


def _changes(message: Message, rows: Sequence[PlannedSession]) -> Iterator[Change]:
    told = last_told(message.user, [about(row) for row in rows])
    standing = Standing(rows)
    for row in rows:
        said = told.get(about(row))
        # What was held needs no mail, and what was not held is known at the school: but its new time is not.
        if said is None or row.outcome == PlannedSession.Outcome.HELD:
            continue
        instead = None if row.is_live else standing.stand_in_for(row)
        knows_new = instead is None or told.get(about(instead)) == said_of(instead)
        only_lost = row.outcome is not None and instead is None
        if (said != said_of(row) or not knows_new) and not only_lost and not (said == LOST and knows_new):
            yield Change(row, said, instead)


def _changed_letter(membership: SchoolMembership, changes: list[Change], now: dt.datetime) -> Letter:
    topic = (changes[0].instead or changes[0].session).topic_title
    school = membership.person.school
    lost = all(change.is_lost for change in changes)
    heading = _("Cancelled: %(topic)s") if lost else _("New time: %(topic)s")
    button, link = plan_links(membership, now)
    told: dict[str, str] = {}
    for change in changes:
        told |= change.told_now()
    count = ngettext("%(n)s group", "%(n)s groups", len(changes)) % {"n": len(changes)}
    return letter_to_school(
        membership,
        now=now,
        subject=f"{heading % {'topic': topic}}, {school}",
        preheader=f"{count}: {'; '.join(' '.join(change.row) for change in changes)}"[:140],
        section=Section(
            heading=heading % {"topic": topic},
            paragraphs=[_opening(changes, str(school)), *_reasons(changes)],
            columns=(_("Group"), _("Before and now")),
            rows=[change.row for change in changes],
            button=button,
            link=link,
        ),
        told=told,
    )


def _opening(changes: list[Change], school: str) -> str:
    if all(change.is_lost for change in changes):
        return _("This will not be held at %(school)s. When there is a new time, we write again.") % {"school": school}
    return _("The plan at %(school)s has changed. If the new time works, you need not do anything.") % {
        "school": school
    }


def _reasons(changes: list[Change]) -> list[str]:
    """Why, as it was said at the latest change of each session; the same reason once."""
    made = PlanChange.objects.filter(
        session__in=[change.session for change in changes], what__in=[What.MOVED, What.CANCELLED]
    ).order_by("pk")
    latest = {change.session_id: change for change in made}
    reasons = dict.fromkeys(reason_in_words(change.reason) for change in latest.values() if change.reason)
    return [_("Why: %(reasons)s") % {"reasons": " ".join(reasons)}] if reasons else []


def compose_declined(message: Message, now: dt.datetime) -> Letter:
    """A proposed week could not be accepted: what the coordinator answered, and what holds."""
    membership = membership_of(message, now)
    reply = SchoolReply.objects.filter(pk=message.about.get("reply"), state=SchoolReply.State.DECLINED).first()
    if reply is None:
        raise NotWanted(_("The answer has been taken back."))
    sessions = list(PlannedSession.objects.filter(replies=reply).with_names())
    button, link = plan_links(membership, now)
    week = week_no(reply.proposed_week) if reply.proposed_week else ""
    text = _("%(week)s does not work for the centre.") if week else _("The centre has not found another week.")
    return letter_to_school(
        membership,
        now=now,
        subject=_("The time stays: %(topic)s") % {"topic": sessions[0].topic_title},
        preheader=reply.answer_note[:140] or text % {"week": week},
        section=Section(
            heading=_("The time stays: %(topic)s") % {"topic": sessions[0].topic_title},
            paragraphs=[text % {"week": week}, *([reply.answer_note] if reply.answer_note else [])],
            columns=(_("Group"), _("When")),
            rows=[(session.group.name, when(session)) for session in sessions],
            button=button,
            link=link,
        ),
    )
