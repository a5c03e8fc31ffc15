"""The worklist of planned sessions on closed days and in blocked weeks: moving one or all of them, and undoing that."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import sees_everything
from accounts.requests import SignedInRequest
from schools.actions.deeds import StaleSession
from schools.actions.moves import Placing, move_sessions, to_next_free_weeks
from schools.actions.strays import let_stay
from schools.actions.undoing import undoable_until
from schools.calendar import calendars_of
from schools.models import PlanChange, School, SchoolYear
from schools.models.places import SchoolQuerySet
from schools.strays import Stray, by_school, strays_at
from schools.views.access import year_or_404

SCHOOLS_ON_A_PAGE = 20


@dataclass(frozen=True)
class Line:
    """A session that is hit, and where it would be moved; None when the year has no free week left."""

    stray: Stray
    placing: Placing | None

    @property
    def digest(self) -> str:
        return digest_of([self])


@dataclass(frozen=True)
class Part:
    """A school's lines."""

    school: School
    lines: list[Line]
    may_move: bool

    @property
    def movable(self) -> list[Line]:
        return [line for line in self.lines if line.placing]

    @property
    def digest(self) -> str:
        return digest_of(self.movable)


def stray_list(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """School by school, those with most to move first. What is done is what was shown, or nothing."""
    today = timezone.localdate()
    year, schools, movers = year_or_404(year_slug), _readable(request, today), _movable(request, today)
    if request.method == "POST":
        return _deed(request, year, movers)
    school = get_object_or_404(schools, slug=request.GET["skola"]) if request.GET.get("skola") else None
    parts = _parts(year, schools.filter(pk=school.pk) if school else schools, movers, today)
    lines = [line for part in parts if part.may_move for line in part.movable]
    page = Paginator(parts, SCHOOLS_ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {
        "year": year,
        "school": school,
        "page": page,
        "parts": page.object_list,
        "count": sum(len(part.lines) for part in parts),
        "movable_count": len(lines),
        "digest": digest_of(lines),
        "undo": _undo(request, movers),
    }
    return render(request, "schools/stray_list.html", context)


def digest_of(lines: Sequence[Line]) -> str:
    """Shows whether what is done is what was seen."""
    told = sorted((line.stray.session.pk, one.version, one.week_start) for line in lines if (one := line.placing))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _parts(year: SchoolYear, schools: SchoolQuerySet, movers: SchoolQuerySet, today: dt.date) -> list[Part]:
    places = list(schools.open_on(today))
    calendars = calendars_of(year, places)
    strays = strays_at(year, places, today, calendars)
    placings, _left = to_next_free_weeks([stray.session for stray in strays], calendars, today)
    by_session = {one.session.pk: one for one in placings}
    may_move = set(movers.values_list("pk", flat=True))
    return [
        Part(school, [Line(stray, by_session.get(stray.session.pk)) for stray in own], school.pk in may_move)
        for school, own in by_school(strays)
    ]


def _readable(request: SignedInRequest, today: dt.date) -> SchoolQuerySet:
    if sees_everything(request.user, today):
        return School.objects.all()
    schools = _movable(request, today)
    if not schools.exists():
        raise PermissionDenied
    return schools


def _movable(request: SignedInRequest, today: dt.date) -> SchoolQuerySet:
    return School.objects.logged_by(request.user, today)


def _deed(request: SignedInRequest, year: SchoolYear, movers: SchoolQuerySet) -> HttpResponse:
    if not movers.exists():
        raise PermissionDenied
    deed, _colon, of_what = request.POST.get("deed", "").partition(":")
    deeds = {"move": _move, "stay": _stay}
    address = reverse("schools:stray-list", args=[year.slug])
    if deed not in deeds:
        return redirect(address)
    school = get_object_or_404(movers, slug=request.POST["skola"]) if request.POST.get("skola") else None
    query: dict[str, str] = {"skola": school.slug} if school else {}
    query |= {"sida": request.GET["sida"]} if request.GET.get("sida") else {}
    shown = movers.filter(pk=school.pk) if school else movers
    try:
        query |= deeds[deed](request, year, shown, of_what)
    except StaleSession:
        messages.error(request, _("Something has changed since the list was shown. Nothing is moved. Look again."))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(f"{address}?{urlencode(query)}" if query else address)


def _move(request: SignedInRequest, year: SchoolYear, schools: SchoolQuerySet, of_what: str) -> dict[str, str]:
    """Move everything that the list showed, one school's part of it, or one session."""
    parts = _parts(year, schools, schools, timezone.localdate())
    lines = [line for part in parts for line in part.movable]
    if _is_uuid(of_what):
        lines = [line for line in lines if str(line.stray.session.uuid) == of_what]
    elif of_what != "all":
        school = get_object_or_404(schools, slug=of_what)
        lines = [line for line in lines if line.stray.school == school]
    if not lines or request.POST.get("digest") != digest_of(lines):
        raise StaleSession
    batch = move_sessions(
        placings=[line.placing for line in lines if line.placing],
        by=request.user,
        now=timezone.now(),
        reason=_reason(lines),
    )
    said = ngettext("%(n)s session has a new week.", "%(n)s sessions have new weeks.", len(lines))
    messages.success(request, said % {"n": len(lines)})
    return {"flyttat": str(batch)}


def _stay(request: SignedInRequest, year: SchoolYear, schools: SchoolQuerySet, of_what: str) -> dict[str, str]:
    strays = strays_at(year, schools, timezone.localdate())
    stray = next((one for one in strays if str(one.session.uuid) == of_what and one.may_stay), None)
    version = request.POST.get("version", "")
    if stray is None or not version.isdecimal():
        raise StaleSession
    let_stay(session=stray.session, version=int(version), by=request.user)
    messages.success(request, _("The session for %(group)s stays.") % {"group": stray.session.group})
    return {}


def _undo(request: SignedInRequest, schools: SchoolQuerySet) -> dict[str, object] | None:
    """Undo the move that was just made, while it can be undone."""
    batch = _own_batch(request.GET.get("flyttat", ""), schools)
    until = undoable_until(batch, timezone.now()) if batch else None
    return {"batch": batch, "until": until, "lines": [_("The sessions are moved.")]} if until else None


def _own_batch(text: str, schools: SchoolQuerySet) -> uuid.UUID | None:
    """The batch, if all of it concerns schools whose sessions the user may move."""
    if not _is_uuid(text):
        return None
    changes = PlanChange.objects.filter(batch=text)
    elsewhere = changes.exclude(participation__school__in=schools)
    return uuid.UUID(text) if changes.exists() and not elsewhere.exists() else None


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _reason(lines: Sequence[Line]) -> str:
    """What all of them are moved for, if it is the same: Höstlov."""
    names = {line.stray.name for line in lines}
    return next(iter(names)) if len(names) == 1 else _("The school's calendar has changed")
