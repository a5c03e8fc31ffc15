"""The sessions, classes and schools that a figure counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.kept_pages import kept
from evaluations import class_lists, lists, tables
from evaluations.cells import Table
from evaluations.counting import HELD_LATER
from evaluations.dashboard import reason_title
from evaluations.definitions import DEFINITIONS
from evaluations.places import ClassYear, Place
from evaluations.rendered import chosen, counted, kept_part
from evaluations.selection import Selection, schools_of
from evaluations.terms import OF_TERMS, SEASONS, name_of
from evaluations.views.access import with_selection
from evaluations.views.export import asks_for_file, file_of
from evaluations.year_line import months_of
from programmes.models import SessionTopic
from schools.models import Group, PlannedSession, School
from schools.models.groups import GRADES
from schools.models.plans import CancelReason, title_of_topic

PAGE = 50
# Longer lists are to be narrowed first: nobody reads them, and to read them all takes long.
MOST_IN_A_FILE = 20_000


@dataclass(frozen=True)
class Asked:
    """Which part of which figure an address asks for, at which school and about which topic."""

    figure: str
    part: str
    school: School | None
    topic: SessionTopic | None
    without_topic: bool
    grade: int | None = None
    # The term in which they were due; empty for the whole year.
    term: str = ""
    # Why they were lost.
    reason: str = ""
    # The month by whose end they are counted, such as 2026-09; none is the day.
    until: str = ""

    @property
    def season(self) -> str:
        return SEASONS.get(self.term, "")

    @property
    def topic_slug(self) -> str:
        return lists.NO_TOPIC if self.without_topic else self.topic.slug if self.topic else ""


SESSIONS: Mapping[str, Collection[str]] = {
    **lists.PLACES,
    "reminders": lists.REMINDED,
    "lost": lists.LOST,
    "line": lists.LINE,
}


# Which figures' lists can be narrowed by what an address says, besides the school and the term.
NARROWED_BY: Mapping[str, Collection[str]] = {
    "amne": lists.PLACES,
    "arskurs": lists.CLASSES,
    "orsak": ("lost",),
    "manad": ("line",),
}


@kept
@with_selection
def session_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    asked = _asked(request, selection, SESSIONS)
    found = _sessions_of(selection, asked)
    if _is_to_be_a_file(request, selection, found):
        listed = found[:]
        table = tables.session_list_table(listed, _planned(listed), _groups(one.place for one in listed), asked.figure)
        return _file(request, selection, asked, table)
    # Only what is asked for is read, unless the list is kept already.
    page = page_of(request, range(len(found)))
    content = kept_part(
        "evaluations/_session_list.html",
        _follows_from(selection, asked, page, found),
        lambda: _sessions_shown(selection, asked, page, found),
    )
    context = _context(selection, asked, SESSIONS) | {"page": page, "content": content}
    return render(request, "evaluations/session_list.html", context)


def _sessions_of(selection: Selection, asked: Asked) -> Sequence[lists.ListedPlace]:
    if asked.figure == "reminders":
        return lists.reminded_in(selection, asked.part, school=asked.school)
    if asked.figure == "lost":
        return lists.lost_in(selection, asked.part, school=asked.school, reason=asked.reason)
    if asked.figure == "line":
        return lists.line_in(selection, asked.part, school=asked.school, until=asked.until)
    return lists.places_in(
        selection, asked.figure, asked.part, school=asked.school, topic=asked.topic_slug, term=asked.season
    )


def _follows_from(selection: Selection, asked: Asked, page: Page[Any], found: Sequence[object]) -> list[object] | None:
    """Everything that ``evaluations/_session_list.html`` is rendered from; None where no kept sum tells it."""
    row = found.rows.counted.row if isinstance(found, lists.ListedPlaces) else None
    if row is None:
        return None
    topic = asked.topic.title if asked.topic else ""
    about = [asked.figure, asked.part, asked.topic_slug, topic, asked.grade, asked.term, asked.reason, asked.until]
    return [chosen(selection), about, page.number, counted(row)]


def _sessions_shown(
    selection: Selection, asked: Asked, page: Page[Any], found: Sequence[lists.ListedPlace]
) -> dict[str, Any]:
    context = _context(selection, asked, SESSIONS) | {
        "total": len(found),
        "rows": _with_sessions(found[page.start_index() - 1 : page.end_index()] if found else []),
    }
    if asked.figure == "adherence":
        context["parts_done"], context["parts_total"] = _parts(found, asked, selection)
    return context


def _parts(found: Sequence[lists.ListedPlace], asked: Asked, selection: Selection) -> tuple[int, int]:
    """How many parts were done, and of how many, in the listed sessions."""
    if not asked.topic_slug:
        return lists.parts_in(selection, school=asked.school, term=asked.season)
    rows = [listed.place.row for listed in found if listed.place.row]
    return sum(row.parts_done for row in rows), sum(row.parts for row in rows)


@kept
@with_selection
def class_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    asked = _asked(request, selection, lists.CLASSES)
    about = (asked.figure, asked.part, asked.school, asked.grade, asked.season)
    found = class_lists.classes_in(class_lists.Asked(selection, *about))
    if _is_to_be_a_file(request, selection, found):
        listed = found[:]
        return _file(request, selection, asked, tables.class_list_table(listed, _groups(one.one for one in listed)))
    page = page_of(request, found)
    names = _groups(listed.one for listed in page)
    context = _context(selection, asked, lists.CLASSES) | {
        "page": page,
        "total": len(found),
        "pupils": found.pupils,
        "without_size": found.without_size,
        "rows": [(listed, names[listed.one.group.pk]) for listed in page],
    }
    return render(request, "evaluations/class_list.html", context)


@kept
@with_selection
def school_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    asked = _asked(request, selection, lists.SCHOOLS)
    found = lists.schools_in(selection, asked.figure, asked.part)
    if _is_to_be_a_file(request, selection, found):
        return _file(request, selection, asked, tables.school_list_table(found[:]))
    context = _context(selection, asked, lists.SCHOOLS) | {"page": page_of(request, found), "total": len(found)}
    return render(request, "evaluations/school_list.html", context)


def _is_to_be_a_file(request: HttpRequest, selection: Selection, found: Sequence[object]) -> bool:
    """Whether the address asks for the list as a file. Of one that is too long it is said, and the page is shown."""
    if not asks_for_file(request, selection):
        return False
    if len(found) > MOST_IN_A_FILE:
        selection.mended.append(_("The list is too long for a file. Choose a district, a school or a part of it."))
        return False
    return True


def _file(request: HttpRequest, selection: Selection, asked: Asked, table: Table) -> HttpResponse:
    figure = str(DEFINITIONS[asked.figure].title)
    about = [(_("Figure"), figure), (_("Part"), str(lists.TITLES[asked.part])), *_narrowed_to(selection, asked)]
    return file_of(request, selection, [table], *about, name=slugify(figure))


def _narrowed_to(selection: Selection, asked: Asked) -> list[tuple[str, str]]:
    """What the list is narrowed to, with its name; the school stands on every row."""
    told = [
        (_("Topic"), title_of_topic(asked.topic) if asked.topic_slug else ""),
        (_("Grade"), _grade_label(asked)),
        (_("Term"), name_of(selection.year, asked.season) if asked.season else ""),
        (_("Reason"), reason_title(asked.reason) if asked.reason else ""),
        (_("To the end of"), asked.until),
    ]
    return [(name, value) for name, value in told if value]


def _grade_label(asked: Asked) -> str:
    return "" if asked.grade is None else dict(GRADES)[asked.grade]


def _asked(request: HttpRequest, selection: Selection, known: Mapping[str, Collection[str]]) -> Asked:
    """What the address asks for. What is not understood is said, and the nearest is shown instead."""
    figure, part = request.GET.get("siffra", ""), request.GET.get("del", "")
    default = next(iter(known))
    if figure not in known:
        if figure:
            selection.mended.append(
                _("There is no such figure. Here is %(name)s.") % {"name": DEFINITIONS[default].title}
            )
        figure = default
    whole = next(iter(known[figure]))
    if part and part not in known[figure]:
        selection.mended.append(_("The figure has no such part. Here is all of it."))
    part = part if part in known[figure] else whole
    narrowed = {name: _narrowed_by(request, selection, figure, name) for name in NARROWED_BY}
    return Asked(
        figure,
        part,
        _school(selection, request.GET.get("skola", "")),
        _topic(selection, narrowed["amne"]),
        narrowed["amne"] == lists.NO_TOPIC,
        _grade(selection, narrowed["arskurs"]),
        _term(selection, figure, request.GET.get("termin", "")),
        _reason(selection, narrowed["orsak"]),
        _month(selection, narrowed["manad"]),
    )


def _narrowed_by(request: HttpRequest, selection: Selection, figure: str, name: str) -> str:
    """What the address narrows the figure's list by; where it can't be, that is said, and no heading tells of it."""
    text = request.GET.get(name, "")
    if text and figure not in NARROWED_BY[name]:
        selection.mended.append(_("The figure cannot be narrowed in that way. Here is all of it."))
        return ""
    return text


def _reason(selection: Selection, text: str) -> str:
    if text and text not in (*CancelReason, HELD_LATER):
        selection.mended.append(_("There is no such reason. Here are all."))
        return ""
    return text


def _month(selection: Selection, text: str) -> str:
    if text and text not in [f"{month:%Y-%m}" for month in months_of(selection)]:
        selection.mended.append(_("The school year has no such month by the day. Here is the whole year."))
        return ""
    return text


def _term(selection: Selection, figure: str, text: str) -> str:
    if not text:
        return ""
    if text not in SEASONS or figure not in {told.__name__ for told in OF_TERMS}:
        selection.mended.append(_("The figure is not told of such a term. Here is the whole year."))
        return ""
    return text


def _grade(selection: Selection, text: str) -> int | None:
    rules = selection.programme_year
    grade = next((n for n in range(rules.lowest_grade, rules.highest_grade + 1) if str(n) == text), None)
    if text and grade is None:
        selection.mended.append(_("The programme has no such grade. Here are all."))
    return grade


def _school(selection: Selection, slug: str) -> School | None:
    school = schools_of(selection).filter(slug=slug).first() if slug else None
    if slug and school is None:
        selection.mended.append(_("There is no such school here. Here are all."))
    return school


def _topic(selection: Selection, slug: str) -> SessionTopic | None:
    if not slug or slug == lists.NO_TOPIC:
        return None
    topics = SessionTopic.objects.of(selection.programme_year.programme)
    topic = next((topic for topic in topics if topic.slug == slug), None)
    if topic is None:
        selection.mended.append(_("There is no such topic. Here are all."))
    return topic


def _context(selection: Selection, asked: Asked, known: Mapping[str, Collection[str]]) -> dict[str, Any]:
    about = {"siffra": asked.figure, "skola": asked.school.slug if asked.school else "", "amne": asked.topic_slug}
    about |= {"arskurs": "" if asked.grade is None else str(asked.grade), "termin": asked.term, "orsak": asked.reason}
    about |= {"manad": asked.until}
    return {
        "selection": selection,
        "asked": asked,
        "most_in_a_file": MOST_IN_A_FILE,
        "grade_label": _grade_label(asked),
        "reason": reason_title(asked.reason) if asked.reason else "",
        "until": dt.date.fromisoformat(f"{asked.until}-01") if asked.until else None,
        "term_name": name_of(selection.year, asked.season) if asked.season else "",
        "definition": DEFINITIONS[asked.figure],
        "part_title": lists.TITLES[asked.part],
        "parts": [
            (part, lists.TITLES[part], selection.query_with(**about, **{"del": part})) for part in known[asked.figure]
        ],
    }


def page_of(request: HttpRequest, found: Sequence[Any]) -> Page[Any]:
    """The page that an address asks for, or the nearest that exists."""
    return Paginator(found, PAGE).get_page(request.GET.get("sida"))


def _planned(listed: Sequence[lists.ListedPlace]) -> dict[int, PlannedSession]:
    return PlannedSession.objects.with_names().in_bulk([one.place.row.pk for one in listed if one.place.row])


def _groups(counted: Iterable[Place | ClassYear]) -> dict[int, Group]:
    return Group.objects.in_bulk({one.group.pk for one in counted})


def _with_sessions(page: Sequence[lists.ListedPlace]) -> list[dict[str, Any]]:
    """What a page's rows show: the place, its session if it is planned, and its group."""
    sessions = _planned(page)
    groups = _groups(row.place for row in page if not row.place.row)
    return [
        {
            "school": row.school,
            "place": row.place,
            "session": sessions.get(row.place.row.pk) if row.place.row else None,
            "group": groups.get(row.place.group.pk),
        }
        for row in page
    ]
