"""What views have in common: which methods they accept, and the request of a signed-in user."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.models import User

# For a view that shows a form on GET and saves it on POST.
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


class SignedInRequest(HttpRequest):
    """A request that has passed ``SignInRequired``: somebody is signed in. For annotations only."""

    user: User


def is_own_page(address: str) -> bool:
    """Whether an address that a form or a link names leads to a page of the portal's, written from its first slash."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
