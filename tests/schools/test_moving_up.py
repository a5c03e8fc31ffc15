"""The next school year: groups go up a grade, what finishes is left, and it can be done again."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from programmes.models import Programme
from schools.actions.calendar import make_school_year
from schools.actions.groups import add_group, end_group
from schools.actions.moving_up import Step, StepsRefused, move_up, move_up_all, proposed_steps
from schools.actions.places import close_school
from schools.actions.plans import open_programme_year
from schools.models import Group, School, SchoolYear
from schools.moving_up import moving_up, next_name
from tests.conftest import AUTUMN_DAY
from tests.content import the_reference_content
from tests.schools.laid_out import on, text_of

JUNE = dt.datetime(2027, 6, 14, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def today():
    """It is the Monday after the last school day."""
    with time_machine.travel(JUNE, tick=False):
        yield JUNE


@pytest.fixture
def coming(centre: SimpleNamespace) -> SchoolYear:
    return make_school_year(
        starts_on=dt.date(2027, 8, 17),
        autumn_ends_on=dt.date(2027, 12, 17),
        spring_starts_on=dt.date(2028, 1, 10),
        ends_on=dt.date(2028, 6, 9),
        by=centre.samira,
    )


@pytest.fixture
def school(centre: SimpleNamespace) -> School:
    """Lindängsskolan with staff for F–3 and 4–6, and the classes FA, 1A, 2A, 3A and 6A."""
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    young = centre.lindang.groups.get(name="Personal F–3")
    old = add_group(kind="staff", name="Personal 4–6", headcount=9, **said)
    for name, grade, staff in [("FA", 0, young), ("3A", 3, young), ("4A", 4, old), ("6A", 6, old)]:
        add_group(kind="class", name=name, grade=grade, headcount=20 + grade, staff_group=staff, **said)
    return centre.lindang


def rows(school: School, year: SchoolYear) -> list[tuple]:
    found = school.groups.filter(year=year).in_school_order()
    names = ("name", "grade", "headcount", "staff_group__name", "continues__name")
    return list(found.values_list(*names))


AS_PROPOSED = [
    ("Personal 4–6", None, 9, None, "Personal 4–6"),
    ("Personal F–3", None, 11, None, "Personal F–3"),
    ("1A", 1, 20, "Personal F–3", "FA"),
    ("2A", 2, 24, "Personal F–3", "1A"),
    ("3A", 3, 22, "Personal F–3", "2A"),
    # From the staff of F–3 to those of 4–6.
    ("4A", 4, 23, "Personal 4–6", "3A"),
    ("5A", 5, 24, "Personal 4–6", "4A"),
]


def address(school: School, year: SchoolYear) -> str:
    return reverse("schools:moving-up-school", args=[school.slug, year.slug])


def filled(page, **changed: str) -> dict[str, str]:
    """What the form sends as it is proposed, with some fields changed."""
    sent: dict[str, str] = {}
    for row in page.context["form"]:
        for field in row:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value is not False:
                sent[field.html_name] = "" if value is None else str(value)
    return sent | changed


def row_of(school: School, name: str) -> str:
    return f"g{school.groups.get(name=name, year__starts_on__year=2026).pk}"


class TestTheSchoolsPage:
    @pytest.fixture
    def client(self, centre, signed_in):
        return signed_in(centre.samira)

    def test_it_proposes_and_saves_what_is_proposed(self, client, school, coming):
        page = client.get(address(school, coming))
        assert "Årskurs 6 är skolans högsta" in text_of(page)
        client.post(address(school, coming), filled(page))
        assert rows(school, coming) == AS_PROPOSED
        years = {group.starts_on for group in school.groups.filter(year=coming)}
        assert years == {coming.starts_on}

    def test_what_is_changed_by_hand_holds(self, client, school, coming):
        page = client.get(address(school, coming))
        one, finishes = row_of(school, "1A"), row_of(school, "6A")
        new = {"new0-name": "FB", "new0-grade": "0", "new0-headcount": "21"}
        changed = {f"{one}-name": "2  Gul", f"{one}-headcount": "25", f"{one}-staff": "", f"{finishes}-goes_on": "on"}
        client.post(address(school, coming), filled(page, **changed, **new))
        made = rows(school, coming)
        assert ("2 Gul", 2, 25, None, "1A") in made
        assert ("7A", 7, 26, "Personal 4–6", "6A") in made
        assert ("FB", 0, 21, None, None) in made

    def test_sent_twice_it_is_done_once(self, client, school, coming):
        sent = filled(client.get(address(school, coming)), **{"new0-name": "FB", "new0-grade": "0"})
        client.post(address(school, coming), sent)
        made = rows(school, coming)
        again = client.post(address(school, coming), sent)
        assert again.status_code == 302
        assert rows(school, coming) == made
        assert "1A → 2A" in text_of(client.get(address(school, coming)))

    @pytest.mark.parametrize(
        ("field", "value", "answer"),
        [
            ("name", "", "Skriv namnet."),
            ("name", "3A", "Två rader har namnet"),
            ("name", "N" * 41, "40 tecken"),
            ("name", "Kalle 20120314-1234", "Ta bort personnumret."),
            ("grade", "", "Välj klassens årskurs."),
            ("grade", "10", "giltigt alternativ"),
            ("headcount", "-3", "större än eller lika med 0"),
            ("headcount", "900", "mindre än eller lika med 200"),
            ("staff", "999999", "giltigt alternativ"),
        ],
    )
    def test_a_row_that_cannot_be_says_why_and_nothing_is_saved_or_lost(
        self, client, school, coming, field, value, answer
    ):
        row = row_of(school, "1A")
        new = {"new1-name": "Nya gula", "new1-grade": "0"}
        page = client.post(
            address(school, coming), filled(client.get(address(school, coming)), **{f"{row}-{field}": value}, **new)
        )
        assert answer in text_of(page)
        assert 'value="Nya gula"' in page.content.decode()
        assert not school.groups.filter(year=coming).exists()

    def test_a_new_class_without_a_name_is_told(self, client, school, coming):
        sent = filled(client.get(address(school, coming)), **{"new0-headcount": "20"})
        assert "Skriv namnet." in text_of(client.post(address(school, coming), sent))

    def test_a_class_whose_staff_stay_behind_is_told(self, client, school, coming):
        sent = filled(client.get(address(school, coming)))
        del sent[f"{row_of(school, 'Personal 4–6')}-goes_on"]
        page = text_of(client.post(address(school, coming), sent))
        assert "Personal 4–6 går inte vidare. Välj en annan personalgrupp." in page
        assert not school.groups.filter(year=coming).exists()

    def test_without_a_year_before_it_says_so(self, centre, signed_in):
        with on(AUTUMN_DAY):
            page = signed_in(centre.samira).get(address(centre.lindang, centre.year))
        assert "Det finns inget läsår före 2026/27" in text_of(page)

    def test_a_year_that_is_over_is_left_alone(self, centre, school, coming, signed_in):
        with on(dt.date(2028, 6, 12)):
            page = signed_in(centre.samira).post(address(school, coming), {})
        assert "Dess grupper står kvar" in text_of(page)


class TestTheAction:
    def test_a_class_that_was_read_in_first_becomes_the_continuation(self, centre, school, coming):
        there = add_group(school=school, year=coming, kind="class", name="2a", grade=2, headcount=30, by=centre.samira)
        [found] = moving_up([school], centre.year, coming)
        move_up(school=school, year=coming, steps=proposed_steps(found), by=centre.samira)
        there.refresh_from_db()
        assert (there.continues.name, there.headcount, there.staff_group.name) == ("1A", 30, "Personal F–3")
        assert school.groups.filter(year=coming, grade=2).count() == 1

    def test_another_class_with_the_name_is_an_error_and_nothing_is_done(self, centre, school, coming):
        add_group(school=school, year=coming, kind="class", name="2A", grade=1, by=centre.samira)
        [found] = moving_up([school], centre.year, coming)
        with pytest.raises(StepsRefused) as refused:
            move_up(school=school, year=coming, steps=proposed_steps(found), by=centre.samira)
        assert [list(fields) for fields in refused.value.errors.values()] == [["name"]]
        assert school.groups.filter(year=coming).count() == 1

    def test_a_class_without_a_grade_is_refused(self, school, coming, centre):
        step = Step(row="new0", kind="class", name="Björken")
        with pytest.raises(StepsRefused):
            move_up(school=school, year=coming, steps=[step], by=centre.samira)

    def test_what_merged_or_ended_and_pupil_mentors_stay_behind(self, centre, school, coming):
        ended, into = school.groups.get(name="1A"), school.groups.get(name="2A")
        end_group(group=ended, last_day=dt.date(2027, 2, 1), merged_into=into, by=centre.samira, now=JUNE)
        Group.objects.create(school=school, year=centre.year, kind="mentors", name="Mentorer", starts_on="2026-09-01")
        [found] = moving_up([school], centre.year, coming)
        assert {one.group.name for one in found.proposals} == {
            "Personal F–3",
            "Personal 4–6",
            "FA",
            "2A",
            "3A",
            "4A",
            "6A",
        }

    def test_a_staff_group_that_has_ended_is_proposed_for_no_class_and_stops_nobody(self, centre, school, coming):
        old = school.groups.get(name="Personal 4–6")
        end_group(group=old, last_day=dt.date(2027, 1, 20), by=centre.samira, now=JUNE)
        [found] = moving_up([school], centre.year, coming)
        proposed = {one.name: one.staff and one.staff.name for one in found.waiting if one.group.is_class}
        assert proposed == {
            "1A": "Personal F–3",
            "2A": "Personal F–3",
            "3A": "Personal F–3",
            "4A": "Personal F–3",
            "5A": None,
        }
        assert move_up_all(schools={school: found.digest}, earlier=centre.year, year=coming, by=centre.samira) == 6

    def test_the_schools_highest_grade_goes_before_its_classes(self, centre, school, coming):
        school.highest_grade = 3
        school.save()
        [found] = moving_up([school], centre.year, coming)
        assert {one.group.name for one in found.finishing} == {"3A", "4A", "6A"}

    def test_grade_nine_finishes_whatever_is_said(self, centre, school, coming):
        add_group(school=school, year=centre.year, kind="class", name="9C", grade=9, by=centre.samira)
        [found] = moving_up([school], centre.year, coming)
        assert [one.group.name for one in found.finishing] == ["9C"]


class TestAllSchools:
    def test_all_go_up_at_once_in_as_many_questions_whatever_the_schools(
        self, centre, school, coming, signed_in, django_assert_max_num_queries
    ):
        client, there = signed_in(centre.samira), reverse("schools:moving-up-all", args=[coming.slug])
        with django_assert_max_num_queries(10):
            page = client.get(there)
        assert "2A → 3A" in text_of(page)
        shown = [f"{one.school.slug}:{one.digest}" for one in page.context["waiting"]]
        done = text_of(client.post(there, {"shown": shown}, follow=True))
        assert "grupper går vidare i 2027/28" in done
        assert "Alla skolors grupper har gått vidare" in done
        assert rows(school, coming) == AS_PROPOSED
        before = Group.objects.count()
        client.post(there, {"shown": shown}, follow=True)
        assert Group.objects.count() == before

    def test_a_school_that_has_left_when_the_year_begins_is_not_among_them(self, centre, school, coming, signed_in):
        client, last = signed_in(centre.samira), dt.date(2027, 6, 30)
        close_school(school=school, last_day=last, by=centre.samira, now=JUNE)
        the_reference_content()
        open_programme_year(programme=Programme.objects.get(slug="taget"), year=coming, by=centre.samira)
        for name in ("schools:moving-up-all", "schools:plan-all"):
            page = text_of(client.get(reverse(name, args=[coming.slug])))
            assert "Ekbackaskolan" in page
            assert "Lindängsskolan" not in page

    def test_what_has_changed_since_stops_all_schools(self, centre, school, coming, signed_in):
        client, there = signed_in(centre.samira), reverse("schools:moving-up-all", args=[coming.slug])
        shown = [f"{one.school.slug}:{one.digest}" for one in client.get(there).context["waiting"]]
        Group.objects.filter(school=centre.ekbacka, name="1A").update(headcount=3)
        assert "Inget har flyttats upp" in text_of(client.post(there, {"shown": shown}, follow=True))
        assert not Group.objects.filter(year=coming).exists()

    def test_an_error_at_one_school_stops_all_and_names_it(self, centre, school, coming, signed_in):
        add_group(school=centre.ekbacka, year=coming, kind="class", name="2A", grade=5, by=centre.samira)
        client, there = signed_in(centre.samira), reverse("schools:moving-up-all", args=[coming.slug])
        centre.ekbacka.highest_grade = 6
        centre.ekbacka.save()
        shown = [f"{one.school.slug}:{one.digest}" for one in client.get(there).context["waiting"]]
        page = text_of(client.post(there, {"shown": shown}))
        assert "Ekbackaskolan : 2A finns redan i 2027/28, som en annan grupp." in page
        assert Group.objects.filter(year=coming).count() == 1

    @pytest.mark.parametrize("shown", [[], ["finns-inte:x"], ["x"], ["lindangsskolan:"]])
    def test_a_form_that_names_nothing_known_changes_nothing(self, centre, school, coming, signed_in, shown):
        there = reverse("schools:moving-up-all", args=[coming.slug])
        assert signed_in(centre.samira).post(there, {"shown": shown}).status_code == 302
        assert not Group.objects.filter(year=coming).exists()


@pytest.mark.parametrize(
    ("name", "grade", "becomes"),
    [
        ("2B", 2, "3B"),
        ("FA", 0, "1A"),
        ("F", 0, "1"),
        ("F a", 0, "1 a"),
        ("Björken", 3, "Björken"),
        ("F–1 Björken", 0, "F–1 Björken"),
        ("2-3 Gul", 2, "2-3 Gul"),
        ("3-2", 3, "4-2"),
        ("Klass 3", 3, "Klass 4"),
        ("13:2", 2, "13:3"),
        ("9A", 9, "10A"),
        ("Fjärilen", 0, "Fjärilen"),
    ],
)
def test_the_name_a_grade_higher(name, grade, becomes):
    assert next_name(name, grade) == becomes


WORDS = st.text("abcdeåäö:. ", min_size=1, max_size=15)


@given(before=WORDS, after=WORDS, grade=st.integers(1, 9))
def test_of_a_name_only_the_grade_changes_and_only_once(before, after, grade):
    name = f"{before}{grade}{after}{grade}"
    assert next_name(name, grade) == f"{before}{grade + 1}{after}{grade}"


@given(name=st.text(max_size=40), grade=st.integers(0, 9))
def test_any_name_has_a_next_one_that_is_as_long_or_a_digit_longer(name, grade):
    assert len(next_name(name, grade)) - len(name) in (0, 1)
