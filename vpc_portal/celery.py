"""Celery, configured by Django's settings; each app's ``tasks`` module is found automatically."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, task_failure, task_success
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vpc_portal.settings")

app = Celery("vpc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def ring_at_once(sender: Any, **kwargs: Any) -> None:
    """When beat starts, run everything once: what was missed is caught up with now instead of an interval later."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])


@task_failure.connect
def note_failure(sender: Any, **kwargs: Any) -> None:
    from outbox import heartbeats

    heartbeats.note_failure(sender.name, timezone.now())


@task_success.connect
def note_success(sender: Any, **kwargs: Any) -> None:
    from outbox import heartbeats

    heartbeats.note_success(sender.name)
