"""Bounced mails, and the addresses that they bounce from.

An address from which three different mails have bounced for good is flagged to those who answer for the mails and to
the school's people, with the telephone number, until somebody corrects the address or says that it works. Meanwhile
mails are still sent to it. A report only counts if it is about a mail that the portal sent, to the address that it was
sent to.
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
    """An address that mails do not reach: how many have bounced, when the last did, and what the server said."""

    address: str
    times: int
    last_at: dt.datetime
    answer: str


def record_report(report: Report, now: dt.datetime) -> bool:
    """Record a report; gives whether it was about one of the portal's mails. A report that comes twice counts once."""
    message = _message_of(report)
    if message is None:
        return False
    for recipient in report.recipients:
        if recipient.has_failed and _is_about(recipient, message, report):
            _record(message, recipient.status or "5.0.0", recipient.answer, recipient.is_permanent, now)
    return True


def record_refusal(message: Message, answer: str, now: dt.datetime) -> None:
    """Record that the server refused the recipient for good while the mail was being sent: an immediate bounce."""
    _record(message, status_in(answer), answer, True, now)


def _message_of(report: Report) -> Message | None:
    """The mail that a report is about, by an identifier that only its recipient and the servers on the way have
    seen."""
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
    """Whether the report is about the address that the mail was sent to. A bounce from a mailing list's member is
    not."""
    return message.address in (recipient.original_address, recipient.address) or len(report.recipients) == 1


def _record(message: Message, status: str, answer: str, is_permanent: bool, now: dt.datetime) -> None:
    said = {"status": status[:12], "answer": answer[:400], "is_permanent": is_permanent, "at": now}
    try:
        with transaction.atomic():
            Bounce.objects.create(message=message, address=message.address, **said)
    except IntegrityError:
        # It was recorded before; a permanent failure may follow a temporary one.
        if is_permanent:
            Bounce.objects.filter(message=message, is_permanent=False).update(**said)


def flags(addresses: Iterable[str] | None = None) -> dict[str, Flag]:
    """The flagged addresses, all or among the given ones."""
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
    """Forget an address's bounces, because it was corrected or works after all. Gives how many there were."""
    return Bounce.objects.filter(address=address.lower(), cleared_at=None).update(cleared_at=now)
