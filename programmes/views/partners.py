"""The co-operation's first page; and a partner with its contacts, commitments and measures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.policies import user_can_use_administration_site
from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.actions import cooperation
from programmes.forms.cooperation import CommitmentForm, ContactForm
from programmes.models import (
    Commitment,
    ContentSection,
    Goal,
    Measure,
    PartnerContact,
    PartnerMembership,
    PartnerOrganisation,
    SituationFinding,
)
from programmes.policies import manages_cooperation, partners_of, user_can_add_measure, user_can_change_partner
from programmes.training import partner_training
from programmes.views.rows import next_first, rows_of
from programmes.views.sending import Sending, answer, send

AGREEMENT = "samverkansoverenskommelsen"
LATEST = 3


@require_safe
def cooperation_start(request: SignedInRequest) -> HttpResponse:
    """What needs attention, then the agreement's purpose, the partners, the findings and the goals."""
    today = timezone.localdate()
    context = {
        "agreement": ContentSection.objects.filter(slug=AGREEMENT).prefetch_related("items").first(),
        "partners": PartnerOrganisation.objects.all(),
        "own": partners_of(request.user, today),
        "findings": SituationFinding.objects.all()[:LATEST],
        "goals": Goal.objects.all(),
        "overdue": rows_of(Measure.objects.overdue(today).with_names(), request.user, today),
        "open_measures": Measure.objects.open().count(),
        "may_add": user_can_add_measure(request.user, today),
    }
    return render(request, "programmes/cooperation.html", context)


@require_safe
def partner_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    today = timezone.localdate()
    partner = get_object_or_404(PartnerOrganisation, slug=slug)
    rows = rows_of(sorted(Measure.objects.owned_by(partner).with_names(), key=next_first), request.user, today)
    context = {
        "partner": partner,
        "contacts": partner.contacts.all(),
        "commitments": partner.commitments.all(),
        "representatives": PartnerMembership.objects.active(today).filter(partner=partner).select_related("user"),
        "late": [row for row in rows if row.is_late],
        "measures": [row for row in rows if not row.is_late],
        "trainings": partner_training(partner),
        "is_own": partner in partners_of(request.user, today),
        "may_change": user_can_change_partner(request.user, partner, today),
        "may_give_role": user_can_use_administration_site(request.user, today),
    }
    return render(request, "programmes/partner_detail.html", context)


@GET_OR_POST
def contact_add(request: SignedInRequest, slug: str) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    form = ContactForm(request.POST or None)

    def save() -> PartnerContact:
        key, now = form.cleaned_data["key"], timezone.now()
        return cooperation.add_contact(partner=partner, **form.said(), key=key, by=request.user, now=now)

    return _answer(request, partner, form, send(request, form, save, lambda: None), _("Add a contact"))


@GET_OR_POST
def contact_change(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    contact = get_object_or_404(partner.contacts, pk=pk)
    form = ContactForm(request.POST or None, instance=contact)

    def save() -> PartnerContact:
        version, now = form.cleaned_data["version"], timezone.now()
        return cooperation.change_contact(contact=contact, **form.said(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: PartnerContact.objects.get(pk=pk))
    return _answer(request, partner, form, sending, _("Change a contact"))


@GET_OR_POST
def contact_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    contact = get_object_or_404(partner.contacts, pk=pk)
    if request.method == "POST":
        cooperation.remove_contact(contact=contact, by=request.user)
        messages.success(request, _("%(name)s is removed.") % {"name": contact})
        return redirect(partner)
    context = {"partner": partner, "title": _("Remove a contact"), "what": contact.name}
    return render(request, "programmes/partner_remove.html", context)


@GET_OR_POST
def commitment_add(request: SignedInRequest, slug: str) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    form = CommitmentForm(request.POST or None)

    def save() -> Commitment:
        key, now = form.cleaned_data["key"], timezone.now()
        return cooperation.add_commitment(partner=partner, **form.said(), key=key, by=request.user, now=now)

    return _answer(request, partner, form, send(request, form, save, lambda: None), _("Add a commitment"))


@GET_OR_POST
def commitment_change(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    commitment = get_object_or_404(partner.commitments, pk=pk)
    form = CommitmentForm(request.POST or None, instance=commitment)

    def save() -> Commitment:
        version, by, now = form.cleaned_data["version"], request.user, timezone.now()
        return cooperation.change_commitment(commitment=commitment, **form.said(), version=version, by=by, now=now)

    sending = send(request, form, save, lambda: Commitment.objects.get(pk=pk))
    return _answer(request, partner, form, sending, _("Change a commitment"))


@GET_OR_POST
def commitment_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    partner = _own_partner(request, slug, timezone.localdate())
    commitment = get_object_or_404(partner.commitments, pk=pk)
    if request.method == "POST":
        cooperation.remove_commitment(commitment=commitment, by=request.user)
        messages.success(request, _("The commitment is removed."))
        return redirect(partner)
    context = {"partner": partner, "title": _("Remove a commitment"), "what": commitment.text}
    return render(request, "programmes/partner_remove.html", context)


def _own_partner(request: SignedInRequest, slug: str, today: dt.date) -> PartnerOrganisation:
    """The partner, if the user may write about it; otherwise 404, as if it did not exist."""
    partner = get_object_or_404(PartnerOrganisation, slug=slug)
    if not user_can_change_partner(request.user, partner, today):
        raise Http404
    return partner


def _answer(
    request: SignedInRequest, partner: PartnerOrganisation, form: Any, sending: Sending, title: str
) -> HttpResponse:
    said, template = _("Saved."), "programmes/partner_form.html"
    return answer(request, form, sending, said=said, back=partner, template=template, partner=partner, title=title)


def may_write_picture(request: SignedInRequest, today: dt.date) -> None:
    """Raise ``PermissionDenied`` unless the user may write findings and goals: they are shared, so only the centre
    does."""
    if not manages_cooperation(request.user, today):
        raise PermissionDenied
