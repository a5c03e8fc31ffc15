"""How django-allauth behaves here."""

import logging
from functools import cache
from ipaddress import IPv6Address, IPv6Network, ip_address

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

# Whoever has one IPv6 address usually has the whole network, so tries are counted by network.
NETWORK_BITS = 64


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Nobody makes an account alone: the centre's administrator does."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The e-mail address or the password is not right. Try again, or get a code by mail."
        )
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, for every limit on tries.

        In production it is the address that the proxy wrote last in ``X-Forwarded-For``; of an IPv6 address, its
        network. Requests whose address nobody can tell share one limit; none of them is refused.
        """
        if settings.ALLAUTH_TRUSTED_PROXY_COUNT and not request.headers.get("X-Forwarded-For"):
            _say_that_the_proxy_tells_nothing()
        try:
            address = ip_address(super().get_client_ip(request))
        except PermissionDenied:
            return "unknown"
        if isinstance(address, IPv6Address):
            return str(address.ipv4_mapped or IPv6Network((address, NETWORK_BITS), strict=False))
        return str(address)


@cache
def _say_that_the_proxy_tells_nothing() -> None:
    """Log once per process that the proxy sends no client address: the portal works, but one who tries on and on stops
    everybody."""
    log.warning("The proxy sets no X-Forwarded-For: all who sign in share one limit. See README, Deployment.")
