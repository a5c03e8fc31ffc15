"""Plans: a draft for one school or for all, laid out when it has been seen; the settings, and a school's topics."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.policies import is_coordinator, sees_everything
from accounts.requests import SignedInRequest
from programmes.models import Programme, SessionTopic
from schools import policies
from schools.actions.plans import (
    StaleDraft,
    apply_plan,
    apply_plans,
    choose_topics,
    draft_plan,
    join,
    locked_topics,
    open_programme_year,
)
from schools.calendar import SchoolCalendar
from schools.drafts import Draft
from schools.forms.plans import ProgrammeYearForm, TopicChoiceForm
from schools.models import Participation, ProgrammeYear, School, SchoolYear
from schools.outlines import drafts_of
from schools.slots import Slot, slots_of
from schools.views.access import visible_school

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
    rules = _rules_of(year)
    context: dict[str, Any] = {"school": school, "year": year, "rules": rules, "today": today}
    if rules is None or year.ends_on < today:
        return render(request, "schools/plan_draft.html", context)
    participation, from_day = _participation(school, rules), max(today, year.starts_on)
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
    rules, may_plan = _rules_of(year), is_coordinator(request.user, today)
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
    rules = _rules_of(year) or ProgrammeYear(programme=programme, year=year)
    form = ProgrammeYearForm(request.POST or None, instance=rules)
    if request.method == "POST" and form.is_valid():
        open_programme_year(programme=programme, year=year, by=request.user, **form.cleaned_data)
        messages.success(request, _("The settings for %(year)s are saved.") % {"year": year})
        return redirect("schools:plan-all", year.slug)
    return render(request, "schools/plan_settings.html", {"form": form, "year": year, "programme": programme})


@GET_OR_POST
def topic_choice(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """A school chooses its extra topics, in the order of the year."""
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    if not policies.user_can_choose_topics(request.user, school, today):
        raise PermissionDenied
    rules = _rules_of(year)
    if rules is None or year.ends_on < today:
        return render(request, "schools/topic_choice.html", {"school": school, "year": year, "today": today})
    form = _topic_form(request, school, rules)
    if request.method == "POST" and form.is_valid() and _choose(request, form, school, rules):
        messages.success(request, _("The topics are saved, and stand in the plan."))
        return redirect("schools:term-plan", slug)
    context = {"school": school, "year": year, "rules": rules, "form": form}
    return render(request, "schools/topic_choice.html", context)


def _topic_form(request: SignedInRequest, school: School, rules: ProgrammeYear) -> TopicChoiceForm:
    participation = _participation(school, rules)
    choices = participation.choices.select_related("topic") if participation.pk else []
    return TopicChoiceForm(
        request.POST if request.method == "POST" else None,
        places=_extra_places(school, rules),
        topics=list(SessionTopic.objects.of(rules.programme).extra()),
        chosen=[choice.topic for choice in choices],
        locked=locked_topics(participation) if participation.pk else {},
    )


def _choose(request: SignedInRequest, form: TopicChoiceForm, school: School, rules: ProgrammeYear) -> bool:
    """Save the choice; what is refused is said in the form."""
    participation = join(school=school, programme_year=rules, by=request.user)
    try:
        choose_topics(participation=participation, topics=form.chosen(), by=request.user, now=timezone.now())
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


def _extra_places(school: School, rules: ProgrammeYear) -> list[Slot]:
    slots = slots_of(
        SchoolCalendar.of(rules.year, school),
        list(SessionTopic.objects.of(rules.programme).base()),
        required_base=rules.required_base,
        required_extra=rules.required_extra,
    )
    return [slot for slot in slots if not slot.is_base]


def year_or_404(year_slug: str) -> SchoolYear:
    """The school year that an address names, such as 2026-27."""
    first = year_slug.partition("-")[0]
    years = SchoolYear.objects.filter(starts_on__year=int(first)) if first.isdecimal() else SchoolYear.objects.none()
    for year in years:
        if year.slug == year_slug:
            return year
    raise Http404


def _rules_of(year: SchoolYear) -> ProgrammeYear | None:
    rules = ProgrammeYear.objects.filter(programme__slug=PROGRAMME, year=year)
    return rules.select_related("programme", "year").first()


def _participation(school: School, rules: ProgrammeYear) -> Participation:
    """The school's part in the programme; not saved until something is written."""
    joined = Participation.objects.filter(school=school, programme_year=rules).select_related(
        "school", "programme_year__programme", "programme_year__year"
    )
    return joined.first() or Participation(school=school, programme_year=rules)
