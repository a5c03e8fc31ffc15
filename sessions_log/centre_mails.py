"""Reminders that go only to the centre's coordinators: a school without a contact person, and what next school year
needs."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.look import short_day
from outbox.centre import portal_link
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import texts_of
from schools.mailing.telling import when
from schools.models import PlannedSession, School, SchoolMembership, SchoolYear
from sessions_log.mails import to_centre
from sessions_log.models import ReminderItem
from sessions_log.reminding.contacts import without_contact
from sessions_log.reminding.next_year import to_prepare, year_after

Kind = ReminderItem.Kind


def compose_no_contact(message: Message, now: dt.datetime) -> Letter:
    """Which school, since when, and whom to ring. Raises ``NotWanted`` when somebody has been appointed."""
    today = timezone.localdate(now)
    school = without_contact(today).filter(pk=message.about.get("school")).first()
    if school is None:
        raise NotWanted(_("The school has a contact person, or no longer takes part."))
    texts, rows = texts_of(Kind.NO_CONTACT), _whom_to_ask(school, today)
    return to_centre(
        message,
        now=now,
        subject=texts.line("subject", school=school),
        preheader="; ".join(": ".join(row) for row in rows)[:140],
        section=Section(
            heading=_("%(school)s has no contact person") % {"school": school},
            paragraphs=[*texts.paragraphs("opening", school=school), _who_is_told(school, today)],
            columns=(_("What"), _("Now")),
            rows=rows,
            button=Link(_("Appoint a contact person"), portal_link("schools:school-detail", school.slug)),
        ),
        coming=_("No more mails come about it. The school stands on your start page until it has somebody."),
        why=_("You get this mail because you are the centre's coordinator."),
    )


def _own_coordinator(school: School, today: dt.date) -> SchoolMembership | None:
    at_school = SchoolMembership.objects.filter(person__school=school).select_related("person")
    own: SchoolMembership | None = at_school.coordinators().in_reach().active(today).first()
    return own


def _who_is_told(school: School, today: dt.date) -> str:
    if _own_coordinator(school, today):
        return _("Until then the reminders go to the school's coordinator.")
    return _("Until then nobody at the school gets the reminders.")


def _whom_to_ask(school: School, today: dt.date) -> list[tuple[str, str]]:
    at_school = SchoolMembership.objects.filter(person__school=school).select_related("person")
    last = at_school.contacts().filter(ends_on__lt=today).order_by("ends_on").last()
    own = _own_coordinator(school, today)
    following = PlannedSession.objects.upcoming(today).filter(participation__school=school)
    first = following.with_names().order_by("week_start").first()
    rows = [(_("The school's coordinator"), _reached_at(own) if own else _("none either"))]
    if last:
        until = _("%(who)s, until %(day)s") % {"who": last.person, "day": short_day(last.ends_on)}
        rows.append((_("Was contact person"), until))
    if first:
        rows.append((_("Next session"), f"{first.topic_title}, {when(first)}"))
    return rows


def _reached_at(membership: SchoolMembership) -> str:
    person = membership.person
    return ", ".join(part for part in (person.name, person.phone or person.email) if part)


def compose_next_year_centre(message: Message, now: dt.datetime) -> Letter:
    """What is missing for next school year. Raises ``NotWanted`` when nothing is, or when the year is over."""
    year = SchoolYear.objects.filter(pk=message.about.get("year")).first()
    if year is None or year.ends_on < timezone.localdate(now):
        raise NotWanted(_("The school year is over."))
    missing = to_prepare(year)
    if not missing:
        raise NotWanted(_("Next school year's calendar and settings are there."))
    texts, coming = texts_of(Kind.NEXT_YEAR_CENTRE), year_after(year)
    button = (
        Link(_("Set next year's programmes"), portal_link("schools:plan-settings", coming.slug))
        if coming
        else Link(_("Make the school year"), portal_link("schools:year-add"))
    )
    return to_centre(
        message,
        now=now,
        subject=texts.line("subject"),
        preheader="; ".join(": ".join(row) for row in missing)[:140],
        section=Section(
            heading=_("Prepare next school year"),
            paragraphs=texts.paragraphs("opening", day=short_day(year.ends_on)),
            columns=(_("What"), _("Now")),
            rows=missing,
            button=button,
        ),
        coming=_("The schools are asked later in the spring about classes, contact person and times."),
        why=_("You get this mail because you are the centre's coordinator."),
    )
