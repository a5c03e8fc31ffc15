"""The worklist of schools' replies, each with its proposed week, which can be accepted in one tap."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import manages_schools
from accounts.requests import SignedInRequest
from accounts.templatetags.look import week_no
from schools import policies
from schools.actions import replies
from schools.forms.replies import DeclineForm
from schools.models import PlannedSession, School, SchoolReply
from schools.views.broken import plans_of, warn_of

ANSWERED_SHOWN = 20


@require_safe
def reply_list(request: SignedInRequest) -> HttpResponse:
    """Replies that wait, the oldest first, and those answered lately."""
    today = timezone.localdate()
    if not School.objects.logged_by(request.user, today).exists():
        raise PermissionDenied
    ours = SchoolReply.objects.answerable_by(request.user, today).with_names()
    answered = ours.filter(answered_at__isnull=False).select_related("answered_by").order_by("-answered_at")
    context = {
        "waiting": list(ours.open()),
        "answered": list(answered[:ANSWERED_SHOWN]),
        "may_manage": manages_schools(request.user, today),
    }
    return render(request, "schools/reply_list.html", context)


@require_POST
def reply_accept(request: SignedInRequest, uuid: str) -> HttpResponse:
    reply = _reply_or_404(request, uuid, timezone.localdate())
    before = plans_of(PlannedSession.objects.filter(replies=reply).with_names(), timezone.localdate())
    try:
        moved = replies.accept(reply=reply, by=request.user, now=timezone.now())
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _done(reply, len(moved)))
        warn_of(request, moved, before)
    return redirect("schools:reply-list")


@require_POST
def reply_decline(request: SignedInRequest, uuid: str) -> HttpResponse:
    reply = _reply_or_404(request, uuid, timezone.localdate())
    form = DeclineForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([str(error) for errors in form.errors.values() for error in errors])
        replies.decline(reply=reply, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _declined(reply))
    return redirect("schools:reply-list")


def _reply_or_404(request: SignedInRequest, uuid: str, today: dt.date) -> SchoolReply:
    schools = School.objects.visible_to(request.user, today)
    reply = get_object_or_404(SchoolReply.objects.filter(school__in=schools).select_related("school"), uuid=uuid)
    if not policies.user_can_move(request.user, reply.school, today):
        raise PermissionDenied
    return reply


def _declined(reply: SchoolReply) -> str:
    if reply.kind == SchoolReply.Kind.NOT_ME:
        return _("The role stays. No mail says so: get in touch with %(school)s.") % {"school": reply.school}
    return _("The plan stands. %(school)s is told by mail.") % {"school": reply.school}


def _done(reply: SchoolReply, count: int) -> str:
    if reply.kind == SchoolReply.Kind.NOT_ME:
        return _("The role has ended. Choose somebody else at %(school)s.") % {"school": reply.school}
    if reply.proposed_week is None:
        return _("Noted as done.")
    text = ngettext("%(n)s session is moved to %(week)s.", "%(n)s sessions are moved to %(week)s.", count)
    told = _("The school is told by mail.")
    return f"{text % {'n': count, 'week': week_no(reply.proposed_week)}} {told}"
