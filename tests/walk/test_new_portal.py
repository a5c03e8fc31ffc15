"""A portal on its first day, with its reference content and its first people, but no year and no school: whatever leads
somewhere leads to a page."""

from __future__ import annotations

import html
import re
from collections import deque

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import CentreRole
from tests.conftest import an_administrator, centre_account

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
# The content's many pages are walked in test_no_orphans.py; forms that begin anew lead on for ever.
ELSEWHERE = ("/program/", "/amnen/", "/om/", "/handboken/", "/samverkan/", "/helhet/", "/admin/", "/en/")
ROLES = CentreRole.Role


def walked(client: Client) -> dict[str, tuple[int, str]]:
    """What each page answers that links lead to from the start, and which page led there."""
    waiting, answers = deque([("/", "")]), {}
    while waiting:
        address, led_by = waiting.popleft()
        if address in answers:
            continue
        answer = client.get(address)
        answers[address] = answer.status_code, led_by
        if answer.status_code == 302:
            waiting.append((answer.url, address))
        elif answer.headers["Content-Type"].startswith("text/html"):
            links = map(html.unescape, LINK.findall(answer.text))
            waiting.extend((link, address) for link in links if not link.startswith(ELSEWHERE))
    return answers


@pytest.mark.parametrize("role", [ROLES.COORDINATOR, ROLES.LEADERSHIP, ROLES.ADMINISTRATOR])
def test_every_link_leads_to_a_page(signed_in, role):
    call_command("load_reference", verbosity=0)
    first = an_administrator() if role == ROLES.ADMINISTRATOR else centre_account("first", role)
    answers = walked(signed_in(first))
    assert len(answers) > 15
    assert {address: why for address, why in answers.items() if why[0] not in (200, 302)} == {}


@pytest.mark.parametrize("role", [ROLES.COORDINATOR, ROLES.LEADERSHIP, ROLES.ADMINISTRATOR])
def test_who_signs_in_arrives_somewhere(signed_in, role):
    """Django's client refuses to be sent in circles."""
    first = an_administrator() if role == ROLES.ADMINISTRATOR else centre_account("first", role)
    assert signed_in(first).get("/", follow=True).status_code == 200
