"""Choosing a school's extra topics, signed in or by a mail's link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import is_coordinator
from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.models import Programme, SessionTopic
from schools import policies
from schools.actions.plans import ChoiceHasChanged, choice_key, choose_topics, join, locked_topics
from schools.actions.recommending import AdviceHasChanged, advice_key, advice_of, recommend_topics
from schools.advice import advice_for
from schools.calendar import SchoolCalendar
from schools.engine.slots import Slot, slots_of
from schools.forms.plans import RecommendationForm, TopicChoiceForm
from schools.models import ProgrammeYear, School, SchoolYear
from schools.views.access import visible_school, year_or_404
from schools.views.plans import participation_of

CONFLICT = 409


@GET_OR_POST
def topic_choice(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    if not policies.user_can_choose_topics(request.user, school, today):
        raise PermissionDenied
    return choose_for(
        request, school, year, by=request.user, today=today, back=reverse("schools:term-plan", args=[slug])
    )


def choose_for(
    request: HttpRequest, school: School, year: SchoolYear, *, by: Any, today: dt.date, back: str, link: Any = None
) -> HttpResponse:
    """The form for a school's extra topics, in the order of the year; ``back`` is where its sender goes afterwards."""
    rules = _rules_with_choice(year)
    context = {"school": school, "year": year, "today": today, "back": back, "link": link}
    if rules is None or year.ends_on < today:
        return render(request, "schools/topic_choice.html", context)
    form = _topic_form(request, school, rules)
    context |= {"rules": rules, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            saved = _choose(form, school, rules, by, seen=request.POST.get("seen", ""))
        except ChoiceHasChanged:
            return _changed_meanwhile(request, "schools/topic_choice.html", context | _stands(school, rules))
        if saved:
            messages.success(request, _("The topics are saved, and stand in the plan."))
            return redirect(back)
    return render(request, "schools/topic_choice.html", context | _seen(request, _stands(school, rules)))


def _stands(school: School, rules: ProgrammeYear) -> dict[str, Any]:
    """What the school has chosen by now, and the key for it that the form carries."""
    participation = participation_of(school, rules)
    choices = list(participation.choices.select_related("topic", "by")) if participation.pk else []
    return {"stands": choices, "seen": choice_key(choice.topic for choice in choices)}


def _seen(request: HttpRequest, stands: dict[str, Any]) -> dict[str, Any]:
    """A form shown again because of its own errors still carries the key of what its reader saw first."""
    return {"seen": request.POST.get("seen", stands["seen"])}


def _changed_meanwhile(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show what is chosen now, keeping everything typed; sent again it replaces that."""
    return render(request, template, context | {"is_stale": True}, status=CONFLICT)


def _rules_with_choice(year: SchoolYear) -> ProgrammeYear | None:
    """The year's programme in which schools choose topics."""
    rules = ProgrammeYear.objects.filter(year=year, programme__rhythm=Programme.Rhythm.MONTHS)
    return rules.select_related("programme", "year").order_by("programme__position").first()


def _topic_form(request: HttpRequest, school: School, rules: ProgrammeYear) -> TopicChoiceForm:
    """Filled in with what is chosen, or with what the address asks for: ``?forslag=centre`` or ``last-year``."""
    participation, advice = participation_of(school, rules), advice_for(school, rules)
    choices = participation.choices.select_related("topic") if participation.pk else []
    return TopicChoiceForm(
        request.POST if request.method == "POST" else None,
        places=_extra_places(school, rules),
        topics=list(SessionTopic.objects.of(rules.programme).extra()),
        filled=advice.topics(request.GET.get("forslag", "")) or [choice.topic for choice in choices],
        locked=locked_topics(participation) if participation.pk else {},
        advice=advice,
    )


def _choose(form: TopicChoiceForm, school: School, rules: ProgrammeYear, by: Any, *, seen: str) -> bool:
    """Save the choice; what is refused is shown in the form."""
    participation = join(school=school, programme_year=rules, by=by)
    try:
        choose_topics(participation=participation, topics=form.chosen(), by=by, now=timezone.now(), seen=seen)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True


@GET_OR_POST
def topic_recommend(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """The centre's recommendation to the schools, place by place, with a few words on why."""
    if not is_coordinator(request.user, timezone.localdate()):
        raise PermissionDenied
    year = year_or_404(year_slug)
    rules = _rules_with_choice(year)
    if rules is None:
        return redirect("schools:plan-settings", year.slug)
    form = RecommendationForm(
        request.POST if request.method == "POST" else None,
        places=_extra_places(None, rules),
        topics=list(SessionTopic.objects.of(rules.programme).extra()),
        recommended={one.position: one for one in rules.recommendations.all()},
    )
    context = {"form": form, "year": year, "rules": rules}
    if request.method == "POST" and form.is_valid():
        try:
            recommend_topics(rules=rules, advice=form.advice(), by=request.user, seen=request.POST.get("seen", ""))
        except AdviceHasChanged:
            return _changed_meanwhile(request, "schools/topic_recommend.html", context | _advised(rules))
        messages.success(request, _("The recommendation is saved. Schools see it when they choose."))
        return redirect("schools:plan-all", year.slug)
    return render(request, "schools/topic_recommend.html", context | _seen(request, _advised(rules)))


def _advised(rules: ProgrammeYear) -> dict[str, Any]:
    """The present recommendation, and the key for it that the form carries."""
    stands = list(rules.recommendations.select_related("topic", "by"))
    return {"stands": stands, "seen": advice_key(advice_of(rules))}


def _extra_places(school: School | None, rules: ProgrammeYear) -> list[Slot]:
    """The extra places by the school's calendar, or without a school by what is common to all."""
    slots = slots_of(
        SchoolCalendar.of(rules.year, school),
        list(SessionTopic.objects.of(rules.programme).base()),
        required_base=rules.required_base,
        required_extra=rules.required_extra,
    )
    return [slot for slot in slots if not slot.is_base]
