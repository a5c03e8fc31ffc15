"""Adding, changing and closing schools."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from schools.models import District, School


@transaction.atomic
def add_school(*, name: str, district: District, unit_code: str | None = None, by: User) -> School:
    """A new school in the work; its slug is made from its name, once."""
    school = School(name=name, district=district, unit_code=unit_code or None)
    school.full_clean()
    school.save()
    return school
