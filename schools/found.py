"""Schools and what belongs to them in the search, as far as the user may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.templatetags.look import day_and_week
from programmes.search import Entry, Source
from schools.models import Occasion, School, SchoolPerson


def _schools(user: Any, today: dt.date) -> Iterator[Entry]:
    for school in School.objects.visible_to(user, today).select_related("district"):
        yield Entry(school.name, school.get_absolute_url(), f"{school.district or ''} {school.unit_code or ''}")


def _people(user: Any, today: dt.date) -> Iterator[Entry]:
    schools = School.objects.visible_to(user, today)
    for person in SchoolPerson.objects.filter(school__in=schools).select_related("school"):
        yield Entry(f"{person.name}, {person.school}", person.school.get_absolute_url(), person.email)


def _occasions(user: Any, today: dt.date) -> Iterator[Entry]:
    for one in Occasion.objects.visible_to(user, today).with_names().order_by("-date", "pk"):
        said = f"{one.get_kind_display()} {one.school or ''} {one.place} {one.text}"
        yield Entry(f"{one.title}, {day_and_week(one.date)}", one.get_absolute_url(), said)


SOURCES = [Source(_("Schools"), _schools), Source(_("People"), _people), Source(_("Occasions"), _occasions)]
