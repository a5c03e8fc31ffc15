"""The overview: where the year stands, as of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.kept_pages import kept
from evaluations import sentences, tables
from evaluations.dashboard import Compared, Dashboard, compared, overview_of, with_contact
from evaluations.definitions import ALL, NUMBERS, PRACTICE
from evaluations.figures import AMBER, GREEN
from evaluations.fingerprints import Fingerprint
from evaluations.models import SavedReport
from evaluations.policies import FEWEST_SCHOOLS, sees_totals_only, user_can_make_reports, user_can_set_targets
from evaluations.rendered import chosen, counted, kept_part
from evaluations.rendered_rows import rendered_rows
from evaluations.reports import last_report, since
from evaluations.selection import Selection, selected
from evaluations.summing import keys_of
from evaluations.views.access import for_partners_too, with_totals
from evaluations.year_line import months_shown
from schools.models import District
from sessions_log.models import LogRevision


@kept
@with_totals
def overview(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    if not selection.has_begun:
        return render(request, "evaluations/overview_ahead.html", {"selection": selection})
    kept = compared(selection)
    if selection.totals_only and kept.own.content["schools"] < FEWEST_SCHOOLS:
        return render(request, "evaluations/overview_too_few.html", {"selection": selection, "fewest": FEWEST_SCHOOLS})
    report, today = last_report(selection), timezone.localdate()
    contacts = set() if selection.totals_only else with_contact(kept.own.shown, selection.as_of)
    frame = _frame(selection)
    said = {
        "may_set_targets": user_can_set_targets(request.user, today),
        "may_make_reports": user_can_make_reports(request.user, today),
        "corrected": LogRevision.objects.after_closing(selection.year).count() if selection.year.closed_on else 0,
    }
    content = kept_part(
        "evaluations/_overview.html",
        [frame, *_follows_from(kept, report), sorted(contacts), said],
        lambda: {**_contents(overview_of(selection, kept, since_report=since(report)), contacts, frame), **said},
    )
    context = {"selection": selection, "content": content, "counted_at": timezone.localtime()}
    return render(request, "evaluations/overview.html", context)


# Everything that ``evaluations/_overview.html`` is rendered from is in the next two, besides who has a contact person
# and what the reader may do. What is not in them must not be shown there.


def _frame(selection: Selection) -> list[object]:
    """What is chosen and targeted, and what else can be chosen: everything but their counts that the schools' rows are
    rendered from."""
    return [
        chosen(selection),
        dict(selection.targets),
        [(one.year.slug, str(one.year), one.programme.slug, str(one.programme)) for one in selection.opened],
        [] if selection.totals_only else District.objects.aggregate(print=Fingerprint("pk", "slug", "name")),
    ]


def _follows_from(kept: Compared, report: SavedReport | None) -> list[object]:
    """What is counted this year and last, and the report to compare with, whose numbers never change."""
    return [
        counted(kept.own),
        [counted(kept.last), dict(kept.before.targets)] if kept.last and kept.before else [],
        [report.pk, report.as_of, report.get_absolute_url()] if report else [],
    ]


def _contents(dashboard: Dashboard, contacts: Collection[int], frame: Sequence[object]) -> dict[str, Any]:
    selection, summary = dashboard.selection, dashboard.summary
    months = months_shown(summary.totals, selection.as_of)
    shown = {} if selection.totals_only else summary.shown
    rows = rendered_rows(selection, shown, contacts, months, frame)
    first = [rows[pk] for pk in keys_of(summary.first) if pk in rows]
    return {
        "selection": selection,
        "dashboard": dashboard,
        "lead": sentences.lead(dashboard, names_schools=not selection.totals_only),
        "line_title": sentences.line_title(dashboard),
        "lost_title": sentences.lost_title(dashboard),
        "rows_shown": not selection.totals_only,
        "form": kept_part("evaluations/_selection_form.html", frame, lambda: {"selection": selection}),
        "schools_shown": first,
        "table_rows": [row.in_table for row in first],
        "never_shown": [rows[pk] for pk in keys_of(summary.never_first) if pk in rows],
        "figure_table": tables.figure_table(dashboard),
        "school_table": tables.school_table(dashboard),
        "grade_table": tables.grade_table(dashboard),
        "topic_table": tables.topic_table(dashboard.topics, selection),
        "reason_table": tables.reason_table(dashboard.reasons, selection),
        "month_table": tables.month_table(dashboard),
    }


@for_partners_too
def definitions(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """What each figure counts, in words, and the targets of the selection's programme."""
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
