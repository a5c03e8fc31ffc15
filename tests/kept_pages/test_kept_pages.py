"""A page is shown again as it was while it would be the same, and is made anew as soon as anything in it would not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from uuid import uuid4

import pytest
import time_machine
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import kept_pages
from accounts.kept_pages import answer_to, following_from_what_was_asked, kept, passes_soon
from accounts.models import CentreRole, User
from evaluations.actions import set_targets
from programmes.models import SessionTopic
from schools.actions.cancelling import cancel_session
from schools.actions.groups import add_group
from schools.actions.moves import StaleSession, move_session
from schools.actions.places import add_school
from schools.models import Group, PlannedSession, School, SchoolMembership, SchoolNote, SchoolPerson
from schools.regret import latest_to_undo
from tests.evaluations.conftest import TODAY, log, plans  # noqa: F401
from tests.evaluations.test_verify import cancel, look, move, say_not_held, take_back, tap
from tests.schools.laid_out import at, on

pytestmark = pytest.mark.django_db
LATER = TODAY + dt.timedelta(days=1)
# What is another each time a page is shown: the token of its forms, and the hour.
EACH_TIME = re.compile(r'name="csrfmiddlewaretoken" value="\w{64}"|data-now="\d+"')
KEPT = ["overview", "list", "classes", "schools", "school", "plan", "term"]


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with on(TODAY):
        yield


def is_shown_again(client: Client, address: str) -> bool:
    """Whether the answer was not made: no template was written out for it."""
    answer = client.get(address)
    assert answer.status_code == 200
    return not answer.templates


def looked_at(client: Client, address: str) -> HttpResponse:
    """The page made twice: first its questions are learnt, then it is made between two answers to them."""
    assert client.get(address).templates
    answer = client.get(address)
    assert answer.templates
    return answer


def session_ahead() -> PlannedSession:
    rows = PlannedSession.objects.filter(participation__school__slug="lindangsskolan").upcoming(TODAY).with_names()
    return rows.order_by("week_start", "pk").first()


def addresses() -> dict[str, str]:
    return {
        "overview": reverse("evaluations:overview"),
        "list": reverse("evaluations:session-list") + "?siffra=pace&del=gjort",
        "classes": reverse("evaluations:class-list"),
        "schools": reverse("evaluations:school-list") + "?siffra=adoption",
        "school": reverse("schools:school-detail", args=["lindangsskolan"]),
        "plan": reverse("schools:term-plan", args=["lindangsskolan"]),
        "term": reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "ht"]),
    }


@pytest.mark.parametrize("name", KEPT)
def test_a_page_that_would_be_the_same_is_shown_again(centre, plans, signed_in, name):  # noqa: F811
    """To the same person; for another it is made."""
    samira, address = signed_in(centre.samira), addresses()[name]
    first = looked_at(samira, address)
    again = samira.get(address)
    assert not again.templates
    assert EACH_TIME.sub("", again.text) == EACH_TIME.sub("", first.text)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert signed_in(centre.maria).get(address).templates


def moved(centre) -> None:
    session = session_ahead()
    week = session.week_start + dt.timedelta(weeks=1)
    move_session(session=session, week_start=week, version=session.version, by=centre.samira, now=at(TODAY))


@pytest.mark.parametrize("name", KEPT)
def test_a_page_made_twice_is_the_same(centre, plans, signed_in, name, monkeypatch):  # noqa: F811
    """Nothing in it is drawn by lot, such as a form's key, which two tabs would share."""
    monkeypatch.setattr(kept_pages, "answer_to", lambda questions: str(uuid4()))
    samira, address = signed_in(centre.samira), addresses()[name]
    first, second = samira.get(address), samira.get(address)
    assert first.templates
    assert second.templates
    assert EACH_TIME.sub("", first.text) == EACH_TIME.sub("", second.text)


CHANGES = {
    "a session is moved": moved,
    "a class is renamed": lambda centre: Group.objects.filter(name="1A").update(name="1 Björken"),
    "the school is renamed": lambda centre: School.objects.filter(pk=centre.lindang.pk).update(name="Lindängen"),
    "a topic is renamed": lambda centre: SessionTopic.objects.filter(number=1).update(title="Normer och makt"),
    "a contact person is renamed": lambda centre: SchoolPerson.objects.filter(user=centre.elin).update(name="Eli"),
    "somebody is no longer at the school": lambda centre: SchoolMembership.objects.update(ends_on=TODAY),
    "a note is written": lambda centre: SchoolNote.objects.create(
        school=centre.lindang, text="Ring vaktmästaren", by=centre.samira, at=at(TODAY)
    ),
    "the one who looks is renamed": lambda centre: User.objects.filter(pk=centre.samira.pk).update(full_name="Sam"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_is_shown(centre, plans, signed_in, change):  # noqa: F811
    """By whatever way: through an action, or past all of them in the database."""
    samira, address = signed_in(centre.samira), addresses()["school"]
    before = looked_at(samira, address).text
    assert is_shown_again(samira, address)
    CHANGES[change](centre)
    after = samira.get(address)
    assert after.templates
    assert EACH_TIME.sub("", after.text) != EACH_TIME.sub("", before)


def test_a_page_that_has_changed_is_kept_at_once(centre, plans, signed_in):  # noqa: F811
    """Its questions are known, so that it is made between two answers to them."""
    samira = signed_in(centre.samira)
    session = PlannedSession.objects.awaiting_log(TODAY).with_names().first()
    shown = [addresses()["overview"], addresses()["list"], *_of_school(session.participation.school.slug)]
    for address in shown:
        looked_at(samira, address)
    log(session, centre)
    assert not any(is_shown_again(samira, address) for address in shown)
    assert all(is_shown_again(samira, address) for address in shown)


def test_a_log_is_seen_on_every_page_at_once(centre, plans, signed_in):  # noqa: F811
    samira = signed_in(centre.samira)
    session = PlannedSession.objects.awaiting_log(TODAY).with_names().first()
    slug = session.participation.school.slug
    shown = [addresses()["overview"], addresses()["list"], *_of_school(slug)]
    for address in shown:
        looked_at(samira, address)
    assert all(is_shown_again(samira, address) for address in shown)
    log(session, centre)
    assert not any(is_shown_again(samira, address) for address in shown)


def _of_school(slug: str) -> list[str]:
    return [reverse("schools:school-detail", args=[slug]), reverse("schools:term-plan", args=[slug])]


def test_the_next_day_the_page_is_made_anew(centre, plans, signed_in):  # noqa: F811
    samira, address = signed_in(centre.samira), addresses()["plan"]
    looked_at(samira, address)
    assert is_shown_again(samira, address)
    with on(LATER):
        assert not is_shown_again(samira, address)


def test_whoever_loses_the_role_is_shown_nothing_more(centre, plans, signed_in):  # noqa: F811
    maria, address = signed_in(centre.maria), addresses()["overview"]
    looked_at(maria, address)
    assert is_shown_again(maria, address)
    CentreRole.objects.filter(user=centre.maria).update(ends_on=TODAY - dt.timedelta(days=1))
    assert maria.get(address).status_code == 403
    assert maria.get(addresses()["school"]).status_code == 404


def test_a_target_is_seen_at_once(centre, plans, signed_in):  # noqa: F811
    maria, address = signed_in(centre.maria), addresses()["overview"]
    looked_at(maria, address)
    assert is_shown_again(maria, address)
    set_targets(programme_year=plans.rules, percents={"pace": 55}, by=centre.maria, now=at(TODAY))
    assert "55" in maria.get(address).text


def test_what_can_be_undone_for_some_minutes_is_not_offered_any_longer(centre, plans, signed_in):  # noqa: F811
    samira, address = signed_in(centre.samira), addresses()["plan"]
    with on(TODAY, hour=10):
        session = session_ahead()
        week = session.week_start + dt.timedelta(weeks=1)
        now = dt.datetime.combine(TODAY, dt.time(10), tzinfo=dt.UTC)
        move_session(session=session, week_start=week, version=session.version, by=centre.samira, now=now)
        undo = b"/angra/"
        for _look in range(3):
            assert undo in samira.get(address).content
    with on(TODAY, hour=11):
        assert undo not in samira.get(address).content


def test_an_undo_of_what_the_page_does_not_show_is_offered_too(centre, plans, signed_in):  # noqa: F811
    """A session of the spring is moved, and the autumn's plan is shown again: with its undo, though no row is other."""
    samira, address = signed_in(centre.samira), addresses()["plan"]
    samira.get(address)
    now = dt.datetime.combine(TODAY, dt.time(10, 1), tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        assert latest_to_undo(centre.samira, centre.lindang, now) is None
        before = CaptureQueriesContext(connection)
        with before:
            latest_to_undo(centre.samira, centre.lindang, now)
        session = session_ahead()
        week = session.week_start + dt.timedelta(weeks=1)
        later = now + dt.timedelta(minutes=1)
        move_session(session=session, week_start=week, version=session.version, by=centre.samira, now=later)
        # The question as it was asked before the deed finds it.
        with connection.cursor() as cursor:
            cursor.execute(before.captured_queries[0]["sql"])
            assert cursor.fetchall()


def test_a_class_without_a_plan_is_shown_by_its_new_name(centre, plans, signed_in):  # noqa: F811
    third = add_school(name="Granskolan", district=centre.lindang.district, by=centre.samira)
    add_group(school=third, year=centre.year, kind="class", name="1C", grade=1, headcount=20, by=centre.samira)
    samira, address = signed_in(centre.samira), reverse("evaluations:session-list") + "?siffra=dose&del=utan-plan"
    assert "1C" in samira.get(address).text
    Group.objects.filter(name="1C").update(name="1 Tallen")
    assert "1 Tallen" in samira.get(address).text


def test_the_forms_of_a_page_that_is_shown_again_work(centre, plans):  # noqa: F811
    """Each time with a token that is the visitor's."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(centre.samira)
    looked_at(browser, addresses()["plan"])
    again = browser.get(addresses()["plan"])
    assert not again.templates
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', again.text)[1]
    leave = browser.post(reverse("account_logout"), {"csrfmiddlewaretoken": token})
    assert leave.status_code == 302


def test_a_page_that_is_shown_again_tells_the_hour_that_it_is(centre, plans, signed_in):  # noqa: F811
    """By it a phone knows that its own clock is wrong."""
    samira, address = signed_in(centre.samira), addresses()["plan"]
    now = dt.datetime.combine(TODAY, dt.time(10, 40), tzinfo=dt.UTC)
    with time_machine.travel(now - dt.timedelta(minutes=30), tick=False):
        looked_at(samira, address)
    with time_machine.travel(now, tick=False):
        again = samira.get(address)
        assert not again.templates
        assert f'data-now="{now.timestamp():.0f}"' in again.text


def test_whatever_happens_what_is_kept_is_what_would_be_made(centre, plans, signed_in, monkeypatch):  # noqa: F811
    """Random deeds, and after each every page beside the same made anew."""
    random, shown_again = Random(7), 0
    for number in range(12):
        client = signed_in(random.choice([centre.samira, centre.samira, centre.maria, centre.jonas, centre.elin]))
        pages = list(addresses().values())
        for address in pages:
            client.get(address)
            client.get(address)
        session = random.choice(list(PlannedSession.objects.with_names().order_by("pk")))
        deed = random.choice([tap, say_not_held, take_back, move, cancel, look])
        with suppress(ValidationError, StaleSession):
            deed(session, centre.samira, random, at(TODAY) + dt.timedelta(seconds=number))
        for address in pages:
            answer = client.get(address)
            shown_again += answer.status_code == 200 and not answer.templates
            with monkeypatch.context() as patch:
                patch.setattr(kept_pages, "answer_to", lambda questions: str(uuid4()))
                made = client.get(address)
            assert answer.status_code == made.status_code
            assert EACH_TIME.sub("", answer.text) == EACH_TIME.sub("", made.text)
    assert shown_again > 10


# What a view of its own shows


def asked(view, user: User, *, address: str = "/en/sida/", said: str = "") -> HttpResponse:
    request = RequestFactory().get(address)
    request.user = user
    SessionMiddleware(lambda _request: HttpResponse()).process_request(request)
    MessageMiddleware(lambda _request: HttpResponse()).process_request(request)
    if said:
        messages.info(request, said)
    return kept(view)(request)


class Names:
    """A view that counts how often it is asked."""

    def __init__(self, do=lambda request: None, answer=HttpResponse) -> None:
        self.times, self.do, self.answer = 0, do, answer
        self.__name__ = "school_names"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        names = ", ".join(School.objects.order_by("pk").values_list("name", flat=True))
        self.do(request)
        return self.answer(names)


def test_it_is_asked_once(centre):
    view = Names()
    assert [asked(view, centre.samira).text for _ in range(5)] == ["Lindängsskolan, Ekbackaskolan"] * 5
    assert view.times == 2
    asked(view, centre.maria)
    asked(view, centre.samira, address="/en/sida/?sida=2")
    assert view.times == 4


def test_a_page_asks_all_its_questions_at_once(centre):
    """In PostgreSQL, where they are many milliseconds of sending and waiting."""
    view = Names(do=lambda request: [list(Group.objects.filter(grade=grade)) for grade in range(5)])
    asked(view, centre.samira)
    asked(view, centre.samira)
    with CaptureQueriesContext(connection) as checked:
        asked(view, centre.samira)
    assert view.times == 2
    assert len(checked) == (1 if connection.vendor == "postgresql" else 6)


def test_what_is_changed_while_the_page_is_made_is_shown_the_next_time(centre):
    """Somebody else renames the school between the page's question and its end."""

    def rename(_request):
        with following_from_what_was_asked():  # so that the page is kept, as it is when another process does it
            School.objects.filter(pk=centre.lindang.pk).update(name="Lindängen")

    asked(Names(), centre.samira)
    assert asked(Names(do=rename), centre.samira).text == "Lindängsskolan, Ekbackaskolan"
    assert asked(Names(), centre.samira).text == "Lindängen, Ekbackaskolan"


def test_an_answer_is_told_from_another_by_its_values_and_their_order():
    same, others = "SELECT 1, 'a b', NULL", ["SELECT 1, 'a', 'b'", "SELECT 1, 'a b', ''", "SELECT 11, 'a b', NULL"]
    one, two = "SELECT 1 UNION ALL SELECT 2", "SELECT 2 UNION ALL SELECT 1"
    answers = [answer_to([(sql, ())]) for sql in (same, *others, one, two, f"{same} LIMIT 0")]
    assert len(set(answers)) == len(answers)
    assert answer_to([(same, ())]) == answers[0]


def test_a_column_may_have_any_name():
    """As an invitation's answer: the row is asked for whole, also beside a column of such a name."""
    answers = [answer_to([(f"SELECT 1 AS answer, {coming} AS coming, 2 AS row", ())]) for coming in (1, 2)]
    assert answers[0] != answers[1]


def test_what_one_question_answers_is_not_taken_for_anothers():
    one, two, both = ("SELECT 1", ()), ("SELECT 2", ()), ("SELECT 1 UNION ALL SELECT 2", ())
    nothing = ("SELECT 1 LIMIT 0", ())
    asked = [[one, two], [two, one], [both], [both, nothing], [nothing, both], [one, two, nothing], []]
    answers = [answer_to(questions) for questions in asked]
    assert len(set(answers)) == len(answers)


NOT_KEPT = {
    "it writes": Names(do=lambda request: School.objects.update(closed_on=None)),
    "it offers what passes soon": Names(do=passes_soon),
    "it says something for once": Names(do=lambda request: messages.info(request, "Sparat")),
    "it keeps something in the session": Names(do=lambda request: request.session.update({"seen": True})),
    "it asks too much": Names(do=lambda request: [School.objects.count() for _ in range(60)]),
    "it is refused": Names(answer=lambda text: HttpResponse(text, status=409)),
    "it is sent bit by bit": Names(answer=lambda text: StreamingHttpResponse([text])),
}


@pytest.mark.parametrize("why", NOT_KEPT)
def test_a_page_is_not_kept_if(centre, why):
    view = NOT_KEPT[why]
    view.times = 0
    for _look in range(3):
        asked(view, centre.samira)
    assert view.times == 3


def test_a_page_that_has_something_to_say_is_made(centre):
    view = Names()
    asked(view, centre.samira)
    asked(view, centre.samira)
    asked(view, centre.samira, said="Sparat")
    assert view.times == 3


def test_what_is_not_told_of_is_not_noticed(centre):
    """The control: were a question not noted down, the page would be shown though it has changed."""

    def names_unheard(_request):
        with following_from_what_was_asked():
            return HttpResponse(School.objects.get(pk=centre.lindang.pk).name)

    asked(names_unheard, centre.samira)
    asked(names_unheard, centre.samira)
    School.objects.filter(pk=centre.lindang.pk).update(name="Lindängen")
    assert asked(names_unheard, centre.samira).text == "Lindängsskolan"


def test_cancelled_sessions_are_seen_by_the_contact_person(centre, plans, signed_in):  # noqa: F811
    elin, address = signed_in(centre.elin), addresses()["plan"]
    looked_at(elin, address)
    assert is_shown_again(elin, address)
    session = session_ahead()
    cancel_session(session=session, reason="no_room", version=session.version, by=centre.samira, now=at(TODAY))
    assert not is_shown_again(elin, address)
