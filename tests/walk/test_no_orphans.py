"""Everything of the reference content stands on a page that its reader reaches by links from the start page."""

from __future__ import annotations

import html
import re
from collections import deque
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client

from programmes.models import (
    ContentItem,
    ContentSection,
    Encounter,
    PartnerOrganisation,
    PoliticalProblem,
    Programme,
    SessionTopic,
    StrategicArea,
)
from tests.conftest import NOW
from tests.town import in_full_work

LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
# The content lies in these places; what else is linked is not crawled.
PLACES = ("/program/", "/amnen/", "/om/", "/helhet/", "/handboken/", "/samverkan/", "/utvarderingar/")
FORMS_AND_FILES = ("/andra/", "/ny-rad/", "/ta-bort/", "/nytt/", "/fil/", "/material/", "/utskrift/", ".xlsx")


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    with time_machine.travel(NOW, tick=False):
        return in_full_work(centre)


def plain(text: str) -> str:
    """What a reader sees: no tags, no doubled spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def read_from_the_start(client: Client) -> str:
    """The text of every page of content that links lead to."""
    waiting, seen, texts = deque(["/"]), {"/"}, []
    while waiting:
        answer = client.get(waiting.popleft(), follow=True)
        assert answer.status_code == 200, answer.request["PATH_INFO"]
        page = answer.content.decode()
        texts.append(plain(page))
        for address in map(html.unescape, LINK.findall(page)):
            path = address.partition("?")[0]
            is_content = path.startswith(PLACES) and not any(part in path for part in FORMS_AND_FILES)
            if is_content and path not in seen:
                seen.add(path)
                waiting.append(path)
    return " ".join(texts)


def all_content() -> set[str]:
    """Every title, name and sentence of the reference content."""
    rows = [
        ContentSection.objects.values_list("title", "intro"),
        ContentItem.objects.values_list("heading", "text", "detail", "comparison"),
        Programme.objects.values_list("name", "summary", "audience"),
        SessionTopic.objects.values_list("title"),
        PartnerOrganisation.objects.values_list("name"),
        Encounter.objects.values_list("who", "what"),
        StrategicArea.objects.values_list("name"),
        PoliticalProblem.objects.values_list("text"),
    ]
    return {" ".join(text.split()) for found in rows for row in found for text in row if text}


@pytest.mark.parametrize("who", ["samira", "jonas", "elin", "maria", "adam"])
def test_nothing_of_the_content_is_an_orphan(who: str, town: SimpleNamespace, client: Client):
    client.force_login(getattr(town, who))
    with time_machine.travel(NOW, tick=False):
        text = read_from_the_start(client)
    assert sorted(one for one in all_content() if one not in text) == []


def test_the_ground_of_the_work_is_read_without_signing_in(town: SimpleNamespace, client: Client):
    text = read_from_the_start(client)
    found = [
        *ContentSection.objects.values_list("title", flat=True),
        *ContentItem.objects.values_list("heading", flat=True),
        *ContentItem.objects.values_list("text", flat=True),
        *Encounter.objects.values_list("who", flat=True),
    ]
    assert sorted(one for one in found if " ".join(one.split()) not in text) == []
