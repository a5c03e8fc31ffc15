"""The mails about logs that have been missing for long: to the school's coordinator, then to the centre's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import short_day, week_no
from outbox.centre import portal_link
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import texts_of
from schools.mailing.letters import letter_to_school, membership_of
from schools.models import PlannedSession, School, SchoolMembership
from schools.policies import user_can_log
from sessions_log.mails import all_steps, still_without_log, to_centre, where_to_log
from sessions_log.models import ReminderItem
from sessions_log.reminding.places import place_of

KIND = ReminderItem.Kind.LOG_ESCALATED


def compose_escalated(message: Message, now: dt.datetime) -> Letter:
    """Which logs are still missing. Raises ``NotWanted`` when none is, or when the recipient is no longer
    responsible."""
    today = timezone.localdate(now)
    membership = membership_of(message, now) if "membership" in message.about else None
    sessions = still_without_log(message, today)
    if membership is None:
        return _to_centre(message, sessions, now)
    if not user_can_log(message.user, membership.person.school, today):
        raise NotWanted(_("The recipient may no longer log at the school."))
    return _to_school(membership, sessions, now)


def _missing(sessions: Sequence[PlannedSession]) -> str:
    n = len(sessions)
    return ngettext("%(n)s log is still missing", "%(n)s logs are still missing", n) % {"n": n}


def _to_school(membership: SchoolMembership, sessions: Sequence[PlannedSession], now: dt.datetime) -> Letter:
    texts, school, missing = texts_of(KIND), membership.person.school, _missing(sessions)
    rows = _by_topic(sessions)
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", missing=missing, school=school),
        preheader="; ".join(" ".join(row) for row in rows)[:140],
        section=Section(
            heading=missing,
            paragraphs=texts.paragraphs("opening", school=school),
            columns=(_("Session"), _("Planned")),
            rows=rows,
            button=Link(_("Log now"), where_to_log(membership, sessions, now)),
            after=texts.paragraphs("help"),
        ),
        coming=_coming(sessions, timezone.localdate(now)),
    )


def _by_topic(sessions: Sequence[PlannedSession]) -> list[tuple[str, str]]:
    """A row for each week and topic, with its groups."""

    def line(one: PlannedSession) -> tuple[dt.date, str]:
        return (one.week_start, one.topic_title)

    rows = groupby(sorted(sessions, key=lambda one: (*line(one), one.group.name)), key=line)
    return [
        (f"{topic}: {', '.join(one.group.name for one in several)}", week_no(week)) for (week, topic), several in rows
    ]


def _coming(sessions: Sequence[PlannedSession], today: dt.date) -> str:
    """When the centre is told of the first of them: programmes may have different steps."""
    steps = [step for one in sessions for step in all_steps().of(place_of(one))]
    ahead = [step.due_on for step in steps if step.kind == KIND and step.due_on > today]
    if not ahead:
        return _("This was the last mail about it.")
    return _("If a log is still missing %(day)s, the centre's coordinator is told, and gets in touch.") % {
        "day": short_day(min(ahead))
    }


def _to_centre(message: Message, sessions: Sequence[PlannedSession], now: dt.datetime) -> Letter:
    texts, missing = texts_of(KIND), _missing(sessions)
    by_school = _by_school(sessions)
    where = str(next(iter(by_school))) if len(by_school) == 1 else _schools(len(by_school))
    rows = [(str(school), _of_school(several, timezone.localdate(now))) for school, several in by_school.items()]
    return to_centre(
        message,
        now=now,
        subject=texts.line("subject-centre", missing=missing, where=where),
        preheader="; ".join(f"{school}: {said}" for school, said in rows)[:140],
        section=Section(
            heading=missing,
            paragraphs=texts.paragraphs("opening-centre"),
            columns=(_("School"), _("Missing")),
            rows=rows,
            button=Link(_("See what lacks a log"), portal_link("sessions_log:awaiting")),
        ),
        coming=_("This was the last mail about these sessions. They stay on the list until they are logged."),
        why=_("You get this mail because you are the centre's coordinator, and the schools have been reminded."),
    )


def _schools(n: int) -> str:
    return ngettext("%(n)s school", "%(n)s schools", n) % {"n": n}


def _by_school(sessions: Sequence[PlannedSession]) -> dict[School, list[PlannedSession]]:
    found: dict[School, list[PlannedSession]] = {}
    for one in sorted(sessions, key=lambda one: (str(one.participation.school), one.week_start)):
        found.setdefault(one.participation.school, []).append(one)
    return found


def _of_school(sessions: Sequence[PlannedSession], today: dt.date) -> str:
    """ "Three sessions, the first in v. 38", and whom to ring."""
    n, week = len(sessions), week_no(sessions[0].week_start)
    text = ngettext("%(n)s session, %(week)s", "%(n)s sessions, the first in %(week)s", n) % {"n": n, "week": week}
    active = SchoolMembership.objects.coordinators().active(today)
    who = active.filter(person__school=sessions[0].participation.school).select_related("person").first()
    said = [text, f"{who.person}, {who.person.phone}".rstrip(", ")] if who else [text]
    return ". ".join(said)
