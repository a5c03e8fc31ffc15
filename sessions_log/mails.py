"""What the reminders say. Each is written when it is sent, from how things stand then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import is_coordinator
from accounts.templatetags.look import short_day, week_and_span, week_no
from outbox.centre import portal_link, signature
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import MAY_HAVE_ARRIVED, Message, Told
from schools.letters import PLAN_SCOPES, letter_to_school, link_to, membership_of, plan_links, session_rows
from schools.links import Scope
from schools.material import new_since_last_time
from schools.models import Group, PlannedSession, SchoolMembership, Term
from schools.models.plans import monday_of
from schools.telling import CHANGED, about, said_of, when
from sessions_log.models import ReminderItem
from sessions_log.policies import user_can_log
from sessions_log.reminders import APPROACHING_WEEKS, MISSING_DAYS, steps_of

# A move or a plan that was told this recently is a reminder too.
JUST_TOLD = dt.timedelta(days=7)


def compose_approaching(message: Message, now: dt.datetime) -> Letter:
    """A base session approaches: what, when, which groups, who leads, what to prepare."""
    membership, today = membership_of(message, now), timezone.localdate(now)
    sessions = [one for one in _sessions(message) if one.is_live and one.outcome is None]
    sessions = [one for one in sessions if one.week_start >= monday_of(today)]
    if not sessions:
        raise NotWanted(_("The sessions have been held, moved or cancelled."))
    if message.about.get("lead") and _just_told(message, sessions, now):
        raise NotWanted(_("The recipient has just been told of the time, in another mail."))
    return _approaching_letter(membership, sessions, now)


def _sessions(message: Message) -> list[PlannedSession]:
    """The mail's sessions; those that have been moved since it was made have a reminder of their own."""
    rows = PlannedSession.objects.filter(pk__in=message.about.get("sessions", [])).with_names()
    weeks = dict(message.reminder_items.values_list("session", "week_start"))
    in_order = rows.order_by("week_start", "group__kind", "group__grade", "group__name")
    return [row for row in in_order if weeks.get(row.pk, row.week_start) == row.week_start]


def _just_told(message: Message, sessions: Sequence[PlannedSession], now: dt.datetime) -> bool:
    told = Told.objects.filter(
        user=message.user,
        message__kind__in=(CHANGED, ReminderItem.Kind.TERM_PLAN),
        message__state__in=MAY_HAVE_ARRIVED,
        message__handed_over_at__gt=now - JUST_TOLD,
        about__in=[about(one) for one in sessions],
    )
    said = dict(told.order_by("pk").values_list("about", "said"))
    return all(said.get(about(one)) == said_of(one) for one in sessions)


def _approaching_letter(membership: SchoolMembership, sessions: list[PlannedSession], now: dt.datetime) -> Letter:
    topic, school = sessions[0].topic_title, membership.person.school
    soon = _how_soon(sessions[0].week_start, timezone.localdate(now))
    button, link = plan_links(membership, now)
    groups = _groups_in_words(sessions)
    weeks = get_text_list(sorted({week_no(one.week_start) for one in sessions}), _("and"))
    return letter_to_school(
        membership,
        now=now,
        subject=_("%(soon)s: %(topic)s at %(school)s") % {"soon": soon, "topic": topic, "school": school},
        preheader=_("%(groups)s, %(weeks)s. Nothing to do if the times are right.")
        % {"groups": groups, "weeks": weeks},
        section=Section(
            heading=f"{soon}: {topic}",
            paragraphs=[
                _("%(groups)s at %(school)s have a session in %(weeks)s.")
                % {"groups": groups, "school": school, "weeks": weeks},
                _("If the times are right you need not do anything."),
            ],
            columns=(_("Group"), _("When")),
            rows=_rows_with_leader(sessions),
            button=button,
            link=link,
            after=[*_preparation(sessions[0]), *_the_other_sessions(sessions)],
        ),
        coming=_coming(sessions, timezone.localdate(now)),
        told={about(one): said_of(one) for one in sessions},
        can_wait=True,
    )


def _how_soon(week_start: dt.date, today: dt.date) -> str:
    weeks = (week_start - monday_of(today)).days // 7
    words = {0: _("This week"), 1: _("Next week"), 2: _("In two weeks"), 3: _("In three weeks")}
    return words.get(weeks, _("Soon"))


def _groups_in_words(sessions: Sequence[PlannedSession]) -> str:
    """Four classes; one staff group and two classes."""
    staff = sum(one.group.kind == Group.Kind.STAFF for one in sessions)
    others = len(sessions) - staff
    said = []
    if staff:
        said.append(ngettext("%(n)s staff group", "%(n)s staff groups", staff) % {"n": staff})
    if others:
        said.append(ngettext("%(n)s class", "%(n)s classes", others) % {"n": others})
    return get_text_list(said, _("and"))


def _rows_with_leader(sessions: Sequence[PlannedSession]) -> list[tuple[str, str]]:
    if not any(one.leader for one in sessions):
        return session_rows(sessions)
    led = _("%(when)s, led by %(leader)s")
    return [
        (one.group.name, led % {"when": when(one), "leader": one.leader} if one.leader else when(one))
        for one in sessions
    ]


def _preparation(session: PlannedSession) -> list[str]:
    """What the staff prepare, and that there is a file."""
    topic = session.topic
    if topic is None:
        return []
    said = [_("To prepare: %(text)s") % {"text": topic.preparation}] if topic.preparation else []
    if new := new_since_last_time(session):
        said.append(_("The material is new since you held the session last. %(news)s") % {"news": new.news})
    return [*said, _("The session's material lies beside it in the plan.")] if topic.material else said


def _the_other_sessions(sessions: Sequence[PlannedSession]) -> list[str]:
    """How the staff's session on the same topic stands, when the mail is about classes."""
    first = sessions[0]
    if first.group.kind == Group.Kind.STAFF:
        return []
    staff = PlannedSession.objects.live().filter(
        participation=first.participation_id, slot_no=first.slot_no, group__kind=Group.Kind.STAFF
    )
    held: list[str] = []
    planned: list[str] = []
    for one in staff.order_by("week_start"):
        (held if one.outcome else planned).append(week_no(one.week_start))
    said = []
    if held:
        weeks = get_text_list(list(dict.fromkeys(held)), _("and"))
        said.append(_("The staff session on the same topic was held %(weeks)s.") % {"weeks": weeks})
    if planned:
        weeks = get_text_list(list(dict.fromkeys(planned)), _("and"))
        said.append(_("The staff session on the same topic is planned for %(weeks)s.") % {"weeks": weeks})
    return said


def _coming(sessions: Sequence[PlannedSession], today: dt.date) -> str:
    """When the next mail about the same sessions comes."""
    steps = [step for one in sessions for step in steps_of(one) if step.kind == ReminderItem.Kind.APPROACHING]
    ahead = [step.due_on for step in steps if step.due_on > today]
    if not ahead:
        return _("This is the last reminder before the session.")
    return _("The next reminder comes %(day)s.") % {"day": short_day(min(ahead))}


def compose_missing(message: Message, now: dt.datetime) -> Letter:
    """Sessions whose week has passed lack a log: which, and the way to write it."""
    today = timezone.localdate(now)
    membership = membership_of(message, now) if "membership" in message.about else None
    sessions = [one for one in _sessions(message) if one.outcome is None and one.is_live]
    sessions = [one for one in sessions if one.week_start < monday_of(today)]
    if not sessions:
        raise NotWanted(_("The logs have been written."))
    if not user_can_log(message.user, sessions[0].participation.school, today):
        raise NotWanted(_("The recipient may no longer log at the school."))
    said = _missing_said(sessions) | {"coming": _after_missing(message), "now": now}
    said["section"] = _missing_section(sessions, _where_to_log(membership, sessions, now))
    if membership is not None:
        return letter_to_school(membership, can_wait=True, **said)
    return _to_centre(message, **said)


def _missing_said(sessions: Sequence[PlannedSession]) -> dict[str, Any]:
    said = {"topic": sessions[0].topic_title, "school": sessions[0].participation.school, "n": len(sessions)}
    subject = ngettext(
        "A log is missing: %(topic)s at %(school)s", "%(n)s logs are missing: %(topic)s at %(school)s", len(sessions)
    )
    rows = "; ".join(" ".join(row) for row in session_rows(sessions))
    return {"subject": subject % said, "preheader": rows[:140]}


def _missing_section(sessions: Sequence[PlannedSession], url: str) -> Section:
    n = len(sessions)
    heading = ngettext("A log is missing: %(topic)s", "%(n)s logs are missing: %(topic)s", n)
    return Section(
        heading=heading % {"topic": sessions[0].topic_title, "n": n},
        paragraphs=[
            _("Was it held, or not? Two taps are enough when it was held as planned."),
            _("Without a log nobody knows whether the groups have had the session."),
        ],
        columns=(_("Group"), _("Planned")),
        rows=session_rows(sessions),
        button=Link(_("Log now"), url),
    )


def _after_missing(message: Message) -> str:
    if message.about.get("lead") == MISSING_DAYS[0]:
        return _("If the log is still missing in a week, we remind once more.")
    return _("This was the last mail about it. The session stays on your start page until it is logged.")


def _where_to_log(membership: SchoolMembership | None, sessions: Sequence[PlannedSession], now: dt.datetime) -> str:
    if membership is not None:
        return link_to(membership, "sessions_log:link-log", now, scopes=[Scope.LOG])
    if len(sessions) == 1:
        return portal_link("sessions_log:log-form", sessions[0].uuid)
    return f"{portal_link('sessions_log:start')}?skola={sessions[0].participation.school.slug}#saknar"


def _to_centre(
    message: Message, *, now: dt.datetime, subject: str, preheader: str, section: Section, coming: str
) -> Letter:
    """A letter to the centre's own coordinator."""
    today = timezone.localdate(now)
    if message.user is None or not is_coordinator(message.user, today):
        raise NotWanted(_("The recipient is no longer a coordinator of the centre."))
    return Letter(
        subject=subject,
        preheader=preheader,
        greeting=_("Hello %(name)s!") % {"name": message.user.get_short_name()},
        sections=[section],
        signature=signature(None),
        why=_("You get this mail because you are the centre's coordinator, and the school has none of its own."),
        coming=coming,
        foot_links=[Link(_("Get one gathered mail a week instead"), portal_link("outbox:preferences"))],
    )


def compose_plan(message: Message, now: dt.datetime) -> Letter:
    """The term's plan: every session, week by week, and one tap to say that it is right."""
    membership = membership_of(message, now)
    term = Term.objects.select_related("year").filter(pk=message.about.get("term")).first()
    if term is None or term.ends_on < timezone.localdate(now):
        raise NotWanted(_("The term is over."))
    rows = PlannedSession.objects.live().between(term.starts_on, term.ends_on).with_names()
    sessions = list(rows.filter(participation__school=membership.person.school).order_by("week_start", "slot_no"))
    if not sessions:
        raise NotWanted(_("The term has no plan."))
    return _plan_letter(membership, term, sessions, now)


def _plan_letter(membership: SchoolMembership, term: Term, sessions: list[PlannedSession], now: dt.datetime) -> Letter:
    autumn = term.season == Term.Season.AUTUMN
    heading = _("The autumn's plan for %(school)s") if autumn else _("The spring's plan for %(school)s")
    heading = heading % {"school": membership.person.school}
    return letter_to_school(
        membership,
        now=now,
        subject=_("%(plan)s: is it right?") % {"plan": heading},
        preheader=_count_in_words(sessions),
        section=_plan_section(membership, heading, sessions, now),
        coming=_("%(weeks)s weeks before each base session we remind you. If the plan changes we write.")
        % {"weeks": max(APPROACHING_WEEKS)},
        told={about(one): said_of(one) for one in sessions},
        can_wait=True,
    )


def _count_in_words(sessions: Sequence[PlannedSession]) -> str:
    n, first, last = len(sessions), sessions[0].week_start, sessions[-1].week_start
    text = ngettext("%(n)s session, %(first)s", "%(n)s sessions, %(first)s–%(last)s", n)
    return text % {"n": n, "first": week_no(first), "last": last.isocalendar().week}


def _plan_section(
    membership: SchoolMembership, heading: str, sessions: list[PlannedSession], now: dt.datetime
) -> Section:
    plan = link_to(membership, "schools:link-plan", now, scopes=PLAN_SCOPES)
    link = Link(_("A time does not work"), f"{plan}#plan")
    if any(one.topic is None for one in sessions):
        topics = link_to(membership, "schools:link-topics", now, scopes=PLAN_SCOPES)
        link = Link(_("Choose the school's topics"), topics)
    return Section(
        heading=heading,
        paragraphs=[
            f"{_count_in_words(sessions)}.",
            _("One tap in the plan says that it is right. If a time does not work, propose another there."),
        ],
        columns=(_("Week"), _("Session")),
        rows=_plan_rows(sessions),
        button=Link(_("See the plan and answer"), plan),
        link=link,
    )


def _plan_rows(sessions: Sequence[PlannedSession]) -> list[tuple[str, str]]:
    """A line for each week and topic, with its groups."""

    def line(one: PlannedSession) -> tuple[dt.date, str]:
        return (one.week_start, one.topic_title)

    in_order = sorted(sessions, key=lambda one: (*line(one), one.group.kind, one.group.name))
    return [
        (week_and_span(week), f"{topic}: {', '.join(one.group.name for one in several)}")
        for (week, topic), several in groupby(in_order, key=line)
    ]
