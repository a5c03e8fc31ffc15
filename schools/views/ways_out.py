"""Choosing a way out on a draft."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from schools import policies
from schools.actions.departures import choose_way_out
from schools.actions.plans import draft_plan
from schools.engine.ways_out import ways_out
from schools.forms.ways_out import WayOutForm
from schools.views.access import visible_school, year_or_404
from schools.views.plans import participation_of
from schools.views.programmes import query_of, series_rules


@require_POST
def way_out(request: SignedInRequest, slug: str, year_slug: str, pk: int) -> HttpResponse:
    """Save a class's way out and show the draft that follows. What cannot be used is shown at its field."""
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    if not policies.user_can_plan(request.user, school, today):
        raise PermissionDenied
    rules = series_rules(year)
    if rules is None or year.ends_on < today:
        raise Http404
    query = query_of(rules.programme)
    back = f"{reverse('schools:plan-draft', args=[slug, year_slug])}{query}"
    participation = participation_of(school, rules)
    draft = draft_plan(participation=participation, from_day=max(today, year.starts_on))
    ways = next((ways for ways in ways_out(draft.outline) if ways.group.pk == pk), None)
    if ways is None:
        # Since the page was shown there is room for everything, or the class is gone.
        return redirect(back)
    form = WayOutForm(request.POST, ways=ways)
    if form.is_valid():
        chosen = {"participation": participation, "group": ways.group, **form.chosen()}
        try:
            choose_way_out(**chosen, by=request.user, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, _("The draft follows the way out for %(group)s.") % {"group": ways.group})
            return redirect(back)
    context = {"school": school, "year": year, "form": form, "ways": ways, "program_query": query}
    return render(request, "schools/way_out.html", context)
