"""The next school year: a school's groups checked and moved up, and all schools at a glance."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import manages_schools
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions.moving_up import StaleProposals, StepsRefused, move_up, move_up_all
from schools.forms.moving_up import MovingUpForm
from schools.models import School, SchoolYear
from schools.moving_up import MovingUp, moving_up, year_before
from schools.views.access import managed_school, year_or_404


@GET_OR_POST
def moving_up_school(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """Each group with its proposed name, grade and size. What is ticked goes on, all or nothing."""
    today = timezone.localdate()
    school, year = managed_school(request, slug, today), year_or_404(year_slug)
    earlier = year_before(year)
    context: dict[str, Any] = {"school": school, "year": year, "earlier": earlier, "is_over": year.ends_on < today}
    if earlier is None or context["is_over"]:
        return render(request, "schools/moving_up_school.html", context)
    [found] = moving_up([school], earlier, year)
    form = MovingUpForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            move_up(school=school, year=year, steps=form.steps(), by=request.user)
        except StepsRefused as refused:
            form.refuse(refused.errors)
        else:
            messages.success(request, _("The groups of %(year)s are saved.") % {"year": year})
            return redirect("schools:group-list", school.slug, year.slug)
    return render(request, "schools/moving_up_school.html", context | {"found": found, "form": form})


@GET_OR_POST
def moving_up_all(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """All schools: what would go on as proposed, and what has. The button does it for all schools or for none."""
    today = timezone.localdate()
    if not manages_schools(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    earlier = year_before(year)
    context: dict[str, Any] = {"year": year, "earlier": earlier, "is_over": year.ends_on < today}
    if earlier is not None and not context["is_over"]:
        schools = list(School.objects.in_the_work(year, today))
        if request.method == "POST":
            refused = _move_all(request, schools, earlier, year)
            if refused is None:
                return redirect("schools:moving-up-all", year.slug)
            context["refused"] = refused
        context |= _by_state(moving_up(schools, earlier, year))
    return render(request, "schools/moving_up_all.html", context)


def _move_all(
    request: SignedInRequest, schools: list[School], earlier: SchoolYear, year: SchoolYear
) -> list[tuple[School, str]] | None:
    """Do it for the schools that the form names; gives by school why it could not be done, or None when messages say it
    all."""
    shown = dict(text.split(":", 1) for text in request.POST.getlist("shown") if ":" in text)
    wanted = {school: shown[school.slug] for school in schools if school.slug in shown}
    try:
        count = move_up_all(schools=wanted, earlier=earlier, year=year, by=request.user)
    except StaleProposals:
        messages.error(request, _("Something has changed since you saw it. Nothing has moved up. Look again."))
        return None
    except StepsRefused as refused:
        return [(school, text) for school in schools for text in refused.errors.get(school.slug, {}).values()]
    text = ngettext("%(n)s group goes on in %(year)s.", "%(n)s groups go on in %(year)s.", count)
    messages.success(request, text % {"n": count, "year": year})
    return None


def _by_state(found: list[MovingUp]) -> dict[str, Any]:
    """Schools with something that waits, those where everything has gone on, and those without groups the year
    before."""
    waiting = [one for one in found if one.waiting]
    return {
        "waiting": waiting,
        "count": sum(len(one.waiting) for one in waiting),
        "done": [one for one in found if one.proposals and not one.waiting],
        "empty": [one for one in found if not one.proposals],
    }
