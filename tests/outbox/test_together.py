"""Mails that are written together ask once; a mail by itself, and one that is not among them, asks for itself."""

from __future__ import annotations

from outbox.models import Message
from outbox.together import asked_for_all, asked_once, written_together


def mails() -> list[Message]:
    return [Message(pk=1, kind="a"), Message(pk=2, kind="a"), Message(pk=3, kind="b")]


def test_a_question_is_asked_for_all_of_a_kind_at_once():
    asked: list[list[int]] = []

    def ask(messages):
        asked.append([message.pk for message in messages])
        return {message.pk: message.pk * 10 for message in messages if message.pk != 2}

    first, second, other = mails()
    with written_together([first, second, other]):
        assert [asked_for_all(one, "tens", ask) for one in (first, second, other)] == [10, None, 30]
        assert asked_for_all(Message(pk=9, kind="a"), "tens", ask) == 90
    assert asked_for_all(first, "tens", ask) == 10
    assert asked == [[1, 2], [3], [9], [1]]


def test_what_is_the_same_for_all_is_asked_once_and_never_remembered_afterwards():
    answers = iter(range(10))
    with written_together(mails()):
        assert [asked_once("number", lambda: next(answers)) for _time in range(3)] == [0, 0, 0]
        assert asked_once("another", lambda: next(answers)) == 1
    assert asked_once("number", lambda: next(answers)) == 2
    with written_together(mails()):
        assert asked_once("number", lambda: next(answers)) == 3
