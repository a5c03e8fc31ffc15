"""Where the leadership makes reports: sees what one will say, writes its text, and withdraws it."""

from __future__ import annotations

import dataclasses
import uuid as uuids
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import GET_OR_POST, SignedInRequest
from evaluations.actions import change_report_text, save_report, title_of, withdraw_report
from evaluations.forms import NewReportForm, ReportTextForm, WithdrawForm
from evaluations.freezing import year_content
from evaluations.frozen import Content, fingerprint, to_json
from evaluations.models import SavedReport
from evaluations.policies import user_can_make_reports, user_can_withdraw_reports
from evaluations.reports import content_now
from evaluations.selection import Selection, selected
from evaluations.views.reports import report_or_404
from programmes.actions.sent_once import ChangedMeanwhile
from programmes.forms.keys import refuse

CONFLICT = 409


@GET_OR_POST
def report_add(request: SignedInRequest, kind: str) -> HttpResponse:
    """A report of the selection: everything that it will say, and a field for the leadership's words."""
    today = timezone.localdate()
    if not user_can_make_reports(request.user, today):
        raise PermissionDenied
    selection = selected(request.GET, today)
    if selection is None:
        return render(request, "evaluations/overview_empty.html")
    if kind == SavedReport.Kind.YEAR:
        selection = dataclasses.replace(selection, district=None)
    content = _content(kind, selection) if selection.has_begun else None
    if content is None or not any(part.has_plan for part in content.parts):
        return render(request, "evaluations/report_nothing.html", {"selection": selection, "kind": kind})
    return _make(request, kind, selection, content)


def _content(kind: str, selection: Selection) -> Content:
    if kind == SavedReport.Kind.YEAR:
        return year_content(selection, timezone.localdate())
    return content_now(selection)


def _make(request: SignedInRequest, kind: str, selection: Selection, content: Content) -> HttpResponse:
    seen = fingerprint(to_json(content))
    form = NewReportForm(request.POST or None, kind=kind, initial={"seen": seen})
    if request.method == "POST" and form.is_valid():
        try:
            report = _save(form, selection, content, request)
        except ValidationError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The report is saved. Its figures stay as they are now."))
            return redirect(report)
    # What is shown is what would be saved, including numbers that the reader has not seen before.
    form.data = _with(form.data, seen=seen) if form.is_bound else form.data
    context = {
        "selection": selection,
        "content": content,
        "title": title_of(content),
        "form": form,
        "of_year": kind == SavedReport.Kind.YEAR,
    }
    return render(request, "evaluations/report_form.html", context)


def _save(form: NewReportForm, selection: Selection, content: Content, request: SignedInRequest) -> SavedReport:
    if selection.mended:
        raise ValidationError(selection.mended)
    said = {name: form.cleaned_data[name] for name in ("seen", "text", "key")}
    return save_report(selection=selection, content=content, **said, by=request.user, now=timezone.now())


def _with(data: Any, **more: str) -> Any:
    """The POST data, with some of it replaced."""
    data = data.copy()
    for name, value in more.items():
        data[name] = value
    return data


@GET_OR_POST
def report_text(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Change the leadership's words in a saved report; the former text can still be read."""
    report = _standing(request, uuid, user_can_make_reports)
    initial = {"text": report.text, "version": report.version}
    form = ReportTextForm(request.POST or None, kind=report.kind, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            change_report_text(report=report, **said, by=request.user, now=timezone.now())
        except ChangedMeanwhile:
            status = CONFLICT
            report.refresh_from_db()
            form.data = _with(form.data, version=str(report.version))
        else:
            messages.success(request, _("The text is saved. What it said before stands below the report."))
            return redirect(report)
    context = {"report": report, "form": form, "overtaken": status == CONFLICT}
    return render(request, "evaluations/report_text.html", context, status=status)


@GET_OR_POST
def report_withdraw(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Say that a report is not to be used, and why; it can still be read."""
    report = _standing(request, uuid, user_can_withdraw_reports)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withdraw_report(report=report, why=form.cleaned_data["why"], by=request.user, now=timezone.now())
        messages.success(request, _("The report is withdrawn. It can still be read, with your reason."))
        return redirect(report)
    return render(request, "evaluations/report_withdraw.html", {"report": report, "form": form})


def _standing(request: SignedInRequest, uuid: uuids.UUID, may: Any) -> SavedReport:
    """A report that is not withdrawn, for those who may write. Raises ``PermissionDenied`` for others."""
    today = timezone.localdate()
    if not may(request.user, today):
        raise PermissionDenied
    report = report_or_404(request, uuid, today)
    if report.withdrawn_at:
        raise PermissionDenied
    return report
