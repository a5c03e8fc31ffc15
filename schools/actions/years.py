"""Closing a school year when its work is done, and opening it again."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.models import SchoolYear


@transaction.atomic
def close_year(*, year: SchoolYear, today: dt.date, by: User) -> SchoolYear:
    """From now on only the centre's coordinators can change the year's logs. Raises ``ValidationError`` before the year
    ends."""
    if today <= year.ends_on:
        raise ValidationError(_("The school year has not ended yet."))
    SchoolYear.objects.filter(pk=year.pk, closed_on=None).update(closed_on=today)
    year.refresh_from_db(fields=["closed_on"])
    return year


@transaction.atomic
def reopen_year(*, year: SchoolYear, by: User) -> SchoolYear:
    """Let the schools change the year's logs again."""
    year.closed_on = None
    year.save(update_fields=["closed_on"])
    return year
