"""The coordinators' start page, the two taps, the full form and the list of what lacks a log, as a user sees them."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from schools.actions.people import add_person
from schools.models import PlannedSession, School
from schools.views import access as schools_access
from sessions_log import board
from sessions_log.actions import log_as_planned
from sessions_log.models import LogRevision, SessionLog
from sessions_log.views.access import way_back
from tests.conftest import at_school
from tests.pointing import SUMMARY, pointed_at_in_vain, summary_leads_nowhere
from tests.sessions_log.conftest import LAST_WEEK, NEXT_WEEK, NOON, THIS_WEEK, TODAY

START = "/start/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def thursday_noon():
    """Thursday 17 September 2026, 12.00 in Stockholm."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def form_of(client, session, **changed) -> dict[str, object]:
    """The full form as the browser would send it."""
    form = client.get(reverse("sessions_log:log-form", args=[session.uuid])).context["form"]
    return {
        **{name: value for name, value in form.initial.items() if value is not None and name in form.fields},
        **changed,
    }


def send(client, session, **changed):
    return client.post(reverse("sessions_log:log-form", args=[session.uuid]), form_of(client, session, **changed))


def undo_url() -> str:
    """What takes back the latest log."""
    return reverse("sessions_log:log-undo", args=[SessionLog.objects.latest("logged_at").batch])


def tap(client, session, html: str):
    """The second tap: what the page's form for this session would send."""
    url = reverse("sessions_log:log-as-planned", args=[session.uuid])
    form = html.split(f'action="{url}"')[1].split("</form>")[0]
    return client.post(url, dict(re.findall(r'name="(key|next|version|held_on)" value="([^"]*)"', form)))


class TestStart:
    def test_a_coordinator_sees_this_weeks_sessions_and_those_that_lack_a_log(self, plan, jonas, signed_in):
        plan("1A", THIS_WEEK)
        plan("2A", LAST_WEEK)
        plan("Personal F–3", dt.date(2026, 8, 31))
        html = page(signed_in(jonas), START)
        assert "Torsdag 17 september" in html
        assert "Dina pass, v. 38" in html
        assert "Elevpass för 1A, Lindängsskolan" in html
        assert "Personalpass för Personal F–3, Lindängsskolan" in html
        # The oldest first.
        assert html.index("31 aug–4 sep") < html.index("7–11 sep")

    def test_sessions_with_a_day_stand_under_today_or_later(self, plan, jonas, signed_in):
        plan("1A", THIS_WEEK, date=TODAY, start_time=dt.time(10, 20), end_time=dt.time(11, 10))
        plan("2A", THIS_WEEK, date=TODAY + dt.timedelta(days=1), start_time=dt.time(8, 20))
        html = page(signed_in(jonas), START)
        assert html.index('id="idag"') < html.index("Elevpass för 1A") < html.index('id="senare"')
        assert "i dag 10.20–11.10" in html
        assert html.index('id="senare"') < html.index("fre 18 sep") < html.index("Elevpass för 2A")
        # Nobody can say of tomorrow's session that it was held.
        assert "Spara loggen för 2A" not in html

    def test_two_taps_log_a_session_and_the_bar_offers_to_undo(self, session, jonas, signed_in):
        client = signed_in(jonas)
        html = page(client, START)
        assert "24 av 24" in html
        assert "alla 4" in html
        response = tap(client, session, html)
        assert response.status_code == 302
        after = page(client, response.url)
        assert "Loggen för 1A är sparad." in after
        assert "Du kan ångra till 12.05." in after
        assert "24 av 24 elever, alla delar" in after
        assert "Loggat av Jonas Test" in after

    def test_the_bar_is_gone_after_five_minutes(self, session, jonas, signed_in, thursday_noon):
        client = signed_in(jonas)
        tap(client, session, page(client, START))
        thursday_noon.shift(dt.timedelta(minutes=5, seconds=1))
        assert "Du kan ångra" not in page(client, START)

    def test_undo_brings_the_session_back(self, session, jonas, signed_in):
        client = signed_in(jonas)
        tap(client, session, page(client, START))
        response = client.post(undo_url(), {"next": START})
        html = page(client, response.url)
        assert "Loggen för 1A är ångrad." in html
        assert "Spara loggen för 1A" in html
        assert not SessionLog.objects.exists()

    def test_undo_too_late_says_what_to_do_instead(self, session, jonas, signed_in, thursday_noon):
        client = signed_in(jonas)
        tap(client, session, page(client, START))
        thursday_noon.shift(dt.timedelta(minutes=6))
        response = client.post(undo_url())
        assert "Ändra loggen i stället." in page(client, response.url)
        assert SessionLog.objects.exists()

    def test_the_second_of_two_coordinators_learns_who_was_first(self, session, samira, jonas, signed_in):
        html = page(signed_in(samira), START)
        log_as_planned(session=session, key=uuid.uuid4(), by=jonas, now=NOON)
        client = signed_in(samira)
        response = tap(client, session, html)
        assert "1A: Passet är redan loggat, av Jonas Test" in page(client, response.url)

    def test_a_session_later_today_waits_for_its_start(self, plan, jonas, signed_in):
        plan("1A", THIS_WEEK, date=TODAY, start_time=dt.time(13))
        html = page(signed_in(jonas), START)
        assert "Spara loggen för 1A" not in html
        assert "Något blev annorlunda" in html

    def test_a_moved_session_says_where_from(self, plan, jonas, signed_in):
        plan("1A", THIS_WEEK, moved_from=LAST_WEEK)
        html = page(signed_in(jonas), START)
        assert "Flyttat hit" in html
        assert "Från v. 37." in html

    def test_a_cancelled_session_says_why_and_when_instead(self, plan, jonas, signed_in):
        lost = plan("1A", THIS_WEEK, cancelled_at=NOON, cancel_reason="staff_absent")
        plan("1A", NEXT_WEEK, replaces=lost)
        assert "Orsak: personal saknas. Ny tid: v. 39." in page(signed_in(jonas), START)

    def test_nothing_to_do_says_when_the_next_session_is(self, plan, jonas, signed_in):
        plan("1A", NEXT_WEEK)
        html = page(signed_in(jonas), START)
        assert "Inga pass den här veckan." in html
        assert "Inget saknar logg." in html
        assert "Nästa pass är v. 39, 21–25 sep: Normer och dess konsekvenser för 1A, Lindängsskolan." in html

    def test_a_schools_coordinator_sees_only_own_schools(self, plan, ekbacka, jonas, signed_in):
        plan("1A", THIS_WEEK, school=ekbacka)
        assert "Ekbackaskolan" not in page(signed_in(jonas), START)

    def test_a_centre_coordinator_chooses_a_school_and_keeps_it(self, plan, session, ekbacka, samira, signed_in):
        plan("2A", THIS_WEEK, school=ekbacka)
        client = signed_in(samira)
        html = page(client, START + "?skola=lindangsskolan")
        assert "Elevpass för 1A, Lindängsskolan" in html
        assert "Elevpass för 2A, Ekbackaskolan" not in html
        assert tap(client, session, html).url == START + "?skola=lindangsskolan#veckan"

    @pytest.mark.parametrize("slug", ["ekbackaskolan", "finns-inte"])
    def test_somebody_elses_school_is_not_found_in_the_filter(self, plan, jonas, signed_in, slug):
        assert signed_in(jonas).get(START + f"?skola={slug}").status_code == 404

    def test_a_contact_person_is_sent_to_their_own_start(self, elin, signed_in):
        response = signed_in(elin).get(START)
        assert (response.status_code, response.url) == (302, "/")

    @pytest.mark.parametrize(
        ("who", "own"), [("maria", "evaluations:overview"), ("adam", "accounts:administration")], ids=["maria", "adam"]
    )
    def test_leadership_and_administrators_do_not_log_and_are_led_to_their_own_start(self, centre, signed_in, who, own):
        client = signed_in(getattr(centre, who))
        response = client.get(START, follow=True)
        assert response.redirect_chain == [("/", 302), (reverse(own), 302)]
        assert response.status_code == 200
        assert client.get("/saknar-logg/").status_code == 403

    def test_many_sessions_become_rows_school_by_school(self, plan, ekbacka, norms, samira, signed_in):
        for place in range(6):
            for school in (None, ekbacka):
                more = {"school": school} if school else {}
                plan("1A", THIS_WEEK, topic=None, slot_no=place + 2, **more)
        client = signed_in(samira)
        html = page(client, START)
        assert html.count('class="log-row"') == 12
        assert html.index("Ekbackaskolan <span") < html.index("Lindängsskolan <span")
        assert 'Ekbackaskolan <span class="small">6 att logga' in html
        one = PlannedSession.objects.first()
        assert "Loggen för 1A är sparad." in page(client, tap(client, one, html).url)

    @pytest.mark.parametrize("url", [START, "/saknar-logg/"])
    def test_a_new_centres_coordinator_is_shown_where_to_begin(self, samira, signed_in, url):
        html = page(signed_in(samira), url)
        assert "Ingen skola är i gång än." in html and f'href="{reverse("schools:school-add")}"' in html

    def test_the_coordinator_of_a_closed_school_is_shown_its_plan(self, centre, jonas, signed_in):
        School.objects.filter(pk=centre.lindang.pk).update(closed_on=LAST_WEEK)
        client = signed_in(jonas)
        assert client.get(START).url == "/"
        assert client.get("/").url == reverse("schools:term-plan", args=["lindangsskolan"])

    def test_of_a_week_with_too_much_to_show_it_says_how_much_there_is_at_each_school(
        self, plan, ekbacka, samira, signed_in, monkeypatch
    ):
        """The coordinator of many schools chooses one, and is shown all of that school's week."""
        monkeypatch.setattr(board, "MOST_IN_WEEK", 6)
        for slot in range(1, 6):
            plan("1A", THIS_WEEK, topic=None, slot_no=slot)
            later = {"date": TODAY + dt.timedelta(days=1)} if slot > 2 else {}
            plan("1A", THIS_WEEK, topic=None, slot_no=slot, school=ekbacka, **later)
        client = signed_in(samira)
        html = page(client, START)
        assert 'class="log-row"' not in html and "10 pass på 2 skolor. Välj en skola för att logga dess pass." in html
        assert "<b>7</b>att logga i veckan" in html
        assert html.index("5 av 5 att logga") < html.index("2 av 5 att logga")
        for slug, number in (("lindangsskolan", 5), ("ekbackaskolan", 2)):
            assert f'href="{START}?skola={slug}"' in html
            chosen = page(client, f"{START}?skola={slug}")
            assert chosen.count("Genomfört som planerat") >= number and "Välj en skola" not in chosen

    def test_a_single_school_is_shown_whole_however_much_it_has(self, plan, jonas, signed_in, monkeypatch):
        monkeypatch.setattr(board, "MOST_IN_WEEK", 6)
        for slot in range(1, 13):
            plan("1A", THIS_WEEK, topic=None, slot_no=slot)
        assert page(signed_in(jonas), START).count('class="log-row"') == 12

    def test_what_can_be_logged_is_the_same_to_the_database(self, plan):
        days = [None, *(THIS_WEEK + dt.timedelta(days=day) for day in range(5))]
        for slot, day in enumerate(days, start=1):
            plan("1A", THIS_WEEK, slot_no=slot, topic=None, date=day)
            plan("2A", NEXT_WEEK, slot_no=slot, topic=None, date=day and day + dt.timedelta(weeks=1))
        plan("1A", LAST_WEEK, slot_no=20, topic=None, cancelled_at=NOON, cancel_reason="other")
        plan("1A", LAST_WEEK, slot_no=21, topic=None, outcome="held")
        for today in (TODAY, TODAY + dt.timedelta(days=1), NEXT_WEEK):
            due = {one for one in PlannedSession.objects.all() if one.waits_for_log(today)}
            assert due and set(PlannedSession.objects.due_for_log(today)) == due

    def test_the_number_of_queries_does_not_grow_with_sessions(
        self, plan, ekbacka, samira, signed_in, django_assert_max_num_queries
    ):
        def fill(slot: int) -> None:
            for school in (None, ekbacka):
                more = {"school": school} if school else {}
                log_as_planned(
                    session=plan("1A", THIS_WEEK, topic=None, slot_no=slot, **more),
                    key=uuid.uuid4(),
                    by=samira,
                    now=NOON,
                )
                plan("2A", THIS_WEEK, topic=None, slot_no=slot, moved_from=LAST_WEEK, **more)
                plan("2A", LAST_WEEK, topic=None, slot_no=slot + 20, **more)
                plan("2A", THIS_WEEK, topic=None, slot_no=slot + 40, cancelled_at=NOON, cancel_reason="other", **more)

        client = signed_in(samira)
        fill(2)
        client.get(START)
        few = queries(client, START)
        for slot in range(3, 9):
            fill(slot)
        assert queries(client, START) == few
        assert few < 30


def queries(client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


class TestAwaiting:
    def test_all_that_lacks_a_log_stands_school_by_school(self, plan, ekbacka, samira, signed_in):
        plan("1A", LAST_WEEK)
        plan("1A", dt.date(2026, 8, 24), school=ekbacka)
        html = page(signed_in(samira), "/saknar-logg/")
        assert "2 pass, vars veckor har gått." in html
        assert "<b>v. 35</b>, 24–28 aug" in html
        assert html.index('id="ekbackaskolan"') < html.index('id="lindangsskolan"')
        assert "Spara loggen för 1A" in html

    def test_a_week_of_last_calendar_year_says_which(self, plan, jonas, signed_in, thursday_noon):
        plan("1A", LAST_WEEK)
        thursday_noon.move_to(NOON + dt.timedelta(weeks=20))
        assert "<b>v. 37</b>, 7–11 sep 2026" in page(signed_in(jonas), "/saknar-logg/")

    def test_the_list_has_pages(self, plan, jonas, signed_in):
        for slot in range(51):
            plan("1A", LAST_WEEK, topic=None, slot_no=slot)
        client = signed_in(jonas)
        assert "Sida 1 av 2" in page(client, "/saknar-logg/")
        assert page(client, "/saknar-logg/?sida=2").count('log-row"') == 1
        assert "De 30 äldsta av 51 visas." in page(client, START)

    def test_nothing_lacks_a_log(self, plan, jonas, signed_in):
        assert "Inget saknar logg." in page(signed_in(jonas), "/saknar-logg/")


class TestForm:
    def test_what_is_likely_is_filled_in(self, session, lindang, samira, jonas, signed_in):
        add_person(school=lindang, name="Lo Lärare", by=samira)
        html = page(signed_in(jonas), reverse("sessions_log:log-form", args=[session.uuid]))
        assert "Logga pass för 1A" in html
        assert "Jonas Test (du)" in html
        assert "Lo Lärare" in html
        assert "av 24 i klassen" in html
        assert 'value="24"' in html
        assert html.count('name="parts_done"') == len(re.findall('name="parts_done"[^>]*checked', html)) == 4
        assert "Skriv inget som kan kopplas till en elev." in html

    def test_a_staff_group_has_participants(self, plan, jonas, signed_in):
        session = plan("Personal F–3", THIS_WEEK)
        html = page(signed_in(jonas), reverse("sessions_log:log-form", args=[session.uuid]))
        assert "Deltagare" in html
        assert ">Elever<" not in html
        assert "av 11 i gruppen" in html

    def test_a_form_that_somebody_has_filled_in_says_what_they_said(self, plan, session, jonas, signed_in):
        client, other = signed_in(jonas), plan("2A", THIS_WEEK)
        page(client, reverse("sessions_log:log-form", args=[other.uuid]))  # the same questions, unanswered
        assert send(client, session, adaptation="adapted", adults_present="3", note="Det gick fint.").status_code == 302
        html = page(client, reverse("sessions_log:log-form", args=[session.uuid]))
        assert re.search('name="adaptation"[^>]*value="adapted"[^>]*checked', html)
        assert re.search('name="adults_present"[^>]*value="3"|value="3"[^>]*name="adults_present"', html)
        assert "Det gick fint." in html
        refused = send(client, other, adults_present="en hel del", note="Allt gick fint.").content.decode()
        assert 'value="en hel del"' in refused
        assert "Allt gick fint." in refused
        assert "Skriv ett helt tal, till exempel 24." in refused
        unanswered = page(client, reverse("sessions_log:log-form", args=[other.uuid]))
        assert "gick fint" not in unanswered
        assert not re.search('name="adaptation"[^>]*checked', unanswered)

    def test_a_session_held_otherwise_is_logged(self, session, lindang, samira, jonas, signed_in):
        teacher = add_person(school=lindang, name="Lo Lärare", by=samira)
        parts = list(session.topic.parts.all())[:3]
        response = send(
            signed_in(jonas),
            session,
            day="other",
            held_on="2026-09-16",
            leader=f"person:{teacher.pk}",
            present="20",
            adults_present="1",
            parts_done=[part.pk for part in parts],
            adaptation="shortened",
            responsiveness="3",
            note="Vi behövde mer tid.",
        )
        assert (response.status_code, response.url) == (302, START)
        log = SessionLog.objects.get()
        assert (log.held_on, log.led_by_person, log.present, log.adults_present) == (
            dt.date(2026, 9, 16),
            teacher,
            20,
            1,
        )
        assert (log.adaptation, log.responsiveness, log.note, log.parts_done.count()) == (
            "shortened",
            3,
            "Vi behövde mer tid.",
            3,
        )

    def test_whoever_leads_does_not_lead_together_with_themselves(self, session, lindang, samira, jonas, signed_in):
        kim = add_person(school=lindang, name="Kim Kollega", by=samira)
        own = lindang.people.get(user=jonas)
        send(signed_in(jonas), session, leader="me", co_leaders=[kim.pk, own.pk])
        assert list(SessionLog.objects.get().co_leaders.all()) == [kim]

    def test_another_leader_is_named(self, session, jonas, signed_in):
        client = signed_in(jonas)
        response = send(client, session, leader="other", led_by_other="")
        assert "Skriv vem som ledde passet." in response.content.decode()
        send(client, session, leader="other", led_by_other="Vikarien i 1A")
        assert SessionLog.objects.get().led_by_other == "Vikarien i 1A"

    def test_not_held_with_a_new_time_shows_in_the_plan_at_once(self, session, jonas, signed_in):
        client = signed_in(jonas)
        response = send(client, session, outcome="notheld", reason="no_room", new_week=NEXT_WEEK.isoformat())
        assert "Orsak: ingen lokal. Ny tid: v. 39." in page(client, response.url)

    def test_hidden_answers_are_ignored_even_when_they_are_wrong(self, session, jonas, signed_in):
        send(
            signed_in(jonas),
            session,
            outcome="notheld",
            reason="other",
            reason_note="Brandlarm",
            new_week="",
            present="många",
            held_on="igår",
            responsiveness="9",
            note="x",
        )
        log = SessionLog.objects.get()
        assert (log.held, log.reason, log.reason_note, log.present, log.note) == (False, "other", "Brandlarm", None, "")

    @pytest.mark.parametrize(
        ("changed", "answer"),
        [
            ({"present": "25"}, "Skriv 24 eller färre, eller ändra klassens storlek."),
            ({"present": "-3"}, "Skriv 0 eller fler."),
            ({"present": "tjugo"}, "Skriv ett helt tal, till exempel 24."),
            ({"day": "other", "held_on": "2026-09-18"}, "Den dagen har inte varit än."),
            ({"day": "other", "held_on": "2025-09-18"}, "Dagen ligger utanför läsåret 2026/27."),
            ({"day": "other", "held_on": "18/9"}, "Skriv dagen som 2026-09-17."),
            ({"day": "other", "held_on": ""}, "Skriv vilken dag passet hölls."),
            ({"note": "Ring hem till 20100101-2387"}, "Ta bort personnumret."),
            ({"outcome": "notheld"}, "Välj varför passet inte blev av."),
        ],
    )
    def test_an_error_says_how_to_mend_it_and_nothing_typed_is_lost(self, session, jonas, signed_in, changed, answer):
        typed = {"note": "Det här skrev jag.", **changed}
        response = send(signed_in(jonas), session, **typed)
        html = response.content.decode()
        assert response.status_code == 200
        assert html.count(answer) == 2  # in the list at the top, and at the field
        assert "Det här är inte sparat" in html
        assert typed["note"] in html
        assert not SessionLog.objects.exists()

    @pytest.mark.parametrize("changed", [{"outcome": ""}, {"day": ""}, {"outcome": "notheld"}, {"present": "25"}])
    def test_each_error_leads_to_where_it_is_mended(self, session, jonas, signed_in, changed):
        html = send(signed_in(jonas), session, **changed).text
        assert SUMMARY.findall(html)
        assert summary_leads_nowhere(html) == set()
        assert pointed_at_in_vain(html) == set()
        [name] = changed.keys() - {"outcome"} or ["reason" if changed["outcome"] else "outcome"]
        assert re.search(rf'aria-describedby="(\S+ )?id_{name}_error"', html)

    def test_all_that_is_wrong_is_said_at_once(self, session, jonas, signed_in):
        wrong = {"day": "other", "held_on": "2026-09-18", "leader": "other", "present": "25", "adults_present": "en"}
        response = send(signed_in(jonas), session, **wrong, led_by_other="", note="20100101-2387")
        assert set(response.context["form"].errors) == {"held_on", "led_by_other", "present", "adults_present", "note"}

    @pytest.mark.parametrize(
        "forged",
        [
            {"day": "2026-13-45"},
            {"leader": "person:999999"},
            {"parts_done": "x"},
            {"new_week": "2026", "outcome": "notheld"},
            {"key": "nej"},
            {"outcome": ""},
            {"adaptation": "x"},
        ],
    )
    def test_a_forged_form_is_refused_without_a_crash(self, session, jonas, signed_in, forged):
        assert send(signed_in(jonas), session, **forged).status_code == 200
        assert not SessionLog.objects.exists()

    def test_a_leader_from_another_school_is_refused(self, session, ekbacka, samira, jonas, signed_in):
        stranger = add_person(school=ekbacka, name="Nils Norr", by=samira)
        assert send(signed_in(jonas), session, leader=f"person:{stranger.pk}").status_code == 200
        assert not SessionLog.objects.exists()

    def test_a_session_of_an_earlier_year_says_its_year(self, session, jonas, signed_in, thursday_noon):
        url = reverse("sessions_log:log-form", args=[session.uuid])
        assert "v. 38, 14–18 sep.</p>" in page(signed_in(jonas), url)
        thursday_noon.move_to(NOON + dt.timedelta(weeks=17))
        assert "v. 38, 14–18 sep 2026.</p>" in page(signed_in(jonas), url)

    def test_a_form_sent_twice_counts_once(self, session, jonas, signed_in):
        client = signed_in(jonas)
        sent = form_of(client, session, present="20")
        for _time in range(2):
            assert client.post(reverse("sessions_log:log-form", args=[session.uuid]), sent).status_code == 302
        assert SessionLog.objects.count() == 1

    def test_the_same_form_with_other_content_is_refused_and_leads_to_the_log(self, session, jonas, signed_in):
        client = signed_in(jonas)
        sent = form_of(client, session, present="20")
        url = reverse("sessions_log:log-form", args=[session.uuid])
        client.post(url, sent)
        html = client.post(url, {**sent, "present": "21"}).content.decode()
        assert "redan sparat med annat innehåll" in html
        assert "Öppna den sparade loggen" in html
        assert SessionLog.objects.get().present == 20

    def test_a_logged_session_opens_for_change_and_keeps_what_stood(self, session, samira, jonas, signed_in):
        log_as_planned(session=session, key=uuid.uuid4(), by=samira, now=NOON - 60 * MINUTE)
        client = signed_in(jonas)
        html = page(client, reverse("sessions_log:log-form", args=[session.uuid]))
        assert "Ändra loggen för 1A" in html
        assert "Loggat av Samira Test tors 17 sep, 11.00." in html
        assert "Samira Test" in html
        assert "Skriv varför, med några ord." in send(client, session, present="19").content.decode()
        response = send(client, session, present="19", why="Räknade fel.")
        assert "Loggen för 1A är ändrad." in page(client, response.url)
        log = SessionLog.objects.get()
        assert (log.present, log.led_by_user) == (19, samira)
        revision = LogRevision.objects.get()
        assert (revision.by, revision.reason) == (jonas, "Räknade fel.")
        assert "Räknade fel." in page(client, reverse("sessions_log:log-form", args=[session.uuid]))

    def test_a_log_that_was_undone_meanwhile_is_not_changed(self, session, jonas, signed_in):
        client = signed_in(jonas)
        log_as_planned(session=session, key=uuid.uuid4(), by=jonas, now=NOON)
        sent = form_of(client, session, present="20")
        client.post(undo_url())
        html = client.post(reverse("sessions_log:log-form", args=[session.uuid]), sent).content.decode()
        assert "Loggen är ångrad." in html
        assert not SessionLog.objects.exists()

    def test_a_future_session_says_from_when_it_can_be_logged(self, plan, jonas, signed_in):
        session = plan("1A", NEXT_WEEK)
        client = signed_in(jonas)
        url = reverse("sessions_log:log-form", args=[session.uuid])
        assert "kan loggas från mån 21 sep" in page(client, url)
        assert client.post(url, {"outcome": "held"}).status_code == 409

    def test_a_cancelled_session_leads_to_the_new_one(self, plan, jonas, signed_in):
        lost = plan("1A", THIS_WEEK, cancelled_at=NOON, cancel_reason="other")
        new = plan("1A", NEXT_WEEK, replaces=lost)
        html = page(signed_in(jonas), reverse("sessions_log:log-form", args=[lost.uuid]))
        assert "Passet är inställt och kan inte loggas." in html
        assert reverse("schools:session-detail", args=[new.uuid]) in html

    def test_next_leads_back_only_within_the_portal(self, session, jonas, signed_in):
        client = signed_in(jonas)
        sent = form_of(client, session, next="https://elsewhere.example/")
        assert client.post(reverse("sessions_log:log-form", args=[session.uuid]), sent).url == START

    def test_whose_log_is_saved_is_led_on_whatever_next_says(self, session, jonas, signed_in):
        client = signed_in(jonas)
        sent = form_of(client, session, next="nagon-annanstans")
        assert client.post(reverse("sessions_log:log-form", args=[session.uuid]), sent).url == START
        assert SessionLog.objects.exists()


class TestAccess:
    NAMES = ["log-form", "log-as-planned", "log-remove"]

    def addresses(self, session) -> list[str]:
        return [reverse(f"sessions_log:{name}", args=[session.uuid]) for name in self.NAMES]

    def test_another_schools_session_is_not_found(self, plan, ekbacka, jonas, signed_in):
        session = plan("1A", THIS_WEEK, school=ekbacka)
        client = signed_in(jonas)
        nowhere = PlannedSession(uuid=uuid.uuid4())
        for theirs, missing in zip(self.addresses(session), self.addresses(nowhere), strict=True):
            assert client.post(theirs, {"key": uuid.uuid4()}).status_code == 404
            assert client.get(theirs).status_code == client.get(missing).status_code
        assert not SessionLog.objects.exists()

    @pytest.mark.parametrize("who", ["elin", "maria", "adam"])
    def test_those_who_read_may_not_log(self, centre, session, signed_in, who):
        client = signed_in(getattr(centre, who))
        for address in self.addresses(session):
            assert client.post(address, {"key": uuid.uuid4()}).status_code == 403
        assert client.get(self.addresses(session)[0]).status_code == 403
        assert not SessionLog.objects.exists()

    def test_a_coordinator_elsewhere_who_is_contact_here_may_not_log_here(
        self, session, elin, ekbacka, samira, signed_in
    ):
        at_school(elin, ekbacka, "coordinator", samira)
        assert signed_in(elin).post(self.addresses(session)[0]).status_code == 403

    def test_signed_out_leads_to_the_sign_in(self, session, client):
        assert client.get(START).status_code == 302


def test_the_sessions_own_page_says_how_many_parts_were_done(plan, jonas, signed_in):
    session = plan("1A", THIS_WEEK)
    log_as_planned(session=session, key=uuid.uuid4(), by=jonas, now=NOON)
    client = signed_in(jonas)
    assert "24 av 24 elever, alla delar" in page(client, session.get_absolute_url())
    log = SessionLog.objects.get()
    log.parts_done.remove(log.parts_done.all()[0])
    assert "24 av 24 elever, 3 av 4 delar" in page(client, session.get_absolute_url())


def test_a_log_is_saved_in_fifteen_queries(plan, jonas, signed_in, django_assert_max_num_queries):
    client, first, second = signed_in(jonas), plan("1A", LAST_WEEK), plan("2A", LAST_WEEK)
    client.post(f"/logga/{first.uuid}/som-planerat/", {"key": str(uuid.uuid4())})
    with django_assert_max_num_queries(15 + 4):  # a transaction begins and ends, and within it a savepoint
        client.post(f"/logga/{second.uuid}/som-planerat/", {"key": str(uuid.uuid4())})
    assert SessionLog.objects.get(session=second).parts_done.count() == 4


@pytest.mark.parametrize("wanted", ["//[", "https://elsewhere.example/", "?a=1", "", "start/", "-1"])
def test_a_way_back_that_does_not_lie_in_the_portal_is_none(wanted, rf):
    request = rf.post("/", {"next": wanted})
    assert way_back(request) == START
    assert schools_access.way_back(request, "/skolor/") == "/skolor/"
