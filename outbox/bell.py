"""Waking the workers. The database is the queue: a bell that is not heard loses no mail, beat rings again."""

from __future__ import annotations

import logging

from django.conf import settings

log = logging.getLogger(__name__)


def ring() -> None:
    """Ask a worker to send what is due. Never raises and never waits long, whatever state the broker is in."""
    if not settings.BELL:
        return
    from outbox.tasks import send_waiting

    try:
        send_waiting.apply_async(retry=False, ignore_result=True)
    except Exception as failure:  # a broker can fail in any of its client's ways
        log.warning("The broker was not reached; the mail waits for beat. %s", failure)
