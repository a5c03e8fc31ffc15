"""A school's pupil mentors and the classes that they meet."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.models import Programme
from schools.actions.matching import match_mentors
from schools.actions.plans import first_rules
from schools.forms.matching import MatchForm
from schools.models import Group, ProgrammeYear, SchoolYear
from schools.models.groups import GroupQuerySet
from schools.policies import user_can_manage, user_can_plan
from schools.views.access import visible_school, year_or_404
from schools.views.programmes import query_of, series_rules


@GET_OR_POST
def mentor_matching(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """Which mentors meet which class, and who is not matched."""
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    may_manage = user_can_manage(request.user, school, today)
    rules = series_rules(year) or _rules_to_begin_with(year)
    groups = Group.objects.filter(school=school, year=year).not_ended_by(today).select_related("mentors")
    mentors = list(groups.mentors().order_by("name"))
    form = MatchForm(request.POST or None, classes=_classes(groups, rules), mentors=mentors)
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        if form.is_valid():
            match_mentors(school=school, year=year, matches=form.matches(), by=request.user)
            messages.success(request, _("The pupil mentors are matched."))
            return redirect("schools:mentor-matching", slug, year_slug)
    matched = {group.mentors_id for group in form.classes}
    context = {
        "school": school,
        "year": year,
        "form": form,
        "rules": rules,
        "may_manage": may_manage,
        "may_plan": user_can_plan(request.user, school, today),
        "program_query": query_of(rules.programme) if rules else "",
        "mentors": mentors,
        "unmatched_classes": [group for group in form.classes if group.mentors_id is None],
        "unmatched_mentors": [group for group in mentors if group.pk not in matched],
    }
    return render(request, "schools/mentor_matching.html", context)


def _rules_to_begin_with(year: SchoolYear) -> ProgrammeYear | None:
    """The settings before anybody has chosen them, unsaved."""
    programme = Programme.objects.filter(rhythm=Programme.Rhythm.SERIES).first()
    return first_rules(programme, year) if programme else None


def _classes(groups: GroupQuerySet, rules: ProgrammeYear | None) -> list[Group]:
    if rules is None:
        return []
    grades = (rules.lowest_grade, rules.highest_grade)
    return list(groups.classes().filter(grade__range=grades).order_by("grade", "name"))
