"""Surveys at the schools: planned with the programme, opened in the classroom, ended by the centre."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Min
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import sees_everything
from accounts.requests import GET_OR_POST, SignedInRequest
from evaluations.models import SurveyRound, SurveyWave
from evaluations.policies import sees_surveys, sees_totals_only, user_can_end_surveys, user_can_run_surveys
from evaluations.selection import Selection, selected
from evaluations.surveys.actions import CannotNow, close_round, end_wave, plan_surveys, start_round
from evaluations.surveys.codes import spaced
from evaluations.surveys.rounds import LOWEST_GRADE, Weeks, can_end, can_start, due_week, groups_for, is_open, is_small
from evaluations.surveys.suppression import FEWEST
from outbox.centre import portal_link
from schools.models import Group, Participation, School
from schools.views.access import visible_school

Audience, When = SurveyWave.Audience, SurveyWave.When


@dataclass
class GroupRounds:
    """A group's rounds for one audience, for the school's page; None where none is planned."""

    group: Group
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass
class AudiencePart:
    """One audience at a school: the groups that could answer and their rounds."""

    audience: SurveyWave.Audience
    groups: list[Group]
    rows: list[GroupRounds] = field(default_factory=list)

    @property
    def small(self) -> list[Group]:
        """Groups so small that their own answers are never shown."""
        return [group for group in self.groups if is_small(group)]

    @property
    def without_size(self) -> list[Group]:
        return [group for group in self.groups if not group.headcount]

    @property
    def is_planned(self) -> bool:
        return all(row.before and row.after for row in self.rows if row.group.headcount)


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """How far the surveys have come: at every school for the centre, else at one's own schools."""
    today = timezone.localdate()
    if not sees_surveys(request.user, today):
        raise PermissionDenied
    schools = list(School.objects.visible_to(request.user, today).open_on(today).order_by("name"))
    if not schools and sees_totals_only(request.user, today):
        return redirect("surveys:results")
    sees_all = sees_everything(request.user, today)
    # The centre ends the surveys here, whatever the number of schools.
    if len(schools) == 1 and not sees_all:
        return redirect("surveys:school", schools[0].slug)
    selection = selected(request.GET, today)
    if selection is None:
        return render(request, "evaluations/overview_empty.html")
    now = timezone.now()
    rounds = _rounds_of(selection, schools)
    context = {
        "selection": selection,
        "waves": _waves(rounds, now) if sees_all else [],
        "schools": _standing(schools, rounds),
        "may_end": user_can_end_surveys(request.user, today),
    }
    return render(request, "evaluations/survey_index.html", context)


def _rounds_of(selection: Selection, schools: Iterable[School]) -> list[SurveyRound]:
    found = SurveyRound.objects.with_names().filter(wave__programme_year=selection.programme_year)
    return list(found.filter(group__school__in=schools).in_school_order())


def _waves(rounds: Iterable[SurveyRound], now: dt.datetime) -> list[dict[str, Any]]:
    by_wave: dict[SurveyWave, list[SurveyRound]] = defaultdict(list)
    for one in rounds:
        by_wave[one.wave].append(one)
    ordered = sorted(by_wave, key=lambda wave: (Audience.values.index(wave.audience), When.values.index(wave.when)))
    return [
        {"wave": wave, "can_end": can_end(wave, by_wave[wave], now), **_response(by_wave[wave])} for wave in ordered
    ]


def _standing(schools: Iterable[School], rounds: Iterable[SurveyRound]) -> list[dict[str, Any]]:
    by_school: dict[int, list[SurveyRound]] = defaultdict(list)
    for one in rounds:
        by_school[one.group.school_id].append(one)
    return [{"school": school, **_response(by_school[school.pk])} for school in schools]


def _response(rounds: list[SurveyRound]) -> dict[str, int]:
    rounds = [one for one in rounds if not one.is_void]
    return {
        "rounds": len(rounds),
        "begun": sum(one.answered > 0 for one in rounds),
        "waiting": sum(one.answered == 0 for one in rounds),
        "answered": sum(one.answered for one in rounds),
        "invited": sum(one.invited for one in rounds),
    }


@GET_OR_POST
def school_surveys(request: SignedInRequest, slug: str) -> HttpResponse:
    """A school's surveys in a school year, and planning them."""
    today, now = timezone.localdate(), timezone.now()
    school = visible_school(request, slug, today)
    may_run = user_can_run_surveys(request.user, school, today)
    joined = list(
        school.participations.select_related("programme_year__programme", "programme_year__year").order_by(
            "-programme_year__year__starts_on", "programme_year__programme"
        )
    )
    years = list(dict.fromkeys(one.programme_year.year for one in joined))
    asked = next((year for year in years if year.slug == request.GET.get("lasar")), None)
    year = asked or next((year for year in years if year.starts_on <= today), years[0] if years else None)
    parts = [(one, _parts_of(one, now)) for one in joined if one.programme_year.year == year]
    if request.method == "POST":
        if not may_run:
            raise PermissionDenied
        return _plan(request, school, parts)
    context = {
        "school": school,
        "year": year,
        "years": years,
        "parts": [(one, audiences, any(not part.is_planned for part in audiences)) for one, audiences in parts],
        "may_run": may_run,
        "fewest": FEWEST,
        "lowest": LOWEST_GRADE,
        "is_over": year is not None and year.ends_on < today,
    }
    return render(request, "evaluations/survey_school.html", context)


def _parts_of(participation: Participation, now: dt.datetime) -> list[AudiencePart]:
    rules = participation.programme_year
    groups = list(participation.school.groups.lasting().filter(year=rules.year).in_school_order())
    weeks = _weeks_of(participation)
    rounds = SurveyRound.objects.with_names().at(participation.school).filter(wave__programme_year=rules)
    known = {(one.wave.audience, one.group_id, one.wave.when): _shown(one, weeks, now) for one in rounds}
    parts = []
    for audience in Audience:
        own = groups_for(audience, groups, rules)
        rows = [
            GroupRounds(
                group, known.get((audience, group.pk, When.BEFORE)), known.get((audience, group.pk, When.AFTER))
            )
            for group in own
        ]
        parts += [AudiencePart(audience, own, rows)] if own else []
    return parts


def _weeks_of(participation: Participation) -> dict[int, Weeks]:
    """Each group's first and last planned week."""
    sessions = participation.sessions.live().order_by()
    spans = sessions.values("group").annotate(first=Min("week_start"), last=Max("week_start"))
    return {row["group"]: (row["first"], row["last"]) for row in spans}


def _shown(one: SurveyRound, weeks: dict[int, Weeks], now: dt.datetime) -> dict[str, Any]:
    return {
        "round": one,
        "week": due_week(one, weeks),
        "is_open": is_open(one, now),
        "can_start": can_start(one, now),
        "ended": one.wave.ended_at is not None,
    }


def _plan(
    request: SignedInRequest, school: School, parts: list[tuple[Participation, list[AudiencePart]]]
) -> HttpResponse:
    """Plan what the form says; only audiences that the programme has at the school can be chosen."""
    found = next((pair for pair in parts if str(pair[0].pk) == request.POST.get("deltagande")), None)
    wanted = request.POST.getlist("svarande")
    possible = {str(part.audience) for part in found[1]} if found else set()
    way_back = f"{reverse('surveys:school', args=[school.slug])}?lasar={request.GET.get('lasar', '')}"
    if found is None or not wanted or not set(wanted) <= possible:
        messages.error(request, _("Choose who is to answer."))
        return redirect(way_back)
    made = plan_surveys(participation=found[0], audiences=wanted, by=request.user)
    if made:
        said = ngettext("%(n)s round is planned.", "%(n)s rounds are planned.", len(made)) % {"n": len(made)}
        messages.success(request, said)
    else:
        messages.info(
            request, _("Nothing new to plan. Groups need a number of people, and an ended survey takes none.")
        )
    return redirect(way_back)


@never_cache
@require_safe
def round_page(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The page to project: the code, the time left, and how many have answered."""
    one, now = _own_round(request, slug, pk), timezone.now()
    opened = is_open(one, now)
    seconds = int((one.open_until - now).total_seconds()) if opened and one.open_until else 0
    address = portal_link("surveys:answer", one.code) if opened else ""
    context = {
        "round": one,
        "school": one.group.school,
        "is_open": opened,
        "can_start": can_start(one, now),
        "is_small": is_small(one.group),
        "fewest": FEWEST,
        "code": spaced(one.code) if opened and one.code else "",
        "spoken": " ".join(one.code) if opened and one.code else "",
        "picture": _picture(address) if opened else "",
        "seconds": seconds,
        "minutes": seconds // 60,
        "where": portal_link("surveys:enter").partition("://")[2],
    }
    return render(request, "evaluations/survey_round.html", context)


def _picture(address: str) -> str:
    drawn = segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # drawn here, of an address of the portal's own


@never_cache
@require_safe
def count(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The number of answers, which changes while the page is projected; nothing about what was answered."""
    one = _own_round(request, slug, pk)
    return JsonResponse({"answered": one.answered, "open": is_open(one, timezone.now())})


@require_POST
def start(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    one = _own_round(request, slug, pk)
    try:
        start_round(one=one, by=request.user, now=timezone.now())
    except CannotNow:
        messages.info(request, _("The survey is open already, or everybody has answered."))
    return redirect(one)


@require_POST
def close(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    one = _own_round(request, slug, pk)
    close_round(one=one, by=request.user)
    messages.success(request, _("The survey is closed. The code no longer works."))
    return redirect(one)


@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a survey at every school, and publish its results."""
    if not user_can_end_surveys(request.user, timezone.localdate()):
        raise Http404
    wave = get_object_or_404(
        SurveyWave.objects.select_related("programme_year__programme", "programme_year__year"), pk=pk
    )
    try:
        end_wave(wave=wave, by=request.user, now=timezone.now())
        messages.success(request, _("%(survey)s: ended. The results are shown.") % {"survey": wave})
    except CannotNow:
        messages.error(request, _("The survey can be ended when somebody has answered and no round is open."))
        return redirect("surveys:index")
    rules = wave.programme_year
    return redirect(
        f"{reverse('surveys:results')}?lasar={rules.year.slug}&program={rules.programme.slug}&svarande={wave.audience}"
    )


def _own_round(request: SignedInRequest, slug: str, pk: int) -> SurveyRound:
    """The round, if the user may run it; otherwise 404."""
    one: SurveyRound = get_object_or_404(SurveyRound.objects.with_names(), pk=pk, group__school__slug=slug)
    if not user_can_run_surveys(request.user, one.group.school, timezone.localdate()):
        raise Http404
    return one
