"""The mail with a term's plan, before the term begins: every session, and one tap to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import week_and_span, week_no
from outbox.letters import Letter, Link, NotWanted, Section, local_time
from outbox.models import Message
from outbox.texts import texts_of
from schools.mailing.letters import PLAN_SCOPES, letter_to_school, link_to, membership_of
from schools.mailing.telling import about, said_of
from schools.models import PlannedSession, SchoolMembership, Term
from sessions_log.mails import rules_of
from sessions_log.models import ReminderItem
from sessions_log.reminding.rules import first_lead


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


def plan_too_late(message: Message, now: dt.datetime) -> dt.datetime | None:
    """When the mail is too late: when the term begins."""
    term = Term.objects.filter(pk=message.about.get("term")).first()
    begins = local_time(term.starts_on, dt.time(0)) if term else None
    return begins if begins and begins > now else None


def _plan_letter(membership: SchoolMembership, term: Term, sessions: list[PlannedSession], now: dt.datetime) -> Letter:
    autumn = term.season == Term.Season.AUTUMN
    heading = _("The autumn's plan for %(school)s") if autumn else _("The spring's plan for %(school)s")
    heading = heading % {"school": membership.person.school}
    return letter_to_school(
        membership,
        now=now,
        subject=texts_of(ReminderItem.Kind.TERM_PLAN).line("subject", plan=heading, school=membership.person.school),
        preheader=_count_in_words(sessions),
        section=_plan_section(membership, heading, sessions, now),
        coming=_plan_coming(sessions),
        told={about(one): said_of(one) for one in sessions},
    )


def _plan_coming(sessions: Sequence[PlannedSession]) -> str:
    """When reminders come, with a sentence for each programme if they differ; and that changes will be told."""
    of_programmes = {one.participation.programme_year_id: one for one in sessions}.values()
    said = {str(one.participation.programme_year.programme): _reminded(one) for one in of_programmes}
    if len(set(said.values())) > 1:
        texts = [f"{programme}: {text}" for programme, text in said.items() if text]
    else:
        texts = [text for text in said.values() if text][:1]
    return " ".join([*texts, _("If the plan changes we write.")])


def _reminded(session: PlannedSession) -> str:
    """How long before each session of the programme its reminders come; empty if there are none."""
    rules = rules_of(session)
    weeks = first_lead(rules) if rules[ReminderItem.Kind.APPROACHING].is_on else 0
    if not weeks:
        return ""
    if session.participation.programme_year.is_series:
        text = ngettext(
            "%(n)s week before each session we remind you.", "%(n)s weeks before each session we remind you.", weeks
        )
    else:
        text = ngettext(
            "%(n)s week before each base session we remind you.",
            "%(n)s weeks before each base session we remind you.",
            weeks,
        )
    return text % {"n": weeks}


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
            *texts_of(ReminderItem.Kind.TERM_PLAN).paragraphs("opening", school=membership.person.school),
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
