"""The centre as the sender of a mail: who signs it, and where its links lead."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import CentreRole, User
from outbox.together import asked_once

# A placeholder for a token; no page's path contains it.
TOKEN = "TOKEN"


def portal_link(name: str, *args: Any) -> str:
    """The whole address of a page, for links from elsewhere."""
    return settings.PORTAL_URL + reverse(name, args=args)


def signed_link(name: str, token: str) -> str:
    """The whole address of a page that opens with a token. Every mail has several, so ``reverse`` is asked once for
    each page."""
    before, after = _around_token(name)
    return f"{settings.PORTAL_URL}{before}{token}{after}"


@lru_cache(maxsize=100)
def _around_token(name: str) -> tuple[str, str]:
    """A page's path before and after its token, which needs no quoting."""
    before, _token, after = reverse(name, args=[TOKEN]).partition(TOKEN)
    return before, after


def coordinator(today: dt.date) -> User | None:
    """The centre's coordinator to whom schools and partners write: the one who has had the role longest."""
    role = asked_once(("centre's coordinator", today), lambda: _longest(today))
    return role.user if role else None


def _longest(today: dt.date) -> CentreRole | None:
    roles = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR, user__is_active=True)
    return roles.select_related("user").order_by("starts_on", "pk").first()


def signature(by: User | None) -> list[str]:
    if by is None:
        return [settings.CENTRE_NAME]
    ring = _("or ring %(phone)s") % {"phone": by.phone} if by.phone else ""
    questions = _("Questions? Answer this mail %(ring)s") % {"ring": ring}
    return [f"{questions.strip()}.", by.full_name, _("the centre's coordinator")]
