"""The board of measures, and one measure with its follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.actions import measures as actions
from programmes.forms.cooperation import BoardForm, FollowUpForm, MeasureForm
from programmes.models import FollowUp, Measure, PartnerOrganisation, StrategicArea
from programmes.policies import partners_of, user_can_add_measure, user_can_change_measure
from programmes.views.rows import MeasureRow, next_first, rows_of
from programmes.views.sending import answer, send

Heading = tuple[str, list[MeasureRow]]


@require_safe
def measure_list(request: SignedInRequest) -> HttpResponse:
    """The measures whose follow-up is late, then all measures by area or by partner."""
    today = timezone.localdate()
    form = BoardForm(request.GET)
    measures = Measure.objects.with_names()
    if status := form.chosen("status"):
        measures = measures.filter(status=status)
    if partner := form.chosen("part"):
        measures = measures.owned_by(partner)
    rows = rows_of(sorted(measures, key=next_first), request.user, today)
    by_partner = form.chosen("efter") == BoardForm.PARTNER
    context = {
        "form": form,
        "late": [row for row in rows if row.is_late],
        "groups": _by_partner(rows, partner) if by_partner else _by_area(rows),
        "total": len(rows),
        "is_filtered": bool(status or partner),
        "may_add": user_can_add_measure(request.user, today),
    }
    return render(request, "programmes/measure_list.html", context)


def _by_area(rows: Sequence[MeasureRow]) -> list[Heading]:
    areas = StrategicArea.objects.all()
    groups = [(area.name, [row for row in rows if area in row.measure.areas.all()]) for area in areas]
    rest = [row for row in rows if not row.measure.areas.all()]
    return [*groups, (_("No strategic area"), rest)] if rest else groups


def _by_partner(rows: Sequence[MeasureRow], only: PartnerOrganisation | None) -> list[Heading]:
    partners = [only] if only else list(PartnerOrganisation.objects.all())
    return [(partner.name, [row for row in rows if partner in row.measure.owners.all()]) for partner in partners]


@require_safe
def measure_detail(request: SignedInRequest, uuid: str) -> HttpResponse:
    today = timezone.localdate()
    measure = get_object_or_404(Measure.objects.with_names().select_related("changed_by"), uuid=uuid)
    context = {
        "measure": measure,
        "follow_ups": measure.follow_ups.select_related("by"),
        "is_overdue": measure.is_overdue(today),
        "may_change": user_can_change_measure(request.user, measure, today),
    }
    return render(request, "programmes/measure_detail.html", context)


@GET_OR_POST
def measure_add(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    if not user_can_add_measure(request.user, today):
        raise PermissionDenied
    owners = partners_of(request.user, today) or PartnerOrganisation.objects.filter(slug=request.GET.get("part", ""))
    form = MeasureForm(request.POST or None, initial={"starts_on": today, "owners": owners})

    def save() -> Measure:
        key, now = form.cleaned_data["key"], timezone.now()
        return actions.add_measure(entry=form.entry(), key=key, by=request.user, now=now)

    sending = send(request, form, save, lambda: None)
    said, template = _("The measure is saved."), "programmes/measure_form.html"
    return answer(request, form, sending, said=said, back=sending.saved, template=template)


@GET_OR_POST
def measure_change(request: SignedInRequest, uuid: str) -> HttpResponse:
    measure = _own_measure(request, uuid, timezone.localdate())
    title = measure.title
    form = MeasureForm(request.POST or None, instance=measure)

    def save() -> Measure:
        version, now = form.cleaned_data["version"], timezone.now()
        return actions.change_measure(measure=measure, entry=form.entry(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: _current(measure))
    said, template = _("The measure is saved."), "programmes/measure_form.html"
    return answer(request, form, sending, said=said, back=measure, template=template, measure=measure, title=title)


@GET_OR_POST
def measure_follow_up(request: SignedInRequest, uuid: str) -> HttpResponse:
    today = timezone.localdate()
    measure = _own_measure(request, uuid, today)
    form = FollowUpForm(request.POST or None, measure=measure, today=today)

    def save() -> FollowUp:
        said = form.cleaned_data
        return actions.follow_up(measure=measure, **said, by=request.user, now=timezone.now())

    sending = send(request, form, save, lambda: _current(measure))
    said, template, title = _("The follow-up is saved."), "programmes/measure_follow_up.html", measure.title
    return answer(request, form, sending, said=said, back=measure, template=template, measure=measure, title=title)


def _own_measure(request: SignedInRequest, uuid: str, today: dt.date) -> Measure:
    """The measure, if the user may change it; otherwise 404, as if it did not exist."""
    measure = get_object_or_404(Measure.objects.prefetch_related("owners"), uuid=uuid)
    if not user_can_change_measure(request.user, measure, today):
        raise Http404
    return measure


def _current(measure: Measure) -> Measure:
    return Measure.objects.select_related("changed_by").get(pk=measure.pk)
