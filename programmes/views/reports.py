"""The follow-up every second year: a page to print, and a workbook."""

from __future__ import annotations

import io

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.pdf import pdf_answer
from programmes.report import report_of, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    today, file = timezone.localdate(), io.BytesIO()
    write_workbook(report_of(today), file)
    name = f"samverkan-uppfoljning-{today.isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
