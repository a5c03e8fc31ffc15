"""PDF from a page's own HTML, by WeasyPrint. It is imported when needed: it wants the system's Pango."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class NoPdf(Exception):  # noqa: N818 - said of the machine: it makes no PDF
    """The machine lacks what WeasyPrint needs."""


def make_pdf(template: str, context: dict[str, Any]) -> bytes:
    """A tagged PDF, A4. Raises ``NoPdf`` where the system lacks Pango."""
    try:
        from weasyprint import CSS, HTML
    except (ImportError, OSError) as error:
        raise NoPdf from error
    html = render_to_string(template, context | {"LANGUAGE": get_language()})
    sheet = finders.find("print.css")
    pdf: bytes = HTML(string=html).write_pdf(stylesheets=[CSS(filename=sheet)], pdf_tags=True)
    return pdf


def pdf_answer(request: HttpRequest, template: str, context: dict[str, Any], name: str) -> HttpResponse | None:
    """The PDF to download, or nothing and a message that says what the machine lacks."""
    try:
        content = make_pdf(template, context)
    except NoPdf:
        lack = _("This server makes no PDF: install Pango (libpango). Print from the browser instead.")
        messages.error(request, lack)
        return None
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
