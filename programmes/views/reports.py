"""The follow-up that the law asks for every second year: a page to print, and a workbook."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.spreadsheets import workbook_answer
from programmes.pdf import pdf_answer
from programmes.report import report_of


@require_safe
def follow_up_report(request: SignedInRequest) -> HttpResponse:
    """To read and print; ``?format=pdf`` gives it as a file."""
    context = {"report": report_of(timezone.localdate())}
    if request.GET.get("format") == "pdf":
        answer = pdf_answer(request, "programmes/follow_up_pdf.html", context, "samverkan-uppfoljning")
        if answer is not None:
            return answer
    return render(request, "programmes/follow_up_report.html", context)


@require_safe
def follow_up_workbook(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    return workbook_answer(report_of(today).sheets(), f"samverkan-uppfoljning-{today.isoformat()}")
