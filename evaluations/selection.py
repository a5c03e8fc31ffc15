"""What a dashboard is about: school year, programme, district and day, all of it in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from schools.models import District, ProgrammeYear, School, SchoolYear


@dataclass(frozen=True)
class Selection:
    """A school year of a programme, in one district or all, as of a day. ``mended`` says what in the address was not
    understood, and what is shown instead."""

    programme_year: ProgrammeYear
    district: District | None
    as_of: dt.date
    mended: tuple[str, ...] = field(default=())

    @property
    def year(self) -> SchoolYear:
        return self.programme_year.year

    @property
    def query(self) -> str:
        """The selection as an address says it."""
        return self.query_with()

    def query_with(self, **more: str) -> str:
        parts = {
            "lasar": self.year.slug,
            "program": self.programme_year.programme.slug,
            "distrikt": self.district.slug if self.district else "",
            "datum": self.as_of.isoformat(),
        }
        return urlencode({name: value for name, value in {**parts, **more}.items() if value})

    def schools(self) -> list[School]:
        """The schools in the work during the year."""
        schools = School.objects.open_on(self.year.starts_on).select_related("district").order_by("name")
        return list(schools.filter(district=self.district) if self.district else schools)

    def last_year(self) -> Selection | None:
        """The same a year ago, by the same week of the school year."""
        rules = ProgrammeYear.objects.filter(
            programme=self.programme_year.programme, year__starts_on__lt=self.year.starts_on
        )
        before = rules.select_related("year", "programme").order_by("-year__starts_on").first()
        if before is None:
            return None
        return Selection(before, self.district, before.year.starts_on + (self.as_of - self.year.starts_on))


def selected(asked: Mapping[str, str], today: dt.date) -> Selection | None:
    """The selection that an address asks for, with today's own where it says nothing; None before any year is open."""
    mended: list[str] = []
    opened = list(ProgrammeYear.objects.select_related("year", "programme").order_by("-year__starts_on", "programme"))
    if not opened:
        return None
    programme_year = _programme_year(asked, opened, today, mended)
    district = _district(asked.get("distrikt", ""), mended)
    as_of = _as_of(asked.get("datum", ""), programme_year.year, today, mended)
    return Selection(programme_year, district, as_of, tuple(mended))


def _programme_year(
    asked: Mapping[str, str], opened: list[ProgrammeYear], today: dt.date, mended: list[str]
) -> ProgrammeYear:
    programme, year = asked.get("program", "") or "taget", asked.get("lasar", "")
    of_programme = [rules for rules in opened if rules.programme.slug == programme]
    if not of_programme:
        mended.append(_("There is no such programme to show. Here is %(name)s.") % {"name": opened[0].programme})
        of_programme = [rules for rules in opened if rules.programme_id == opened[0].programme_id]
    default = next((rules for rules in of_programme if rules.year.starts_on <= today), of_programme[-1])
    if not year:
        return default
    found = next((rules for rules in of_programme if rules.year.slug == year), None)
    if found is None:
        mended.append(_("There is no such school year to show. Here is %(year)s.") % {"year": default.year})
    return found or default


def _district(slug: str, mended: list[str]) -> District | None:
    if not slug:
        return None
    district = District.objects.filter(slug=slug[:80]).first()
    if district is None:
        mended.append(_("There is no such district. Here are all."))
    return district


def _as_of(text: str, year: SchoolYear, today: dt.date, mended: list[str]) -> dt.date:
    default = min(max(today, year.starts_on), year.ends_on)
    if not text:
        return default
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        mended.append(_("The day could not be read. Write it as 2027-03-31."))
        return default
    nearest = min(max(day, year.starts_on), year.ends_on)
    if nearest != day:
        mended.append(_("The day lies outside the school year. Here is the nearest day in it."))
    return nearest
