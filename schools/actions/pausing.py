"""Pausing the reminders to a school until a day, and letting them come again."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from outbox.choices import look_again
from outbox.models import WaitsFor
from schools.models import School

LONGEST = dt.timedelta(days=366)


@transaction.atomic
def pause_reminders(*, school: School, last_day: dt.date, why: str, by: User, now: dt.datetime) -> None:
    """Send the school no reminders until after a day. A school that is paused already gets the new day and reason.

    Raises ``ValidationError`` by field: ``last_day`` when it is past or too far ahead, ``why`` when it is empty.
    """
    today, why = timezone.localdate(now), why.strip()
    refuse_personal_number(why)
    if not today <= last_day <= today + LONGEST:
        raise ValidationError({"last_day": _("Choose a day within a year, today at the earliest.")})
    if not why:
        raise ValidationError({"why": _("Write why, so that others understand.")})
    _set(school, last_day, why, now)


@transaction.atomic
def resume_reminders(*, school: School, by: User, now: dt.datetime) -> None:
    """Let reminders go again, including those that have waited and are still wanted."""
    _set(school, None, "", now)


def _set(school: School, last_day: dt.date | None, why: str, now: dt.datetime) -> None:
    school.reminders_paused_until, school.reminders_paused_why = last_day, why
    school.save(update_fields=["reminders_paused_until", "reminders_paused_why"])
    look_again(WaitsFor.PAUSE, now)
