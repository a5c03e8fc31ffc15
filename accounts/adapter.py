"""How django-allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Nobody makes an account alone: the centre's administrator does."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
