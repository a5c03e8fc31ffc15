"""Answering: anonymous by construction, at most once a sheet, at most the headcount and two."""

from __future__ import annotations

import logging
from itertools import product
from threading import Barrier
from types import SimpleNamespace

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from evaluations.models import SurveyAnswer, SurveyRound
from evaluations.surveys import actions, guessing
from evaluations.surveys.actions import CannotNow, Outcome, close_round, count_sheet, start_round
from evaluations.surveys.codes import LENGTH, SIGNS, as_code, new_code, spaced
from evaluations.surveys.rounds import OPEN_FOR
from evaluations.surveys.sheets import new_key
from evaluations.tasks import close_surveys
from evaluations.verifying import survey_faults
from evaluations.views import survey_answering
from programmes.models import ContentItem
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.conftest import NOW
from tests.surveys.conftest import a_key, a_sheet, address, opened, planned, round_of
from vpc_portal.logs import KeepUnseen

CLASS_OF, MOST = 25, 27
CLOSED, WAIT = "Den koden går inte att öppna nu", "Vänta några minuter"


@pytest.fixture
def town(mvp: SimpleNamespace):
    cache.clear()
    planned(mvp, mvp.lindang)
    with time_machine.travel(NOW, tick=False):
        yield mvp


@pytest.mark.django_db
def test_a_pupil_answers_and_is_told_who_listens(town: SimpleNamespace, client: Client):
    one = opened(town)
    sent = {**a_sheet(), "nyckel": a_key(client, one), "elev-askadare-1": "vet-ej", "elev-askadare-2": ""}
    page = client.post(address(one), sent).content.decode()

    assert "Tack för dina svar" in page
    assert ContentItem.objects.get(slug="bris").detail in page and "Kvinnofridslinjen" not in page
    kept = SurveyAnswer.objects.get()
    assert kept.answers["elev-askadare-1"] is None and "elev-askadare-2" not in kept.answers
    assert kept.answers["elev-trygghet-5"] == 4 and "nyckel" not in kept.answers


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in_too", [False, True])
def test_nothing_is_left_with_who_answers_and_nothing_is_kept_of_them(
    town: SimpleNamespace, client: Client, signed_in_too: bool
):
    if signed_in_too:
        client.force_login(town.elin)
    one, cookies = opened(town), dict(client.cookies)
    pages = [client.get("/enkat/"), client.get(address(one)), client.get("/enkat/KKKKKKK/")]
    pages.append(client.post(address(one), {**a_sheet(), "nyckel": a_key(client, one)}))
    for page in pages:
        assert not page.cookies and page["Referrer-Policy"] == "no-referrer" and page["Cache-Control"] == "no-store"
        assert "csrfmiddlewaretoken" not in page.content.decode() and "Elin" not in page.content.decode()
    assert dict(client.cookies) == cookies
    assert {field.name for field in SurveyAnswer._meta.get_fields()} == {"id", "round", "answers"}


@pytest.mark.django_db
def test_a_survey_answered_500_times_stops_at_the_headcount_and_two(town: SimpleNamespace):
    one = opened(town)
    outcomes = [count_sheet(code=one.code, answers=a_sheet(), mark=str(n), now=NOW) for n in range(500)]

    assert outcomes.count(Outcome.COUNTED) == MOST and SurveyAnswer.objects.count() == MOST
    assert CLOSED in Client().get(address(one)).content.decode()
    with pytest.raises(CannotNow):
        start_round(one=round_of("6A"), by=town.samira, now=NOW + 2 * OPEN_FOR)


@pytest.mark.django_db
def test_the_same_sheet_sent_twice_counts_once_even_when_the_class_is_full(town: SimpleNamespace, client: Client):
    one = opened(town)
    sent = {**a_sheet(), "nyckel": a_key(client, one)}
    client.post(address(one), sent)
    for n in range(MOST):
        count_sheet(code=one.code, answers=a_sheet(), mark=str(n), now=NOW)

    assert "Tack för dina svar" in client.post(address(one), sent).content.decode()
    assert SurveyAnswer.objects.count() == MOST


@pytest.mark.django_db
def test_what_knows_a_sheet_again_is_gone_when_the_round_is(town: SimpleNamespace):
    one = opened(town)
    for n in range(3):
        count_sheet(code=one.code, answers=a_sheet(), mark=f"{9 - n}", now=NOW)
    held = SurveyRound.objects.get(pk=one.pk)
    assert held.seen == ["7", "8", "9"]
    close_surveys()
    assert SurveyRound.objects.get(pk=one.pk).code == one.code
    with time_machine.travel(NOW + OPEN_FOR, tick=False):
        close_surveys()
    held.refresh_from_db()
    assert (held.code, held.open_until, held.seen, held.answered) == (None, None, [], 3)


@pytest.mark.django_db
def test_who_sends_after_the_end_is_told_so(town: SimpleNamespace, client: Client):
    one = opened(town)
    sent = {**a_sheet(), "nyckel": a_key(client, one)}
    with time_machine.travel(NOW + OPEN_FOR, tick=False):
        assert "De är inte sparade" in client.post(address(one), sent).content.decode()
    close_round(one=one, by=town.elin)
    assert "De är inte sparade" in client.post(address(one), sent).content.decode()
    assert not SurveyAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["6", "0", "-1", "4.5", "x" * 300])
def test_an_answer_outside_the_scale_is_refused_and_the_others_are_kept_on_the_page(
    town: SimpleNamespace, client: Client, value: str
):
    one = opened(town)
    sent = {"elev-askadare-1": value, "elev-askadare-2": "5", "annat": "3", "nyckel": a_key(client, one)}
    page = client.post(address(one), sent).content.decode()

    assert "Svaren är inte skickade" in page and 'href="#elev-askadare-1"' in page
    assert 'id="elev-askadare-2-5-val" value="5" checked' in page and not SurveyAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "påhittad", "another's"])
def test_an_empty_sheet_or_a_strange_key_counts_nothing(town: SimpleNamespace, client: Client, key: str):
    one = opened(town)
    planned(town, town.ekbacka)
    other = a_key(client, opened(town, "6C")) if key == "another's" else key
    assert "Dina svar står kvar" in client.post(address(one), {**a_sheet(), "nyckel": other}).content.decode()
    empty = client.post(address(one), {"nyckel": a_key(client, one)}).content.decode()
    assert "Svara på minst en fråga" in empty and not SurveyAnswer.objects.exists()


@pytest.mark.django_db
def test_a_guessed_and_a_closed_code_get_the_same_page(town: SimpleNamespace, client: Client):
    one = opened(town)
    close_round(one=one, by=town.elin)
    closed, guessed = client.get(address(one)), client.get("/enkat/KKKKKKK/")
    odd = client.get("/enkat/", {"kod": "<b>fel</b>"})

    assert closed.content == guessed.content and closed.status_code == guessed.status_code == 404
    assert CLOSED in odd.content.decode() and "<b>fel" not in odd.content.decode()


@pytest.mark.django_db
def test_guessing_is_stopped_for_a_while_and_no_address_is_kept(town: SimpleNamespace, client: Client, monkeypatch):
    monkeypatch.setattr(guessing, "MOST_WRONG", 3)
    kept: list[str] = []
    own_add = cache.add
    monkeypatch.setattr(cache, "add", lambda key, *args, **more: kept.append(key) or own_add(key, *args, **more))
    one = opened(town)
    sent = {**a_sheet(), "nyckel": a_key(client, one)}
    statuses = [client.get(f"/enkat/{sign * LENGTH}/").status_code for sign in "CDFGH"]

    assert statuses == [404, 404, 404, 429, 429]
    assert WAIT in client.get(address(one)).content.decode()
    # What is sent without a page's key opens nothing that looking would not.
    assert [client.post(where).status_code for where in (address(one), "/enkat/KKKKKKK/")] == [429, 429]
    # Who has the sheet already is let through, and so is everybody elsewhere.
    assert "Tack" in client.post(address(one), sent).content.decode()
    assert client.get(address(one), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert kept and not any("127.0.0.1" in key for key in kept)


@pytest.mark.django_db
def test_a_class_that_reloads_the_page_of_a_closed_round_shuts_nobody_out(town: SimpleNamespace, client: Client):
    one, other = opened(town), opened(town, "6B")
    close_round(one=one, by=town.elin)
    where = [address(one), f"/enkat/?kod={one.code.lower()}"]
    for _pupil in range(guessing.MOST_WRONG):
        assert [client.get(each, follow=True).status_code for each in where] == [404, 404]
    assert client.get(address(other)).status_code == 200


@pytest.mark.django_db
def test_behind_the_proxy_who_guesses_cannot_pass_for_somebody_else(client: Client, monkeypatch, settings):
    monkeypatch.setattr(guessing, "MOST_WRONG", 3)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    codes = ("".join(signs) for signs in product("CDFGH", repeat=LENGTH))

    def guess(told: str) -> int:
        return client.get(f"/enkat/{next(codes)}/", headers={"X-Forwarded-For": told}).status_code

    assert [guess(f"203.0.113.{n}, 192.0.2.1") for n in range(4)] == [404, 404, 404, 429]
    assert [guess(f"2001:db8:1:2::{n}") for n in range(1, 5)] == [404, 404, 404, 429]
    assert [guess("192.0.2.2"), guess("2001:db8:1:3::1")] == [404, 404]


@pytest.mark.django_db
def test_the_rows_tell_nothing_of_the_order(town: SimpleNamespace):
    """Of 25 sheets the first row in the table's own order is the first sheet about once in 25, not always."""
    one = opened(town)
    for n in range(CLASS_OF):
        count_sheet(code=one.code, answers={"elev-askadare-1": n}, mark=str(n), now=NOW)
    column = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT answers FROM evaluations_surveyanswer ORDER BY {column}")
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == CLASS_OF and rows != [f'{{"elev-askadare-1": {n}}}' for n in range(CLASS_OF)]


def sent_at_once(one: SurveyRound, keys: list[str], folder) -> tuple[list[str], int, SurveyRound]:
    """The pages that each gets who sends a sheet at the same moment, how many sheets there are, and the round."""
    with reached_by_threads(folder):
        sheets = [{**a_sheet(), "nyckel": key} for key in keys]
        pages = each_in_a_thread(*[lambda sheet=sheet: Client().post(address(one), sheet) for sheet in sheets])
        [rows] = each_in_a_thread(SurveyAnswer.objects.count)
        [held] = each_in_a_thread(lambda: SurveyRound.objects.get(pk=one.pk))
    return [page.content.decode() for page in pages], rows, held


@pytest.mark.django_db(transaction=True)
def test_a_class_of_25_answers_at_once(town: SimpleNamespace, tmp_path):
    """Thirty send at the same moment, one of them the same sheet twice: 27 are kept, none is lost or doubled."""
    one = opened(town)
    keys = [new_key(one.code) for _n in range(29)]
    pages, rows, held = sent_at_once(one, [*keys, keys[0]], tmp_path)

    assert rows == held.answered == len(held.seen) == MOST
    thanked = sum("Tack för dina svar" in page for page in pages)
    assert thanked + sum("De är inte sparade" in page for page in pages) == 30 and thanked in (MOST, MOST + 1)


@pytest.mark.django_db(transaction=True)
def test_the_control_loses_count_when_rounds_are_not_locked(town: SimpleNamespace, tmp_path, monkeypatch):
    """All read the round before anybody writes: what the lock is there to prevent."""
    one, all_have_read = opened(town), Barrier(5)

    def read_together(pk: int) -> SurveyRound:
        found = SurveyRound.objects.select_related("wave", "group__school").get(pk=pk)
        all_have_read.wait(timeout=60)
        return found

    monkeypatch.setattr(actions, "_locked", read_together)
    monkeypatch.setattr(survey_answering, "count_sheet", count_sheet.__wrapped__)
    _pages, rows, held = sent_at_once(one, [new_key(one.code) for _n in range(5)], tmp_path)
    assert rows != held.answered


@pytest.mark.django_db
def test_verify_finds_a_round_that_has_lost_a_sheet(town: SimpleNamespace):
    one = opened(town)
    count_sheet(code=one.code, answers=a_sheet(), mark="1", now=NOW)
    assert list(survey_faults()) == []
    SurveyAnswer.objects.all().delete()
    assert ["räknar 1 svar och har 0" in fault for fault in survey_faults()] == [True]


@pytest.mark.parametrize("written", ["xk7 4qrt", "XK7-4QRT", " xk74qrt "])
def test_a_code_is_read_as_it_is_written(written: str):
    assert as_code(written) == "XK74QRT" and spaced("XK74QRT") == "XK7 4QRT"


def test_codes_are_unlike_and_have_no_signs_that_are_mistaken():
    codes = {new_code() for _n in range(200)}
    assert len(codes) == 200 and not set("".join(codes)) & set("0O1IL2Z5S8BUAEY")
    assert all(len(code) == LENGTH and set(code) <= set(SIGNS) for code in codes)
    assert as_code("XK74QR") == as_code("XK74QRO") == ""


@pytest.mark.parametrize(
    ("text", "level", "is_kept"),
    [
        ('192.0.2.7 - - "GET /enkat/XK74QRT/ HTTP/1.1" 200', logging.INFO, False),
        ("Not Found: /enkat/XK74QRT/", logging.WARNING, False),
        ("Internal Server Error: /enkat/XK74QRT/", logging.ERROR, True),
        ('192.0.2.7 - - "GET /enkater/ HTTP/1.1" 200', logging.INFO, True),
    ],
)
def test_no_log_tells_when_and_from_where_somebody_answered(text: str, level: int, is_kept: bool):
    record = logging.LogRecord("gunicorn.access", level, "", 0, text, None, None)
    assert KeepUnseen().filter(record) is is_kept


@pytest.mark.django_db
def test_the_way_in_by_a_code(town: SimpleNamespace, client: Client):
    one = opened(town)
    answer = client.get("/enkat/", {"kod": spaced(one.code).lower()})
    assert answer["Location"] == reverse("surveys:answer", args=[one.code])
