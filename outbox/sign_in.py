"""Mails the code to sign in with. Its content is stored no longer than necessary."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.adapter import ClosedSignupAdapter
from accounts.models import User
from outbox.actions import enqueue
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import texts_of

# Before everything else that waits.
FIRST = 0


class MailingAdapter(ClosedSignupAdapter):
    """Sends django-allauth's mails through the outbox.

    For an address without an account the same work is done, and the sender then skips the mail, so that the page does
    not reveal who has an account.
    """

    error_messages = ClosedSignupAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That is not the code. Look in the latest mail, and write all the letters."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a few minutes and try again."),
    }

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("outbox:preferences")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        now = timezone.now()
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        code = context.get("code", "") if template_prefix == "account/email/login_code" else ""
        enqueue(kind="sign-in-code", address=email, user=user, about={"code": code}, priority=FIRST, now=now)


def compose_code(message: Message, now: dt.datetime) -> Letter:
    code = message.about.get("code", "")
    if message.user is None or not message.user.is_active:
        raise NotWanted(_("There is no open account with the address."))
    if not code:
        raise NotWanted(_("The code is no longer kept."))
    if now > message.made_at + dt.timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT):
        raise NotWanted(_("The code had become too old."))
    minutes, texts = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60, texts_of("sign-in-code")
    return Letter(
        subject=texts.line("subject", code=code),
        preheader=_("The code holds for %(n)s minutes.") % {"n": minutes},
        greeting=_("Hello %(name)s!") % {"name": message.user.get_short_name()},
        sections=[
            Section(
                heading=_("Your code: %(code)s") % {"code": code},
                paragraphs=texts.paragraphs("opening", n=minutes),
                button=Link(_("To the portal"), settings.PORTAL_URL),
            )
        ],
        why=texts.line("why"),
    )
