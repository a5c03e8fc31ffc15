"""What a calendar file would change in a year's closed days and blocked weeks, for all schools or one."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from schools.calendar import SCHOOL_DAYS, SchoolCalendar, days_between
from schools.imports.calendars import CalendarFile, EventRemark, FoundDays, read_calendar
from schools.models import ClosedPeriod, School, SchoolYear

Kind = ClosedPeriod.Kind
Fits = Callable[[ClosedPeriod, FoundDays], bool]
# Words in a name that tell its kind; the first that matches counts, and other names are of the kind "other".
CLOSED_KINDS = ((r"lov\b|lovet|lovdag", Kind.BREAK), (r"studiedag|kompetens|planeringsdag|k-dag", Kind.STUDY_DAY))
BLOCKED_KINDS = ((r"prov\b|proven|\bnp\b", Kind.TESTS), (r"resa|läger|lägerskola|utflykt|friluft", Kind.TRIP))


@dataclass(frozen=True)
class DaysAlteration:
    """An existing period that gets other days, or another name or kind."""

    period: ClosedPeriod
    days: FoundDays
    kind: str

    @property
    def new_dates(self) -> bool:
        return (self.period.starts_on, self.period.ends_on) != (self.days.starts_on, self.days.ends_on)

    def applied(self) -> ClosedPeriod:
        """The period as it would become, unsaved."""
        period = ClosedPeriod.objects.get(pk=self.period.pk)
        _set(period, self.days, self.kind)
        return period


@dataclass
class CalendarDryRun:
    """What importing the calendar would do. With errors nothing is written."""

    year: SchoolYear
    school: School | None
    additions: list[tuple[FoundDays, str]] = field(default_factory=list)
    alterations: list[DaysAlteration] = field(default_factory=list)
    unchanged: list[FoundDays] = field(default_factory=list)
    # Periods that are already as the file says, with their UIDs in the file.
    recognised: list[tuple[ClosedPeriod, str]] = field(default_factory=list)
    left_out: list[EventRemark] = field(default_factory=list)
    errors: list[EventRemark] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return bool(self.additions or self.alterations)

    @property
    def digest(self) -> str:
        """Shows whether what is applied is what was shown."""
        told = [self.additions, [(one.period.pk, one.days, one.kind) for one in self.alterations]]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def new_periods(self) -> list[ClosedPeriod]:
        """The periods to be added, unsaved."""
        made = []
        for days, kind in self.additions:
            period = ClosedPeriod(year=self.year, school=self.school)
            _set(period, days, kind)
            made.append(period)
        return made

    def altered_periods(self) -> list[ClosedPeriod]:
        """The periods to be changed, as they would become, unsaved."""
        return [one.applied() for one in self.alterations]


def dry_run(content: bytes, year: SchoolYear, school: School | None, *, blocked: bool) -> CalendarDryRun:
    """Compare a file with what is closed, or blocked, at a school or for all. Raises ``UnreadableFile``."""
    file = read_calendar(content, year.starts_on, year.ends_on)
    result = CalendarDryRun(year, school, left_out=file.left_out, errors=file.errors)
    _Comparison(result, blocked).compare(_once(file))
    return result


class _Comparison:
    def __init__(self, result: CalendarDryRun, blocked: bool) -> None:
        self.result, self.blocked = result, blocked
        periods = ClosedPeriod.objects.filter(year=result.year, school=result.school)
        self.left = [period for period in periods if period.is_blocked == blocked]
        self.calendar = SchoolCalendar.of(result.year, result.school)

    def compare(self, found: Iterable[FoundDays]) -> None:
        """Pair events with existing periods, best matches first: by UID, by days, by name."""
        rest = list(found)
        for fits in (_same_uid, _same_days, _same_name_and_time):
            rest = [days for days in rest if not self._paired(days, fits)]
        for days in rest:
            if self._changes_nothing(days):
                self.result.unchanged.append(days)
            else:
                self.result.additions.append((days, self._kind(days.name)))

    def _paired(self, days: FoundDays, fits: Fits) -> bool:
        period = next((period for period in self.left if fits(period, days)), None)
        if period is None:
            return False
        self.left.remove(period)
        same_name = period.name.casefold() == days.name.casefold()
        if same_name and _same_days(period, days):
            self.result.unchanged.append(days)
            self.result.recognised.append((period, days.uid))
        else:
            kind = period.kind if same_name else self._kind(days.name)
            self.result.alterations.append(DaysAlteration(period, days, kind))
        return True

    def _changes_nothing(self, days: FoundDays) -> bool:
        """Whether its days are already without teaching, or its weeks already blocked."""
        open_days = [day for day in days_between(days.starts_on, days.ends_on) if self.calendar.is_school_day(day)]
        if self.blocked:
            return all(day - dt.timedelta(days=day.weekday()) in self.calendar.blocked for day in open_days)
        return not open_days

    def _kind(self, name: str) -> str:
        kinds = BLOCKED_KINDS if self.blocked else CLOSED_KINDS
        otherwise = Kind.OTHER_BLOCKED if self.blocked else Kind.OTHER
        return next((kind for pattern, kind in kinds if re.search(pattern, name.casefold())), otherwise)


def _same_uid(period: ClosedPeriod, days: FoundDays) -> bool:
    return bool(days.uid) and period.uid == days.uid


def _same_days(period: ClosedPeriod, days: FoundDays) -> bool:
    return _trimmed(period.starts_on, period.ends_on) == _trimmed(days.starts_on, days.ends_on)


def _same_name_and_time(period: ClosedPeriod, days: FoundDays) -> bool:
    """Whether names agree and days overlap."""
    overlap = period.starts_on <= days.ends_on and days.starts_on <= period.ends_on
    return overlap and period.name.casefold() == days.name.casefold()


def _trimmed(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Without weekends at either end: Monday to Friday and Monday to Sunday are the same."""
    days = [day for day in days_between(first, last) if day.weekday() < SCHOOL_DAYS]
    return (days[0], days[-1]) if days else (first, last)


def _once(file: CalendarFile) -> list[FoundDays]:
    """Each event once, even if the file repeats it."""
    seen = {(days.name.casefold(), days.starts_on, days.ends_on): days for days in reversed(file.found)}
    return sorted(seen.values(), key=lambda days: (days.starts_on, days.number))


def _set(period: ClosedPeriod, days: FoundDays, kind: str) -> None:
    period.kind, period.name, period.uid = kind, days.name, days.uid
    period.starts_on, period.ends_on = days.starts_on, days.ends_on
