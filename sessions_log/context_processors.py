"""What every page needs for the script that keeps logs on a phone."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from sessions_log.keepers import Keeper


def kept_on_phone(request: HttpRequest) -> dict[str, object]:
    """Whose logs the browser keeps, and the page that sends them; empty for users who cannot log."""
    keeper: Keeper | None = getattr(request, "keeper", None)
    user = getattr(request, "user", None)
    if keeper is not None:
        return {"KEEP_FOR": keeper.owner, "KEPT_URL": keeper.url, "KEPT_BY_LINK": True}
    if user is not None and user.is_authenticated:
        keeper = Keeper(str(user.pk), reverse("sessions_log:kept-logs"))
        return {"KEEP_FOR": keeper.owner, "KEPT_URL": keeper.url}
    return {}
