"""What Celery's worker does for the accounts."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.counting import forget_counts


@shared_task
def forget_what_has_ended() -> None:
    """Remove expired sessions, and expired counts of tries."""
    SessionStore.clear_expired()
    forget_counts(timezone.now())
