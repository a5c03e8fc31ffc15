"""Two senders that are killed at any moment lose no mail, and double none without saying so."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.outbox.killing import SENDERS, run

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), pytest.mark.django_db(transaction=True)]

ACKNOWLEDGED_AFTER = 0.005


def test_thirty_kills_over_a_thousand_mails(reader: User):
    outcome = run(reader, count=1000, kills=30, delay=ACKNOWLEDGED_AFTER)
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    # A sender has one mail in flight; each kill hits one, and at the end both are stopped.
    assert outcome.uncertain <= outcome.kills + SENDERS, outcome


def test_a_sender_that_marks_before_it_sends_loses_mails(reader: User):
    """The control: without the hand-over's mark in its place the same kills are seen."""
    outcome = run(reader, count=200, kills=12, delay=0.03, guard="marks first")
    assert outcome.lost > 0, outcome


def test_a_sender_that_sends_again_what_may_have_arrived_doubles_mails(reader: User):
    """The control: without the hand-over's mark at all the same kills are seen."""
    outcome = run(reader, count=200, kills=12, delay=0.03, guard="no mark")
    assert outcome.silent_doubles > 0, outcome
