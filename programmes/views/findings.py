"""The shared picture of the situation and the goals. Everybody reads them, the centre writes them."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.actions import cooperation
from programmes.forms.cooperation import FindingForm, GoalForm
from programmes.material import TYPES, open_file, suffix_of
from programmes.models import Goal, SituationFinding
from programmes.policies import manages_cooperation
from programmes.views.partners import may_write_picture
from programmes.views.sending import answer, send


@require_safe
def finding_list(request: SignedInRequest) -> HttpResponse:
    findings = list(SituationFinding.objects.prefetch_related("measures"))
    rows = [(finding, TYPES.get(suffix_of(finding.file.name or ""))) for finding in findings]
    may_write = manages_cooperation(request.user, timezone.localdate())
    return render(request, "programmes/finding_list.html", {"rows": rows, "may_write": may_write})


@GET_OR_POST
def finding_add(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    may_write_picture(request, today)
    form = FindingForm(request.POST or None, request.FILES or None, initial={"found_on": today})

    def save() -> SituationFinding:
        key, now = form.cleaned_data["key"], timezone.now()
        return cooperation.add_finding(**form.said(), key=key, by=request.user, now=now)

    sending = send(request, form, save, lambda: None)
    said, back, template = _("The finding is saved."), "programmes:finding-list", "programmes/finding_form.html"
    return answer(request, form, sending, said=said, back=back, template=template)


@GET_OR_POST
def finding_change(request: SignedInRequest, uuid: str) -> HttpResponse:
    may_write_picture(request, timezone.localdate())
    finding = get_object_or_404(SituationFinding, uuid=uuid)
    form = FindingForm(request.POST or None, request.FILES or None, instance=finding)

    def save() -> SituationFinding:
        version, now = form.cleaned_data["version"], timezone.now()
        return cooperation.change_finding(finding=finding, **form.said(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: SituationFinding.objects.get(pk=finding.pk))
    said, back, template = _("The finding is saved."), "programmes:finding-list", "programmes/finding_form.html"
    return answer(request, form, sending, said=said, back=back, template=template, finding=finding)


@require_safe
def finding_file(request: SignedInRequest, uuid: str) -> FileResponse:
    """The finding's file to download."""
    finding = get_object_or_404(SituationFinding, uuid=uuid)
    return open_file(finding.file, f"lagesbild-{finding.found_on.isoformat()}")


@require_safe
def goal_list(request: SignedInRequest) -> HttpResponse:
    may_write = manages_cooperation(request.user, timezone.localdate())
    goals = Goal.objects.prefetch_related("measures")
    return render(request, "programmes/goal_list.html", {"goals": goals, "may_write": may_write})


@GET_OR_POST
def goal_add(request: SignedInRequest) -> HttpResponse:
    may_write_picture(request, timezone.localdate())
    form = GoalForm(request.POST or None)

    def save() -> Goal:
        key, now = form.cleaned_data["key"], timezone.now()
        return cooperation.add_goal(**form.said(), key=key, by=request.user, now=now)

    sending = send(request, form, save, lambda: None)
    said, back, template = _("The goal is saved."), "programmes:goal-list", "programmes/goal_form.html"
    return answer(request, form, sending, said=said, back=back, template=template)


@GET_OR_POST
def goal_change(request: SignedInRequest, uuid: str) -> HttpResponse:
    may_write_picture(request, timezone.localdate())
    goal = get_object_or_404(Goal, uuid=uuid)
    form = GoalForm(request.POST or None, instance=goal)

    def save() -> Goal:
        version, now = form.cleaned_data["version"], timezone.now()
        return cooperation.change_goal(goal=goal, **form.said(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: Goal.objects.get(pk=goal.pk))
    said, back, template = _("The goal is saved."), "programmes:goal-list", "programmes/goal_form.html"
    return answer(request, form, sending, said=said, back=back, template=template, goal=goal)
