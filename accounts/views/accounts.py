"""The administrator's screens for accounts and roles at the centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.forms import AccountForm, LastDayForm, RoleForm
from accounts.models import CentreRole, User
from accounts.policies import is_administrator
from accounts.requests import SignedInRequest
from accounts.views.passwords import link_for

View = Callable[..., HttpResponse]
PAGE = 50


def for_administrators(view: View) -> View:
    """Only administrators get in; the view is given today's date."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        if not is_administrator(request.user, today):
            raise PermissionDenied
        return view(request, *args, today=today, **kwargs)

    return guarded


@for_administrators
def account_list(request: SignedInRequest, *, today: dt.date) -> HttpResponse:
    sought = request.GET.get("sok", "").strip()[:100]
    active_roles = Prefetch("centre_roles", CentreRole.objects.active(today), to_attr="active_roles")
    users = User.objects.prefetch_related(active_roles).order_by("-is_active", "full_name", "pk")
    if sought:
        users = users.filter(pk__in=User.objects.found_by(sought))
    page = Paginator(users, PAGE).get_page(request.GET.get("sida"))
    return render(request, "accounts/account_list.html", {"page": page, "sought": sought})


@for_administrators
def account_add(request: SignedInRequest, *, today: dt.date) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.make_account(**form.cleaned_data, by=request.user)
        messages.success(request, _("The account is made. Hand over a link so that a password can be chosen."))
        return redirect("accounts:account-change", user.pk)
    return render(request, "accounts/account_add.html", {"form": form})


@for_administrators
def account_change(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    form = AccountForm(request.POST or None, instance=account)
    if request.method == "POST" and form.is_valid():
        actions.change_account(user=account, by=request.user, now=timezone.now())
        messages.success(request, _("The account is saved."))
        return redirect("accounts:account-change", pk)
    roles = account.centre_roles.order_by("-starts_on")
    return render(
        request, "accounts/account_change.html", {"form": form, "account": account, "roles": roles, "today": today}
    )


@for_administrators
def account_close(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    """Shows what closing the account leads to, and closes it on POST."""
    account = get_object_or_404(User, pk=pk, is_active=True)
    if request.method == "POST":
        try:
            actions.close_account(user=account, today=today, by=request.user)
            messages.success(request, _("%(name)s can no longer sign in.") % {"name": account})
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
        return redirect("accounts:account-change", pk)
    return render(request, "accounts/account_close.html", {"account": account})


@require_POST
@for_administrators
def account_reopen(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    account = get_object_or_404(User, pk=pk, is_active=False)
    actions.reopen_account(user=account, by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": account})
    return redirect("accounts:account-change", pk)


@require_POST
@for_administrators
def password_link(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    """Shows, once, the link by which the account's owner chooses a password."""
    account = get_object_or_404(User, pk=pk, is_active=True)
    return render(request, "accounts/password_link.html", {"account": account, "link": link_for(account, request)})


@for_administrators
def role_add(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    account = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST or None, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_role(user=account, **form.cleaned_data, by=request.user)
            messages.success(request, _("The role is saved."))
            return redirect("accounts:account-change", pk)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "accounts/role_add.html", {"form": form, "account": account})


@for_administrators
def role_end(request: SignedInRequest, pk: int, *, today: dt.date) -> HttpResponse:
    """Shows what ending the role leads to, and ends it on POST."""
    role = get_object_or_404(CentreRole.objects.select_related("user"), pk=pk)
    form = LastDayForm(
        request.POST or None,
        starts_on=role.starts_on,
        can_be_taken_back=role.can_be_taken_back(today),
        initial={"last_day": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_role(role=role, last_day=form.cleaned_data["last_day"], today=today, by=request.user)
            messages.success(request, _("The role has a last day.") if role.pk else _("The role is taken back."))
            return redirect("accounts:account-change", role.user_id)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "accounts/role_end.html", {"form": form, "role": role, "account": role.user})
