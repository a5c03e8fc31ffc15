"""Importing values: what they would change is shown first, then done, all or nothing."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.policies import manages_schools
from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.spreadsheets import Sheet, workbook_answer
from evaluations.indicators import kolada, tables
from evaluations.indicators.import_forms import KoladaFilesForm, KoladaForm, KpiSearchForm
from evaluations.indicators.importing import import_values
from evaluations.indicators.mails import summary_of
from evaluations.indicators.reading import Given, ValueDryRun, compare_values
from evaluations.models import IndicatorImport
from evaluations.views.access import for_the_centre
from evaluations.views.indicators import writers_only
from schools.forms.imports import TableFileForm
from schools.imports.dry_runs import ImportRefused
from schools.imports.fetching import Register
from schools.imports.sheets import UnreadableFile
from schools.views.parcels import BrokenParcel, pack_rows, unpack_rows

Kind = IndicatorImport.Kind
KEPT = "evaluations.indicator-import."


@for_the_centre
def import_list(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """Every import, the latest first: what it changed, or why it was refused."""
    imports = [(made, summary_of(made)) for made in IndicatorImport.objects.select_related("by")[:100]]
    context = {"imports": imports, "may_write": manages_schools(request.user, today)}
    return render(request, "evaluations/import_list.html", context)


@for_the_centre
def import_detail(request: HttpRequest, uuid: str, *, today: dt.date) -> HttpResponse:
    made = get_object_or_404(IndicatorImport.objects.select_related("by"), uuid=uuid)
    return render(request, "evaluations/import_detail.html", {"made": made, "summary": summary_of(made)})


@GET_OR_POST
def kolada_import(request: SignedInRequest) -> HttpResponse:
    """From Kolada itself, or from files with its answers."""
    writers_only(request)
    if request.method == "POST" and "kept" in request.POST:
        return _apply(request, Kind.KOLADA if "fetched" in request.POST else Kind.KOLADA_FILE)
    register, this_year = kolada.kolada(), timezone.localdate().year
    form = KoladaForm(this_year=this_year, chosen=request.GET.get("nyckeltal", ""))
    search, files, hits = KpiSearchForm(), KoladaFilesForm(), None
    try:
        if request.method == "POST" and "fetch" in request.POST and register is not None:
            form = KoladaForm(request.POST, this_year=this_year)
            if form.is_valid() and (given := _fetched(register, form)):
                return _show(request, given, Kind.KOLADA)
        elif request.method == "POST" and "search" in request.POST and register is not None:
            search = KpiSearchForm(request.POST)
            hits = kolada.kpis_titled(register, search.cleaned_data["words"]) if search.is_valid() else None
        elif request.method == "POST":
            files = KoladaFilesForm(request.POST, request.FILES)
            if files.is_valid():
                given = kolada.of_files(*(files.document(name) for name in ("values", "kpis", "areas")))
                return _show(request, given, Kind.KOLADA_FILE)
    except UnreadableFile as reason:
        next(one for one in (files, search, form) if one.is_bound).add_error(None, str(reason))
    context = {"form": form, "files": files, "search": search, "hits": hits, "register": register}
    return render(request, "evaluations/kolada_import.html", context)


@GET_OR_POST
def table_import(request: SignedInRequest) -> HttpResponse:
    """From a CSV or XLSX file."""
    writers_only(request)
    if request.method == "POST" and "kept" in request.POST:
        return _apply(request, Kind.FILE)
    form: Form = TableFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _show(request, tables.given_in(form.cleaned_data["file"].read(), timezone.localdate()), Kind.FILE)
        except UnreadableFile as reason:
            form.add_error("file", str(reason))
    return render(request, "evaluations/table_import.html", {"form": form})


@require_safe
def table_template(request: SignedInRequest, kind: str) -> HttpResponse:
    """An empty table with the columns' names, for Excel or as CSV."""
    writers_only(request)
    if kind == "xlsx":
        return workbook_answer([Sheet(_("Values"), list(tables.TEMPLATE), [])], "indikatorer")
    if kind != "csv":
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="indikatorer.csv"'}
    content = f"\ufeff{';'.join(tables.TEMPLATE)}\r\n"
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _fetched(register: Register, form: KoladaForm) -> Given | None:
    """What Kolada says; None when the groups have too many areas, and then the form says so."""
    areas = form.areas()
    for group in form.cleaned_data["groups"]:
        areas += [code for code in kolada.members_of(register, group) if code not in areas]
    if not form.takes_areas(areas, at="groups"):
        return None
    return kolada.fetch(register, kpis=form.kpis(), areas=areas, years=form.years())


def _show(request: SignedInRequest, given: Given, kind: Kind) -> HttpResponse:
    found: ValueDryRun = compare_values(given)
    context = {
        "found": found,
        "kept": pack_rows(given.as_rows(), of=KEPT + kind),
        "fetched": kind == Kind.KOLADA,
        "back": "results:table-import" if kind == Kind.FILE else "results:kolada-import",
    }
    return render(request, "evaluations/import_shown.html", context)


def _apply(request: SignedInRequest, kind: Kind) -> HttpResponse:
    try:
        given = Given.of_rows(unpack_rows(request.POST["kept"], of=KEPT + kind))
    except BrokenParcel:
        messages.error(request, _("What was shown is too old. Read it in again."))
        return redirect("results:table-import" if kind == Kind.FILE else "results:kolada-import")
    digest, now = request.POST.get("digest", ""), timezone.now()
    try:
        made = import_values(given=given, kind=kind, digest=digest, by=request.user, now=now)
    except ImportRefused:
        messages.error(request, _("Something has changed since it was shown. Nothing is read in. Look again."))
        return _show(request, given, kind)
    messages.success(request, summary_of(made))
    return redirect(made)
