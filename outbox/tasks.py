"""What Celery's worker does for the outbox. The work itself is in ``sender`` and ``heartbeats``."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from outbox import bounce_mailbox, heartbeats, sender


@shared_task
def send_waiting() -> None:
    sender.send_waiting()


@shared_task
def read_bounces() -> None:
    if settings.BOUNCE_MAILBOX:
        bounce_mailbox.read_mailbox(settings.BOUNCE_MAILBOX, timezone.now())
        heartbeats.beat(name=heartbeats.MAILBOX)


@shared_task
def beat_heart() -> None:
    """Sent by beat through the broker: that it is written shows that all three are alive."""
    heartbeats.beat()
