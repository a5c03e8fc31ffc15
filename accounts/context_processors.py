"""What every page needs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from accounts.models import CentreRole
from accounts.navigation import menu_for
from accounts.policies import centre_roles

# Apps above this one register here what to call a person who has no role at the centre.
role_titles: list[Callable[[Any, Any], str]] = []


def portal(request: HttpRequest) -> dict[str, object]:
    """Whether this is the demo, the main menu, and what the signed-in person's role is called."""
    context: dict[str, object] = {"DEMO": settings.DEMO}
    if settings.DEMO:
        context |= {"DEMO_ACCOUNTS": DEMO_ACCOUNTS, "DEMO_PASSWORD": DEMO_PASSWORD}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        today = timezone.localdate()
        roles = centre_roles(user, today)
        titles = [str(role.label) for role in CentreRole.Role if role in roles]
        elsewhere = (title for title_of in role_titles if (title := title_of(user, today)))
        context["PORTAL_MENU"] = menu_for(request, today)
        context["PORTAL_ROLE"] = (titles[0] if titles else next(elsewhere, "")).lower()
    return context
