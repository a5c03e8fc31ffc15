"""What Celery's worker does for the evaluations."""

from celery import shared_task
from django.utils import timezone

from evaluations.dashboard import count_ahead
from evaluations.forgetting import forget_unread
from evaluations.indicators import refreshing
from evaluations.surveys.actions import close_lapsed


@shared_task
def refresh_indicators() -> None:
    refreshing.due(timezone.now())


@shared_task
def close_surveys() -> None:
    close_lapsed(now=timezone.now())


@shared_task
def count_the_day() -> None:
    count_ahead(timezone.localdate())
    forget_unread(timezone.now())
