"""Importing the municipality's classes: first what the file would change, then the change itself."""

from __future__ import annotations

import csv
import datetime as dt
import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from accounts.policies import manages_schools
from accounts.requests import SignedInRequest
from accounts.spreadsheets import XLSX
from schools.actions.imports import import_classes
from schools.forms.imports import TableFileForm
from schools.imports.classes import DryRun, dry_run
from schools.imports.dry_runs import ImportRefused
from schools.imports.sheets import UnreadableFile
from schools.models import SchoolYear
from schools.views.access import year_or_404
from schools.views.parcels import BrokenParcel, pack, unpack

SALT = "schools.class-import."
TEMPLATE_ROWS = (
    ("Skola", "Klass", "Årskurs", "Antal elever", "Personalgrupp"),
    ("Skolans namn", "1A", "1", "24", "Personal F–3"),
)


def class_import(request: SignedInRequest, year_slug: str) -> HttpResponse:
    today = timezone.localdate()
    if not manages_schools(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    if request.method == "POST" and "kept" in request.POST:
        return _apply(request, year, today)
    form = TableFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        try:
            return _show(request, year, dry_run(content, year, today), content)
        except UnreadableFile as reason:
            form.add_error("file", str(reason))
    return render(request, "schools/class_import.html", {"form": form, "year": year})


def template(request: SignedInRequest, year_slug: str, kind: str) -> HttpResponse:
    """A file with the right columns to fill in."""
    if not manages_schools(request.user, timezone.localdate()):
        raise PermissionDenied
    year_or_404(year_slug)
    makers = {"csv": (_csv_template, "text/csv; charset=utf-8"), "xlsx": (_xlsx_template, XLSX)}
    if kind not in makers:
        raise Http404
    make, content_type = makers[kind]
    headers = {"Content-Disposition": f'attachment; filename="klasser.{kind}"'}
    return HttpResponse(make(), content_type=content_type, headers=headers)


def _show(request: SignedInRequest, year: SchoolYear, found: DryRun, content: bytes) -> HttpResponse:
    context = {"year": year, "found": found, "kept": pack(content, of=SALT + year.slug)}
    return render(request, "schools/class_import_shown.html", context)


def _apply(request: SignedInRequest, year: SchoolYear, today: dt.date) -> HttpResponse:
    try:
        content = unpack(request.POST["kept"], of=SALT + year.slug)
        digest = request.POST.get("digest", "")
        found = import_classes(read=lambda: dry_run(content, year, today), year=year, digest=digest, by=request.user)
    except BrokenParcel:
        messages.error(request, _("The file was too old. Choose it again."))
        return redirect("schools:class-import", year.slug)
    except ImportRefused:
        messages.error(request, _("Something has changed since the file was shown. Nothing is read in. Look again."))
        return _show(request, year, dry_run(content, year, today), content)
    said = {"added": len(found.additions), "changed": len(found.alterations)}
    messages.success(request, _("%(added)s classes are added and %(changed)s changed.") % said)
    return redirect("schools:class-import", year.slug)


def _csv_template() -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(TEMPLATE_ROWS)
    return text.getvalue().encode("utf-8-sig")


def _xlsx_template() -> bytes:
    book = Workbook()
    for row in TEMPLATE_ROWS:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
