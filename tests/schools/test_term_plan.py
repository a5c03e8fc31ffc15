"""The term plan as a contact person, a coordinator and the centre meet it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.templatetags.look import short_day, week_no
from programmes.models import Programme, SessionTopic
from schools.actions.calendar import close_days
from schools.actions.cancelling import cancel_session
from schools.actions.confirmations import PlanHasChanged, confirm_plan
from schools.actions.groups import add_group
from schools.actions.moves import free_weeks, move_session
from schools.actions.places import add_school
from schools.actions.plans import apply_plan, join, open_programme_year
from schools.calendar import SchoolCalendar
from schools.models import (
    ClosedPeriod,
    District,
    Group,
    Participation,
    PlanChange,
    PlanConfirmation,
    PlannedSession,
    SchoolMembership,
    SchoolPerson,
    SchoolYear,
)
from schools.models.plans import monday_of
from schools.term_plan import plan_digest
from sessions_log.actions import log_as_planned
from tests.conftest import AUTUMN_DAY
from tests.schools.laid_out import at, autumn, lay_out, on, session_of, text_of, words_of

pytestmark = pytest.mark.django_db
THIS_WEEK = monday_of(AUTUMN_DAY)
PLAN = reverse("schools:term-plan", args=["lindangsskolan"])
AUTUMN = reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "ht"])
CONFIRM = reverse("schools:term-plan-confirm", args=["lindangsskolan", "2026-27", "ht"])
QUESTION = "Stämmer planen?"
BUTTON = "Ja, planen stämmer"


@pytest.fixture
def planned(centre: SimpleNamespace) -> SimpleNamespace:
    """The small municipality, with Lindängsskolan's year laid out."""
    centre.participation = lay_out(centre, centre.lindang)
    return centre


@pytest.fixture(autouse=True)
def today():
    """It is Thursday 17 September 2026."""
    with on(AUTUMN_DAY):
        yield AUTUMN_DAY


def week_of(response, monday: dt.date) -> str:
    """What the page says about one week."""
    found = re.search(
        rf'(?s)<li class="week[^"]*" id="v0?{monday.isocalendar().week}">.*?(?=<li class="week|</ol>\s*</section>)',
        response.content.decode(),
    )
    assert found, f"week of {monday} is not on the page"
    return words_of(found.group())


def answer(client: Client, **also: str):
    """Press the button on the page, as it stands now."""
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(AUTUMN).content.decode())
    return client.post(CONFIRM, {"seen": seen} | also, follow=True)


def move(participation: Participation, group: str, by: User, when: dt.date = AUTUMN_DAY) -> PlannedSession:
    session = session_of(participation, group, after=THIS_WEEK)
    calendar = SchoolCalendar.of(participation.programme_year.year, participation.school)
    week = free_weeks(session=session, calendar=calendar, from_day=session.week_start, count=1)[0]
    return move_session(
        session=session, week_start=week, version=session.version, by=by, now=at(when), reason="Friluftsdag"
    )


class TestTheContactPersonsAnswer:
    def test_a_contact_reads_the_plan_month_by_month_and_is_asked_one_thing(self, planned, signed_in):
        page = text_of(signed_in(planned.elin).get(PLAN))
        assert page.index("Höstens plan") < page.index(QUESTION) < page.index("September")
        assert page.index("September") < page.index("Oktober") < page.index("November") < page.index("December")
        assert "Normer och dess konsekvenser" in page
        assert page.count(BUTTON) == 1

    def test_reading_changes_nothing(self, planned, signed_in):
        client = signed_in(planned.elin)
        for url in (PLAN, AUTUMN, CONFIRM):
            client.get(url)
        assert not PlanConfirmation.objects.exists()
        assert client.get(CONFIRM).status_code == 405

    def test_one_press_confirms_and_everyone_sees_who_and_when(self, planned, signed_in):
        after = text_of(answer(signed_in(planned.elin)))
        assert "Elin Test bekräftade den tors 17 sep." in after
        assert BUTTON not in after
        assert "Elin Test bekräftade den tors 17 sep." in text_of(signed_in(planned.maria).get(PLAN))

    def test_pressing_twice_does_no_harm(self, planned, signed_in):
        client = signed_in(planned.elin)
        seen = re.findall(r'name="seen" value="(\w+)"', client.get(AUTUMN).content.decode())
        for _press in range(2):
            assert client.post(CONFIRM, {"seen": seen}).status_code == 302
        assert PlanConfirmation.objects.count() == 1
        assert PlanChange.objects.filter(what="confirmed").count() == 1

    def test_a_plan_that_changed_while_it_was_read_is_not_confirmed(self, planned, signed_in):
        client = signed_in(planned.elin)
        seen = re.findall(r'name="seen" value="(\w+)"', client.get(AUTUMN).content.decode())
        move(planned.participation, "1A", planned.samira)
        page = text_of(client.post(CONFIRM, {"seen": seen}, follow=True))
        assert "Planen ändrades medan du läste den" in page
        assert not PlanConfirmation.objects.exists()
        assert BUTTON in page

    def test_a_term_that_has_passed_is_not_asked_about(self, planned, signed_in):
        seen = re.findall(r'name="seen" value="(\w+)"', signed_in(planned.elin).get(AUTUMN).content.decode())
        with on(dt.date(2027, 1, 20)):
            client = signed_in(planned.elin)
            assert QUESTION not in text_of(client.get(AUTUMN))
            assert "Terminen är slut." in text_of(client.post(CONFIRM, {"seen": seen}, follow=True))
        assert not PlanConfirmation.objects.exists()

    def test_an_answer_that_names_no_plan_confirms_nothing(self, planned, signed_in):
        signed_in(planned.elin).post(CONFIRM)
        assert not PlanConfirmation.objects.exists()

    def test_a_change_after_the_answer_is_told_and_asked_about(self, planned, signed_in):
        client = signed_in(planned.elin)
        answer(client)
        with on(AUTUMN_DAY + dt.timedelta(days=1)):
            before = session_of(planned.participation, "1A", after=THIS_WEEK)
            moved = move(planned.participation, "1A", planned.jonas, AUTUMN_DAY + dt.timedelta(days=1))
            page = text_of(client.get(PLAN))
            assert "Planen är ändrad sedan du svarade" in page
            told = f"1A, {moved.topic}: flyttat från {week_no(before.week_start)} till {week_no(moved.week_start)}"
            assert told.replace("\u00a0", " ") in page
            assert "Friluftsdag." in page
            assert "Jonas Test, fre 18 sep" in page
            assert "Planen stämmer" not in page
            assert "fre 18 sep." in text_of(answer(client))
        assert PlanConfirmation.objects.count() == 2

    def test_someone_else_is_not_told_that_they_answered(self, planned, signed_in):
        answer(signed_in(planned.elin))
        with on(AUTUMN_DAY + dt.timedelta(days=1)):
            move(planned.participation, "1A", planned.jonas, AUTUMN_DAY + dt.timedelta(days=1))
            page = text_of(signed_in(planned.samira).get(PLAN))
        assert "Ändrad sedan skolan svarade" in page
        assert "sedan du svarade" not in page

    def test_a_log_is_no_change_of_the_plan(self, planned, signed_in):
        client = signed_in(planned.elin)
        answer(client)
        session = session_of(planned.participation, "1A", after=dt.date(2026, 8, 1))
        with on(session.week_start + dt.timedelta(days=3)):
            log_as_planned(session=session, key=uuid.uuid4(), by=planned.samira, now=at(session.week_start))
            assert "Planen stämmer" in text_of(client.get(PLAN))

    def test_a_move_that_was_taken_back_is_no_change(self, planned, signed_in):
        answer(signed_in(planned.elin))
        was = session_of(planned.participation, "1A", after=THIS_WEEK).week_start
        moved = move(planned.participation, "1A", planned.samira)
        move_session(session=moved, week_start=was, version=moved.version, by=planned.samira, now=at(AUTUMN_DAY))
        assert "Planen stämmer" in text_of(signed_in(planned.elin).get(PLAN))

    @pytest.mark.parametrize("who", ["samira", "maria", "adam", "jonas"])
    def test_only_the_contact_person_answers(self, planned, signed_in, who):
        client = signed_in(getattr(planned, who))
        page = client.get(PLAN)
        assert BUTTON not in text_of(page)
        assert "Skolans kontaktperson har inte sagt om planen stämmer." in text_of(page)
        assert client.post(CONFIRM, {"seen": "x"}).status_code == 403
        assert not PlanConfirmation.objects.exists()

    def test_a_contact_who_has_left_sees_nothing(self, planned, signed_in):
        client = signed_in(planned.elin)
        SchoolMembership.objects.filter(person__user=planned.elin).update(ends_on=AUTUMN_DAY - dt.timedelta(days=1))
        assert [client.get(PLAN).status_code, client.post(CONFIRM).status_code] == [404, 404]

    def test_another_school_answers_like_one_that_does_not_exist(self, planned, signed_in):
        lay_out(planned, planned.ekbacka)
        client = signed_in(planned.elin)
        for slug in ("ekbackaskolan", "finns-inte"):
            assert client.get(reverse("schools:term-plan", args=[slug])).status_code == 404
            assert client.get(reverse("schools:term-plan-of", args=[slug, "2026-27", "ht"])).status_code == 404
            confirm = reverse("schools:term-plan-confirm", args=[slug, "2026-27", "ht"])
            assert client.post(confirm, {"seen": "x"}).status_code == 404
        assert not PlanConfirmation.objects.exists()

    def test_the_action_refuses_a_plan_that_was_not_seen(self, planned):
        with pytest.raises(PlanHasChanged):
            confirm_plan(
                participation=planned.participation,
                term=autumn(planned),
                by=planned.elin,
                now=at(AUTUMN_DAY),
                seen=["something else"],
            )


class TestTwoProgrammes:
    @pytest.fixture
    def mvp(self, planned):
        """A session of MVP in the same autumn, beside TÅGET's."""
        rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=planned.year, by=planned.samira)
        participation = join(school=planned.lindang, programme_year=rules, by=planned.samira)
        return PlannedSession.objects.create(
            participation=participation,
            group=Group.objects.get(school=planned.lindang, name="1A"),
            slot_no=1,
            topic=SessionTopic.objects.filter(kind="mvp").first(),
            week_start=THIS_WEEK + dt.timedelta(days=7),
        )

    def test_one_press_confirms_both_plans(self, planned, mvp, signed_in):
        assert "Planen stämmer" in text_of(answer(signed_in(planned.elin)))
        assert set(PlanConfirmation.objects.values_list("participation", flat=True)) == {
            planned.participation.pk,
            mvp.participation.pk,
        }

    def test_if_one_of_them_has_changed_neither_is_confirmed(self, planned, mvp, signed_in):
        client = signed_in(planned.elin)
        seen = re.findall(r'name="seen" value="(\w+)"', client.get(AUTUMN).content.decode())
        move(planned.participation, "2A", planned.samira)
        client.post(CONFIRM, {"seen": seen})
        assert not PlanConfirmation.objects.exists()

    def test_each_line_says_its_programme(self, planned, mvp, signed_in):
        assert "Elevpass, MVP" in week_of(signed_in(planned.elin).get(PLAN), mvp.week_start)


class TestWhatAWeekSays:
    def test_this_week_and_the_next_are_marked(self, planned, signed_in):
        weeks = sorted(set(planned.participation.sessions.values_list("week_start", flat=True)))
        this, later = [week for week in weeks if week > THIS_WEEK][:2]
        with on(this):
            page = signed_in(planned.elin).get(PLAN)
            assert "Den här veckan" in week_of(page, this)
            assert "Den här veckan" not in week_of(page, later)
        with on(this - dt.timedelta(days=4)):
            assert "Nästa vecka" in week_of(signed_in(planned.elin).get(PLAN), this)

    def test_a_held_session_says_so(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=dt.date(2026, 8, 1))
        with on(session.week_start + dt.timedelta(days=3)):
            log_as_planned(session=session, key=uuid.uuid4(), by=planned.samira, now=at(session.week_start))
            assert "Genomfört" in week_of(signed_in(planned.elin).get(PLAN), session.week_start)

    def test_a_week_that_has_passed_awaits_its_log(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=dt.date(2026, 8, 1))
        with on(session.week_start + dt.timedelta(days=6)):
            assert "Saknar logg" not in week_of(signed_in(planned.elin).get(PLAN), session.week_start)
        with on(session.week_start + dt.timedelta(days=7)):
            assert "Saknar logg" in week_of(signed_in(planned.elin).get(PLAN), session.week_start)

    def test_a_moved_session_says_from_which_week(self, planned, signed_in):
        was = session_of(planned.participation, "1A", after=THIS_WEEK).week_start
        moved = move(planned.participation, "1A", planned.samira)
        week = week_of(signed_in(planned.elin).get(PLAN), moved.week_start)
        assert f"Från {week_no(was)}.".replace("\u00a0", " ") in week

    def test_a_cancelled_session_says_why_and_when_instead(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        calendar = SchoolCalendar.of(planned.year, planned.lindang)
        new_week = free_weeks(session=session, calendar=calendar, from_day=session.week_start, count=1)[0]
        cancel_session(
            session=session,
            reason="no_room",
            version=session.version,
            by=planned.samira,
            now=at(AUTUMN_DAY),
            new_week=new_week,
        )
        week = week_of(signed_in(planned.elin).get(PLAN), session.week_start)
        assert "Inställt" in week
        assert "Ingen lokal." in week
        assert f"Ny tid: {week_no(new_week)}.".replace("\u00a0", " ") in week

    def test_a_cancelled_session_without_a_new_time_says_that(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        cancel_session(
            session=session,
            reason="other",
            note="Brandövning",
            version=session.version,
            by=planned.samira,
            now=at(AUTUMN_DAY),
        )
        week = week_of(signed_in(planned.elin).get(PLAN), session.week_start)
        assert "Brandövning" in week
        assert "Ingen ny tid än." in week

    def test_a_day_and_a_time_are_shown(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        day = session.week_start + dt.timedelta(days=1)
        move_session(
            session=session,
            week_start=session.week_start,
            date=day,
            start_time=dt.time(9, 10),
            end_time=dt.time(10),
            version=session.version,
            by=planned.samira,
            now=at(AUTUMN_DAY),
        )
        said = f"{short_day(day)} 09.10–10.00".replace("\u00a0", " ")
        assert said in week_of(signed_in(planned.elin).get(PLAN), session.week_start)

    def test_a_break_has_a_row_of_its_own(self, planned, signed_in):
        assert "Höstlov" in week_of(signed_in(planned.elin).get(PLAN), dt.date(2026, 10, 26))

    def test_a_week_closed_after_planning_is_pointed_out(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        close_days(
            year=planned.year,
            school=planned.lindang,
            kind=ClosedPeriod.Kind.OTHER,
            name="Renovering",
            starts_on=session.week_start,
            ends_on=session.week_start + dt.timedelta(days=4),
            by=planned.samira,
        )
        week = week_of(signed_in(planned.elin).get(PLAN), session.week_start)
        assert "Veckan är numera stängd: Renovering." in week
        assert "1A" in week

    def test_material_stands_beside_its_session(self, planned, signed_in, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        url = reverse("programmes:topic-material", args=[session.topic.slug])
        assert url not in signed_in(planned.elin).get(PLAN).content.decode()
        session.topic.material.save("underlag.pdf", ContentFile(b"%PDF-1.4"))
        page = signed_in(planned.elin).get(PLAN).content.decode()
        assert url in page
        assert reverse("programmes:topic-detail", args=[session.topic.slug]) in page

    @pytest.mark.parametrize(("who", "may"), [("samira", True), ("jonas", True), ("elin", False), ("maria", False)])
    def test_those_who_may_move_sessions_find_the_way(self, planned, signed_in, who, may):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        url = reverse("schools:session-move", args=[session.uuid])
        assert (url in signed_in(getattr(planned, who)).get(PLAN).content.decode()) is may

    def test_the_page_says_whom_to_write_to_and_ring(self, planned, signed_in):
        User.objects.filter(pk=planned.samira.pk).update(phone="070-174 06 05")
        page = signed_in(planned.elin).get(PLAN).content.decode()
        assert "mailto:samira@vpc.example" in page
        assert "tel:070-1740605" in page


class TestPlacesWithoutATopic:
    def test_a_place_without_a_topic_leads_to_the_choice(self, centre, signed_in):
        lay_out(centre, centre.lindang, chosen=0)
        page = signed_in(centre.elin).get(PLAN)
        assert "Tilläggspass, ämne ej valt" in text_of(page)
        assert "ämnen är kvar att välja." in text_of(page)
        assert reverse("schools:topic-choice", args=["lindangsskolan", "2026-27"]) in page.content.decode()

    def test_leadership_reads_it_without_the_link(self, centre, signed_in):
        lay_out(centre, centre.lindang, chosen=0)
        page = signed_in(centre.maria).get(PLAN)
        assert "Tilläggspass, ämne ej valt" in text_of(page)
        assert reverse("schools:topic-choice", args=["lindangsskolan", "2026-27"]) not in page.content.decode()


class TestWhichTerm:
    def test_the_plan_of_today_is_the_one_that_opens(self, planned, signed_in):
        for day, title in [
            (dt.date(2026, 8, 1), "Höstens plan"),
            (dt.date(2026, 12, 18), "Höstens plan"),
            (dt.date(2026, 12, 23), "Vårens plan"),
            (dt.date(2027, 7, 1), "Vårens plan"),
        ]:
            with on(day):
                assert title in text_of(signed_in(planned.elin).get(PLAN))

    def test_the_other_term_is_one_tap_away(self, planned, signed_in):
        client = signed_in(planned.elin)
        spring = reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "vt"])
        assert spring in client.get(PLAN).content.decode()
        page = text_of(client.get(spring))
        assert "Våld i hemmet" in page
        assert "Sportlov" in page
        assert "Höstlov" not in page

    @pytest.mark.parametrize(
        "url", ["/skolor/lindangsskolan/plan/2031-32/ht/", "/skolor/lindangsskolan/plan/2026-27/st/"]
    )
    def test_a_term_that_does_not_exist_is_not_found(self, planned, signed_in, url):
        assert signed_in(planned.elin).get(url).status_code == 404


class TestNothingToShow:
    def test_without_a_school_year_the_page_says_what_comes(self, db, signed_in, maria, samira):
        place = District.objects.create(name="Norra")
        add_school(name="Nyskolan", district=place, by=samira)
        url = reverse("schools:term-plan", args=["nyskolan"])
        assert not SchoolYear.objects.exists()
        assert "Det finns inget läsår än" in text_of(signed_in(maria).get(url))
        assert reverse("schools:year-list") in signed_in(samira).get(url).content.decode()
        assert reverse("schools:year-list") not in signed_in(maria).get(url).content.decode()

    def test_before_the_plan_is_made_the_coordinator_finds_the_way_to_make_it(self, centre, signed_in):
        draft = reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"])
        contact, coordinator = signed_in(centre.elin).get(PLAN), signed_in(centre.samira).get(PLAN)
        assert "Planen är inte lagd än" in text_of(contact)
        assert draft not in contact.content.decode()
        assert draft in coordinator.content.decode()

    def test_a_term_that_has_passed_without_a_plan_asks_for_nothing(self, centre, signed_in):
        with on(dt.date(2027, 2, 1)):
            page = signed_in(centre.samira).get(AUTUMN)
        assert "Det fanns ingen plan för HT 2026" in text_of(page)
        assert reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]) not in page.content.decode()

    def test_a_school_without_classes_says_that_they_come_first(self, centre, signed_in):
        Group.objects.filter(school=centre.lindang).delete()
        assert "Skolan har inga klasser för 2026/27 än" in text_of(signed_in(centre.elin).get(PLAN))


class TestTheCost:
    def test_the_page_costs_as_many_queries_for_many_groups_as_for_few(self, planned, signed_in):
        few = self.queries(signed_in(planned.elin))
        staff = Group.objects.get(school=planned.lindang, kind="staff")
        for number in range(8):
            add_group(
                school=planned.lindang,
                year=planned.year,
                kind="class",
                name=f"3{'ABCDEFGH'[number]}",
                grade=3,
                headcount=20,
                staff_group=staff,
                by=planned.samira,
            )
        apply_plan(
            participation=planned.participation, from_day=planned.year.starts_on, by=planned.samira, now=at(AUTUMN_DAY)
        )
        many = self.queries(signed_in(planned.elin))
        assert len(many) == len(few)
        assert len(many) <= 12, "\n".join(query["sql"] for query in many)

    def test_changes_since_the_answer_are_within_the_same_number(self, planned, signed_in):
        answer(signed_in(planned.elin))
        with on(AUTUMN_DAY + dt.timedelta(days=1)):
            for group in ("1A", "2A"):
                move(planned.participation, group, planned.samira, AUTUMN_DAY + dt.timedelta(days=1))
            found = self.queries(signed_in(planned.elin))
        assert len(found) <= 12, "\n".join(query["sql"] for query in found)

    @pytest.mark.parametrize("who", ["samira", "jonas"])
    def test_so_are_a_deed_that_can_be_undone_and_what_leaders_do_elsewhere(self, planned, signed_in, who):
        answer(signed_in(planned.elin))
        leader = SchoolPerson.objects.get(school=planned.lindang, user=planned.jonas)
        later = AUTUMN_DAY + dt.timedelta(days=1)
        with on(later, hour=9):
            planned.participation.sessions.filter(week_start__gt=later).update(leader=leader)
            move(planned.participation, "1A", getattr(planned, who), later)
            client = signed_in(getattr(planned, who))
            assert client.get(AUTUMN).context["undo"]
            found = self.queries(client)
        assert len(found) <= 12, "\n".join(query["sql"] for query in found)

    @staticmethod
    def queries(client: Client) -> list[dict[str, str]]:
        caches["pages"].clear()  # what it costs to make the page, and nothing else
        with CaptureQueriesContext(connection) as captured:
            assert client.get(AUTUMN).status_code == 200
        return captured.captured_queries


class TestTheDigest:
    def test_it_tells_plans_apart_by_what_they_say(self, planned):
        rows = list(planned.participation.sessions.all())
        said = plan_digest(rows)
        assert plan_digest(reversed(rows)) == said
        rows[0].date = rows[0].week_start
        assert plan_digest(rows) != said

    def test_what_came_of_a_session_is_not_in_it(self, planned):
        rows = list(planned.participation.sessions.all())
        said = plan_digest(rows)
        rows[0].outcome = PlannedSession.Outcome.NOT_HELD
        assert plan_digest(rows) == said
