"""Fetches from Skolenhetsregistret: the municipality's list, and the single units that the portal needs more of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from schools.imports.dry_runs import RowError
from schools.imports.fetching import NotInRegister, Register, RegisterFault
from schools.imports.sheets import UnreadableFile
from schools.imports.units import UnitRow, rows_of_units

MOST_UNITS = 300
AT_ONCE = 4


def school_register() -> Register | None:
    """Skolenhetsregistret, from the settings; None when they say that it is not to be asked."""
    if not settings.SCHOOL_REGISTER_URL:
        return None
    return Register(_("Skolenhetsregistret"), settings.SCHOOL_REGISTER_URL)


def fetch_units(
    register: Register, *, municipality: str, known: Collection[str]
) -> tuple[list[UnitRow], list[RowError]]:
    """The municipality's active compulsory school units, and the units of ``known`` codes that are not among them.

    New units are fetched one by one, for their grades and address; so are known ones that the list lacks, for their
    status. Raises ``RegisterFault``.
    """
    query = {
        "municipality_code": municipality,
        "school_type": "GR",
        "status": "AKTIV",
        "school_unit_type": "SKOLENHET",
    }
    listed, errors = _rows(register, "/school-units", query)
    codes = {row.code for row in listed}
    wanted = [row.code for row in listed if row.code not in known] + sorted(set(known) - codes)
    if len(wanted) > MOST_UNITS:
        raise RegisterFault(_("The register has more than %(n)s schools to ask for.") % {"n": MOST_UNITS})
    single = _single_units(register, wanted)
    rows = [replace(single.get(row.code, row), row=row.row) for row in listed]
    ended = [single[code] for code in wanted if code not in codes and code in single]
    return rows + [
        replace(row, row=number) for number, row in enumerate(ended, start=len(listed) + len(errors) + 1)
    ], errors


def _rows(
    register: Register, path: str, query: Mapping[str, str] | None = None
) -> tuple[list[UnitRow], list[RowError]]:
    document = register.get(path, query)
    try:
        return rows_of_units(document)
    except UnreadableFile as other:
        text = _("The answer of %(register)s has another form than it used to. Read in a file instead.")
        raise RegisterFault(text % {"register": register.name}) from other


def _single_units(register: Register, codes: Iterable[str]) -> dict[str, UnitRow]:
    """Units by code; those that the register does not have are left out."""

    def ask(code: str) -> UnitRow | None:
        try:
            rows, errors = _rows(register, f"/school-units/{code}")
        except NotInRegister:
            return None
        if errors or rows[0].code != code:
            text = _("The register's answer about the unit %(code)s cannot be used.")
            raise RegisterFault(text % {"code": code})
        return rows[0]

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        try:
            found = list(pool.map(ask, codes))
        except RegisterFault:
            pool.shutdown(cancel_futures=True)
            raise
    return {row.code: row for row in found if row is not None}
