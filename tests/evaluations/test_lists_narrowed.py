"""A list says that it is narrowed only where it is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.evaluations.conftest import TODAY
from tests.schools.laid_out import on, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "asked", "heading"),
    [
        ("session-list", {"siffra": "pace", "manad": "2026-09"}, "till och med september"),
        ("session-list", {"siffra": "pace", "orsak": "no_room"}, "Ingen lokal"),
        ("session-list", {"siffra": "lost", "amne": "konsnormen"}, ": Könsnormen"),
        ("session-list", {"siffra": "pace", "arskurs": "1"}, "årskurs 1"),
    ],
)
def test_what_cannot_narrow_a_list_is_said_and_is_in_no_heading(name, asked, heading, centre, plans, signed_in) -> None:
    with on(TODAY):
        client: Client = signed_in(centre.maria)
        where = reverse(f"evaluations:{name}")
        whole = client.get(where, {"siffra": asked["siffra"]})
        page = client.get(where, asked)
    assert page.context["page"].paginator.count == whole.context["page"].paginator.count
    text = text_of(page)
    assert "kan inte begränsas så" in text
    assert heading not in text.partition("kan inte begränsas så")[0]
