"""The sessions and classes that a figure counts."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from evaluations.figures import TITLES
from evaluations.lists import CLASSES, PARTS, PLACES, ListedClass, ListedPlace, classes_in, places_in
from evaluations.selection import Selection
from evaluations.views.access import with_selection
from schools.models import Group, PlannedSession, School

PAGE = 50


@with_selection
def session_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    figure, part = _asked(request, PLACES, "pace")
    school, topic = request.GET.get("skola", ""), request.GET.get("amne", "")
    found = places_in(selection, figure, part, school=school, topic=topic)
    page = Paginator(found, PAGE).get_page(request.GET.get("sida"))
    context = _context(selection, figure, part, school, PLACES[figure]) | {
        "page": page,
        "total": len(found),
        "sessions": _sessions_on(page),
        "topic": topic,
    }
    return render(request, "evaluations/session_list.html", context)


@with_selection
def class_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    figure, part = _asked(request, CLASSES, "reach")
    school = request.GET.get("skola", "")
    found = classes_in(selection, figure, part, school=school)
    page: Page[ListedClass] = Paginator(found, PAGE).get_page(request.GET.get("sida"))
    names = Group.objects.in_bulk([listed.one.group.pk for listed in page])
    context = _context(selection, figure, part, school, CLASSES[figure]) | {
        "page": page,
        "total": len(found),
        "pupils": sum(listed.one.pupils for listed in found),
        "classes": [(listed, names[listed.one.group.pk]) for listed in page],
    }
    return render(request, "evaluations/class_list.html", context)


def _asked(request: HttpRequest, known: object, default: str) -> tuple[str, str]:
    figure, part = request.GET.get("siffra", default), request.GET.get("del", "alla")
    if figure not in known or part not in known[figure]:  # type: ignore[operator,index]
        raise Http404
    return figure, part


def _context(selection: Selection, figure: str, part: str, school: str, parts: object) -> dict[str, object]:
    return {
        "selection": selection,
        "figure": figure,
        "title": TITLES[figure],
        "part": part,
        "part_title": PARTS[part],
        "parts": [
            (name, PARTS[name], selection.query_with(siffra=figure, skola=school, **{"del": name})) for name in parts
        ],  # type: ignore[attr-defined]
        "school": School.objects.filter(slug=school).first() if school else None,
    }


def _sessions_on(page: Page[ListedPlace]) -> list[tuple[ListedPlace, PlannedSession]]:
    rows = PlannedSession.objects.with_names().in_bulk([listed.place.row.pk for listed in page])
    return [(listed, rows[listed.place.row.pk]) for listed in page]
