"""Links to a person's own mail settings without a password: signed for the account, and of no other use.

They are made when a mail is sent, and stored nowhere.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core import signing

from accounts.models import User
from outbox.centre import portal_link, signed_link

SETTINGS, STOP = "outbox.settings", "outbox.stop"
# Days. The link that turns a kind off works for as long as people keep the mail.
HOLDS = 180


class Tampered(Exception):  # noqa: N818 - reads as what happened
    """The link was not made here, or has been changed."""


class Closed(Exception):  # noqa: N818 - reads as what happened
    """The link is too old, or its account is closed."""


def own_token(user: User, today: dt.date) -> str:
    return signing.dumps([user.pk, today.toordinal()], salt=SETTINGS)


def open_own(token: str, today: dt.date) -> User:
    """The person whose settings a link opens. Raises ``Tampered`` or ``Closed``."""
    pk, day = _read(token, SETTINGS, 2)
    if not 0 <= today.toordinal() - day <= HOLDS:
        raise Closed
    return _account(pk)


def stop_token(user: User, kind: str, today: dt.date) -> str:
    return signing.dumps([user.pk, kind, today.toordinal()], salt=STOP)


def open_stop(token: str) -> tuple[User, str, dt.date]:
    """Who turns which kind off, and the day of the mail. Raises ``Tampered`` or ``Closed``."""
    pk, kind, day = _read(token, STOP, 3)
    return _account(pk), str(kind), dt.date.fromordinal(day)


def own_url(token: str) -> str:
    return signed_link("outbox:own-mails", token)


def later_url(token: str, message: uuid.UUID) -> str:
    """The link that puts off mails of the mail's kind for a week."""
    return portal_link("outbox:own-later", token, message)


def stop_url(user: User, kind: str, today: dt.date) -> str:
    return signed_link("outbox:stop", stop_token(user, kind, today))


def _read(token: str, salt: str, parts: int) -> list[Any]:
    try:
        said: list[Any] = signing.loads(token, salt=salt)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise Tampered from wrong
    if len(said) != parts:
        raise Tampered
    return said


def _account(pk: Any) -> User:
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        raise Closed
    return user
