"""The mail to somebody who has taken over a role at a school: from whom, what has been done, and what comes."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import short_day
from outbox.centre import portal_link
from outbox.letters import Letter, Link, Section
from outbox.models import Message
from outbox.texts import texts_of
from schools.actions.handover import WELCOME
from schools.mailing.letters import letter_to_school, membership_of, plan_links, session_rows
from schools.models import PlannedSession, SchoolMembership, SchoolYear
from schools.models.plans import monday_of

# How many of the plan's next weeks the mail shows; the rest is behind its button.
COMING = dt.timedelta(weeks=4)


def compose_welcome(message: Message, now: dt.datetime) -> Letter:
    """Who had the role before, what has been held, and the next weeks. Raises ``NotWanted`` once the role has ended."""
    membership = membership_of(message, now)
    today, school = timezone.localdate(now), membership.person.school
    role = str(membership.get_role_display()).lower()
    said, texts = {"role": role, "school": school}, texts_of(WELCOME)
    coming = list(
        PlannedSession.objects.without_outcome()
        .filter(participation__school=school)
        .between(monday_of(today), today + COMING)
        .with_names()
    )
    button, link = plan_links(membership, now)
    if membership.role == SchoolMembership.Role.COORDINATOR:
        link = Link(_("Log and move sessions"), portal_link("sessions_log:start"))
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", **said),
        preheader=_("Plan, answers and history are there, and the reminders come to you."),
        section=Section(
            heading=_("You are now %(role)s at %(school)s") % said,
            paragraphs=[
                _from_whom(message, membership),
                _what_is_there(school.pk, today),
                *texts.paragraphs("closing", **said),
            ],
            columns=(_("Group"), _("The next four weeks")) if coming else ("", ""),
            rows=session_rows(coming),
            button=button,
            link=link,
        ),
        coming=texts.line("coming"),
    )


def _from_whom(message: Message, membership: SchoolMembership) -> str:
    day = short_day(membership.starts_on)
    before = SchoolMembership.objects.filter(pk=message.about.get("after")).select_related("person").first()
    if before is None:
        return _("You have the role from %(day)s.") % {"day": day}
    return _("You take over from %(name)s, from %(day)s.") % {"name": before.person.name, "day": day}


def _what_is_there(school: int, today: dt.date) -> str:
    """How far the school has come this year."""
    year = SchoolYear.objects.at(today)
    rows = PlannedSession.objects.live().filter(participation__school=school, participation__programme_year__year=year)
    held, planned = rows.filter(outcome=PlannedSession.Outcome.HELD).count(), rows.count()
    if not planned:
        return _("There is no plan yet. When it is made you get it by mail.")
    text = ngettext(
        "%(held)s of %(n)s session is held. Everything that has been answered and logged is there.",
        "%(held)s of %(n)s sessions are held. Everything that has been answered and logged is there.",
        planned,
    )
    return text % {"held": held, "n": planned}
