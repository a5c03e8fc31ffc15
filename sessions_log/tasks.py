"""What Celery's worker does for the reminders."""

from celery import shared_task
from django.utils import timezone

from sessions_log import reminders


@shared_task
def remind() -> None:
    reminders.due(timezone.now())
