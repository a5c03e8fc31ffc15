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


@dataclass(frozen=True)
class Failing:
    """A task that has failed each time that it was run, and since when."""

    task: str
    since: dt.datetime


@dataclass(frozen=True)
class Hearts:
    """Beat, broker and worker as one; the task that has failed for the longest; the mailbox of what comes back, if it
    has not been read for too long. The last two are None while all is well."""

    worker: Pulse
    failing: Failing | None
    unread: Pulse | None


def beat(now: dt.datetime | None = None, *, name: str = NAME) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now or timezone.now()})


def note_failure(task: str, now: dt.datetime) -> None:
    """A task that a worker runs has failed; kept under the task's name is when it did so first."""
    Heartbeat.objects.get_or_create(name=_short(task), defaults={"at": now})


def note_success(task: str) -> None:
    Heartbeat.objects.filter(name=_short(task)).delete()


def _short(task: str) -> str:
    """Tasks have other names than hearts."""
    return task.rpartition(".")[2][:20]


def hearts(now: dt.datetime) -> Hearts:
    """How all that runs by itself is; one query."""
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    worker, mailbox = beats.pop(NAME, None), beats.pop(MAILBOX, None)
    read = _pulse(mailbox, now, UNREAD_AFTER)
    # Of a mailbox that cannot be read it is said how long it has been unread.
    beats.pop("read_bounces", None)
    failing = min(((since, task) for task, since in beats.items() if now - since > FAILING_AFTER), default=None)
    return Hearts(
        worker=_pulse(worker, now, STOPPED_AFTER),
        failing=Failing(task=failing[1], since=failing[0]) if failing else None,
        unread=read if settings.BOUNCE_MAILBOX and read.is_stopped else None,
    )


def _pulse(at: dt.datetime | None, now: dt.datetime, stopped_after: dt.timedelta) -> Pulse:
    return Pulse(at=at, is_stopped=at is None or now - at > stopped_after)
