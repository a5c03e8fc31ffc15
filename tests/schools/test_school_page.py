"""A school's page: what waits and for whom, the groups' sessions, the people, and the history in words."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.templatetags.look import week_no
from schools.actions.calendar import close_days, make_school_year
from schools.actions.cancelling import cancel_session
from schools.actions.confirmations import confirm_plan
from schools.actions.groups import add_group
from schools.actions.moves import free_weeks, move_session
from schools.actions.people import add_person, end_membership, write_note
from schools.actions.plans import apply_plan
from schools.calendar import SchoolCalendar
from schools.history import TOLD_ONE_BY_ONE, batches_of, deeds, deeds_in, latest_deeds
from schools.models import ClosedPeriod, Group, PlanChange, PlannedSession, SchoolMembership, SchoolPerson
from schools.models.plans import monday_of
from sessions_log.actions import LogEntry, log_as_planned, log_session
from tests.conftest import AUTUMN_DAY
from tests.schools.laid_out import at, autumn, lay_out, on, session_of, text_of, words_of

pytestmark = pytest.mark.django_db
THIS_WEEK = monday_of(AUTUMN_DAY)
PAGE = reverse("schools:school-detail", args=["lindangsskolan"])
HISTORY = reverse("schools:school-history", args=["lindangsskolan"])


@pytest.fixture
def planned(centre: SimpleNamespace) -> SimpleNamespace:
    """The small municipality, with Lindängsskolan's year laid out and nothing awaiting a log."""
    centre.participation = lay_out(centre, centre.lindang)
    for session in centre.participation.sessions.filter(week_start__lt=THIS_WEEK).with_names():
        log_as_planned(session=session, key=uuid.uuid4(), by=centre.samira, now=at(session.week_start))
    return centre


@pytest.fixture(autouse=True)
def today():
    """It is Thursday 17 September 2026."""
    with on(AUTUMN_DAY):
        yield AUTUMN_DAY


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def part(response, heading: str) -> str:
    """What the section with a heading says."""
    sections = re.findall(r"(?s)<section.*?</section>", response.content.decode())
    found = [words_of(section) for section in sections if re.search(rf"<h2[^>]*>\s*{heading}\b", section)]
    return found[0] if found else ""


def cancel(planned: SimpleNamespace, group: str, *, new_time: bool) -> PlannedSession:
    session = session_of(planned.participation, group, after=THIS_WEEK)
    calendar = SchoolCalendar.of(planned.year, planned.lindang)
    weeks = free_weeks(session=session, calendar=calendar, from_day=session.week_start, count=1)
    cancel_session(
        session=session,
        reason="no_room",
        version=session.version,
        by=planned.jonas,
        now=at(AUTUMN_DAY),
        new_week=weeks[0] if new_time else None,
    )
    return session


class TestWhoSeesWhat:
    @pytest.mark.parametrize("who", ["samira", "maria", "adam", "jonas", "elin"])
    def test_all_who_may_see_the_school_see_its_people_and_sessions(self, planned, signed_in, who):
        page = text_of(signed_in(getattr(planned, who)).get(PAGE))
        for said in ("Lindängsskolan", "Elin Test", "070-000 00 00", "kontaktperson sedan aug 2025", "Gruppernas pass"):
            assert said in page

    @pytest.mark.parametrize(
        ("who", "sees", "writes"),
        [
            ("samira", True, True),
            ("maria", True, False),
            ("adam", True, True),
            ("jonas", True, True),
            ("elin", False, False),
        ],
    )
    def test_notes_are_not_for_contact_persons_and_leadership_only_reads(self, planned, signed_in, who, sees, writes):
        write_note(school=planned.lindang, text="Ring rektorn i maj.", by=planned.samira, now=at(AUTUMN_DAY))
        page = signed_in(getattr(planned, who)).get(PAGE).content.decode()
        assert ("Ring rektorn i maj." in page) is sees
        assert (reverse("schools:note-add", args=["lindangsskolan"]) in page) is writes

    def test_every_note_can_be_read(self, planned, signed_in):
        notes, samira = reverse("schools:note-list", args=["lindangsskolan"]), signed_in(planned.samira)
        for number in range(1, 31):
            write_note(school=planned.lindang, text=f"Nummer {number}.", by=planned.samira, now=at(AUTUMN_DAY))
            if number in (10, 11):
                assert (f'href="{notes}"' in samira.get(PAGE).text) is (number == 11)
        assert "Alla anteckningar (30)" in text_of(samira.get(PAGE))
        pages = [text_of(samira.get(notes, {"sida": page})) for page in (1, 2)]
        said = [int(number) for page in pages for number in re.findall(r"Nummer (\d+)\.", page)]
        assert said == list(range(30, 0, -1))

    @pytest.mark.parametrize(
        ("who", "status"), [("samira", 200), ("maria", 200), ("adam", 200), ("jonas", 200), ("elin", 404)]
    )
    def test_the_notes_have_no_page_for_who_does_not_see_them(self, planned, signed_in, who, status):
        notes = reverse("schools:note-list", args=["lindangsskolan"])
        assert signed_in(getattr(planned, who)).get(notes).status_code == status

    @pytest.mark.parametrize(
        ("who", "manages", "plans"),
        [
            ("samira", True, True),
            ("adam", True, False),
            ("maria", False, False),
            ("jonas", False, False),
            ("elin", False, False),
        ],
    )
    def test_ways_to_change_the_school_are_for_those_who_may(self, planned, signed_in, who, manages, plans):
        page = signed_in(getattr(planned, who)).get(PAGE).content.decode()
        elin = planned.elin.school_people.get()
        role = elin.memberships.get()
        for name, args in [
            ("school-change", []),
            ("school-close", []),
            ("person-add", []),
            ("group-list", ["2026-27"]),
            ("person-change", [elin.pk]),
            ("membership-add", [elin.pk]),
            ("membership-end", [role.pk]),
        ]:
            url = reverse(f"schools:{name}", args=["lindangsskolan", *args])
            assert (f'href="{url}"' in page) is manages, name
        draft = reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"])
        assert (f'href="{draft}"' in page) is plans

    @pytest.mark.parametrize("name", ["school-detail", "school-history", "note-list"])
    def test_another_school_answers_like_one_that_does_not_exist(self, planned, signed_in, name):
        for who in (planned.elin, planned.jonas):
            for slug in ("ekbackaskolan", "finns-inte"):
                assert signed_in(who).get(reverse(f"schools:{name}", args=[slug])).status_code == 404

    def test_a_role_that_has_ended_is_not_shown(self, planned, signed_in):
        membership = SchoolMembership.objects.get(person__user=planned.elin)
        end_membership(membership=membership, last_day=AUTUMN_DAY - dt.timedelta(days=1), by=planned.samira)
        page = text_of(signed_in(planned.samira).get(PAGE))
        assert "Elin Test" in page
        assert "kontaktperson sedan" not in page


class TestWhatWaits:
    def test_nothing_waits_when_all_is_well(self, planned, signed_in):
        confirm_plan(participation=planned.participation, term=autumn(planned), by=planned.elin, now=at(AUTUMN_DAY))
        page = signed_in(planned.samira).get(PAGE)
        assert "Inget väntar på dig här." in part(page, "Behöver dig")
        assert part(page, "Väntar på andra") == ""

    @pytest.mark.parametrize(("who", "logs"), [("samira", True), ("jonas", True), ("elin", False), ("maria", False)])
    def test_sessions_without_a_log_wait_for_those_who_log(self, planned, signed_in, who, logs):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        confirm_plan(participation=planned.participation, term=autumn(planned), by=planned.elin, now=at(AUTUMN_DAY))
        later = planned.participation.sessions.filter(week_start__lt=session.week_start, outcome=None).with_names()
        for earlier in later:
            log_as_planned(session=earlier, key=uuid.uuid4(), by=planned.samira, now=at(earlier.week_start))
        alike = planned.participation.sessions.filter(week_start=session.week_start).exclude(pk=session.pk)
        for other in alike.with_names():
            log_as_planned(session=other, key=uuid.uuid4(), by=planned.samira, now=at(other.week_start))
        with on(session.week_start + dt.timedelta(days=7)):
            page = signed_in(getattr(planned, who)).get(PAGE)
        waits = part(page, "Behöver dig" if logs else "Väntar på andra")
        assert "1 pass saknar logg." in waits
        assert plain(f"1A {session.topic} {week_no(session.week_start)}.") in waits
        assert (reverse("sessions_log:log-form", args=[session.uuid]) in page.content.decode()) is logs

    def test_a_cancelled_session_waits_until_it_has_a_new_time(self, planned, signed_in):
        cancel(planned, "1A", new_time=True)
        client = signed_in(planned.samira)
        assert "har ingen ny tid" not in text_of(client.get(PAGE))
        cancel(planned, "2A", new_time=False)
        assert "Ett pass som inte blev av har ingen ny tid." in part(client.get(PAGE), "Behöver dig")
        assert "Ett pass som inte blev av har ingen ny tid." in part(
            signed_in(planned.jonas).get(PAGE), "Väntar på andra"
        )

    def test_a_session_that_was_not_held_waits_for_a_new_time(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        entry = LogEntry(held=False, reason="staff_absent")
        with on(session.week_start):
            log_session(session=session, entry=entry, key=uuid.uuid4(), by=planned.samira, now=at(session.week_start))
            assert "Ett pass som inte blev av har ingen ny tid." in text_of(signed_in(planned.samira).get(PAGE))

    def test_a_week_closed_after_planning_gives_work(self, planned, signed_in):
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
        waits = part(signed_in(planned.samira).get(PAGE), "Behöver dig")
        assert "ligger på stängda dagar" in waits
        assert plain(f"1A {session.topic} {week_no(session.week_start)}") in waits

    def test_a_school_without_a_contact_person_says_so(self, planned, signed_in):
        SchoolMembership.objects.filter(person__user=planned.elin).update(ends_on=AUTUMN_DAY - dt.timedelta(days=1))
        assert "Skolan har ingen kontaktperson." in part(signed_in(planned.adam).get(PAGE), "Behöver dig")
        assert "Skolan har ingen kontaktperson." in part(signed_in(planned.jonas).get(PAGE), "Väntar på andra")

    def test_the_contact_is_asked_about_the_plan_and_the_topics_that_are_left(self, centre, signed_in):
        lay_out(centre, centre.lindang, chosen=3)
        waits = part(signed_in(centre.elin).get(PAGE), "Behöver dig")
        assert "2 tilläggspass är kvar att välja." in waits
        assert "Stämmer planen för HT 2026?" in waits

    def test_a_school_without_a_plan_waits_for_the_coordinator(self, centre, signed_in):
        assert "Planen är inte lagd än." in part(signed_in(centre.samira).get(PAGE), "Behöver dig")
        assert "Planen är inte lagd än." in part(signed_in(centre.elin).get(PAGE), "Väntar på andra")

    def test_a_school_without_classes_says_what_to_do(self, centre, signed_in):
        Group.objects.filter(school=centre.lindang).delete()
        waits = part(signed_in(centre.samira).get(PAGE), "Behöver dig")
        assert "Skolan har inga klasser för 2026/27." in waits
        assert "Planen är inte lagd" not in waits

    @pytest.mark.parametrize(("who", "logs"), [("samira", True), ("jonas", True), ("elin", False)])
    def test_the_way_to_log_leads_to_this_schools_sessions(self, planned, signed_in, who, logs):
        client = signed_in(getattr(planned, who))
        address = f"{reverse('sessions_log:start')}?skola=lindangsskolan"
        assert (f'href="{address}"' in client.get(PAGE).content.decode()) is logs
        assert not logs or client.get(address).context["school"] == planned.lindang

    def test_where_there_is_nothing_to_log_no_way_leads_to_it(self, planned, signed_in):
        client, planned.lindang.closed_on = signed_in(planned.samira), AUTUMN_DAY - dt.timedelta(days=1)
        planned.lindang.save()
        for page in (PAGE, planned.ekbacka.get_absolute_url()):
            assert "Logga ett pass" not in text_of(client.get(page))


class TestTheMatrix:
    def test_each_group_has_a_row_and_each_session_its_state(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        page = signed_in(planned.samira).get(PAGE)
        table = re.search(r"(?s)<table.*?</table>", page.content.decode()).group()
        rows = [words_of(row) for row in re.findall(r"(?s)<tr.*?</tr>", table)]
        assert [row.split()[0] for row in rows] == ["Grupp", "Personal", "1A", "2A"]
        assert len(re.findall("<th ", table)) == 1 + 8 + 3
        assert plain(f"Planerat {week_no(session.week_start)}") in rows[2]
        assert reverse("schools:session-detail", args=[session.uuid]) in table

    def test_a_held_session_counts_and_a_new_time_takes_the_lost_ones_place(self, planned, signed_in):
        lost = cancel(planned, "1A", new_time=True)
        held = planned.participation.sessions.filter(outcome="held").count()
        page = signed_in(planned.samira).get(PAGE)
        assert held > 0
        assert f"{held} av 24 genomförda" in text_of(page)
        assert reverse("schools:session-detail", args=[lost.replaced_by.uuid]) in page.content.decode()
        assert reverse("schools:session-detail", args=[lost.uuid]) not in page.content.decode()

    def test_a_lost_session_is_tinted(self, planned, signed_in):
        assert "is-lost" not in signed_in(planned.samira).get(PAGE).content.decode()
        lost = cancel(planned, "1A", new_time=False)
        page = signed_in(planned.samira).get(PAGE).content.decode()
        assert re.search(rf'<td class="is-lost"><a href="{reverse("schools:session-detail", args=[lost.uuid])}"', page)


class TestWhichYear:
    def test_another_year_is_read_by_its_address(self, planned, signed_in):
        make_school_year(
            starts_on=dt.date(2025, 8, 19),
            autumn_ends_on=dt.date(2025, 12, 19),
            spring_starts_on=dt.date(2026, 1, 12),
            ends_on=dt.date(2026, 6, 12),
            by=planned.samira,
        )
        client = signed_in(planned.samira)
        assert "Gruppernas pass" in text_of(client.get(PAGE))
        assert f"{PAGE}?lasar=2025-26" in client.get(PAGE).content.decode()
        assert "läsåret 2025/26" in text_of(client.get(f"{PAGE}?lasar=2025-26"))
        assert "Gruppernas pass" not in text_of(client.get(f"{PAGE}?lasar=2025-26"))

    @pytest.mark.parametrize("bad", ["2031-32", "x", "2026-27'"])
    def test_a_year_that_does_not_exist_is_not_found(self, planned, signed_in, bad):
        assert signed_in(planned.samira).get(PAGE, {"lasar": bad}).status_code == 404


class TestTheHistory:
    def test_a_whole_plan_is_told_as_a_number(self, planned, signed_in):
        assert "24 pass planerades." in text_of(signed_in(planned.elin).get(HISTORY))

    def test_a_move_a_cancellation_and_an_answer_are_told_in_words(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        was = session.week_start
        week = free_weeks(
            session=session, calendar=SchoolCalendar.of(planned.year, planned.lindang), from_day=was, count=1
        )[0]
        move_session(
            session=session,
            week_start=week,
            version=session.version,
            by=planned.jonas,
            now=at(AUTUMN_DAY),
            reason="friluftsdag",
        )
        lost = cancel(planned, "2A", new_time=True)
        confirm_plan(participation=planned.participation, term=autumn(planned), by=planned.elin, now=at(AUTUMN_DAY))
        page = text_of(signed_in(planned.maria).get(HISTORY))
        for said in (
            f"1A, {session.topic}: flyttat från {week_no(was)} till {week_no(week)}. friluftsdag.",
            f"2A, {lost.topic}: inställt {week_no(lost.week_start)}. Ingen lokal.",
            f"2A, {lost.topic}: ny tid {week_no(lost.replaced_by.week_start)} i stället för {week_no(lost.week_start)}",
            "Planen för HT 2026 är bekräftad.",
        ):
            assert plain(said) in page
        assert page.index("är bekräftad") < page.index("24 pass planerades.")

    def test_a_day_and_time_that_were_set_are_told(self, planned, signed_in):
        session = session_of(planned.participation, "1A", after=THIS_WEEK)
        move_session(
            session=session,
            week_start=session.week_start,
            date=session.week_start,
            start_time=dt.time(9, 10),
            end_time=dt.time(10),
            version=session.version,
            by=planned.jonas,
            now=at(AUTUMN_DAY),
        )
        told = text_of(signed_in(planned.elin).get(HISTORY))
        assert f"1A, {session.topic}: tiden är nu mån" in told
        assert plain(f"{week_no(session.week_start)}, 09.10.") in told

    def test_one_deed_of_many_changes_is_a_line_and_of_few_a_line_each(self, planned):
        sessions = list(planned.participation.sessions.with_names()[: TOLD_ONE_BY_ONE + 1])
        batch = uuid.uuid4()

        def told(number: int) -> tuple[str, ...]:
            PlanChange.objects.filter(batch=batch).delete()
            for session in sessions[:number]:
                PlanChange.objects.create(
                    participation=planned.participation,
                    session=session,
                    what=PlanChange.What.TOPIC,
                    by=planned.samira,
                    at=at(AUTUMN_DAY),
                    batch=batch,
                )
            return deeds(PlanChange.objects.filter(batch=batch))[0].lines

        assert len(told(TOLD_ONE_BY_ONE)) == TOLD_ONE_BY_ONE
        assert told(TOLD_ONE_BY_ONE + 1) == (f"{TOLD_ONE_BY_ONE + 1} pass fick ett annat ämne.",)

    def test_the_latest_deeds_are_told_as_in_the_whole_history_though_not_all_changes_are_read(self, planned):
        batch, kinds = uuid.uuid4(), [PlanChange.What.LED, PlanChange.What.LED, PlanChange.What.TOPIC]
        for place, session in enumerate(planned.participation.sessions.with_names()[: 3 * TOLD_ONE_BY_ONE]):
            PlanChange.objects.create(
                participation=planned.participation,
                session=session,
                what=kinds[place % 3],
                by=planned.samira if place else planned.jonas,
                at=at(AUTUMN_DAY) + dt.timedelta(minutes=place % 5),
                batch=batch,
            )
        for number in (1, 2, 5):
            whole = deeds_in(planned.lindang, batches_of(planned.lindang)[:number])
            assert latest_deeds(planned.lindang, number) == whole
        assert len(whole[0].lines) == TOLD_ONE_BY_ONE + 1

    def test_it_is_paged_and_a_strange_page_number_does_no_harm(self, planned, signed_in):
        for _time in range(25):
            session = session_of(planned.participation, "1A", after=THIS_WEEK)
            move_session(
                session=session,
                week_start=session.week_start,
                version=session.version,
                by=planned.jonas,
                now=at(AUTUMN_DAY),
            )
        client = signed_in(planned.samira)
        assert "Sida 1 av 2" in text_of(client.get(HISTORY))
        assert "24 pass planerades." not in text_of(client.get(HISTORY))
        assert "24 pass planerades." in text_of(client.get(f"{HISTORY}?sida=2"))
        for strange in ("x", "-1", "999"):
            assert client.get(f"{HISTORY}?sida={strange}").status_code == 200

    def test_before_anything_has_happened_it_says_so(self, centre, signed_in):
        assert "Inget har hänt än" in text_of(signed_in(centre.elin).get(HISTORY))


@pytest.mark.parametrize("who", ["samira", "jonas", "elin"])
def test_the_page_costs_as_many_queries_for_a_big_school_as_for_a_small(planned, signed_in, who):
    """At most twelve, also with leaders who may be elsewhere, a partner's people, occasions and answers that wait."""

    def queries() -> int:
        caches["pages"].clear()  # what it costs to make the page, and nothing else
        client = signed_in(getattr(planned, who))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        assert len(captured) <= 12, "\n".join(query["sql"] for query in captured.captured_queries)
        return len(captured)

    few = queries()
    staff = Group.objects.get(school=planned.lindang, kind="staff")
    for letter in "ABCDEFGH":
        add_group(
            school=planned.lindang,
            year=planned.year,
            kind="class",
            name=f"3{letter}",
            grade=3,
            headcount=20,
            staff_group=staff,
            by=planned.samira,
        )
        add_person(school=planned.lindang, name=f"Lärare {letter}", by=planned.samira)
        write_note(school=planned.lindang, text=f"Anteckning {letter}.", by=planned.samira, now=at(AUTUMN_DAY))
    apply_plan(participation=planned.participation, from_day=AUTUMN_DAY, by=planned.samira, now=at(AUTUMN_DAY))
    leader = SchoolPerson.objects.get(school=planned.lindang, user=planned.jonas)
    planned.participation.sessions.filter(week_start__gte=THIS_WEEK).update(leader=leader)
    confirm_plan(participation=planned.participation, term=autumn(planned), by=planned.elin, now=at(AUTUMN_DAY))
    assert planned.participation.sessions.count() > 80
    assert queries() == few


def test_a_school_without_a_plan_costs_no_more(centre, signed_in):
    client = signed_in(centre.samira)
    with CaptureQueriesContext(connection) as captured:
        assert "Planen är inte lagd än" in text_of(client.get(PAGE))
    assert len(captured) <= 12


class TestManyRowsAtOnce:
    def test_they_say_the_same_as_rows_that_are_read_one_by_one(self, centre):
        rows = lay_out(centre, centre.lindang, chosen=3).sessions.order_by("pk")
        led = rows.get(pk=rows.first().pk)
        led.leader = SchoolPerson.objects.get(user=centre.jonas)
        led.save()
        shown, own = list(rows.shown_in_lists()), list(rows.with_names())
        assert {row.topic_id is None for row in own} == {row.leader_id is None for row in own} == {True, False}
        for one, other in zip(shown, own, strict=True):
            for of_one, of_other in zip(self.parts_of(one), self.parts_of(other), strict=True):
                assert of_one == of_other
                assert self.said(of_one).items() <= self.said(of_other).items()

    def test_nothing_more_is_read_for_them(self, centre):
        rows = lay_out(centre, centre.lindang).sessions.shown_in_lists()
        with CaptureQueriesContext(connection) as queries:
            for row in rows:
                self.parts_of(row)
        assert len(queries) == 1

    @staticmethod
    def parts_of(row):
        rules = row.participation.programme_year
        return [row, row.group, row.topic, row.leader, row.participation, row.participation.school, rules.programme]

    @staticmethod
    def said(one):
        return {name: said for name, said in vars(one).items() if name != "_state"} if one else {}
