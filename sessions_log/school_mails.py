"""Reminders that ask a school for something: choosing topics, answering an invitation, and preparing next school
year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import day_and_week, week_no
from outbox.centre import coordinator
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import Texts, texts_of
from schools.mailing.letters import PLAN_SCOPES, letter_to_school, link_to, membership_of, plan_links
from schools.mailing.occasion_mails import answer_url, invitation_of, rows_of
from schools.models import Group, OccasionInvitation, Participation, PlannedSession, SchoolMembership, SchoolYear
from sessions_log.models import ReminderItem
from sessions_log.reminding.invitations import has_answered
from sessions_log.reminding.next_year import without_next_year, year_after
from sessions_log.reminding.topics import unchosen

Kind = ReminderItem.Kind


def compose_topics(message: Message, now: dt.datetime) -> Letter:
    """Which sessions lack a topic, with a link to choose. Raises ``NotWanted`` when all are chosen."""
    membership, today = membership_of(message, now), timezone.localdate(now)
    part = Participation.objects.filter(pk=message.about.get("participation")).select_related(
        "school", "programme_year__programme"
    )
    waiting = list(unchosen(today).filter(participation__in=part).with_names().order_by("week_start", "slot_no"))
    if not waiting:
        raise NotWanted(_("The topics have been chosen."))
    texts, school, first = texts_of(Kind.TOPICS_UNCHOSEN), membership.person.school, week_no(waiting[0].week_start)
    n = len({one.slot_no for one in waiting})
    topics = ngettext("%(n)s topic", "%(n)s topics", n) % {"n": n}
    said = {"topics": topics, "school": school, "week": first, "programme": part[0].programme_year.programme}
    choose = link_to(membership, "schools:link-topics", now, scopes=PLAN_SCOPES)
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", **said),
        preheader=_("The first session without a topic is in %(week)s.") % said,
        section=Section(
            heading=_("%(topics)s left to choose") % said,
            paragraphs=[*texts.paragraphs("opening", **said), *texts.paragraphs("second", **said)],
            columns=(_("Week"), _("Groups")),
            rows=_by_week(waiting),
            button=Link(_("Choose the school's topics"), choose),
        ),
        coming=_("Until you choose, the plan says “Extra session, topic not chosen”."),
    )


def _by_week(sessions: list[PlannedSession]) -> list[tuple[str, str]]:
    """The weeks of each place in the year, with the groups that meet; only the first places."""
    found: dict[int, list[PlannedSession]] = {}
    for one in sessions:
        found.setdefault(one.slot_no, []).append(one)
    rows = []
    for several in found.values():
        weeks = list(dict.fromkeys(week_no(one.week_start) for one in several))
        span = weeks[0] if len(weeks) == 1 else f"{weeks[0]}–{several[-1].week_start.isocalendar().week}"
        rows.append((span, ", ".join(dict.fromkeys(one.group.name for one in several))))
    return rows


def compose_invitation_reminder(message: Message, now: dt.datetime) -> Letter:
    """The invitation once more. Raises ``NotWanted`` when somebody at the school has answered, or the occasion is
    cancelled."""
    invitation = invitation_of(message, now)
    occasion = invitation.occasion
    if occasion.cancelled_at or invitation.withdrawn_at:
        raise NotWanted(_("The occasion is cancelled, or the invitation is taken back."))
    others = OccasionInvitation.objects.standing().filter(occasion=occasion, school=invitation.school).with_names()
    if any(has_answered(one) for one in others):
        raise NotWanted(_("Somebody at the school has answered."))
    membership, texts = membership_of(message, now), texts_of(Kind.INVITATION)
    said = {"title": occasion.title, "day": day_and_week(occasion.date), "school": membership.person.school}
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", **said),
        preheader=_("Say whether somebody comes, and how many you will be."),
        section=Section(
            heading=occasion.title,
            paragraphs=texts.paragraphs("opening", **said),
            columns=(_("What"), _("When and where")),
            rows=rows_of(occasion),
            button=Link(_("Answer the invitation"), answer_url(message, invitation, now)),
        ),
        coming=_("When somebody at the school has answered, no more reminders come."),
    )


def compose_next_year_school(message: Message, now: dt.datetime) -> Letter:
    """How things are this year, to be corrected for the next. Raises ``NotWanted`` when next year's are in, or it is
    too late."""
    membership, today = membership_of(message, now), timezone.localdate(now)
    year = SchoolYear.objects.filter(pk=message.about.get("year")).first()
    if year is None or year.ends_on < today:
        raise NotWanted(_("The school year is over."))
    if not without_next_year(year).filter(pk=membership.person.school.pk).exists():
        raise NotWanted(_("The school's groups of next school year are there."))
    texts, school = texts_of(Kind.NEXT_YEAR_SCHOOL), membership.person.school
    said = {"school": school, "year": year_after(year) or _year_after(year)}
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", **said),
        preheader=_("Classes, contact person and times: what is as it was, and what changes?"),
        section=Section(
            heading=_("%(school)s next school year") % said,
            paragraphs=texts.paragraphs("opening", **said),
            columns=(_("What"), _("This year")),
            rows=_this_year(year, membership, today),
            button=_answer(texts, said, membership, now),
        ),
        coming=_("When your classes are in, we lay out a plan and send it before the term begins."),
    )


def _year_after(year: SchoolYear) -> str:
    """2027/28, for a year that does not exist yet."""
    return f"{year.starts_on.year + 1}/{(year.ends_on.year + 1) % 100:02d}"


def _this_year(year: SchoolYear, membership: SchoolMembership, today: dt.date) -> list[tuple[str, str]]:
    school = membership.person.school
    classes = Group.objects.classes().lasting().filter(school=school, year=year).order_by("grade", "name")
    contacts = SchoolMembership.objects.contacts().active(today).filter(person__school=school).select_related("person")
    times = [f"{one.name} {one.get_weekday_display()} {one.weekly_start:%H.%M}" for one in classes if one.weekly_start]
    return [
        (_("Classes"), ", ".join(_with_count(one) for one in classes) or "–"),
        (_("Contact person"), get_text_list([str(one.person) for one in contacts], _("and")) or _("nobody")),
        (_("Weekly times"), ", ".join(times) or _("none given")),
    ]


def _with_count(group: Group) -> str:
    return f"{group.name} ({group.headcount})" if group.headcount else group.name


def _answer(texts: Texts, said: Mapping[str, object], membership: SchoolMembership, now: dt.datetime) -> Link:
    """A mailto link to the centre's coordinator with a subject; if there is none, the plan, where one can answer
    too."""
    by = coordinator(timezone.localdate(now))
    if by is None:
        return plan_links(membership, now)[0]
    asked = [_("Classes, and how many pupils in each:"), _("Contact person:"), _("Times that suit us:")]
    body = "\n\n".join(asked)
    query = urlencode({"subject": texts.line("subject", **said), "body": body}, quote_via=quote)
    return Link(_("Answer by mail"), f"mailto:{by.email}?{query}")
