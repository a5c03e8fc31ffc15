"""Importing schools and classes from registers: first what they would change and what has to be chosen, then the
change.

A source is a file, or the register's address from the settings; never an address from the visitor.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import manages_schools
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions.imports import import_school_data
from schools.actions.places import left_behind
from schools.actions.registers import import_units
from schools.forms.imports import GradeChoices, SchoolDataFilesForm, UnitChoices, UnitFileForm
from schools.imports.dry_runs import ImportRefused
from schools.imports.school_data import (
    GivenClass,
    GivenClasses,
    SchoolDataDryRun,
    classes_in,
    compare_classes,
    fetch_documents,
    school_data,
)
from schools.imports.school_register import fetch_units, school_register
from schools.imports.sheets import UnreadableFile
from schools.imports.units import UnitDryRun, UnitRow, compare_units, rows_of_units
from schools.models import School, SchoolYear
from schools.views.access import year_or_404
from schools.views.parcels import BrokenParcel, pack_rows, unpack_rows

UNITS, CLASSES = "schools.unit-import", "schools.school-data-import."


@GET_OR_POST
def unit_import(request: SignedInRequest) -> HttpResponse:
    """Schools from Skolenhetsregistret, fetched or from a file."""
    today = timezone.localdate()
    if not manages_schools(request.user, today):
        raise PermissionDenied
    if request.method == "POST" and "kept" in request.POST:
        return _apply_units(request, today)
    form, register = UnitFileForm(), school_register()
    try:
        if request.method == "POST" and "fetch" in request.POST and register is not None:
            open_codes = School.objects.filter(closed_on=None).values_list("unit_code", flat=True)
            known = {code for code in open_codes if code}
            rows, errors = fetch_units(register, municipality=settings.MUNICIPALITY_CODE, known=known)
            return _show_units(request, rows, compare_units(rows, errors, list(School.objects.all()), today))
        if request.method == "POST":
            form = UnitFileForm(request.POST, request.FILES)
            if form.is_valid():
                [document] = form.documents()
                rows, errors = rows_of_units(document)
                return _show_units(request, rows, compare_units(rows, errors, list(School.objects.all()), today))
    except UnreadableFile as reason:
        _say(request, form, "file", str(reason))
    return render(request, "schools/unit_import.html", {"form": form, "register": register})


def _show_units(request: SignedInRequest, rows: list[UnitRow], found: UnitDryRun, data: Any = None) -> HttpResponse:
    ahead = {one.row.code: left_behind(one.school, one.last_day) for one in found.ending}
    choices = UnitChoices(found, ahead, data)
    if data is not None:
        choices.is_valid()
    kept = pack_rows([vars(row) for row in rows], of=UNITS)
    context = {"found": found, "choices": choices, "kept": kept}
    return render(request, "schools/unit_import_shown.html", context)


def _apply_units(request: SignedInRequest, today: dt.date) -> HttpResponse:
    try:
        rows = [UnitRow(**row) for row in unpack_rows(request.POST["kept"], of=UNITS)]
    except BrokenParcel:
        return _choose_again(request, "schools:unit-import")

    def read() -> UnitDryRun:
        return compare_units(rows, [], list(School.objects.all()), today)

    found = read()
    ahead = {one.row.code: left_behind(one.school, one.last_day) for one in found.ending}
    choices = UnitChoices(found, ahead, request.POST)
    if not choices.is_valid():
        return _show_units(request, rows, found, request.POST)
    if not choices.districts() and not found.changes_anything:
        messages.error(request, _("Choose a district for each school that is to be taken in."))
        return _show_units(request, rows, found, request.POST)
    try:
        done = import_units(
            read=read,
            districts=choices.districts(),
            staying=choices.staying(),
            digest=request.POST.get("digest", ""),
            by=request.user,
            now=timezone.now(),
        )
    except ImportRefused:
        messages.error(request, _("Something has changed since it was shown. Nothing is read in. Look again."))
        return _show_units(request, rows, read(), request.POST)
    text = _("%(added)s schools are added, %(changed)s changed and %(closed)s closed.")
    messages.success(request, text % done)
    return redirect("schools:school-list")


@GET_OR_POST
def school_data_import(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """Classes of a school year from SS 12000, fetched or from files."""
    today = timezone.localdate()
    if not manages_schools(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    if request.method == "POST" and "kept" in request.POST:
        return _apply_classes(request, year, today)
    form, register = SchoolDataFilesForm(), school_data()
    try:
        if request.method == "POST" and "fetch" in request.POST and register is not None:
            return _show_classes(request, year, today, classes_in(fetch_documents(register), year))
        if request.method == "POST":
            form = SchoolDataFilesForm(request.POST, request.FILES)
            if form.is_valid():
                return _show_classes(request, year, today, classes_in(form.documents(), year))
    except UnreadableFile as reason:
        _say(request, form, "groups", str(reason))
    return render(request, "schools/school_data_import.html", {"form": form, "year": year, "register": register})


def _show_classes(
    request: SignedInRequest, year: SchoolYear, today: dt.date, given: GivenClasses, data: Any = None
) -> HttpResponse:
    found = compare_classes(given, year, today)
    context = {
        "year": year,
        "found": found,
        "choices": GradeChoices(found, data),
        "kept": pack_rows([vars(row) for row in given.rows], of=CLASSES + year.slug),
    }
    return render(request, "schools/school_data_import_shown.html", context)


def _apply_classes(request: SignedInRequest, year: SchoolYear, today: dt.date) -> HttpResponse:
    try:
        rows = unpack_rows(request.POST["kept"], of=CLASSES + year.slug)
    except BrokenParcel:
        return _choose_again(request, "schools:school-data-import", year.slug)
    given = GivenClasses([GivenClass(**row) for row in rows])

    def read() -> SchoolDataDryRun:
        return compare_classes(given, year, today)

    choices = GradeChoices(read(), request.POST)
    if not choices.is_valid():
        return _show_classes(request, year, today, given, request.POST)
    try:
        digest = request.POST.get("digest", "")
        found = import_school_data(read=read, grades=choices.grades(), year=year, digest=digest, by=request.user)
    except ImportRefused:
        messages.error(request, _("Something has changed since it was shown. Nothing is read in. Look again."))
        return _show_classes(request, year, today, given, request.POST)
    said = {"added": len(found.additions), "changed": len(found.alterations)}
    messages.success(request, _("%(added)s classes are added and %(changed)s changed.") % said)
    return redirect("schools:school-data-import", year.slug)


def _say(request: SignedInRequest, form: Form, field: str, reason: str) -> None:
    """Show what is wrong: at the field of a file, or at the top for what was fetched."""
    if form.is_bound:
        form.add_error(field, reason)
    else:
        messages.error(request, reason)


def _choose_again(request: SignedInRequest, name: str, *args: str) -> HttpResponse:
    messages.error(request, _("What was shown is too old. Read it in again."))
    return redirect(name, *args)
