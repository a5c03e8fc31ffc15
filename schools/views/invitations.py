"""Answering an invitation: by the link of a role, by a link of its own, or signed in. Opening it changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid as uuids

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from schools.actions.occasions import answer_invitation, when_and_where
from schools.forms.occasions import AnswerForm
from schools.invitations import open_invitation
from schools.links import LinkRefused, OpenLink, Scope, Tampered
from schools.models import OccasionInvitation
from schools.policies import can_answer
from schools.views.links import by_link, closed_link, link_account

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@GET_OR_POST
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """For somebody who is invited by e-mail and has no role at a school."""
    today = timezone.localdate()
    try:
        found = open_invitation(token, today)
    except LinkRefused as refused:
        return closed_link(request, today, status=404 if isinstance(refused, Tampered) else 410)
    return answer_in_form(request, found, by=None, back=redirect("schools:invitation", token))


@GET_OR_POST
@by_link(Scope.ANSWER)
def link_occasion(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    """For a person at a school, by the link of the role."""
    invitations = OccasionInvitation.objects.standing().with_names().filter(person=link.membership.person)
    found = get_object_or_404(invitations, uuid=uuid)
    by = link_account(link) if request.method == "POST" else None
    return answer_in_form(request, found, by=by, back=redirect("schools:link-occasion", link.token, uuid))


def answer_in_form(
    request: HttpRequest, invitation: OccasionInvitation, *, by: User | None, back: HttpResponse
) -> HttpResponse:
    """What it is and the form; sent, the answer is kept and shown."""
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=_given(invitation))
    if request.method == "POST" and form.is_valid():
        said = {"yes": form.cleaned_data["answer"] == "yes", "coming": form.cleaned_data["coming"]}
        try:
            answer_invitation(invitation=invitation, **said, by=by, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Thank you, your answer is saved. You can change it until the day."))
            return back
    context = {
        "invitation": invitation,
        "occasion": invitation.occasion,
        "when": when_and_where(invitation.occasion),
        "may_answer": can_answer(invitation, timezone.localdate()),
        "form": form,
    }
    return render(request, "schools/invitation_answer.html", context)


def _given(invitation: OccasionInvitation) -> dict[str, object]:
    if invitation.answer is None:
        return {}
    return {"answer": "yes" if invitation.answer else "no", "coming": invitation.coming or 1}
