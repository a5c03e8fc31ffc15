"""Mails are taken a few at a time: nobody waits behind a slow server, and nobody is told twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import sender
from outbox.claims import MOST, give_back, paced, take
from outbox.models import Message, State
from tests.mailing import Postbox
from tests.outbox.conftest import NOON

Write = Callable[..., Message]


@given(st.integers(0, 10_000), st.floats(0, 1e6))
def test_as_many_are_taken_as_go_in_a_second_and_never_none(sent: int, seconds: float):
    size = paced(sent, seconds)
    assert 1 <= size <= MOST
    assert size == 1 or seconds < 0.001 or size <= sent / seconds


@pytest.mark.django_db
def test_a_mail_is_taken_once_and_the_most_pressing_first(mail: Write):
    mail(1)
    mail(2, priority=1)
    mail(3)
    first, second = uuid.uuid4(), uuid.uuid4()
    assert [message.about["number"] for message in take(first, 2, NOON)] == [2, 1]
    assert [message.about["number"] for message in take(second, 2, NOON)] == [3]
    assert take(first, 2, NOON) == []


@pytest.mark.django_db
def test_of_one_persons_mails_one_is_taken_at_a_time(mail: Write):
    """The second is written knowing what the first has told."""
    for number in range(3):
        mail(number, address="lisa@vpc.example")
    mail(9)
    assert [message.about["number"] for message in take(uuid.uuid4(), 10, NOON)] == [0, 9]


@pytest.mark.django_db
def test_what_waits_behind_a_slow_server_is_given_back(mail: Write, monkeypatch):
    monkeypatch.setattr(sender, "HELD_FOR", -1)
    monkeypatch.setattr(sender, "paced", lambda sent, seconds: 3)
    for number in range(4):
        mail(number)
    seen: list[int] = []

    class Watching(Postbox):
        def deliver(self, mail, *, handed_over):
            seen.append(Message.objects.filter(state=State.CLAIMED).count())
            return super().deliver(mail, handed_over=handed_over)

    box = Watching()
    box.send(NOON)
    assert len(box.received) == 4
    assert max(seen) > 1, "several were taken at once"
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


@pytest.mark.django_db
def test_only_who_holds_a_mail_gives_it_back(mail: Write):
    mail(1)
    me = uuid.uuid4()
    [message] = take(me, 1, NOON)
    Message.objects.update(claimed_by=uuid.uuid4())
    give_back([message])
    assert Message.objects.get().state == State.CLAIMED
