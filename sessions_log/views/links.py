"""Logging by a mail's link or a sheet's code, without a password. A GET changes nothing; only the forms do."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import GET_OR_POST
from schools.mailing.links import LinkRefused, OpenLink, Scope, Tampered
from schools.models import PlannedSession, School
from schools.models.plans import PlannedSessionQuerySet
from schools.policies import user_can_log
from schools.views.links import by_link, closed_link
from sessions_log.board import MOST_AWAITING, awaiting_by_school, cards_of
from sessions_log.keepers import Keeper
from sessions_log.kept import Sender
from sessions_log.session_links import SessionLink, open_session_link
from sessions_log.views.kept import send_kept
from sessions_log.views.logs import Writer, write_as_planned, write_log

View = Callable[..., HttpResponseBase]


def by_log_link(view: View) -> View:
    """As ``by_link``, for logging. What cannot be sent is kept on the phone for the link's person at the school."""

    @by_link(Scope.LOG)
    @wraps(view)
    def opened(request: HttpRequest, link: OpenLink, **kwargs: Any) -> HttpResponseBase:
        url = reverse("sessions_log:link-kept", args=[link.token])
        request.keeper = Keeper(f"link {link.membership.pk}", url)  # type: ignore[attr-defined]
        return view(request, link, **kwargs)

    return opened


@require_safe
@by_log_link
def link_log(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The school's sessions without a log, each to be logged in two taps or in full. The latest stand first: the mail
    is about those."""
    by = _logger(link, today)
    at_school = awaiting_by_school(School.objects.filter(pk=link.school.pk), today)
    waiting = at_school.order_by("-week_start", "group", "pk")
    page = Paginator(waiting, MOST_AWAITING).get_page(request.GET.get("sida"))
    cards = cards_of(list(page), by=by, now=timezone.now())
    context = {"link": link, "school": link.school, "page": page, "cards": cards, "today": today}
    return render(request, "sessions_log/link_log.html", context)


@require_POST
@by_log_link
def link_log_as_planned(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    session = _session_at(link, uuid)
    return write_as_planned(request, session, _writer(link, session, today))


@GET_OR_POST
@by_log_link
def link_log_form(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    session = _session_at(link, uuid)
    return write_log(request, session, _writer(link, session, today))


def _sessions_at(link: OpenLink) -> PlannedSessionQuerySet:
    rows = PlannedSession.objects.filter(participation__school=link.school).with_names()
    return rows.select_related("participation__programme_year__year", "log__logged_by")


def _session_at(link: OpenLink, uuid: uuids.UUID) -> PlannedSession:
    return get_object_or_404(_sessions_at(link), uuid=uuid)


def _writer(link: OpenLink, session: PlannedSession, today: dt.date) -> Writer:
    form_url = reverse("sessions_log:link-log-form", args=[link.token, session.uuid])
    return Writer(_logger(link, today), form_url, reverse("sessions_log:link-log", args=[link.token]), by_link=True)


def _logger(link: OpenLink, today: dt.date) -> User:
    """The account whose log it is, if the link's role may log, or the centre lets the school log by link."""
    user: Any = link.membership.person.user
    if user is not None and (link.school.logs_by_link or user_can_log(user, link.school, today)):
        return user
    raise Http404


@GET_OR_POST
@by_log_link
def link_kept(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The link's person sends what could not be sent before."""

    def form_url(session: PlannedSession) -> str:
        return reverse("sessions_log:link-log-form", args=[link.token, session.uuid])

    def session_of(uuid: uuids.UUID) -> PlannedSession:
        return _sessions_at(link).get(uuid=uuid)

    home = reverse("sessions_log:link-log", args=[link.token])
    return send_kept(request, Sender(_logger(link, today), session_of, form_url, home, by_link=True))


def by_session_link(view: View) -> View:
    """The view is given the open link to one session. An invalid link opens a page that says why."""

    @login_not_required
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponseBase:
        today = timezone.localdate()
        try:
            link = open_session_link(token, today)
            url = reverse("sessions_log:link-session-kept", args=[token])
            request.keeper = Keeper(f"session {link.session.pk} {link.person.pk}", url)  # type: ignore[attr-defined]
            # Whoever logs by the link gets an account only then, and that can be refused.
            return view(request, link)
        except LinkRefused as refused:
            return closed_link(request, today, status=404 if isinstance(refused, Tampered) else 410)

    return opened


@require_safe
@by_session_link
def link_session(request: HttpRequest, link: SessionLink) -> HttpResponse:
    """The session that the link's person leads, to be logged in two taps or in full."""
    now = timezone.now()
    [card] = cards_of([link.session], by=link.reader, now=now)
    school = link.session.participation.school
    context = {"link": link, "school": school, "card": card, "today": timezone.localdate(now)}
    return render(request, "sessions_log/link_session.html", context)


@require_POST
@by_session_link
def link_session_as_planned(request: HttpRequest, link: SessionLink) -> HttpResponse:
    return write_as_planned(request, link.session, _session_writer(request, link))


@GET_OR_POST
@by_session_link
def link_session_form(request: HttpRequest, link: SessionLink) -> HttpResponse:
    return write_log(request, link.session, _session_writer(request, link))


@GET_OR_POST
@by_session_link
def link_session_kept(request: HttpRequest, link: SessionLink) -> HttpResponse:
    """What could not be sent before about the link's one session."""

    def session_of(uuid: uuids.UUID) -> PlannedSession:
        if uuid != link.session.uuid:
            raise PlannedSession.DoesNotExist
        return link.session

    writer = _session_writer(request, link)
    sender = Sender(writer.user, session_of, lambda _session: writer.form_url, writer.back, by_link=True)
    return send_kept(request, sender)


def _session_writer(request: HttpRequest, link: SessionLink) -> Writer:
    user = link.writer if request.method == "POST" else link.reader
    form_url = reverse("sessions_log:link-session-form", args=[link.token])
    return Writer(user, form_url, reverse("sessions_log:link-session", args=[link.token]), by_link=True)
