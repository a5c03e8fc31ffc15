"""Moving several sessions of a school in one go: choosing them, seeing the result, and moving."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import GET_OR_POST, SignedInRequest
from schools import policies
from schools.actions.deeds import StaleSession
from schools.actions.moves import (
    Placing,
    check_placings,
    following,
    move_sessions,
    shifted,
    steps_between,
    to_next_free_weeks,
)
from schools.calendar import SchoolCalendar
from schools.conflicts import conflicts_at
from schools.forms.moves import BulkMoveForm
from schools.history import deeds
from schools.models import PlanChange, PlannedSession, School, Term
from schools.models.plans import monday_of
from schools.term_plan import in_term, season_slug
from schools.times import time_in
from schools.views.access import visible_school
from schools.views.broken import broken_by, plans_of
from schools.views.term_plan import rows_of_year, term_or_404

CONFLICT = 409


@GET_OR_POST
def sessions_move(request: SignedInRequest, slug: str, year_slug: str, season: str) -> HttpResponse:
    """Choose sessions and where to; the result is shown before anything is moved."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    term = term_or_404(Term.objects.select_related("year"), year_slug, season)
    if not policies.user_can_move(request.user, school, today):
        raise PermissionDenied
    rows = list(rows_of_year(school, term.year).without_outcome().select_related("participation__programme_year__year"))
    seen = _seen(request)
    page = _Page(request, school, term, today, rows, _chosen(rows, seen, school))
    if request.method != "POST":
        return page.choose(page.form(initial={"following": request.GET.get("foljande") == "1"}))
    form = page.form(request.POST)
    stale = [row for row in page.chosen if seen[row.uuid] not in (None, row.version)]
    lost = set(seen) - {row.uuid for row in page.chosen}
    if stale or lost:
        return page.stale(form, [*stale, *PlannedSession.objects.filter(uuid__in=lost)])
    if form.is_valid() and not page.chosen:
        form.add_error(None, _("Choose at least one session."))
    if not form.is_valid() or "back" in request.POST:
        return page.choose(form)
    return _show_or_move(page, form)


def _show_or_move(page: _Page, form: BulkMoveForm) -> HttpResponse:
    """Show where the sessions would be; move them if the person has seen just that."""
    try:
        placings = page.placings(form)
        check_placings(placings)
        digest = _digest(placings)
        if page.request.POST.get("seen") != digest:
            return page.show(form, placings, digest)
        move_sessions(
            placings=placings,
            by=page.request.user,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
            how="following" if form.cleaned_data["following"] else "several",
        )
    except ValidationError as refused:
        form.add_error(form.field_of_place, refused.messages)
        return page.choose(form)
    except StaleSession as stale:
        return page.stale(form, stale.sessions)
    done = ngettext("%(n)s session was moved.", "%(n)s sessions were moved.", len(placings)) % {"n": len(placings)}
    messages.success(page.request, done)
    return redirect("schools:term-plan-of", *page.address)


class _Page:
    """The page's school, term and sessions, and its three states: choosing, showing, and what somebody else did
    meanwhile."""

    def __init__(
        self,
        request: SignedInRequest,
        school: School,
        term: Term,
        today: dt.date,
        rows: Sequence[PlannedSession],
        chosen: Sequence[PlannedSession],
    ) -> None:
        self.request, self.school, self.term, self.today = request, school, term, today
        self.rows, self.chosen = rows, chosen
        self.calendar = SchoolCalendar.of(term.year, school)

    @property
    def address(self) -> tuple[str, str, str]:
        return (self.school.slug, self.term.year.slug, season_slug(self.term))

    def form(self, *args: Any, **kwargs: Any) -> BulkMoveForm:
        weeks = [(week, self.calendar.blocked_name(week)) for week in self.calendar.open_weeks()]
        return BulkMoveForm(*args, weeks=weeks, this_week=monday_of(self.today), **kwargs)

    def choose(self, form: BulkMoveForm, status: int = 200, **more: Any) -> HttpResponse:
        chosen = {row.pk for row in self.chosen}
        offered = [row for row in self.rows if row.pk in chosen or self._is_offered(row)]
        group = self.request.GET.get("grupp", "")
        shown = [row for row in offered if not group or str(row.group_id) == group or row.pk in chosen]
        context = self._context(form) | {
            "weeks": [
                (week, list(some))
                for week, some in groupby(sorted(shown, key=_reading_order), lambda row: row.week_start)
            ],
            "groups": sorted(
                {row.group for row in offered}, key=lambda one: (one.grade is not None, one.grade, one.name)
            ),
            "group": group,
            "chosen": chosen,
        }
        return render(self.request, "schools/sessions_move.html", context | more, status=status)

    def show(self, form: BulkMoveForm, placings: Sequence[Placing], digest: str) -> HttpResponse:
        moved = _moved(placings, self.calendar)
        after = [moved.get(row.pk, row) for row in self.rows]
        found = [one for one in conflicts_at(after, self.today) if any(row.pk in moved for row in one.sessions)]
        blocked = {row.week_start for row in moved.values() if self.calendar.blocked_name(row.week_start)}
        context = self._context(form) | {
            "moves": [(one.session, moved[one.session.pk]) for one in placings],
            "conflicts": found,
            "warnings": broken_by(moved.values(), plans_of(moved.values(), self.today)),
            "blocked": [(week, self.calendar.blocked_name(week)) for week in sorted(blocked)],
            "digest": digest,
            "has_changed": bool(self.request.POST.get("seen")),
        }
        return render(self.request, "schools/sessions_move_shown.html", context)

    def stale(self, form: BulkMoveForm, sessions: Iterable[PlannedSession]) -> HttpResponse:
        """What the other person did, keeping all that was chosen and typed."""
        changes = PlanChange.objects.filter(session__in=list(sessions)).order_by("session", "-pk")
        latest = [next(some).batch for _session, some in groupby(changes, lambda change: change.session_id)]
        told = deeds(PlanChange.objects.filter(batch__in=latest))
        return self.choose(form, status=CONFLICT, stale=told, is_stale=True)

    def placings(self, form: BulkMoveForm) -> list[Placing]:
        """Where the form puts each session. Raises ``ValidationError`` when no week can be found for one."""
        how = form.cleaned_data["how"]
        if how == form.FREE:
            placings, left = to_next_free_weeks(self.chosen, {self.school.pk: self.calendar}, self.today)
            if left:
                raise ValidationError([_("%(session)s: no week is free.") % {"session": row} for row in left])
            return placings
        if not form.cleaned_data["following"] and how == form.WEEK:
            return [Placing(row, row.version, form.chosen_week()) for row in self.chosen]
        placings = []
        for rows in self._trains() if form.cleaned_data["following"] else [self.chosen]:
            placings += shifted(rows, self.calendar, self._steps(form, rows[0].week_start))
        return placings

    def _is_offered(self, row: PlannedSession) -> bool:
        return in_term(row.week_start, self.term) and row.week_start >= monday_of(self.today)

    def _steps(self, form: BulkMoveForm, week: dt.date) -> int:
        if form.cleaned_data["how"] == form.WEEK:
            return steps_between(self.calendar, week, form.chosen_week())
        return form.chosen_steps()

    def _trains(self) -> list[list[PlannedSession]]:
        """For each plan and group, the first chosen session and all that follow it."""
        first: dict[tuple[int, int], PlannedSession] = {}
        for row in sorted(self.chosen, key=_reading_order):
            first.setdefault((row.participation_id, row.group_id), row)
        return [following(row) for row in first.values()]

    def _context(self, form: BulkMoveForm) -> dict[str, Any]:
        return {
            "school": self.school,
            "term": self.term,
            "season": self.address[2],
            "form": form,
            "today": self.today,
            "picked": self.chosen,
        }


def _seen(request: SignedInRequest) -> dict[UUID, int | None]:
    """The sessions that the address or the form names, each with the version in which it was seen."""
    found: dict[UUID, int | None] = {}
    for text in (request.POST if request.method == "POST" else request.GET).getlist("pass"):
        uuid, _colon, version = text.partition(":")
        try:
            found[UUID(uuid)] = int(version) if version else None
        except ValueError as broken:
            raise Http404 from broken
    return found


def _chosen(rows: Sequence[PlannedSession], seen: dict[UUID, int | None], school: School) -> list[PlannedSession]:
    """The chosen rows that can be moved. Raises ``Http404`` if any is not the school's."""
    if PlannedSession.objects.filter(uuid__in=seen, participation__school=school).count() < len(seen):
        raise Http404
    return [row for row in rows if row.uuid in seen]


def _moved(placings: Iterable[Placing], calendar: SchoolCalendar) -> dict[int, PlannedSession]:
    """The sessions as they would be."""
    moved = {}
    for one in placings:
        row = copy.copy(one.session)
        row.date, row.start_time, row.end_time = time_in(one.session, one.week_start, calendar)
        row.week_start = one.week_start
        moved[row.pk] = row
    return moved


def _digest(placings: Iterable[Placing]) -> str:
    """The same as long as the same sessions, in the versions seen, would move to the same weeks."""
    said = sorted(f"{one.session.pk} {one.version} {one.week_start}" for one in placings)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _reading_order(row: PlannedSession) -> tuple[Any, ...]:
    return (row.week_start, row.group.is_class, row.slot_no, row.group.grade or 0, row.group.name)
