"""The yearly refresh of values from Kolada, and the mail to the centre about it.

``due(now)`` fetches when a year has passed since the last success, and a week after a failure. A missed run is caught
up with; running it again does nothing.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from accounts.models import CentreRole, User
from evaluations.indicators import importing, kolada
from evaluations.indicators.reading import Given, compare_values
from evaluations.models import Area, Indicator, IndicatorImport
from outbox.actions import enqueue
from schools.imports.dry_runs import ImportRefused, RowError
from schools.imports.fetching import Register
from schools.imports.sheets import UnreadableFile

KIND = "indicators-refreshed"
YEARLY = IndicatorImport.Kind.YEARLY
YEAR, WEEK = dt.timedelta(days=365), dt.timedelta(days=7)
# Kolada also corrects earlier years, so this many years are asked for.
YEARS_BACK = 6
# Seconds for the whole fetch. No page waits for it.
PATIENCE = 600
READERS = (CentreRole.Role.COORDINATOR, CentreRole.Role.LEADERSHIP)


def due(now: dt.datetime) -> IndicatorImport | None:
    """Refresh if it is time, and mail about it. Gives the import that came of it; None when it was not time or there is
    nothing to ask for."""
    register = kolada.kolada(seconds=PATIENCE)
    kpis, areas = wanted()
    if register is None or not kpis or not areas or not is_time(now):
        return None
    made = refresh(register, kpis, areas, now)
    tell(made, now)
    return made


def is_time(now: dt.datetime) -> bool:
    """Whether a year has passed since the last refresh that succeeded, or a week since one that failed. A fetch that
    somebody makes by hand covers a part only, and does not count."""
    lately = Q(is_refused=False, at__gt=now - YEAR) | Q(is_refused=True, at__gt=now - WEEK)
    return not IndicatorImport.objects.filter(lately, kind=YEARLY).exists()


def wanted() -> tuple[list[str], list[str]]:
    """The portal's KPIs, and the areas that have a value of any of them."""
    kpis = [str(kpi) for kpi in Indicator.objects.exclude(kolada_kpi=None).values_list("kolada_kpi", flat=True)]
    areas = Area.objects.exclude(code=None).filter(observations__indicator__kolada_kpi__in=kpis)
    return kpis, [str(code) for code in areas.order_by("code").values_list("code", flat=True).distinct()]


def refresh(register: Register, kpis: list[str], areas: list[str], now: dt.datetime) -> IndicatorImport:
    """Fetch and import, all or nothing. If it fails, the reasons are kept."""
    this_year = timezone.localdate(now).year
    years = range(this_year - YEARS_BACK, this_year + 1)
    try:
        given = kolada.fetch(register, kpis=kpis, areas=areas, years=years)
        return _read_in(given, now)
    except UnreadableFile as fault:
        return importing.refuse(kind=YEARLY, errors=[RowError(0, str(fault))], by=None, now=now)


def _read_in(given: Given, now: dt.datetime) -> IndicatorImport:
    found = compare_values(given)
    if found.errors:
        return importing.refuse(kind=YEARLY, errors=found.errors, by=None, now=now)
    try:
        return importing.import_values(given=given, kind=YEARLY, digest=found.digest, by=None, now=now)
    except ImportRefused:  # somebody else has changed a value in between
        return importing.refuse(kind=YEARLY, errors=compare_values(given).errors, by=None, now=now)


def tell(made: IndicatorImport, now: dt.datetime) -> int:
    """Write a mail to each coordinator and leader; gives how many were written."""
    mails = [
        enqueue(
            kind=KIND,
            user=user,
            address=user.email,
            about={"import": str(made.uuid)},
            once_key=f"{KIND}:{made.uuid}:{user.pk}",
            now=now,
        )
        for user in readers_on(timezone.localdate(now))
    ]
    return sum(mail is not None for mail in mails)


def readers_on(today: dt.date) -> list[User]:
    active = CentreRole.objects.active(today).filter(role__in=READERS)
    return list(User.objects.filter(is_active=True, pk__in=active.values("user")).order_by("pk"))
