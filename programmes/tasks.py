"""What Celery's worker does for the measures."""

from celery import shared_task
from django.utils import timezone

from programmes import reminders


@shared_task
def remind_of_follow_ups() -> None:
    reminders.due(timezone.now())
