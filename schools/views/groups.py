"""A school's groups in a school year: listed, added, changed, ended."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from schools.actions import groups
from schools.actions.plans import draft_plan
from schools.forms.groups import EndGroupForm, GroupForm
from schools.models import Group, School, SchoolYear
from schools.moving_up import year_before
from schools.policies import user_can_manage, user_can_move, user_can_plan
from schools.regret import latest_to_undo
from schools.views.access import managed_school, visible_school, year_or_404
from schools.views.plans import participations_in
from schools.views.programmes import query_of


def group_list(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    all_groups = list(
        school.groups.filter(year=year).select_related("staff_group", "mentors", "merged_into").in_school_order()
    )
    context = {
        "school": school,
        "year": year,
        "years": SchoolYear.objects.all(),
        "groups": [group for group in all_groups if group.ends_on is None or group.ends_on >= today],
        "ended": [group for group in all_groups if group.ends_on and group.ends_on < today],
        "may_manage": user_can_manage(request.user, school, today),
        "earlier": year_before(year) if year.ends_on >= today else None,
        # Another weekly time moves the group's sessions.
        "undo": latest_to_undo(request.user, school, timezone.now())
        if user_can_move(request.user, school, today)
        else None,
    }
    return render(request, "schools/group_list.html", context)


def group_add(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    today = timezone.localdate()
    school, year = managed_school(request, slug, today), year_or_404(year_slug)
    initial = {"kind": _asked_kind(request), "starts_on": min(max(today, year.starts_on), year.ends_on)}
    form = GroupForm(request.POST or None, school=school, year=year, initial=initial)
    if request.method == "POST" and form.is_valid():
        group = groups.add_group(school=school, year=year, **form.cleaned_data, by=request.user)
        return _on_to_the_rest(request, school, year, today, said=_("%(group)s is added.") % {"group": group})
    return render(request, "schools/group_add.html", {"form": form, "school": school, "year": year})


def _on_to_the_rest(
    request: SignedInRequest, school: School, year: SchoolYear, today: dt.date, *, said: str
) -> HttpResponse:
    """Go to the draft of the rest of the year, if there is one; otherwise to the groups."""
    if draft := _draft_of_the_rest(request, school, year, today):
        rest = _("This is how the rest of the year becomes when you lay it out.")
        messages.success(request, f"{said} {rest}")
        return redirect(draft)
    messages.success(request, said)
    return redirect("schools:group-list", school.slug, year.slug)


def _draft_of_the_rest(request: SignedInRequest, school: School, year: SchoolYear, today: dt.date) -> str:
    """The page with the draft of the first programme that is laid out at the school and now has something to change;
    empty if there is none."""
    if year.ends_on < today or not user_can_plan(request.user, school, today):
        return ""
    from_day, address = max(today, year.starts_on), reverse("schools:plan-draft", args=[school.slug, year.slug])
    for participation in participations_in(school, year):
        is_laid_out = participation.sessions.live().exists()
        if is_laid_out and not draft_plan(participation=participation, from_day=from_day).changes_nothing:
            return f"{address}{query_of(participation.programme_year.programme)}"
    return ""


def _asked_kind(request: SignedInRequest) -> str:
    """The kind of group that the page which led here asks for; a class by default."""
    asked = request.GET.get("slag", "")
    return asked if asked in Group.Kind.values else Group.Kind.CLASS


def group_change(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    school = managed_school(request, slug, timezone.localdate())
    group = get_object_or_404(Group.objects.select_related("year", "school"), school=school, pk=pk)
    form = GroupForm(request.POST or None, instance=group, school=school, year=group.year)
    if request.method == "POST" and form.is_valid():
        groups.change_group(group=group, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("%(group)s is saved.") % {"group": group})
        return redirect("schools:group-list", school.slug, group.year.slug)
    return render(request, "schools/group_change.html", {"form": form, "school": school, "group": group})


def group_end(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """First shows how many sessions are cancelled; ends the group when that has been seen."""
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    group = get_object_or_404(Group.objects.select_related("year", "school"), school=school, pk=pk, ends_on=None)
    form = EndGroupForm(request.POST or None, group=group, initial={"last_day": min(today, group.year.ends_on)})
    context = {"form": form, "school": school, "group": group}
    if request.method == "POST" and form.is_valid():
        last_day, into = form.cleaned_data["last_day"], form.cleaned_data.get("merged_into")
        if request.POST.get("seen") == last_day.isoformat():
            groups.end_group(group=group, last_day=last_day, merged_into=into, by=request.user, now=timezone.now())
            messages.success(request, _("%(group)s has a last day.") % {"group": group})
            return redirect("schools:group-list", school.slug, group.year.slug)
        context |= {"last_day": last_day, "into": into, "lost": groups.sessions_after(group, last_day)}
    return render(request, "schools/group_end.html", context)


@require_POST
def group_reopen(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Removes a last day that was wrong."""
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    ended = Group.objects.select_related("year", "school").exclude(ends_on=None)
    group = get_object_or_404(ended, school=school, pk=pk)
    groups.reopen_group(group=group, by=request.user)
    return _on_to_the_rest(request, school, group.year, today, said=_("%(group)s goes on.") % {"group": group})
