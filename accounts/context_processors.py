"""What every page needs."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import CentreRole
from accounts.navigation import menu_for
from accounts.policies import centre_roles


def portal(request: HttpRequest) -> dict[str, object]:
    """Whether this is the demo, the main menu, and the signed-in person's role in words."""
    context: dict[str, object] = {"DEMO": settings.DEMO}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        today = timezone.localdate()
        roles = centre_roles(user, today)
        context["PORTAL_MENU"] = menu_for(request, today)
        context["PORTAL_ROLE"] = next((role.label.lower() for role in CentreRole.Role if role in roles), "")
    return context
