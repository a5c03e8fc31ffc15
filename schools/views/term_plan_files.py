"""A term's plan to take away: a PDF for the staff-room's wall, and a spreadsheet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.spreadsheets import workbook_answer
from outbox.centre import portal_link
from programmes.pdf import pdf_answer
from schools.models import School, Term
from schools.term_plan import season_slug
from schools.views.access import visible_school
from schools.views.term_plan import plan_context, term_or_404
from schools.wall_plan import are_many, is_long, needs_two_pages, plan_sheet, wall_columns, wall_tables


@require_safe
def term_plan_pdf(request: SignedInRequest, slug: str, year_slug: str, season: str) -> HttpResponse:
    """One or two pages. When there is no plan, or no PDF can be made, the plan's page says so."""
    today = timezone.localdate()
    school, terms = visible_school(request, slug, today), list(Term.objects.select_related("year"))
    answer = pdf_of(request, school, term_or_404(terms, year_slug, season), terms, today)
    return answer or redirect("schools:term-plan-of", slug, year_slug, season)


@require_safe
def term_plan_workbook(request: SignedInRequest, slug: str, year_slug: str, season: str) -> HttpResponse:
    """Every session on a row."""
    today = timezone.localdate()
    school, terms = visible_school(request, slug, today), list(Term.objects.select_related("year"))
    term = term_or_404(terms, year_slug, season)
    context = plan_context(school, term, terms, today)
    if "plan" not in context:
        return redirect("schools:term-plan-of", slug, year_slug, season)
    return workbook_answer([plan_sheet(context["plan"])], _file_name(school, term))


def pdf_of(request: HttpRequest, school: School, term: Term, terms: list[Term], today: dt.date) -> HttpResponse | None:
    """The term's plan on paper; None when the term has no plan, or, with a message, when no PDF can be made."""
    context: dict[str, Any] = plan_context(school, term, terms, today)
    if "plan" not in context:
        return None
    tables = wall_tables(context["plan"])
    columns = wall_columns(context["plan"])
    context |= {"tables": tables, "columns": columns, "two_pages": needs_two_pages(tables), "many": are_many(tables)}
    context["dense"] = any(table.is_dense for table in tables) or is_long(columns)
    context["address"] = portal_link("schools:term-plan", school.slug)
    return pdf_answer(request, "schools/term_plan_pdf.html", context, _file_name(school, term), "wall_plan.css")


def _file_name(school: School, term: Term) -> str:
    return f"terminsplan-{school.slug}-{season_slug(term)}-{term.starts_on.year}"
