"""Pages that are shown again as they were, while all that they asked of the database is still answered the same.

A page is made of who asks for it, its address, the day, and what the database answers. The first look at a page notes
down its questions, and the answers' fingerprints; the next look only asks the questions again. So nobody keeps a list
of what a page depends on, and nothing has to be told that it is out of date: a page that would read anything else than
it did is made anew. Kept in the memory of the process, for whoever looked; a new release is a new process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import pickle
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from uuid import uuid4

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import get_language

from accounts.requests import SignedInRequest

View = Callable[..., HttpResponse]
# A page that has asked more than this is as quick to make as to check.
MOST_QUESTIONS = 60
# What is another each time a page is shown: the token of its forms, the keys that let one sent twice count once, and
# the hour, by which a phone whose clock is wrong knows that.
IN_FORMS = re.compile(r'name="(csrfmiddlewaretoken|key)" value="(\w{64}|[0-9a-f-]{36})"')
TOKEN, PLACE_OF_KEY = "\0token\0", re.compile("\0key([0-9]+)\0")
HOUR = re.compile(r'data-now="\d+"')


def kept(view: View) -> View:
    """The view's page is shown again while it would be the same. Stands outside all that decides who may look."""

    @wraps(view)
    def answered(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or len(get_messages(request)):
            return view(request, *args, **kwargs)
        pages, name = caches["pages"], _name_of(request, timezone.localdate())
        page: KeptPage | None = pages.get(name)
        if page and page.still_holds():
            return page.shown_to(request)
        notes = Notes()
        with connection.execute_wrapper(notes):
            answer = view(request, *args, **kwargs)
        if notes.tell_all and _is_lasting(request, answer):
            pages.set(name, KeptPage.of(answer, notes))
        return answer

    return answered


@contextmanager
def following_from_what_was_asked() -> Iterator[None]:
    """What is asked and written here follows from answers before, as something does that is kept by their fingerprint:
    the page need not ask it again."""
    notes = [wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, Notes)]
    for one in notes:
        one.pauses += 1
    try:
        yield
    finally:
        for one in notes:
            one.pauses -= 1


def passes_soon(request: HttpRequest) -> None:
    """The page offers what it will not offer in some minutes, though nothing is changed: it is not kept."""
    request.passes_soon = True  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Question:
    """What the database was asked, and the fingerprint of its answer."""

    sql: str
    values: Sequence[Any] | None
    answer: str
    rows: int

    def has_the_same_answer(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return _fingerprint(cursor.fetchall()) == self.answer


@dataclass
class Notes:
    """Notes down what is asked, as a wrapper of the connection's; they don't tell all when something is written."""

    questions: list[Question] = field(default_factory=list)
    tell_all: bool = True
    pauses: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, values, many, context)
        if self.pauses:
            return answer
        cursor = context["cursor"].cursor
        is_question = sql.startswith(("SELECT ", "(SELECT ")) and not many and not getattr(cursor, "name", None)
        self.tell_all = self.tell_all and is_question and len(self.questions) < MOST_QUESTIONS
        if self.tell_all:
            rows = _read(cursor, sql, values)
            self.questions.append(Question(sql, values, _fingerprint(rows), len(rows)))
        return answer


@dataclass(frozen=True)
class KeptPage:
    """A page with its questions."""

    questions: tuple[Question, ...]
    text: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, answer: HttpResponse, notes: Notes) -> KeptPage:
        """What has most rows is asked first: if anything has changed, it is likely to be there."""
        questions = sorted(notes.questions, key=lambda question: -question.rows)
        return cls(tuple(questions), _without_tokens(answer.text), dict(answer.headers))

    def still_holds(self) -> bool:
        return all(question.has_the_same_answer() for question in self.questions)

    def shown_to(self, request: HttpRequest) -> HttpResponse:
        text = self.text.replace(TOKEN, get_token(request)) if TOKEN in self.text else self.text
        keys: dict[str, str] = defaultdict(lambda: str(uuid4()))
        text = PLACE_OF_KEY.sub(lambda place: keys[place[1]], text)
        text = HOUR.sub(f'data-now="{timezone.now().timestamp():.0f}"', text, count=1)
        return HttpResponse(text, headers=self.headers)


def _name_of(request: SignedInRequest, today: dt.date) -> str:
    """What the page is kept under: who looks, at which address, on which day and in which language."""
    user = request.user
    who = [getattr(user, one.attname) for one in user._meta.concrete_fields]
    told = [who, sorted(request.session.items()), request.build_absolute_uri(), today, get_language()]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _is_lasting(request: SignedInRequest, answer: HttpResponse) -> bool:
    """Whether the answer is a whole page, and says nothing that is for this once."""
    said = get_messages(request)
    is_said = isinstance(said, BaseStorage) and (said.used or said.added_new)
    for_once = is_said or request.session.modified or answer.cookies
    return answer.status_code == 200 and not answer.streaming and not for_once and not hasattr(request, "passes_soon")


def _without_tokens(text: str) -> str:
    """The text with places for what is another each time."""
    for number, (name, value) in enumerate(set(IN_FORMS.findall(text))):
        text = text.replace(value, TOKEN if name == "csrfmiddlewaretoken" else f"\0key{number}\0")
    return text


def _read(cursor: Any, sql: str, values: Any) -> list[tuple[Any, ...]]:
    """All rows of an answer, which is left as if nobody had read it."""
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    if rows and connection.vendor == "postgresql":
        cursor.scroll(0, mode="absolute")
    elif rows:
        cursor.execute(sql, values)
    return rows


def _fingerprint(rows: Sequence[tuple[Any, ...]]) -> str:
    """Of the rows pickled, which takes half the time of writing them out."""
    return hashlib.sha256(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)).hexdigest()
