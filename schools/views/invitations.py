"""Inviting to an occasion, withdrawing, and answering: by the link of a role, by a link of its own, or signed in.

Opening a link changes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import GET_OR_POST, SignedInRequest
from schools import policies
from schools.actions.occasions import answer_invitation, invite, take_back
from schools.forms.occasions import AnswerForm, GuestFormSet, InviteForm
from schools.mailing.invitations import open_invitation
from schools.mailing.invited import when_and_where
from schools.mailing.links import LinkRefused, OpenLink, Scope, Tampered
from schools.models import Occasion, OccasionInvitation, School, SchoolMembership, SchoolPerson
from schools.views.access import managed_occasion, visible_occasion
from schools.views.links import by_link, closed_link, link_account
from schools.views.occasion_deeds import done, sent, too_late


@GET_OR_POST
def occasion_invite(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """People at schools are ticked; others are invited by e-mail address."""
    today = timezone.localdate()
    occasion = managed_occasion(request, uuid)
    if not policies.can_invite(occasion, today):
        return too_late(request, occasion)
    people = _who_can_be_invited(request, occasion, today)
    form = InviteForm(sent(request), people=people)
    guests = GuestFormSet(sent(request), prefix="gast")

    def send() -> list[OccasionInvitation]:
        asked = [guest for row in guests if row.has_changed() and (guest := row.guest())]
        people = form.chosen()
        if not people and not asked:
            raise ValidationError(_("Tick somebody, or write an e-mail address."))
        return invite(occasion=occasion, people=people, guests=asked, by=request.user, now=timezone.now())

    made = done(form, send) if not guests.is_bound or guests.is_valid() else None
    if made is not None:
        text = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", len(made))
        messages.success(request, text % {"n": len(made)} if made else _("They were invited already."))
        return redirect(occasion)
    context = {
        "form": form,
        "guests": guests,
        "occasion": occasion,
        "when": when_and_where(occasion),
        "schools": _by_school(people, occasion, form.ticked()),
    }
    return render(request, "schools/occasion_invite.html", context)


@require_POST
def occasion_take_back(request: SignedInRequest, uuid: uuids.UUID, pk: int) -> HttpResponse:
    """Withdraw an invitation."""
    occasion = managed_occasion(request, uuid)
    invitation = get_object_or_404(occasion.invitations.with_names(), pk=pk)
    take_back(invitation=invitation, by=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is no longer invited.") % {"name": invitation})
    return redirect(occasion)


@GET_OR_POST
def occasion_answer(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """The answer of an invited person who is signed in, as by the mail's link."""
    today = timezone.localdate()
    occasion = visible_occasion(request, uuid, today)
    mine = occasion.invitations.standing().with_names().filter(person__user=request.user).first()
    if mine is None:
        raise PermissionDenied
    return answer_in_form(request, mine, by=request.user, back=redirect(occasion))


@login_not_required
@never_cache
@GET_OR_POST
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The answer of somebody invited by e-mail who has no role at a school."""
    today = timezone.localdate()
    try:
        found = open_invitation(token, today)
    except LinkRefused as refused:
        return closed_link(request, today, status=404 if isinstance(refused, Tampered) else 410)
    return answer_in_form(request, found, by=None, back=redirect("schools:invitation", token))


@GET_OR_POST
@by_link(Scope.ANSWER)
def link_occasion(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    """The answer of a person at a school, by the link of the role."""
    invitations = OccasionInvitation.objects.standing().with_names().filter(person=link.membership.person)
    found = get_object_or_404(invitations, uuid=uuid)
    by = link_account(link) if request.method == "POST" else None
    return answer_in_form(request, found, by=by, back=redirect("schools:link-occasion", link.token, uuid))


def answer_in_form(
    request: HttpRequest, invitation: OccasionInvitation, *, by: User | None, back: HttpResponse
) -> HttpResponse:
    """The occasion with the form; when it is sent, the answer is saved and shown."""
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=_given(invitation))

    def keep() -> OccasionInvitation:
        said = {"yes": form.cleaned_data["answer"] == "yes", "coming": form.cleaned_data["coming"]}
        return answer_invitation(invitation=invitation, **said, by=by, now=timezone.now())

    if done(form, keep):
        messages.success(request, _("Thank you, your answer is saved. You can change it until the day."))
        return back
    context = {
        "invitation": invitation,
        "occasion": invitation.occasion,
        "when": when_and_where(invitation.occasion),
        "may_answer": policies.can_answer(invitation, timezone.localdate()),
        "form": form,
    }
    return render(request, "schools/invitation_answer.html", context)


def _given(invitation: OccasionInvitation) -> dict[str, object]:
    if invitation.answer is None:
        return {}
    return {"answer": "yes" if invitation.answer else "no", "coming": invitation.coming or 1}


def _who_can_be_invited(request: SignedInRequest, occasion: Occasion, today: dt.date) -> list[SchoolPerson]:
    """Contact persons and coordinators who can get mail: at the occasion's school, or at any school if it is for the
    whole centre."""
    schools = School.objects.visible_to(request.user, today).open_on(today)
    if occasion.school:
        schools = schools.filter(pk=occasion.school.pk)
    roles = SchoolMembership.objects.in_reach().active(today).filter(person__school__in=schools)
    people = SchoolPerson.objects.filter(pk__in=roles.values("person"))
    return list(
        people.select_related("school", "user").prefetch_related("memberships").order_by("school__name", "name")
    )


def _by_school(people: list[SchoolPerson], occasion: Occasion, ticked: set[str]) -> list[dict[str, Any]]:
    """The people by school, each with roles and whether already invited."""
    invited = set(occasion.invitations.standing().values_list("person", flat=True))
    schools: dict[School, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    for person in people:
        roles = {
            str(one.get_role_display()).lower()
            for one in person.memberships.all()
            if one.starts_on <= today and (one.ends_on is None or one.ends_on >= today)
        }
        row = {
            "person": person,
            "roles": ", ".join(sorted(roles)),
            "is_invited": person.pk in invited,
            "is_ticked": str(person.pk) in ticked,
        }
        schools.setdefault(person.school, []).append(row)
    return [{"school": school, "people": rows} for school, rows in schools.items()]
