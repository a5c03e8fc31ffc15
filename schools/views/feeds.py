"""Calendars to subscribe to: the page where somebody makes an address, and what the address answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.counting import count
from accounts.models import User
from accounts.policies import is_coordinator
from accounts.requests import GET_OR_POST, SignedInRequest
from outbox.centre import signed_link
from schools import policies
from schools.actions.feeds import AlreadyMade, choose_schools, make_feed, note_fetch, revoke_feed
from schools.feeds import EndedFeed, UnknownFeed, content_of, open_feed
from schools.forms.feeds import ALL, CHOSEN, ChosenSchoolsForm, FeedForm
from schools.models import CalendarFeed, School

TEXT = "text/plain; charset=utf-8"
# Calendars fetch a few times a day. One that fetches more often than this is broken.
MOST_AN_HOUR = 120
HOUR = 3600


@dataclass(frozen=True)
class Card:
    """What the page shows of one calendar: made or not, with a key for the form that makes it."""

    school: School | None
    feed: CalendarFeed | None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@login_not_required
@csrf_exempt
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar fetches, without signing in. Always in Swedish, whatever language the calendar asks for."""
    now = timezone.now()
    with translation.override(settings.LANGUAGE_CODE):
        try:
            opened = open_feed(token, timezone.localdate(now))
        except UnknownFeed:
            return HttpResponse(_("There is no such calendar."), status=404, content_type=TEXT)
        except EndedFeed:
            return HttpResponse(_("This calendar has ended. Remove it."), status=410, content_type=TEXT)
        if _asks_too_often(opened.feed, now):
            headers = {"Retry-After": str(HOUR)}
            return HttpResponse(_("Ask less often."), status=429, content_type=TEXT, headers=headers)
        content = content_of(opened, timezone.localdate(now))
        changed_at = note_fetch(feed=opened.feed, digest=content.digest, now=now)
        answer = get_conditional_response(request, f'"{content.digest}"', int(changed_at.timestamp()))
        if answer is None:
            answer = HttpResponse(content.written(), content_type="text/calendar; charset=utf-8")
            answer["Content-Disposition"] = 'inline; filename="terminsplan.ics"'
    answer["ETag"] = f'"{content.digest}"'
    answer["Last-Modified"] = http_date(changed_at.timestamp())
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _asks_too_often(feed: CalendarFeed, now: dt.datetime) -> bool:
    key = f"feed-{feed.token_hash[:16]}-{int(now.timestamp()) // HOUR}"
    return count(key, HOUR) > MOST_AN_HOUR


@never_cache
@require_safe
def feed_list(request: SignedInRequest) -> HttpResponse:
    """The user's calendars, made or to be made."""
    today = _day_of_subscriber(request)
    return render(request, "schools/feed_list.html", _list_context(request.user, today))


@never_cache
@require_POST
def feed_make(request: SignedInRequest) -> HttpResponse:
    """Make a new address, which is shown only now; the former one stops."""
    today = _day_of_subscriber(request)
    form = FeedForm(request.POST, schools=School.objects.followed_by(request.user, today))
    if not form.is_valid():
        raise Http404
    school = form.cleaned_data["school"]
    only = _chosen_before(request.user) if school is None else None
    return make_and_show(request, school, key=form.cleaned_data["key"], by=request.user, only=only)


@never_cache
@GET_OR_POST
def feed_schools(request: SignedInRequest) -> HttpResponse:
    """Which schools a centre coordinator's own calendar shows."""
    today, user = timezone.localdate(), request.user
    if not is_coordinator(user, today):
        raise PermissionDenied
    standing = user.feeds.standing().filter(school=None).first()
    form = ChosenSchoolsForm(
        request.POST if request.method == "POST" else None,
        schools=School.objects.followed_by(user, today),
        initial=_choice_of(standing),
    )
    if request.method == "POST" and form.is_valid():
        if standing is None:
            return make_and_show(request, None, key=form.cleaned_data["key"], by=user, only=form.only())
        choose_schools(feed=standing, only=form.only(), by=user)
        messages.success(request, _("Saved. Your calendar follows the next time that it fetches."))
        return redirect("schools:feed-list")
    return render(request, "schools/feed_schools.html", {"form": form, "feed": standing})


@require_POST
def feed_revoke(request: SignedInRequest) -> HttpResponse:
    today = _day_of_subscriber(request)
    form = FeedForm(request.POST, schools=School.objects.followed_by(request.user, today))
    if not form.is_valid():
        raise Http404
    revoke_and_say(request, form.cleaned_data["school"], by=request.user)
    return redirect("schools:feed-list")


def make_and_show(
    request: HttpRequest,
    school: School | None,
    *,
    key: uuid.UUID | None,
    by: User,
    only: Iterable[School] | None = None,
    link: Any = None,
) -> HttpResponse:
    """Make a feed and show its address: it cannot be shown again."""
    chosen = None if only is None else list(only)
    try:
        made, token = make_feed(school=school, only=chosen, key=key or uuid.uuid4(), by=by, now=timezone.now())
    except AlreadyMade:
        messages.info(request, _("The address has been shown already. Make a new one if you did not copy it."))
        return redirect("schools:link-feed", link.token) if link else redirect("schools:feed-list")
    address = signed_link("schools:feed", token)
    context = {"feed": made, "school": school, "link": link, "address": address}
    context["webcal"] = f"webcal://{address.partition('://')[2]}"
    return render(request, "schools/feed_made.html", context)


def revoke_and_say(request: HttpRequest, school: School | None, *, by: User) -> None:
    for standing in by.feeds.standing().filter(school=school):
        revoke_feed(feed=standing, by=by, now=timezone.now())
    messages.success(request, _("The address has stopped. Remove the calendar where you added it."))


def _day_of_subscriber(request: SignedInRequest) -> dt.date:
    today = timezone.localdate()
    if not policies.user_can_subscribe(request.user, today):
        raise PermissionDenied
    return today


def _list_context(user: User, today: dt.date) -> dict[str, Any]:
    schools = list(School.objects.followed_by(user, today))
    standing = {feed.school_id: feed for feed in user.feeds.standing().prefetch_related("chosen")}
    return {
        "own": Card(None, standing.get(None)),
        "cards": [Card(school, standing.get(school.pk)) for school in schools],
        "schools": schools,
        "chooses": is_coordinator(user, today),
    }


def _chosen_before(user: User) -> list[School] | None:
    """A new address shows the same schools as the former one."""
    standing = user.feeds.standing().filter(school=None, only_chosen=True).first()
    return None if standing is None else list(standing.chosen.all())


def _choice_of(standing: CalendarFeed | None) -> dict[str, Any]:
    if standing is None or not standing.only_chosen:
        return {"which": ALL}
    return {"which": CHOSEN, "schools": [school.slug for school in standing.chosen.all()]}
