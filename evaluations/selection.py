"""What a dashboard is about: school year, programme, district and day, all of it in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evaluations.targets import targets_of
from schools.models import District, ProgrammeYear, School, SchoolYear
from schools.models.plans import monday_of

DEFAULT_PROGRAMME = "taget"
TO_SUNDAY = dt.timedelta(days=6)


@dataclass(frozen=True)
class Selection:
    """A school year of a programme, in one district or all, as of a day.

    ``mended`` says what in the address was not understood and what is shown instead; ``opened`` is what the reader can
    choose among.
    """

    programme_year: ProgrammeYear
    district: District | None
    as_of: dt.date
    opened: Sequence[ProgrammeYear] = ()
    # Read only when somebody is to choose among them.
    districts: Iterable[District] = ()
    mended: list[str] = field(default_factory=list)
    # Whether the reader sees what all schools have done together, and no single school.
    totals_only: bool = False

    @property
    def year(self) -> SchoolYear:
        return self.programme_year.year

    @property
    def years(self) -> list[SchoolYear]:
        return list(dict.fromkeys(rules.year for rules in self.opened))

    @property
    def programmes(self) -> list[object]:
        return list(dict.fromkeys(rules.programme for rules in self.opened))

    @property
    def all_of_them(self) -> str:
        """What the selection's schools are called as a whole."""
        return _("All schools in %(district)s") % {"district": self.district} if self.district else _("All schools")

    @property
    def has_begun(self) -> bool:
        return self.as_of >= self.year.starts_on

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.year.ends_on

    @property
    def query(self) -> str:
        """The selection as a query string."""
        return self.query_with()

    @property
    def query_of_all(self) -> str:
        """The same for all districts."""
        return self.query_with(distrikt="")

    def query_with(self, **more: str) -> str:
        parts = {
            "lasar": self.year.slug,
            "program": self.programme_year.programme.slug,
            "distrikt": self.district.slug if self.district else "",
            "datum": self.as_of.isoformat(),
        }
        return urlencode({name: value for name, value in {**parts, **more}.items() if value})

    @cached_property
    def schools(self) -> list[School]:
        """The schools that take part in the work on the day."""
        return list(schools_of(self))

    @cached_property
    def targets(self) -> Mapping[str, int]:
        """The leadership's targets in the year, in per cent by figure."""
        return targets_of(self.programme_year)

    def _earlier_years(self) -> Iterable[ProgrammeYear]:
        """The programme's years before this one, the latest first."""
        programme, begins = self.programme_year.programme, self.year.starts_on
        if self.opened:
            before = [one for one in self.opened if one.programme == programme and one.year.starts_on < begins]
            return sorted(before, key=lambda one: one.year.starts_on, reverse=True)
        rules = ProgrammeYear.objects.filter(programme=programme, year__starts_on__lt=begins)
        return rules.select_related("year", "programme").order_by("-year__starts_on")[:1]

    def last_year(self) -> Selection | None:
        """The same a year earlier, equally far into the school year; None if the programme was not run then."""
        before = next(iter(self._earlier_years()), None)
        if before is None or before.year.starts_on.year != self.year.starts_on.year - 1:
            return None
        as_of = before.year.starts_on + (self.as_of - self.year.starts_on)
        return Selection(before, self.district, min(as_of, last_day_of(before.year)), totals_only=self.totals_only)


def schools_of(selection: Selection) -> QuerySet[School]:
    """The schools that take part in the work on the selection's day, by name."""
    schools = School.objects.open_on(selection.as_of).select_related("district").order_by("name")
    return schools.filter(district=selection.district) if selection.district else schools


def last_day_of(year: SchoolYear) -> dt.date:
    """The Sunday after the last school day, when the year's last week has passed."""
    return monday_of(year.ends_on) + TO_SUNDAY


def selected(asked: Mapping[str, str], today: dt.date, *, totals_only: bool = False) -> Selection | None:
    """The selection that an address asks for, with defaults for today where it says nothing; None before any year is
    open.

    A reader who sees totals only cannot choose a district: some have a single school.
    """
    opened = list(ProgrammeYear.objects.select_related("year", "programme").order_by("-year__starts_on", "programme"))
    if not opened:
        return None
    mended: list[str] = []
    of_programme = _of_programme(asked.get("program", ""), opened, mended)
    programme_year = _of_year(asked.get("lasar", ""), of_programme, today, mended)
    districts = District.objects.none() if totals_only else District.objects.all()
    district = _district(asked.get("distrikt", ""), districts, mended)
    as_of = _as_of(asked.get("datum", ""), programme_year.year, today, mended)
    return Selection(programme_year, district, as_of, opened, districts, mended, totals_only)


def _of_programme(slug: str, opened: Sequence[ProgrammeYear], mended: list[str]) -> list[ProgrammeYear]:
    """A programme's open years, the latest first."""
    known = {rules.programme.slug: rules.programme for rules in opened}
    default = DEFAULT_PROGRAMME if DEFAULT_PROGRAMME in known else next(iter(known))
    if slug and slug not in known:
        mended.append(_("There is no such programme to show. Here is %(name)s.") % {"name": known[default]})
    shown = slug if slug in known else default
    return [rules for rules in opened if rules.programme.slug == shown]


def _of_year(slug: str, opened: Sequence[ProgrammeYear], today: dt.date, mended: list[str]) -> ProgrammeYear:
    """The year asked for; else the latest that has begun, or else the first to come."""
    default = next((rules for rules in opened if rules.year.starts_on <= today), opened[-1])
    found = next((rules for rules in opened if rules.year.slug == slug), None)
    if slug and found is None:
        mended.append(_("There is no such school year to show. Here is %(year)s.") % {"year": default.year})
    return found or default


def _district(slug: str, districts: QuerySet[District], mended: list[str]) -> District | None:
    district = districts.filter(slug=slug).first() if slug else None
    if slug and district is None:
        mended.append(_("There is no such district. Here are all."))
    return district


def _as_of(text: str, year: SchoolYear, today: dt.date, mended: list[str]) -> dt.date:
    """The day asked for, if it lies in the year and has come; else the nearest such day. Before the year begins,
    today."""
    last = min(today, last_day_of(year))
    if not text:
        return last
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        mended.append(_("The day could not be read. Write it as 2027-03-31."))
        return last
    if day > today:
        mended.append(_("That day has not come yet. Here is the nearest day that can be shown."))
    elif not year.starts_on <= day <= last_day_of(year):
        mended.append(_("The day lies outside the school year. Here is the nearest day that can be shown."))
    return min(max(day, year.starts_on), last)
