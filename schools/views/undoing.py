"""Undoing what was just done to a plan."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from schools import policies
from schools.actions.undoing import CannotUndo, undo_batch, waiting_in
from schools.models import School
from schools.views.access import way_back


@require_POST
def undo(request: SignedInRequest, batch: UUID) -> HttpResponse:
    """Undo a deed at schools where the user may move sessions; if it cannot be undone, say why."""
    now = timezone.now()
    today = timezone.localdate(now)
    # Undoing a run also stops it at the schools that it has not come to.
    changed = Q(participations__changes__batch=batch)
    schools = list(School.objects.filter(changed | Q(pk__in=waiting_in(batch))).distinct())
    seen = School.objects.visible_to(request.user, today).filter(pk__in=[school.pk for school in schools])
    if not schools or seen.count() < len(schools):
        raise Http404
    if not all(policies.user_can_move(request.user, school, today) for school in schools):
        raise PermissionDenied
    try:
        number = undo_batch(batch=batch, by=request.user, now=now)
    except CannotUndo as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        text = ngettext(
            "It is undone. %(n)s session is as it was.", "It is undone. %(n)s sessions are as they were.", number
        )
        messages.success(request, text % {"n": number})
    return redirect(way_back(request, schools[0].get_absolute_url()))
