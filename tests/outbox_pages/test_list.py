"""The list of mails: what needs somebody first, and how anything is found."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outbox.actions import enqueue, resend
from outbox.heartbeats import beat
from outbox.models import Message, State
from tests.conftest import NOW

LIST = "/mejl/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def page(samira, signed_in):
    beat(NOW)
    client = signed_in(samira)

    def get(query: str = "") -> str:
        response = client.get(LIST + query)
        assert response.status_code == 200
        return response.content.decode()

    return get


def rows(page: str) -> list[str]:
    return re.findall(r'<b><a href="/mejl/[-\w]+/">(.*?)</a></b>', page)


def heading(page: str) -> str:
    return re.search(r'<h2 id="h-pile">(.*?) <', page).group(1)  # type: ignore[union-attr]


def test_only_those_who_answer_for_the_mails_come_in(centre, signed_in, mail):
    address = f"/mejl/{mail().uuid}/"
    for name, status in [("samira", 200), ("adam", 200), ("maria", 403), ("jonas", 403), ("elin", 403)]:
        client = signed_in(getattr(centre, name))
        assert client.get(LIST).status_code == client.get(address).status_code == status
    assert Client().get(LIST).headers["Location"] == "/konto/login/?next=/mejl/"


def test_what_needs_somebody_is_counted_and_shown_first(mail, page):
    for state in (State.FAILED, State.FAILED, State.UNCERTAIN, State.HELD, State.QUEUED, State.SENT, State.SKIPPED):
        mail(state=state, letter={"subject": state.name})
    text = page()
    assert re.findall(r"<b>(\d+)</b>([^<]+)</a></li>", text) == [
        ("2", "kom inte fram"),
        ("1", "osäkra"),
        ("0", "har kommit tillbaka"),
        ("1", "hålls kvar"),
        ("1", "i kön"),
    ]
    assert heading(text) == "Behöver någon"
    assert sorted(rows(text)) == ["FAILED", "FAILED", "HELD", "UNCERTAIN"]
    assert rows(text)[-1] == "HELD"


def test_the_queue_is_shown_when_nothing_needs_anybody(mail, page):
    mail(not_before=NOW + 2 * DAY, letter={"subject": "Sedan"})
    mail(not_before=NOW + DAY, letter={"subject": "Först"})
    mail(state=State.SENT)
    text = page()
    assert heading(text) == "I kön"
    assert rows(text) == ["Först", "Sedan"]


@pytest.mark.parametrize(
    ("slug", "found"),
    [
        ("ko", {State.QUEUED, State.GATHERED, State.CLAIMED}),
        ("skickade", {State.SENT, State.HANDED_OVER}),
        ("overhoppade", {State.SKIPPED}),
        ("misslyckade", {State.FAILED}),
        ("osakra", {State.UNCERTAIN}),
        ("pausade", {State.HELD}),
        ("alla", set(State)),
    ],
)
def test_each_pile_holds_its_states(mail, page, slug, found):
    for state in State:
        mail(state=state, letter={"subject": state.name})
    assert {State[name] for name in rows(page(f"?lage={slug}"))} == found


def test_an_unknown_pile_or_kind_or_page_is_no_error(mail, page):
    mail()
    assert len(rows(page("?lage=finns-inte&sort=finns-inte&sida=99"))) == 1


def test_a_failure_is_mended_by_sending_again_and_becomes_history(mail, page, samira):
    failed = mail(state=State.FAILED)
    assert len(rows(page("?lage=misslyckade"))) == 1
    resend(message=failed, by=samira, now=NOW)
    assert rows(page("?lage=misslyckade")) == []
    mail(state=State.FAILED, not_before=NOW - 29 * DAY)
    assert rows(page("?lage=misslyckade")) == []
    assert len(rows(page("?lage=alla"))) == 3


def test_a_failed_digest_counts_once_and_not_for_all_that_it_carries(mail, page):
    digest = mail(state=State.FAILED, letter={"subject": "Din vecka"})
    mail(state=State.FAILED, digest=digest)
    assert rows(page()) == ["Din vecka"]


def test_a_row_says_to_whom_when_how_it_stands_and_why(mail, page):
    mail(
        state=State.FAILED, why="552 5.2.2 Brevlådan är full", settled_at=dt.datetime(2026, 9, 15, 7, 10, tzinfo=dt.UTC)
    )
    text = page().replace("\u00a0", " ")
    assert "Påminnelse om normer" in text
    assert "Elin Test, elin@vpc.example" in text
    assert "tis 15 sep 09.10. 552 5.2.2 Brevlådan är full" in text
    assert '<span class="status status-notheld">' in text


def test_a_recipient_is_found_by_name_or_address(mail, page, jonas):
    mail(letter={"subject": "Till Elin"})
    mail(jonas, letter={"subject": "Till Jonas"})
    enqueue(kind="sign-in-code", address="okand@annan.example", about={"code": ""}, now=NOW)
    assert rows(page("?lage=alla&sok=jonas+t")) == ["Till Jonas"]
    assert rows(page("?lage=alla&sok=ELIN@vpc")) == ["Till Elin"]
    assert rows(page("?lage=alla&sok=annan")) == ["Kod för att logga in"]
    assert "Inget sådant mejl här" in page("?sok=finns-inte")


def test_a_recipient_is_found_whether_the_letters_are_large_or_small(mail, page, jonas):
    mail(letter={"subject": "Till Elin"})
    jonas.full_name = "Åke Öberg"
    jonas.save()
    mail(jonas, letter={"subject": "Till Åke"})
    for sought in ("Åke", "åke", "ÅKE ö"):
        assert rows(page(f"?lage=alla&sok={quote(sought)}")) == ["Till Åke"]


def test_a_kind_is_chosen(mail, page):
    mail()
    enqueue(kind="sign-in-code", address="okand@annan.example", about={"code": ""}, now=NOW)
    assert rows(page("?lage=ko&sort=note")) == ["Påminnelse om normer"]


def test_fifty_a_page_and_as_many_queries_for_fifty_as_for_one(mail, samira, signed_in):
    client = signed_in(samira)
    mail()
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    for_one = len(queries)
    for _number in range(51):
        mail()
    with CaptureQueriesContext(connection) as queries:
        text = client.get(LIST).content.decode()
    assert len(queries) == for_one > 0
    assert len(rows(text)) == 50
    assert len(rows(client.get(LIST + "?sida=2").content.decode())) == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Inget väntar"),
        ("?lage=misslyckade", "Inget mejl behöver dig här"),
        ("?lage=skickade", "Inget mejl är skickat än"),
        ("?lage=overhoppade", "Inget mejl är överhoppat"),
    ],
)
def test_an_empty_pile_says_what_is_so(page, query, said):
    assert said in page(query)


def test_what_people_wrote_is_shown_as_text(mail, page):
    mail(state=State.FAILED, why="<script>x</script>", letter={"subject": "<b>x</b>"})
    text = page()
    assert "<script>x" not in text
    assert rows(text) == ["&lt;b&gt;x&lt;/b&gt;"]
    assert "<script>" not in page("?sok=%3Cscript%3E")


def test_the_list_writes_nothing(mail, page):
    mail()
    before = list(Message.objects.values())
    page()
    assert list(Message.objects.values()) == before
