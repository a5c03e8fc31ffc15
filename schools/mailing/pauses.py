"""Reminders to a paused school wait; those that are still wanted are sent when the pause has ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.look import short_day
from outbox.models import Message
from outbox.together import asked_for_all
from schools.mailing.days import schools_written_to
from schools.models import School


def pause_of(message: Message, now: dt.datetime) -> tuple[dt.date, str] | None:
    """The last day of the pause of the school that a mail is to, and the reason; None if it is not paused."""
    today = timezone.localdate(now)
    school = asked_for_all(message, ("pauses", today), lambda messages: _paused(messages, today))
    if school is None or school.reminders_paused_until is None:
        return None
    said = {"school": school, "day": short_day(school.reminders_paused_until), "why": school.reminders_paused_why}
    return school.reminders_paused_until, _("No reminders to %(school)s to and including %(day)s: %(why)s") % said


def _paused(messages: Sequence[Message], today: dt.date) -> dict[int, School]:
    """For each mail, by its key, the school that it is to, if that is paused."""
    paused = {school.pk: school for school in School.objects.filter(reminders_paused_until__gte=today)}
    if not paused:
        return {}
    return {
        pk: paused[school]
        for pk, schools in schools_written_to(messages).items()
        for school in schools
        if school in paused
    }
