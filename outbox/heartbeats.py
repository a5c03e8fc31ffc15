"""Whether beat, broker and worker are alive: a task that beat sends round, and what it means when it stops; and which
of the tasks that they run fail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from outbox.models import Heartbeat

NAME = "worker"
EVERY = dt.timedelta(minutes=1)
# Three beats may be lost, in a restart for one, before anybody is told.
STOPPED_AFTER = dt.timedelta(minutes=4)
# The mailbox that bounces come to is read every five minutes; its server may be away for a while.
MAILBOX = "mailbox"
UNREAD_AFTER = dt.timedelta(hours=1)
# A task is run every five minutes or more seldom, but for one. It may fail now and then, when a server is away.
FAILING_AFTER = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Pulse:
    """When the heart last beat, and whether that is too long ago. ``at`` is None if it never has."""

    at: dt.datetime | None
    is_stopped: bool


def beat(now: dt.datetime | None = None, *, name: str = NAME) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now or timezone.now()})


def pulse(now: dt.datetime, *, name: str = NAME, stopped_after: dt.timedelta = STOPPED_AFTER) -> Pulse:
    found = Heartbeat.objects.filter(name=name).first()
    at = found.at if found else None
    return Pulse(at=at, is_stopped=at is None or now - at > stopped_after)


def note_failure(task: str, now: dt.datetime) -> None:
    """A task that a worker runs has failed; kept under the task's name is when it did so first."""
    Heartbeat.objects.get_or_create(name=_short(task), defaults={"at": now})


def note_success(task: str) -> None:
    Heartbeat.objects.filter(name=_short(task)).delete()


def _short(task: str) -> str:
    """Tasks have other names than hearts."""
    return task.rpartition(".")[2][:20]


def failing_task(now: dt.datetime) -> Heartbeat | None:
    """The task that has failed for the longest, and for too long, with when it began; None when none does. Of a mailbox
    that cannot be read ``unread_mailbox`` tells."""
    failing = Heartbeat.objects.exclude(name__in=(NAME, MAILBOX, "read_bounces")).filter(at__lt=now - FAILING_AFTER)
    return failing.order_by("at").first()


def unread_mailbox(now: dt.datetime) -> Pulse | None:
    """The mailbox of what comes back, if it has not been read for too long; None when it is read, or there is none."""
    if not settings.BOUNCE_MAILBOX:
        return None
    read = pulse(now, name=MAILBOX, stopped_after=UNREAD_AFTER)
    return read if read.is_stopped else None
