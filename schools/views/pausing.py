"""Pausing a school's reminders for a while."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import short_day
from schools.actions.pausing import pause_reminders, resume_reminders
from schools.forms.places import PauseForm
from schools.views.access import managed_school


@GET_OR_POST
def school_pause(request: SignedInRequest, slug: str) -> HttpResponse:
    """Until when and why; a present pause can be given another day."""
    now = timezone.now()
    today = timezone.localdate(now)
    school = managed_school(request, slug, today)
    is_paused = school.is_paused(today)
    known = {"last_day": school.reminders_paused_until, "why": school.reminders_paused_why} if is_paused else None
    form = PauseForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            pause_reminders(school=school, by=request.user, now=now, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            said = {"school": school, "day": short_day(form.cleaned_data["last_day"])}
            text = _("No reminders go to %(school)s to and including %(day)s. Changes and cancellations are told.")
            messages.success(request, text % said)
            return redirect(school)
    return render(request, "schools/school_pause.html", {"school": school, "form": form, "is_paused": is_paused})


@require_POST
def school_resume(request: SignedInRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    school = managed_school(request, slug, timezone.localdate(now))
    resume_reminders(school=school, by=request.user, now=now)
    messages.success(request, _("Reminders go to %(school)s again.") % {"school": school})
    return redirect(school)
