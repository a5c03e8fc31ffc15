"""Whether beat, broker and worker are alive, by a task that beat sends through them; and which tasks fail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from outbox.models import Heartbeat

NAME = "worker"
EVERY = dt.timedelta(minutes=1)
# Three beats may be missed, as in a restart, before anybody is told.
STOPPED_AFTER = dt.timedelta(minutes=4)
# The mailbox is read every five minutes; its server may be away for a while.
MAILBOX = "mailbox"
UNREAD_AFTER = dt.timedelta(hours=1)
# Most tasks run every five minutes or less often, and may fail now and then, when a server is away.
FAILING_AFTER = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Pulse:
    """When the heart last beat, and whether that is too long ago. ``at`` is None if it never has."""

    at: dt.datetime | None
    is_stopped: bool


@dataclass(frozen=True)
class Failing:
    """A task that has failed every time since a moment."""

    task: str
    since: dt.datetime


@dataclass(frozen=True)
class Hearts:
    """Beat, broker and worker as one; the task that has failed longest; and the mailbox, if it has not been read for
    too long.

    The last two are None while all is well.
    """

    worker: Pulse
    failing: Failing | None
    unread: Pulse | None


def beat(now: dt.datetime | None = None, *, name: str = NAME) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now or timezone.now()})


def note_failure(task: str, now: dt.datetime) -> None:
    """Record that a task has failed; the time of the first failure in a row is kept under the task's name."""
    Heartbeat.objects.get_or_create(name=_short(task), defaults={"at": now})


def note_success(task: str) -> None:
    Heartbeat.objects.filter(name=_short(task)).delete()


def _short(task: str) -> str:
    """The name that a task is kept under, which must not be a heart's."""
    return task.rpartition(".")[2][:20]


def _sent_again() -> set[str]:
    """The tasks that beat sends again and again. One that is only asked for may never succeed after it has failed."""
    return {_short(str(entry["task"])) for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def hearts(now: dt.datetime) -> Hearts:
    """The state of everything that runs by itself, in one query."""
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    worker, mailbox = beats.pop(NAME, None), beats.pop(MAILBOX, None)
    read = _pulse(mailbox, now, UNREAD_AFTER)
    # For a mailbox that cannot be read, it is said how long it has been unread instead.
    beats.pop("read_bounces", None)
    failed = ((since, task) for task, since in beats.items() if task in _sent_again() and now - since > FAILING_AFTER)
    failing = min(failed, default=None)
    return Hearts(
        worker=_pulse(worker, now, STOPPED_AFTER),
        failing=Failing(task=failing[1], since=failing[0]) if failing else None,
        unread=read if settings.BOUNCE_MAILBOX and read.is_stopped else None,
    )


def _pulse(at: dt.datetime | None, now: dt.datetime, stopped_after: dt.timedelta) -> Pulse:
    return Pulse(at=at, is_stopped=at is None or now - at > stopped_after)
