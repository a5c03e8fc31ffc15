"""Reading in a calendar file, all or nothing."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from schools.actions.calendar import check_period, raise_versions
from schools.imports.closed_days import CalendarDryRun, dry_run
from schools.models import ClosedPeriod, School, SchoolYear


class CalendarRefused(Exception):  # noqa: N818 - reads as what happened
    """The file has errors, or would no longer do what was shown; the dry run tells."""

    def __init__(self, found: CalendarDryRun) -> None:
        super().__init__()
        self.found = found


@transaction.atomic
def import_calendar(
    *, content: bytes, year: SchoolYear, school: School | None, blocked: bool, digest: str, by: User
) -> CalendarDryRun:
    """Apply what a dry run with this digest has shown. Raises ``CalendarRefused`` when it would do anything else."""
    found = dry_run(content, year, school, blocked=blocked)
    if found.errors or found.digest != digest:
        raise CalendarRefused(found)
    for period in [*found.new_periods(), *found.altered_periods()]:
        check_period(period)
        period.save()
    for period, uid in found.recognised:
        ClosedPeriod.objects.filter(pk=period.pk).exclude(uid=uid).update(uid=uid)
    raise_versions(year, school)
    return found
