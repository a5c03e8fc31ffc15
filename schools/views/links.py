"""What a mail's link opens, without a password. A GET changes nothing; only the forms do."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import GET_OR_POST
from outbox.own_links import own_token
from programmes.forms.keys import refuse
from programmes.material import open_file
from programmes.models import SessionTopic
from schools.actions.confirmations import ConfirmationRefused, confirm_term
from schools.actions.people import account_for
from schools.actions.replies import say_not_me
from schools.forms.feeds import FeedForm
from schools.forms.replies import NotMeForm
from schools.mailing.links import LinkRefused, OpenLink, Scope, Tampered, open_link
from schools.models import CalendarFeed, PlannedSession, School, Term
from schools.term_plan import is_over
from schools.views import feeds, proposals
from schools.views.term_plan import coordinators_on, current_term, plan_context, term_or_404
from schools.views.term_plan_files import pdf_of
from schools.views.topics import choose_for

View = Callable[..., HttpResponseBase]


def by_link(scope: Scope) -> Callable[[View], View]:
    """The view is given the open link, its account and the day. An invalid link opens a page that says why."""

    def decorate(view: View) -> View:
        @login_not_required
        @never_cache
        @wraps(view)
        def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
            today = timezone.localdate()
            try:
                link = open_link(token, today)
            except LinkRefused as refused:
                return closed_link(request, today, status=404 if isinstance(refused, Tampered) else 410)
            if scope not in link.scopes:
                return closed_link(request, today, status=410)
            return view(request, link, today=today, **kwargs)

        return opened

    return decorate


def closed_link(request: HttpRequest, today: dt.date, *, status: int) -> HttpResponse:
    return render(request, "schools/link_closed.html", {"coordinators": coordinators_on(today)}, status=status)


def link_account(link: OpenLink) -> User:
    """The account whose answer it is. Somebody without an account gets one here, so that the answer has a name."""
    user = account_for(link.membership.person)
    if user is None:
        raise Http404
    return user


@require_safe
@by_link(Scope.READ)
def link_plan(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The plan of the present term, or of the next."""
    terms = list(Term.objects.select_related("year"))
    term = current_term(terms, today)
    if term is None:
        return render(request, "schools/link_plan_empty.html", {"school": link.school, "link": link})
    context = plan_context(link.school, term, terms, today) | {
        "link": link,
        "may_confirm": link.answers and not is_over(term, today),
        "may_choose": Scope.CHOOSE in link.scopes,
        "confirm_url": reverse("schools:link-confirm", args=[link.token]),
        "replies": _open_replies(link),
    }
    return render(request, "schools/link_plan.html" if "plan" in context else "schools/link_plan_empty.html", context)


@require_safe
@by_link(Scope.READ)
def link_plan_pdf(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The same plan for the wall, as PDF."""
    terms = list(Term.objects.select_related("year"))
    term = current_term(terms, today)
    answer = pdf_of(request, link.school, term, terms, today) if term else None
    return answer or redirect("schools:link-plan", link.token)


def _open_replies(link: OpenLink) -> Any:
    return link.school.replies.open().filter(kind="time").with_names()


@require_POST
@by_link(Scope.ANSWER)
def link_confirm(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """Confirm, in one tap, the plan that the form says was seen."""
    year_slug, _slash, season = request.POST.get("term", "").partition("/")
    seen, by = request.POST.getlist("seen"), link_account(link)
    try:
        term = term_or_404(Term.objects.select_related("year"), year_slug, season)
        confirm_term(school=link.school, term=term, seen=seen, by=by, now=timezone.now())
    except Http404:
        messages.error(request, _("Look at the plan again, and answer then."))
    except ConfirmationRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Thank you. The centre sees that the plan is right."))
    return redirect("schools:link-plan", link.token)


@GET_OR_POST
@by_link(Scope.ANSWER)
def link_time(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuid.UUID) -> HttpResponse:
    """Say that a time does not work: why, and which week would."""
    sessions = PlannedSession.objects.filter(participation__school=link.school).with_names()
    return proposals.propose(
        request,
        get_object_or_404(sessions, uuid=uuid),
        by=link_account(link) if request.method == "POST" else link.membership.person.user,
        membership=link.membership,
        today=today,
        back=redirect("schools:link-plan", link.token),
        more={"link": link},
    )


@GET_OR_POST
@by_link(Scope.CHOOSE)
def link_topics(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The school's extra topics of the present year, or of the next."""
    term = current_term(list(Term.objects.select_related("year")), today)
    if term is None:
        raise Http404
    by = link_account(link) if request.method == "POST" else link.membership.person.user
    back = reverse("schools:link-plan", args=[link.token])
    return choose_for(request, link.school, term.year, by=by, today=today, back=back, link=link)


@require_safe
@by_link(Scope.READ)
def link_material(request: HttpRequest, link: OpenLink, *, today: dt.date, slug: str) -> FileResponse:
    """The file of a topic in the school's plan."""
    topics = SessionTopic.objects.filter(sessions__participation__school=link.school).distinct()
    topic = get_object_or_404(topics, slug=slug)
    return open_file(topic.material, topic.slug)


@require_safe
@by_link(Scope.READ)
def link_mail(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The settings of one's mails, for old mails that have no link of their own to them."""
    user = link.membership.person.user
    if user is None:
        raise Http404
    return redirect("outbox:own-mails", own_token(user, today))


@GET_OR_POST
@by_link(Scope.ANSWER)
def link_not_me(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """ "I am not the contact person"; a coordinator ends the role."""
    form = NotMeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = {"key": form.cleaned_data["key"], "note": form.cleaned_data["note"]}
        try:
            say_not_me(membership=link.membership, by=link_account(link), now=timezone.now(), **said)
        except ValidationError as refused:
            refuse(form, refused)
        else:
            return render(request, "schools/link_not_me_said.html", {"school": link.school})
    return render(request, "schools/link_not_me.html", {"link": link, "school": link.school, "form": form})


@GET_OR_POST
@by_link(Scope.ANSWER)
def link_feed(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The calendar of the link's own school, and of no other."""
    if request.method == "POST":
        form = FeedForm(request.POST, schools=School.objects.none())
        key = form.cleaned_data["key"] if form.is_valid() else None
        return feeds.make_and_show(request, link.school, key=key, by=link_account(link), link=link)
    feed = CalendarFeed.objects.standing().filter(user=link.membership.person.user_id, school=link.school).first()
    context = {"link": link, "school": link.school, "card": feeds.Card(link.school, feed)}
    return render(request, "schools/link_feed.html", context)


@require_POST
@by_link(Scope.ANSWER)
def link_feed_revoke(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    feeds.revoke_and_say(request, link.school, by=link_account(link))
    return redirect("schools:link-feed", link.token)
