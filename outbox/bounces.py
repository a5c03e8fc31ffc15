"""Mails that come back, and the addresses that they come back from.

An address from which three different mails have come back for good is flagged: to those who answer for the mails and
for the school's people, with the telephone number, until somebody corrects the address or says that it works. Mails to
it go on meanwhile. A report counts only about a mail that the portal has sent, to the address that it was sent to.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Max

from outbox.dsn import Recipient, Report, status_in
from outbox.models import Bounce, Message

FLAGGED_AFTER = 3


@dataclass(frozen=True)
class Flag:
    """An address that mails do not reach: how many have come back, when the last did, and what was said of it."""

    address: str
    times: int
    last_at: dt.datetime
    answer: str


def record_report(report: Report, now: dt.datetime) -> bool:
    """Keep what a report says; gives whether it was about a mail of the portal's. Told again, nothing is added."""
    message = _message_of(report)
    if message is None:
        return False
    for recipient in report.recipients:
        if recipient.has_failed and _is_about(recipient, message, report):
            _record(message, recipient.status or "5.0.0", recipient.answer, recipient.is_permanent, now)
    return True


def record_refusal(message: Message, answer: str, now: dt.datetime) -> None:
    """The server refused the recipient for good while the mail was being sent: it has come back at once."""
    _record(message, status_in(answer), answer, True, now)


def _message_of(report: Report) -> Message | None:
    """The mail that a report is about, by a name that only its recipient and the servers on the way have seen."""
    local, _at, domain = report.message_id.strip("<> ").partition("@")
    names = [local] if domain == settings.MAIL_DOMAIN else []
    for name in [*names, report.envelope_id]:
        try:
            found = Message.objects.filter(uuid=uuid.UUID(name)).first()
        except ValueError:
            continue
        if found:
            return found
    return None


def _is_about(recipient: Recipient, message: Message, report: Report) -> bool:
    """A mail goes to one address. Where a list has spread it, a member's bounce says nothing of that address."""
    return message.address in (recipient.original_address, recipient.address) or len(report.recipients) == 1


def _record(message: Message, status: str, answer: str, is_permanent: bool, now: dt.datetime) -> None:
    said = {"status": status[:12], "answer": answer[:400], "is_permanent": is_permanent, "at": now}
    try:
        with transaction.atomic():
            Bounce.objects.create(message=message, address=message.address, **said)
    except IntegrityError:
        # Told before; that it was for good may come after that it was for now.
        if is_permanent:
            Bounce.objects.filter(message=message, is_permanent=False).update(**said)


def flags(addresses: Iterable[str] | None = None) -> dict[str, Flag]:
    """The flagged addresses, all or of those that are asked for."""
    counted = Bounce.objects.filter(is_permanent=True, cleared_at=None)
    if addresses is not None:
        counted = counted.filter(address__in=[address.lower() for address in addresses if address])
    rows = counted.values("address").annotate(times=Count("pk"), last=Max("at"), latest=Max("pk"))
    found = list(rows.filter(times__gte=FLAGGED_AFTER))
    answers = dict(Bounce.objects.filter(pk__in=[row["latest"] for row in found]).values_list("address", "answer"))
    return {
        row["address"]: Flag(row["address"], row["times"], row["last"], answers.get(row["address"], ""))
        for row in found
    }


def clear(*, address: str, now: dt.datetime) -> int:
    """The address has been corrected, or works: what has come back from it counts no more. Gives how many that were."""
    return Bounce.objects.filter(address=address.lower(), cleared_at=None).update(cleared_at=now)
