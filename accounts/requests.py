"""What a view is given."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that has passed ``LoginRequiredMiddleware``: somebody is signed in. For annotations only."""

    user: User
