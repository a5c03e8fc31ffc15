"""What Celery's worker does for the outbox. The work itself is in ``sender`` and ``heartbeats``."""

from celery import shared_task

from outbox import heartbeats, sender


@shared_task
def send_waiting() -> None:
    sender.send_waiting()


@shared_task
def beat_heart() -> None:
    """Rung by beat, through the broker: that it is written tells that all three live."""
    heartbeats.beat()
