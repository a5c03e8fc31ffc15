"""Lindängsskolan's year, laid out, and its calendars."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import User
from schools.actions.feeds import make_feed
from schools.models import School
from tests.conftest import NOW
from tests.schools.laid_out import lay_out


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    centre.plan = lay_out(centre, centre.lindang)
    return centre


@pytest.fixture
def subscribe() -> Callable[..., str]:
    """``subscribe(elin)`` gives the path that a calendar fetches."""

    def make(user: User, school: School | None = None, **more: Any) -> str:
        token = make_feed(school=school, key=uuid.uuid4(), by=user, now=NOW, **more)[1]
        return reverse("schools:feed", args=[token])

    return make


@pytest.fixture
def read() -> Callable[..., dict[str, Any]]:
    """What a calendar finds at a path, by UID, as a calendar library reads it."""

    def fetch(path: str) -> dict[str, Any]:
        answer = Client().get(path)
        assert answer.status_code == 200, answer.content
        events = Calendar.from_ical(answer.content).events
        by_uid = {str(event["uid"]): event for event in events}
        assert len(by_uid) == len(events), "a UID stands twice"
        return by_uid

    return fetch


def event_of(found: dict[str, Any], row: Any) -> Any:
    return next(event for uid, event in found.items() if uid.startswith(str(row.uuid)))


def days_of(event: Any) -> tuple[Any, Any]:
    return event.decoded("dtstart"), event.decoded("dtend")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
