"""Waking the workers. The database is the queue: if the bell is not heard no mail is lost, and beat rings again."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)

# A visitor's request must not wait for a broker that is away: one try, no pause before giving up, and a second for one
# that takes the call without answering.
AT_ONCE_OR_NOT = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0, "socket_timeout": 1}


def ring_when_committed() -> None:
    """Ring when the transaction is committed: once, however many mails it writes."""
    if all(then is not ring for _savepoints, then, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring)


def ring() -> None:
    """Ask a worker to send what is due. Never raises and never waits long, whatever state the broker is in."""
    if not settings.BELL:
        return
    from outbox.tasks import send_waiting

    try:
        with current_app.connection_for_write(transport_options=AT_ONCE_OR_NOT) as connection:
            options: dict[str, Any] = {"connection": connection, "retry": False}
            send_waiting.apply_async(**options)
    except Exception as failure:  # a broker can fail in any of its client's ways
        log.warning("The broker was not reached; the mail waits for beat. %s", failure)
