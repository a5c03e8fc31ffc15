"""Choosing a password by a link that an administrator has handed over."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import ChoosePasswordForm
from accounts.models import User


def link_for(user: User, request: HttpRequest) -> str:
    """The address where a user chooses a password. It works once, and for PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    address = reverse("accounts:choose-password", args=[uid, default_token_generator.make_token(user)])
    return request.build_absolute_uri(address)


@login_not_required
@never_cache
@sensitive_post_parameters()
def choose_password(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    user = _user_of(uidb64)
    if user is None or not user.is_active or not default_token_generator.check_token(user, token):
        return render(request, "accounts/password_link_used.html", status=404)
    form = ChoosePasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your password is chosen. Sign in with it."))
        return redirect("account_login")
    return render(request, "accounts/password_choose.html", {"form": form, "who": user})


def _user_of(uidb64: str) -> User | None:
    try:
        pk = int(force_str(urlsafe_base64_decode(uidb64)))
    except (ValueError, UnicodeDecodeError):
        return None
    return User.objects.filter(pk=pk).first()
