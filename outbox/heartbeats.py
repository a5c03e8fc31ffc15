"""Whether beat, broker and worker are alive: a task that beat sends round, and what it means when it stops."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from outbox.models import Heartbeat

NAME = "worker"
EVERY = dt.timedelta(minutes=1)
# Three beats may be lost, in a restart for one, before anybody is told.
STOPPED_AFTER = dt.timedelta(minutes=4)


@dataclass(frozen=True)
class Pulse:
    """When the heart last beat, and whether that is too long ago. ``at`` is None if it never has."""

    at: dt.datetime | None
    is_stopped: bool


def beat(now: dt.datetime | None = None) -> None:
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now or timezone.now()})


def pulse(now: dt.datetime) -> Pulse:
    found = Heartbeat.objects.filter(name=NAME).first()
    at = found.at if found else None
    return Pulse(at=at, is_stopped=at is None or now - at > STOPPED_AFTER)
