"""A school's draft: what laying out the plan would do, adjusted until it is as it should be, and then laid out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import week_and_span
from schools import policies
from schools.actions.plans import draft_plan
from schools.actions.runs import lay_out_portion, start_run
from schools.engine.drafts import Draft
from schools.forms.drafts import AdjustForm
from schools.forms.ways_out import ways_out_forms
from schools.models import PlanRunSchool, ProgrammeYear, School, SchoolYear
from schools.views.access import visible_school, year_or_404
from schools.views.plans import participation_of
from schools.views.programmes import Asked


@GET_OR_POST
def plan_draft(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """What laying out the plan would do at a school; the button does exactly that."""
    today = timezone.localdate()
    school, year = _planned_school(request, slug, today), year_or_404(year_slug)
    rules = Asked.by(request).rules(year)
    if rules is None or year.ends_on < today:
        return _page(request, school, year, rules)
    if request.method == "POST":
        return _lay_out(request, school, rules, today)
    return _page(request, school, year, rules, _draft(school, rules, today))


@require_POST
def plan_adjust(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """Decide on some of the draft's sessions: another week, or left as they are. Nothing is laid out."""
    today = timezone.localdate()
    school, year = _planned_school(request, slug, today), year_or_404(year_slug)
    asked = Asked.by(request)
    rules = asked.rules(year)
    if rules is None:
        raise Http404
    if year.ends_on < today:
        return redirect(asked.url("schools:plan-draft", slug, year_slug))
    draft = _draft(school, rules, today)
    form = AdjustForm(request.POST, draft=draft)
    if form.is_valid() and form.save(by=request.user, now=timezone.now()):
        # The line is shown open again, with focus on the button that was pressed.
        again = {"program": asked.programme.slug, "rad": form.line, "knapp": form.cleaned_data["deed"]}
        return redirect(f"{reverse('schools:plan-draft', args=[slug, year_slug])}?{urlencode(again)}")
    return _page(request, school, year, rules, draft, form=form)


def _planned_school(request: SignedInRequest, slug: str, today: dt.date) -> School:
    school = visible_school(request, slug, today)
    if not policies.user_can_plan(request.user, school, today):
        raise PermissionDenied
    return school


def _draft(school: School, rules: ProgrammeYear, today: dt.date) -> Draft:
    return draft_plan(participation=participation_of(school, rules), from_day=max(today, rules.year.starts_on))


def _page(
    request: SignedInRequest,
    school: School,
    year: SchoolYear,
    rules: ProgrammeYear | None,
    draft: Draft | None = None,
    form: AdjustForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"school": school, "year": year, "rules": rules, "draft": draft, "form": form}
    context |= Asked.by(request).context
    if draft:
        calendar, first = draft.outline.calendar, draft.outline.from_week
        weeks = [(week.isoformat(), week_and_span(week)) for week in calendar.open_weeks() if week >= first]
        # The same in every line's form, so it is made once.
        context["week_options"] = format_html_join("", '<option value="{}">{}</option>', weeks)
        asked = form.line if form else request.GET.get("rad", "")
        context["open_key"] = asked if any(change.key == asked for change in draft.changes) else ""
        context["pressed"] = request.GET.get("knapp", "")
        context["ways_out"] = ways_out_forms(draft)
    return render(request, "schools/plan_draft.html", context)


def _lay_out(request: SignedInRequest, school: School, rules: ProgrammeYear, today: dt.date) -> HttpResponse:
    """Lay out the draft with this digest; one that has changed is not laid out."""
    now, digests = timezone.now(), {school: request.POST.get("digest", "")}
    run = start_run(rules=rules, digests=digests, from_day=max(today, rules.year.starts_on), by=request.user, now=now)
    lay_out_portion(run=run, now=now)
    if run.schools.filter(state=PlanRunSchool.State.CHANGED).exists():
        run.delete()
        messages.error(request, _("The plan has changed since you saw it. Nothing is laid out. See the new draft."))
        return redirect(Asked.by(request).url("schools:plan-draft", school.slug, rules.year.slug))
    return redirect(run)
