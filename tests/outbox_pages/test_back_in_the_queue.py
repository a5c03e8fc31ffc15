"""A mail that comes back to the queue meets another one of its key: both go, and nothing stops."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from django.core.mail import EmailMessage

from outbox.actions import enqueue, prefer
from outbox.backend import NotHandedOver, Uncertain
from outbox.models import Message, State
from tests.conftest import NOW
from tests.mailing import Postbox

LATER = dt.timedelta(minutes=20)


class Failing(Postbox):
    """A relay that takes nothing, or doesn't answer; meanwhile another mail of the same key is written."""

    def __init__(self, failure: Exception, meanwhile=lambda: None) -> None:
        super().__init__()
        self.failure, self.meanwhile = failure, meanwhile

    def deliver(self, mail: EmailMessage, *, handed_over) -> str:
        self.meanwhile()
        if isinstance(self.failure, Uncertain):
            handed_over()
        raise self.failure


@pytest.fixture
def note_with_key(elin):
    return lambda: enqueue(kind="note", address=elin.email, user=elin, now=NOW, merge_key="normer", not_before=NOW)


@pytest.mark.parametrize("failure", [NotHandedOver("451", temporary=True), Uncertain("timed out"), SystemExit()])
def test_a_mail_that_goes_once_more_does_not_collide_with_the_next(note_with_key, postbox, failure):
    note_with_key()
    written = iter([note_with_key])
    with contextlib.suppress(SystemExit):  # a sender that is killed
        Failing(failure, meanwhile=lambda: next(written, lambda: None)()).send(NOW)
    assert Message.objects.count() == 2
    postbox.send(NOW + LATER)
    assert len(postbox.received) == 2


def test_a_digest_that_goes_once_more_says_the_same_again(elin, note_with_key, postbox):
    prefer(user=elin, weekly=True)
    note_with_key()
    digest = Message.objects.get(kind="digest")
    Failing(Uncertain("timed out")).send(digest.not_before)
    digest.refresh_from_db()
    assert digest.state == State.UNCERTAIN
    note_with_key()
    [sent] = postbox.send(digest.not_before + LATER)
    assert sent.subject == "Din vecka: 2 saker"
    assert set(Message.objects.filter(kind="note").values_list("state", "digest")) == {(State.SENT, digest.pk)}
