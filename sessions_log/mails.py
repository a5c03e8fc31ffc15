"""The reminders' content, composed when each is sent, from how things are then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import is_coordinator
from accounts.templatetags.look import short_day, week_no
from outbox.centre import portal_link, signature
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import MAY_HAVE_ARRIVED, Message, Told
from outbox.texts import texts_of
from outbox.together import asked_for_all, asked_once
from schools.mailing.letters import letter_to_school, link_to, membership_of, plan_links, session_rows
from schools.mailing.links import Scope
from schools.mailing.telling import CHANGED, about, said_of, when
from schools.material import new_since_last_time
from schools.models import Group, PlannedSession, SchoolMembership
from schools.models.plans import monday_of
from schools.policies import user_can_log
from sessions_log.models import ReminderItem
from sessions_log.reminding.places import place_of
from sessions_log.reminding.rules import RuleBook, Rules
from sessions_log.reminding.steps import Steps

# A mail about a move or a plan within this time counts as a reminder.
JUST_TOLD = dt.timedelta(days=7)


def compose_approaching(message: Message, now: dt.datetime) -> Letter:
    """A base session is approaching: what, when, which groups, who leads, what to prepare."""
    membership, today = membership_of(message, now), timezone.localdate(now)
    sessions = [one for one in sessions_of(message) if one.is_live and one.outcome is None]
    sessions = [one for one in sessions if one.week_start >= monday_of(today)]
    if not sessions:
        raise NotWanted(_("The sessions have been held, moved or cancelled."))
    sessions = _in_their_step(message, sessions, today)
    if message.about.get("lead") and _just_told(message, sessions, now):
        raise NotWanted(_("The recipient has just been told of the time, in another mail."))
    return _approaching_letter(message, membership, sessions, now)


def sessions_of(message: Message) -> list[PlannedSession]:
    """The mail's sessions, without those moved since it was made, which get reminders of their own."""
    weeks = {item.session_id: item.week_start for item in _items_of(message)}
    rows = asked_for_all(message, "sessions", _sessions_named_in) or []
    return [row for row in rows if weeks.get(row.pk, row.week_start) == row.week_start]


def _sessions_named_in(messages: Sequence[Message]) -> dict[int, list[PlannedSession]]:
    named = {message.pk: set(message.about.get("sessions", [])) for message in messages}
    rows = PlannedSession.objects.filter(pk__in=set().union(*named.values()))
    # Only the columns that mails use: of all queries that sending makes, this one reads most rows.
    rows = rows.select_related("group", "topic", "leader", "participation__school")
    in_order = rows.order_by("week_start", "group__kind", "group__grade", "group__name")
    place = {row.pk: (number, row) for number, row in enumerate(in_order)}
    found = {pk: sorted(place[one] for one in sessions if one in place) for pk, sessions in named.items()}
    return {pk: [row for _number, row in rows] for pk, rows in found.items()}


def _items_of(message: Message) -> list[ReminderItem]:
    return asked_for_all(message, "reminder items", _items_by_mail) or []


def _items_by_mail(messages: Sequence[Message]) -> dict[int, list[ReminderItem]]:
    found: dict[int, list[ReminderItem]] = {}
    for item in ReminderItem.objects.filter(mail__in=messages).order_by("pk"):
        found.setdefault(item.mail_id or 0, []).append(item)
    return found


def _in_their_step(message: Message, sessions: list[PlannedSession], today: dt.date) -> list[PlannedSession]:
    """Without sessions whose next reminder has become due while the mail waited. Raises ``NotWanted`` if none is
    left."""
    leads: dict[int, set[int]] = {}
    for item in _items_of(message):
        leads.setdefault(item.session_id, set()).add(item.lead)
    left = [one for one in sessions if one.pk not in leads or _is_in_step(one, message.kind, leads[one.pk], today)]
    if not left:
        raise NotWanted(_("It waited until the next reminder of the same came."))
    return left


def _is_in_step(session: PlannedSession, kind: str, leads: set[int], today: dt.date) -> bool:
    steps = [step for step in all_steps().of(place_of(session)) if step.kind == kind and step.lead in leads]
    return not steps or any(not step.is_too_late(today) for step in steps)


def _just_told(message: Message, sessions: Sequence[PlannedSession], now: dt.datetime) -> bool:
    said = asked_for_all(message, "just told", lambda messages: _told_lately(messages, now)) or {}
    return all(said.get(about(one)) == said_of(one) for one in sessions)


def _told_lately(messages: Sequence[Message], now: dt.datetime) -> dict[int, dict[str, str]]:
    """What each mail's recipient has been told about its sessions in the last days."""
    abouts = {about(one) for message in messages for one in sessions_of(message)}
    told = Told.objects.filter(
        user__in={message.user_id for message in messages if message.user_id},
        message__kind__in=(CHANGED, ReminderItem.Kind.TERM_PLAN),
        message__state__in=MAY_HAVE_ARRIVED,
        message__handed_over_at__gt=now - JUST_TOLD,
        about__in=abouts,
    )
    said: dict[int, dict[str, str]] = {}
    for row in told.order_by("pk"):
        said.setdefault(row.user_id, {})[row.about] = row.said
    return {message.pk: said.get(message.user_id or 0, {}) for message in messages}


def _approaching_letter(
    message: Message, membership: SchoolMembership, sessions: list[PlannedSession], now: dt.datetime
) -> Letter:
    topic, school, texts = sessions[0].topic_title, membership.person.school, texts_of(ReminderItem.Kind.APPROACHING)
    soon = _how_soon(sessions[0].week_start, timezone.localdate(now))
    button, link = plan_links(membership, now)
    groups = _groups_in_words(sessions)
    weeks = get_text_list(list(dict.fromkeys(week_no(one.week_start) for one in sessions)), _("and"))
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", soon=soon, topic=topic, school=school),
        preheader=_("%(groups)s, %(weeks)s. Nothing to do if the times are right.")
        % {"groups": groups, "weeks": weeks},
        section=Section(
            heading=f"{soon}: {topic}",
            paragraphs=[
                *texts.paragraphs("opening", groups=groups, school=school, weeks=weeks, topic=topic),
                *texts.paragraphs("second", topic=topic, school=school),
            ],
            columns=(_("Group"), _("When")),
            rows=_rows_with_leader(sessions),
            button=button,
            link=link,
            after=[*_preparation(sessions[0]), *_the_other_sessions(message, sessions[0])],
        ),
        coming=_coming(sessions, timezone.localdate(now)),
        told={about(one): said_of(one) for one in sessions},
    )


def _how_soon(week_start: dt.date, today: dt.date) -> str:
    weeks = (week_start - monday_of(today)).days // 7
    words = {0: _("This week"), 1: _("Next week"), 2: _("In two weeks"), 3: _("In three weeks")}
    return words.get(weeks, _("Soon"))


def _groups_in_words(sessions: Sequence[PlannedSession]) -> str:
    """ "Four classes"; "one staff group and two classes"."""
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
    """What the staff prepare, and whether there is a file."""
    topic = session.topic
    if topic is None:
        return []
    said = [_("To prepare: %(text)s") % {"text": topic.preparation}] if topic.preparation else []
    if new := new_since_last_time(session):
        said.append(f"{_('The material is new since you held the session last.')} {new.news}".strip())
    return [*said, _("The session's material lies beside it in the plan.")] if topic.material else said


def _the_other_sessions(message: Message, first: PlannedSession) -> list[str]:
    """When the staff session on the same topic is, or that it has been held, for mails about classes."""
    if first.group.kind == Group.Kind.STAFF:
        return []
    staff = asked_for_all(message, "staff sessions", _staff_sessions) or []
    held: list[str] = []
    planned: list[str] = []
    for one in (one for one in staff if (one.participation_id, one.slot_no) == (first.participation_id, first.slot_no)):
        (held if one.outcome else planned).append(week_no(one.week_start))
    said = []
    if held:
        weeks = get_text_list(list(dict.fromkeys(held)), _("and"))
        said.append(_("The staff session on the same topic was held %(weeks)s.") % {"weeks": weeks})
    if planned:
        weeks = get_text_list(list(dict.fromkeys(planned)), _("and"))
        said.append(_("The staff session on the same topic is planned for %(weeks)s.") % {"weeks": weeks})
    return said


def _staff_sessions(messages: Sequence[Message]) -> dict[int, list[PlannedSession]]:
    """The staff sessions of the year at each mail's school."""
    joined = {message.pk: {one.participation_id for one in sessions_of(message)} for message in messages}
    rows = PlannedSession.objects.live().filter(
        participation__in=set().union(*joined.values()), group__kind=Group.Kind.STAFF
    )
    in_order = list(rows.order_by("week_start"))
    return {pk: [row for row in in_order if row.participation_id in of_mail] for pk, of_mail in joined.items()}


def _coming(sessions: Sequence[PlannedSession], today: dt.date) -> str:
    """When the next mail about the same sessions comes."""
    book = all_steps()
    alike = {(one.week_start, one.date, one.topic_id, one.leader_id): one for one in sessions}
    steps = [step for one in alike.values() for step in book.of(place_of(one))]
    ahead = [step.due_on for step in steps if step.kind == ReminderItem.Kind.APPROACHING and step.due_on > today]
    if not ahead:
        return _("This is the last reminder before the session.")
    return _("The next reminder comes %(day)s.") % {"day": short_day(min(ahead))}


def rules_of(session: PlannedSession) -> Rules:
    """The rules for reminders of the session's programme and year."""
    return _rule_book().of_programme(session.participation.programme_year_id)


def all_steps() -> Steps:
    """The steps of reminders of any session."""
    return asked_once("steps", lambda: Steps(_rule_book()))


def _rule_book() -> RuleBook:
    return asked_once("rules", RuleBook)


def still_without_log(message: Message, today: dt.date) -> list[PlannedSession]:
    """The mail's sessions whose week has passed and that still have no log. Raises ``NotWanted`` if none is left."""
    sessions = [one for one in sessions_of(message) if one.outcome is None and one.is_live]
    sessions = [one for one in sessions if one.week_start < monday_of(today)]
    if not sessions:
        raise NotWanted(_("The logs have been written."))
    return sessions


def compose_missing(message: Message, now: dt.datetime) -> Letter:
    """Sessions whose week has passed have no log: which, with links to log them."""
    today = timezone.localdate(now)
    membership = membership_of(message, now) if "membership" in message.about else None
    sessions = _in_their_step(message, still_without_log(message, today), today)
    if not user_can_log(message.user, sessions[0].participation.school, today):
        raise NotWanted(_("The recipient may no longer log at the school."))
    said = _missing_said(sessions) | {"coming": _after_missing(message, sessions, today), "now": now}
    said["section"] = _missing_section(sessions, where_to_log(membership, sessions, now))
    if membership is not None:
        return letter_to_school(membership, **said)
    return to_centre(message, **said)


def _missing_said(sessions: Sequence[PlannedSession]) -> dict[str, Any]:
    said = {"topic": sessions[0].topic_title, "school": sessions[0].participation.school}
    subject = texts_of(ReminderItem.Kind.LOG_MISSING).line("subject", missing=_missing_in_words(sessions), **said)
    rows = "; ".join(" ".join(row) for row in session_rows(sessions))
    return {"subject": subject, "preheader": rows[:140]}


def _missing_in_words(sessions: Sequence[PlannedSession]) -> str:
    n = len(sessions)
    return ngettext("%(n)s log is missing", "%(n)s logs are missing", n) % {"n": n}


def _missing_section(sessions: Sequence[PlannedSession], url: str) -> Section:
    topic, texts = sessions[0].topic_title, texts_of(ReminderItem.Kind.LOG_MISSING)
    return Section(
        heading=f"{_missing_in_words(sessions)}: {topic}",
        paragraphs=[*texts.paragraphs("opening", topic=topic), *texts.paragraphs("second", topic=topic)],
        columns=(_("Group"), _("Planned")),
        rows=session_rows(sessions),
        button=Link(_("Log now"), url),
    )


def _after_missing(message: Message, sessions: Sequence[PlannedSession], today: dt.date) -> str:
    """Whether another mail comes if there still is no log: another reminder, or one to somebody who can help."""
    lead, steps = message.about.get("lead", 0), [step for one in sessions for step in all_steps().of(place_of(one))]
    later = [one for one in steps if one.kind == ReminderItem.Kind.LOG_MISSING and one.lead > lead]
    ahead = [one.due_on for one in later if one.due_on > today]
    if ahead:
        return _("If the log is still missing %(day)s, we remind once more.") % {"day": short_day(min(ahead))}
    if any(one.kind == ReminderItem.Kind.LOG_ESCALATED for one in steps):
        return _("If the log goes on missing we write again, and then to the centre's coordinator, who can help.")
    return _("This was the last mail about it. The session stays on your start page until it is logged.")


def where_to_log(membership: SchoolMembership | None, sessions: Sequence[PlannedSession], now: dt.datetime) -> str:
    if membership is not None:
        return link_to(membership, "sessions_log:link-log", now, scopes=[Scope.LOG])
    if len(sessions) == 1:
        return portal_link("sessions_log:log-form", sessions[0].uuid)
    return f"{portal_link('sessions_log:start')}?skola={sessions[0].participation.school.slug}#saknar"


def to_centre(
    message: Message, *, now: dt.datetime, subject: str, preheader: str, section: Section, coming: str, why: str = ""
) -> Letter:
    """A letter to the centre's own coordinators."""
    today = timezone.localdate(now)
    if message.user is None or not is_coordinator(message.user, today):
        raise NotWanted(_("The recipient is no longer a coordinator of the centre."))
    return Letter(
        subject=subject,
        preheader=preheader,
        greeting=_("Hello %(name)s!") % {"name": message.user.get_short_name()},
        sections=[section],
        signature=signature(None),
        why=why or _("You get this mail because you are the centre's coordinator, and the school has none of its own."),
        coming=coming,
    )
