"""Two senders that are killed at any moment lose no mail, and double none without saying so."""

from __future__ import annotations

import pytest

from accounts.models import User
from tests.outbox.killing import SENDERS, run, run_to_the_moment
from tests.outbox.nursery import Nursery

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), pytest.mark.django_db(transaction=True)]

ACKNOWLEDGED_AFTER = 0.005


def test_thirty_kills_over_a_thousand_mails(reader: User, nest: Nursery):
    outcome = run(reader, nest, count=1000, kills=30, delay=ACKNOWLEDGED_AFTER)
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    # A sender has one mail in flight; each kill hits one, and at the end both are stopped.
    assert outcome.uncertain <= outcome.kills + SENDERS, outcome


def test_a_sender_that_marks_before_it_sends_loses_mails(reader: User, nest: Nursery):
    """The control: without the hand-over's mark in its place a kill before the hand-over is seen."""
    outcome = run_to_the_moment(reader, nest, "data", guard="marks first", kill=True)
    assert outcome.lost > 0, outcome


def test_a_sender_that_sends_again_what_may_have_arrived_doubles_mails(reader: User, nest: Nursery):
    """The control: without the hand-over's mark at all a kill after it is seen."""
    outcome = run_to_the_moment(reader, nest, "dot", guard="no mark", kill=True)
    assert outcome.silent_doubles > 0, outcome


@pytest.mark.parametrize("moment", ["data", "dot"])
def test_with_the_guard_the_same_kills_do_no_harm(reader: User, nest: Nursery, moment: str):
    outcome = run_to_the_moment(reader, nest, moment, guard="on", kill=True)
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    killed_after_the_mark = {"data": 0, "dot": SENDERS}[moment]
    # At the end both are stopped, whatever they are in.
    assert killed_after_the_mark <= outcome.uncertain <= killed_after_the_mark + SENDERS, outcome
