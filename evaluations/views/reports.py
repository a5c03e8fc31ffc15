"""Saved reports: to read, and to download as PDF, XLSX and CSV. They are shown from what was saved, and nothing
else."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.spreadsheets import workbook_answer
from evaluations.cells import sheet_of
from evaluations.frozen import Content, read_back, without_schools
from evaluations.models import SavedReport
from evaluations.policies import FEWEST_SCHOOLS, sees_totals_only, user_can_make_reports, user_can_withdraw_reports
from evaluations.reports import about, about_report, lines_of, sheets_of, since_sheets
from evaluations.since_saved import since_saved
from evaluations.views.access import for_partners_too
from evaluations.views.export import csv_answer
from programmes.pdf import pdf_answer

# A text with more lines than this is set smaller, so that it fits on the page.
LONG = 14


@for_partners_too
def report_list(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    found = SavedReport.objects.visible_to(request.user, today).without_content()
    context = {
        "reports": found.select_related("made_by"),
        "may_make": user_can_make_reports(request.user, today),
        "totals_only": sees_totals_only(request.user, today),
    }
    return render(request, "evaluations/report_list.html", context)


@for_partners_too
def report_detail(request: HttpRequest, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    """The report as it was saved, with what has been corrected since beside it."""
    report = report_or_404(request, uuid, today)
    standing = report.withdrawn_at is None
    context = {
        **_shown(request, report, today),
        # A partner must not see the name of a school that was later removed from the text.
        "former_texts": [] if sees_totals_only(request.user, today) else report.former_texts.select_related("by"),
        "may_write": standing and user_can_make_reports(request.user, today),
        "may_withdraw": standing and user_can_withdraw_reports(request.user, today),
    }
    return render(request, "evaluations/report_detail.html", context)


@for_partners_too
def report_pdf(request: HttpRequest, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    report = report_or_404(request, uuid, today)
    context = {**_shown(request, report, today), "is_long": lines_of(report.text) > LONG}
    answer = pdf_answer(request, "evaluations/report_pdf.html", context, file_name(report), "report.css")
    return answer or redirect(report)


@for_partners_too
def report_workbook(request: HttpRequest, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    report = report_or_404(request, uuid, today)
    content = _for(request, read_back(report.content), today)
    sheets = [*sheets_of(content), *since_sheets(report, content, today), about_report(report)]
    return workbook_answer(sheets, file_name(report))


@for_partners_too
def report_csv(request: HttpRequest, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    """The table that ``tabell`` names; in a report of several programmes, that of the programme in ``program``."""
    report = report_or_404(request, uuid, today)
    content = _for(request, read_back(report.content), today)
    name, programme = request.GET.get("tabell", "nyckeltal"), request.GET.get("program", "")
    for part, table in content.all_tables():
        if table.name == name and programme in ("", part.slug if part else ""):
            return csv_answer(sheet_of(table, about(content, part)), f"{file_name(report)}-{name}")
    raise Http404


def report_or_404(request: HttpRequest, uuid: uuids.UUID, today: dt.date) -> SavedReport:
    """A report that the user may read; others do not exist (404)."""
    found = SavedReport.objects.visible_to(request.user, today).select_related("made_by", "withdrawn_by", "changed_by")
    return get_object_or_404(found, uuid=uuid)


def _for(request: HttpRequest, content: Content, today: dt.date) -> Content:
    return without_schools(content, FEWEST_SCHOOLS) if sees_totals_only(request.user, today) else content


def _shown(request: HttpRequest, report: SavedReport, today: dt.date) -> dict[str, Any]:
    """What page and paper show. ``left_out`` says whether some programme is not shown to this reader."""
    whole = read_back(report.content)
    content = _for(request, whole, today)
    return {
        "report": report,
        "content": content,
        "text": report.text,
        "left_out": len(content.parts) < len(whole.parts),
        "fewest": FEWEST_SCHOOLS,
        "since": since_saved(report, content),
    }


def file_name(report: SavedReport) -> str:
    """styrgruppsrapport-taget-2026-11-12, without its ending."""
    kind = f"styrgruppsrapport-{report.programme}" if report.is_board else "verksamhetsberattelse"
    return "-".join(part for part in (kind, report.district, report.as_of.isoformat()) if part)
