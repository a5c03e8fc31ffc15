"""What applies to all sending: whether it is paused, how many mails a minute are sent, and restored backups.

Codes for signing in are always sent: without them nobody could get in and start the sending again.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import uuid
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import is_administrator
from outbox.kinds import all_kinds
from outbox.models import Control, Message, State

log = logging.getLogger(__name__)

# The mark in a backup is as old as the backup, or a little younger.
LITTLE = dt.timedelta(minutes=1)

# Apps above this one register here what makes the reminders that are due; called with the moment.
reminder_makers: list[Callable[[dt.datetime], object]] = []


def current() -> Control:
    return Control.objects.get_or_create(pk=1)[0]


def secret_kinds() -> list[str]:
    return [kind.name for kind in all_kinds() if kind.is_secret]


def pause(*, by: User, now: dt.datetime) -> None:
    """Stop all sending from now on, of mails written later, too. Pausing again changes nothing."""
    current()
    why = _("Paused by %(who)s.") % {"who": by}
    Control.objects.filter(pk=1, paused_at=None).update(paused_at=now, paused_why=why[:200])


@transaction.atomic
def resume(*, by: User, now: dt.datetime) -> None:
    """Start sending again. Raises ``ValidationError`` after a restored backup, unless an administrator does it."""
    if current().is_restored:
        if not is_administrator(by, timezone.localdate(now)):
            raise ValidationError(_("A backup has been restored. Only an administrator starts the sending again."))
        _hold_reminders(now)
    Control.objects.filter(pk=1).update(paused_at=None, paused_why="", is_restored=False)


def _hold_reminders(now: dt.datetime) -> None:
    """Hold the reminders made since a backup was restored: what was sent in the days it lacks would be made again. What
    no worker has made yet is made here."""
    for make in reminder_makers:
        make(now)
    waiting = Message.objects.filter(kind__in=[kind.name for kind in all_kinds() if kind.may_be_off])
    held = {"state": State.HELD, "why": _("A backup has been restored."), "is_from_backup": True}
    waiting.filter(state__in=(State.QUEUED, State.GATHERED)).update(**held)


def take_turns(wanted: int, now: dt.datetime) -> int:
    """Count mails to the server; gives how many of those wanted the minute has room for, for all senders together."""
    if not settings.MAIL_PER_MINUTE:
        return wanted
    return sum(1 for _turn in takewhile(lambda _turn: take_turn(now), range(wanted)))


def take_turn(now: dt.datetime) -> bool:
    """Count one mail to the server; false if the minute is full."""
    most = settings.MAIL_PER_MINUTE
    row, minute = Control.objects.filter(pk=1), now.replace(second=0, microsecond=0)
    one_more = row.filter(minute=minute, sent_in_minute__lt=most)
    begin = row.filter(Q(minute=None) | Q(minute__lt=minute))
    return (
        one_more.update(sent_in_minute=F("sent_in_minute") + 1) == 1
        or begin.update(minute=minute, sent_in_minute=1) == 1
        or one_more.update(sent_in_minute=F("sent_in_minute") + 1) == 1
    )


def look_for_restored_backup(now: dt.datetime) -> bool:
    """Notice a restored backup, and then hold everything until an administrator starts it. Otherwise set the next mark.

    The mark is a number in the database, and also in a file that backups of the database do not contain. In a restored
    database it is lower than in the file.
    """
    path: Path | None = settings.MAIL_MARK
    if path is None:
        return False
    row = current()
    beside = _read(path, row.database)
    if beside > row.mark:
        return _wait_for_administrator(row, beside, now)
    Control.objects.filter(pk=1).update(mark=F("mark") + 1, marked_at=now)
    _write(path, row.database, row.mark + 1)
    return False


def backup_was_restored(*, now: dt.datetime) -> None:
    """For a backup restored on another machine, where there is no file: hold everything."""
    row = current()
    _wait_for_administrator(row, row.mark, now)


@transaction.atomic
def _wait_for_administrator(row: Control, beside: int, now: dt.datetime) -> bool:
    why = _("A backup has been restored.")
    found = Control.objects.filter(pk=1, mark=row.mark)
    if found.update(mark=beside + 1, paused_at=now, paused_why=why, is_restored=True) != 1:
        return False
    log.warning("The database has been restored from a backup: mails wait until an administrator lets them go.")
    old = Message.objects.filter(made_at__lte=(row.marked_at or now) + LITTLE).exclude(kind__in=secret_kinds())
    held = {"state": State.HELD, "why": why, "claimed_by": None, "leased_until": None}
    old.filter(state__in=(State.QUEUED, State.GATHERED, State.CLAIMED)).update(**held)
    old.filter(state=State.HELD).update(is_from_backup=True)
    # Mails on their way when the backup was made may have arrived, and are not sent again automatically.
    old.filter(state=State.HANDED_OVER).update(state=State.UNCERTAIN, why=why, settled_at=now, leased_until=None)
    old.filter(state=State.UNCERTAIN, repeats=0).update(repeats=1)
    return True


def _read(path: Path, database: uuid.UUID) -> int:
    """The mark in the file; 0 if there is none, or if it belongs to another database."""
    try:
        name, number = path.read_text().split()
        return int(number) if name == str(database) else 0
    except (OSError, ValueError):
        return 0


def _write(path: Path, database: uuid.UUID, mark: int) -> None:
    """Write the whole mark or nothing. On a full disk the older mark stays, which does no harm."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_text(f"{database} {mark}\n")
        fresh.replace(path)
    except OSError as failure:
        log.warning("The mark beside the database could not be written: %s", failure)
