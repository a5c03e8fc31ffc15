"""Indicators: what has changed beside the work, each value with its source, compared with other areas."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import manages_schools, sees_everything
from accounts.requests import GET_OR_POST, SignedInRequest
from evaluations.indicators import sentences
from evaluations.indicators.forms import IndicatorForm
from evaluations.indicators.series import Comparison, Picture, comparison_of, picture_of, pictures_of, years_to_compare
from evaluations.indicators.writing import add, change
from evaluations.models import Indicator, ReportedResult
from evaluations.views.access import for_partners_too
from programmes.views.sending import answer, send


@for_partners_too
def indicator_list(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """The report's results in its own words, and every indicator with its latest value."""
    pictures = pictures_of(list(Indicator.objects.select_related("programme")))
    results = list(ReportedResult.objects.select_related("indicator"))
    by_indicator = {picture.indicator.pk: picture for picture in pictures}
    context = {
        "results": [(result, _differences(by_indicator[result.indicator_id])) for result in results],
        "pictures": [(picture, _latest(picture)) for picture in pictures if picture.lines],
        "without": [one.indicator for one in pictures if not one.lines and not _is_reported(one, results)],
        "may_write": manages_schools(request.user, today),
        "sees_imports": sees_everything(request.user, today),
    }
    return render(request, "evaluations/indicator_list.html", context)


@for_partners_too
def indicator_detail(request: HttpRequest, slug: str, *, today: dt.date) -> HttpResponse:
    """One indicator: its lines, the comparison of two years in words and numbers, and its values with their sources."""
    indicator = get_object_or_404(Indicator.objects.select_related("programme"), slug=slug)
    picture = picture_of(indicator)
    comparison = _comparison(picture, request)
    highlighted = request.GET.get("visa", "")
    context = {
        "indicator": indicator,
        "picture": picture,
        "named": picture.named(highlighted),
        "highlighted": highlighted,
        "comparison": comparison,
        "told": sentences.told(comparison) if comparison else [],
        "workings": _workings(comparison) if comparison else [],
        "value_rows": [(line, [line.points.get(year) for year in picture.years]) for line in picture.lines],
        "has_counts": any(one.count for line in picture.lines for one in line.points.values()),
        "results": indicator.results.all(),
        "may_write": manages_schools(request.user, today),
    }
    return render(request, "evaluations/indicator_detail.html", context)


@GET_OR_POST
def indicator_add(request: SignedInRequest) -> HttpResponse:
    writers_only(request)
    form = IndicatorForm(request.POST or None)

    def save() -> Indicator:
        said, now = form.said(), timezone.now()
        return add(Indicator, said=said, key=form.cleaned_data["key"], by=request.user, now=now, named=said["name"])

    sending = send(request, form, save, lambda: None)
    back = sending.saved or "results:indicator-list"
    said = _("The indicator is saved.")
    return answer(request, form, sending, said=said, back=back, template="evaluations/indicator_form.html")


@GET_OR_POST
def indicator_change(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    indicator = get_object_or_404(Indicator, slug=slug)
    form = IndicatorForm(request.POST or None, instance=indicator)

    def save() -> Indicator:
        version, now = form.cleaned_data["version"], timezone.now()
        return change(indicator, said=form.said(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: Indicator.objects.get(pk=indicator.pk))
    said, template = _("The indicator is saved."), "evaluations/indicator_form.html"
    return answer(request, form, sending, said=said, back=indicator, template=template, indicator=indicator)


def writers_only(request: SignedInRequest) -> None:
    """The centre's coordinators and administrators write; the leadership and the partners read."""
    if not manages_schools(request.user, timezone.localdate()):
        raise PermissionDenied


def _comparison(picture: Picture, request: HttpRequest) -> Comparison | None:
    years = years_to_compare(picture, (request.GET.get("fran", ""), request.GET.get("till", "")))
    return comparison_of(picture, *years) if years else None


def _workings(comparison: Comparison) -> list[tuple[str, str]]:
    """The calculation of each area's difference in differences."""
    unit = comparison.indicator.unit
    return [(row.area.name, sentences.working(comparison.own, row, unit)) for row in comparison.wholes]


def _differences(picture: Picture) -> list[tuple[str, str]]:
    """The calculations between the usual two years, for a result that has values."""
    years = years_to_compare(picture, ("", ""))
    comparison = comparison_of(picture, *years) if years else None
    return _workings(comparison) if comparison else []


def _latest(picture: Picture) -> tuple[int, object] | None:
    if picture.own is None:
        return None
    year = picture.own.years[-1]
    return year, picture.own.points[year]


def _is_reported(picture: Picture, results: list[ReportedResult]) -> bool:
    return picture.indicator.pk in {result.indicator_id for result in results}
