"""How django-allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Nobody makes an account alone: the centre's administrator does."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The e-mail address or the password is not right. Try again, or get a code by mail."
        )
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
