"""What of the schools can be found by the search: only what one sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from programmes.search import Entry, Source
from schools.models import School, SchoolPerson


def _schools(user: Any, today: dt.date) -> Iterator[Entry]:
    for school in School.objects.visible_to(user, today).select_related("district"):
        yield Entry(school.name, school.get_absolute_url(), f"{school.district or ''} {school.unit_code or ''}")


def _people(user: Any, today: dt.date) -> Iterator[Entry]:
    schools = School.objects.visible_to(user, today)
    for person in SchoolPerson.objects.filter(school__in=schools).select_related("school"):
        yield Entry(f"{person.name}, {person.school}", person.school.get_absolute_url(), person.email)


SOURCES = [Source(_("Schools"), _schools), Source(_("People"), _people)]
