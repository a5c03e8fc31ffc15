"""Keeps whole pages, and shows them again for as long as the database answers their queries in the same way (ADR 30).

A page depends on who asks for it, its address, the day, the language, and what the database answers. While a view makes
a page, the queries that it asks are recorded. The next time they are asked first, before the view is called; if the
answers are the same as when the page was made, the kept page is shown. So nobody has to list what a page depends on,
and no action has to say that a page is out of date. Pages are kept for each user in the memory of the process; a new
release starts new processes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

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
# A page with more queries than this is as quick to make as to check.
MOST_QUESTIONS = 60
# These differ each time a page is shown: the token of its forms, and the time, by which a phone with a wrong clock
# knows the right one.
TOKEN_IN_FORMS, TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"'), "\0token\0"
HOUR = re.compile(r'data-now="\d+"')
# The alias of a query's row, which no column has.
A_ROW = '"a row"'


def kept(view: View) -> View:
    """Decorates a view whose page may be kept. It must be outside every decorator that decides who may look."""

    @wraps(view)
    def answered(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or len(get_messages(request)):
            return view(request, *args, **kwargs)
        pages, name = caches["pages"], _name_of(request, timezone.localdate())
        page: KeptPage | None = pages.get(name)
        before = answer_to(page.questions) if page else ""
        if page and before == page.answer:
            return page.shown_to(request)
        notes = Notes()
        with connection.execute_wrapper(notes):
            answer = view(request, *args, **kwargs)
        if notes.tell_all and _is_lasting(request, answer):
            was_known = page and page.questions == notes.questions and answer_to(page.questions) == before
            pages.set(name, KeptPage.of(answer, notes.questions, before if was_known else ""))
        return answer

    return answered


@contextmanager
def following_from_what_was_asked() -> Iterator[None]:
    """A context in which queries are not recorded, because what is done in it follows from answers that the page has
    recorded already, like what is kept under their fingerprint."""
    notes = [wrapper for wrapper in connection.execute_wrappers if isinstance(wrapper, Notes)]
    for one in notes:
        one.pauses += 1
    try:
        yield
    finally:
        for one in notes:
            one.pauses -= 1


def passes_soon(request: HttpRequest) -> None:
    """Say that the page offers something that ends within minutes without any change in the database: it is not
    kept."""
    request.passes_soon = True  # type: ignore[attr-defined]


# An SQL statement with its values.
Question = tuple[str, Sequence[Any]]


@dataclass
class Notes:
    """Records queries, as one of the connection's execute wrappers. ``tell_all`` turns false when something is written,
    or when there are too many queries."""

    questions: list[Question] = field(default_factory=list)
    tell_all: bool = True
    pauses: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, values, many, context)
        if not self.pauses:
            is_question = sql.startswith(("SELECT ", "(SELECT ")) and not many
            is_read_whole = not getattr(context["cursor"].cursor, "name", None)
            self.tell_all = self.tell_all and is_question and is_read_whole and len(self.questions) < MOST_QUESTIONS
            self.questions.append((sql, values or ()))
        return answer


def answer_to(questions: Sequence[Question]) -> str:
    """A fingerprint of the answers to these queries now. In PostgreSQL it is computed by one statement for all of
    them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            parts = ", ".join(
                f"(SELECT STRING_AGG({A_ROW}::text, ' ') FROM ({sql}) {A_ROW})" for sql, _values in questions
            )
            cursor.execute(f"SELECT MD5(ROW({parts})::text)", [value for _sql, values in questions for value in values])
            return str(cursor.fetchone()[0])
        answers = [cursor.execute(sql, values).fetchall() for sql, values in questions]
    return hashlib.sha256(pickle.dumps(answers, pickle.HIGHEST_PROTOCOL)).hexdigest()


@dataclass(frozen=True)
class KeptPage:
    """A page with its queries. ``answer`` is empty until the page has been made between two equal answers."""

    questions: list[Question]
    answer: str
    text: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, made: HttpResponse, questions: list[Question], answer: str) -> KeptPage:
        return cls(questions, answer, _without_tokens(made.text), dict(made.headers))

    def shown_to(self, request: HttpRequest) -> HttpResponse:
        text = self.text.replace(TOKEN, get_token(request)) if TOKEN in self.text else self.text
        text = HOUR.sub(f'data-now="{timezone.now().timestamp():.0f}"', text, count=1)
        return HttpResponse(text, headers=self.headers)


def _name_of(request: SignedInRequest, today: dt.date) -> str:
    """The cache key: who looks, at which address, on which day and in which language."""
    user = request.user
    who = [getattr(user, one.attname) for one in user._meta.concrete_fields]
    told = [who, sorted(request.session.items()), request.build_absolute_uri(), today, get_language()]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _is_lasting(request: SignedInRequest, answer: HttpResponse) -> bool:
    """Whether the response is a whole page, without anything that is shown only once."""
    said = get_messages(request)
    is_said = isinstance(said, BaseStorage) and (said.used or said.added_new)
    for_once = is_said or request.session.modified or answer.cookies
    is_page = answer.status_code == 200 and not answer.streaming and answer["Content-Type"].startswith("text/html")
    return is_page and not for_once and not hasattr(request, "passes_soon")


def _without_tokens(text: str) -> str:
    """The text with a placeholder for the token, which is the same in all of the page's forms."""
    found = TOKEN_IN_FORMS.search(text)
    return text.replace(found[1], TOKEN) if found else text
