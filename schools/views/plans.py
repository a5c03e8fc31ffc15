"""Plans: a draft for one school or for all, laid out when it has been seen; the settings, and a school's topics."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.policies import is_coordinator, sees_everything
from accounts.requests import SignedInRequest
from programmes.models import Programme
from schools import policies
from schools.actions.plans import (
    StaleDraft,
    apply_plan,
    apply_plans,
    draft_plan,
    open_programme_year,
)
from schools.drafts import Draft
from schools.forms.plans import ProgrammeYearForm
from schools.models import Participation, ProgrammeYear, School, SchoolYear
from schools.outlines import drafts_of
from schools.views.access import visible_school, year_or_404

# The programme whose year is laid out by these pages; MVP has a rhythm of its own.
PROGRAMME = "taget"
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_OR_POST
def plan_draft(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """What laying out the plan would do at a school; the button does just that."""
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    if not policies.user_can_plan(request.user, school, today):
        raise PermissionDenied
    rules = rules_of(year)
    context: dict[str, Any] = {"school": school, "year": year, "rules": rules, "today": today}
    if rules is None or year.ends_on < today:
        return render(request, "schools/plan_draft.html", context)
    participation, from_day = participation_of(school, rules), max(today, year.starts_on)
    if request.method == "POST":
        try:
            digest = request.POST.get("digest", "")
            apply_plan(
                participation=participation, from_day=from_day, by=request.user, now=timezone.now(), digest=digest
            )
        except StaleDraft:
            messages.error(request, _("The plan has changed since you saw it. Nothing is laid out. See the new draft."))
            return redirect("schools:plan-draft", slug, year_slug)
        messages.success(request, _("The plan for %(school)s is laid out.") % {"school": school})
        return redirect("schools:term-plan", slug)
    context["draft"] = draft_plan(participation=participation, from_day=from_day)
    return render(request, "schools/plan_draft.html", context)


@GET_OR_POST
def plan_all(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """The drafts of all schools in numbers; the button lays out all of them or none."""
    today = timezone.localdate()
    if not sees_everything(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    rules, may_plan = rules_of(year), is_coordinator(request.user, today)
    if request.method == "POST":
        if not may_plan:
            raise PermissionDenied
        return _lay_out_all(request, year, rules, today)
    context: dict[str, Any] = {"year": year, "rules": rules, "may_plan": may_plan, "today": today}
    if rules and year.ends_on >= today:
        schools = list(School.objects.open_on(today).select_related("district"))
        context |= _by_need(drafts_of(rules, schools, max(today, year.starts_on)))
    return render(request, "schools/plan_all.html", context)


def _lay_out_all(
    request: SignedInRequest, year: SchoolYear, rules: ProgrammeYear | None, today: dt.date
) -> HttpResponse:
    if rules is None:
        raise Http404
    schools = {school.slug: school for school in School.objects.open_on(today)}
    digests = {schools[slug]: digest for slug, digest in _digests(request) if slug in schools}
    try:
        apply_plans(
            rules=rules,
            digests=digests,
            from_day=max(today, year.starts_on),
            by=request.user,
            now=timezone.now(),
        )
    except StaleDraft:
        messages.error(request, _("A plan has changed since you saw it. Nothing is laid out. See the new drafts."))
    else:
        done = ngettext(
            "The plan of %(n)s school is laid out.", "The plans of %(n)s schools are laid out.", len(digests)
        )
        messages.success(request, done % {"n": len(digests)})
    return redirect("schools:plan-all", year.slug)


def _digests(request: SignedInRequest) -> list[tuple[str, str]]:
    """The schools that the form names, each with the digest of the draft that was seen."""
    pairs = [text.partition(":") for text in request.POST.getlist("draft")]
    return [(slug, digest) for slug, _colon, digest in pairs]


def _by_need(drafts: list[Draft]) -> dict[str, Any]:
    """Drafts that would do something, those that would not, and those of schools without classes."""
    planned = [draft for draft in drafts if draft.has_groups or not draft.changes_nothing]
    to_do = [draft for draft in planned if not draft.changes_nothing]
    return {
        "to_do": sorted(to_do, key=lambda draft: (-len(draft.warnings), draft.participation.school.name)),
        "done": [draft for draft in planned if draft.changes_nothing],
        "without_classes": [draft.participation.school for draft in drafts if draft not in planned],
        "sessions": sum(len(draft.changes) for draft in to_do),
    }


@GET_OR_POST
def plan_settings(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """What the programme asks for in a year: number of sessions, grades and how far ahead staff go."""
    today = timezone.localdate()
    if not is_coordinator(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    programme = get_object_or_404(Programme, slug=PROGRAMME)
    rules = rules_of(year) or ProgrammeYear(programme=programme, year=year)
    form = ProgrammeYearForm(request.POST or None, instance=rules)
    if request.method == "POST" and form.is_valid():
        open_programme_year(programme=programme, year=year, by=request.user, **form.cleaned_data)
        messages.success(request, _("The settings for %(year)s are saved.") % {"year": year})
        return redirect("schools:plan-all", year.slug)
    return render(request, "schools/plan_settings.html", {"form": form, "year": year, "programme": programme})


def rules_of(year: SchoolYear) -> ProgrammeYear | None:
    rules = ProgrammeYear.objects.filter(programme__slug=PROGRAMME, year=year)
    return rules.select_related("programme", "year").first()


def participation_of(school: School, rules: ProgrammeYear) -> Participation:
    """The school's part in the programme; not saved until something is written."""
    joined = Participation.objects.filter(school=school, programme_year=rules).select_related(
        "school", "programme_year__programme", "programme_year__year"
    )
    return joined.first() or Participation(school=school, programme_year=rules)
