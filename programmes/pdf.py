"""Makes PDF from a page's own HTML with WeasyPrint, imported only when needed since it requires the system's Pango."""

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


def make_pdf(template: str, context: dict[str, Any], *sheets: str) -> bytes:
    """A tagged PDF (PDF/UA), A4, with language and title. ``sheets`` are stylesheets in addition to print.css.

    Raises ``NoPdf`` where the system lacks Pango.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:
        raise NoPdf from error
    html = render_to_string(template, context | {"LANGUAGE": get_language()})
    fonts = FontConfiguration()
    styles = [CSS(filename=finders.find(sheet), font_config=fonts) for sheet in ("print.css", *sheets)]
    pdf: bytes = HTML(string=html).write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


def pdf_answer(
    request: HttpRequest, template: str, context: dict[str, Any], name: str, *sheets: str
) -> HttpResponse | None:
    """The PDF as a download; None, with a message about what the machine lacks, when it cannot be made."""
    try:
        content = make_pdf(template, context, *sheets)
    except NoPdf:
        messages.error(
            request,
            _(
                "This server makes no PDF: it lacks Pango. On Debian and Ubuntu it is installed by: apt install "
                "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Print from the browser until then."
            ),
        )
        return None
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
