"""The overview: where the year stands, as of a day."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations import sentences, tables
from evaluations.dashboard import overview_of
from evaluations.definitions import ALL, NUMBERS, PRACTICE
from evaluations.figures import AMBER, GREEN
from evaluations.policies import FEWEST_SCHOOLS, sees_totals_only, user_can_make_reports, user_can_set_targets
from evaluations.reports import since_last_report
from evaluations.selection import Selection, selected
from evaluations.views.access import for_partners_too, with_totals
from sessions_log.models import LogRevision


@with_totals
def overview(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    if not selection.has_begun:
        return render(request, "evaluations/overview_ahead.html", {"selection": selection})
    dashboard = overview_of(selection, since_report=since_last_report(selection))
    if selection.totals_only and dashboard.summary.schools < FEWEST_SCHOOLS:
        return render(request, "evaluations/overview_too_few.html", {"selection": selection, "fewest": FEWEST_SCHOOLS})
    context = {
        "selection": selection,
        "dashboard": dashboard,
        "lead": sentences.lead(dashboard, names_schools=not selection.totals_only),
        "line_title": sentences.line_title(dashboard),
        "lost_title": sentences.lost_title(dashboard),
        "rows_shown": not selection.totals_only,
        "figure_table": tables.figure_table(dashboard),
        "school_table": tables.school_table(dashboard),
        "grade_table": tables.grade_table(dashboard),
        "topic_table": tables.topic_table(dashboard.topics, selection),
        "reason_table": tables.reason_table(dashboard.reasons),
        "month_table": tables.month_table(dashboard),
        "may_set_targets": user_can_set_targets(request.user, timezone.localdate()),
        "may_make_reports": user_can_make_reports(request.user, timezone.localdate()),
        "counted_at": timezone.localtime(),
        "corrected": LogRevision.objects.after_closing(selection.year).count() if selection.year.closed_on else 0,
    }
    return render(request, "evaluations/overview.html", context)


@for_partners_too
def definitions(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """What each figure counts, in words, and what the selection's programme aims at."""
    selection = selected(request.GET, today, totals_only=sees_totals_only(request.user, today))
    targets = selection.targets if selection else {}
    context = {
        "selection": selection,
        "table": tables.definition_table(),
        "definitions": [(definition, targets.get(definition.key)) for definition in (*ALL, *PRACTICE)],
        "numbers": NUMBERS,
        "green": GREEN,
        "amber": AMBER,
    }
    return render(request, "evaluations/definitions.html", context)
