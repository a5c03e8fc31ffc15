"""What is shown: counted by hand, alike on page and in CSV, and to each reader what is theirs."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from evaluations.models import SurveyRound
from evaluations.surveys.bank import PARENT_SCALES, PUPIL_SCALES, STAFF_SCALES, Item, Scale
from evaluations.surveys.dose import band_of
from evaluations.surveys.results import (
    Asked,
    Place,
    Results,
    dose_table,
    item_table,
    scale_table,
    school_table,
    share_said,
)
from evaluations.surveys.scoring import agrees, complete, score, value_of
from schools.models import SchoolMembership
from tests.conftest import NOW, at_school
from tests.partners import with_partners
from tests.schools.laid_out import text_of
from tests.surveys.conftest import a_sheet, answered, ended, planned

ALL_SCALES = (*PUPIL_SCALES, *STAFF_SCALES, *PARENT_SCALES)

RESULTS = "/enkater/resultat/?program=mvp&lasar=2026-27"
SCALE = Scale("prov", (Item("a"), Item("b", is_reversed=True), Item("c"), Item("d")))


@pytest.fixture
def town(mvp: SimpleNamespace):
    """Before: 6A 20 answers of 2 and 4 by turns, 6B four, 6C 12 of 4. After: 6A 12 of 4."""
    for school in (mvp.lindang, mvp.ekbacka):
        planned(mvp, school)
    answered(mvp, "6A", [2, 4] * 10)
    answered(mvp, "6B", [5] * 4)
    answered(mvp, "6C", [4] * 12)
    with time_machine.travel(NOW, tick=False):
        yield mvp


def test_reversed_items_are_turned_and_dont_know_is_no_value():
    assert value_of(Item("a"), {"a": 2}) == 2 and value_of(Item("b", True), {"b": 2}) == 4
    assert value_of(Item("a"), {"a": None}) is None and value_of(Item("a"), {}) is None
    assert agrees(Item("b", True), {"b": 5}) is True and agrees(Item("a"), {"a": 3}) is False


def test_a_scale_needs_half_of_its_items():
    assert score(SCALE, {"a": 5, "b": 1}) == 5
    assert score(SCALE, {"a": 5, "b": None}) is None
    assert score(SCALE, {"a": 1, "b": 1, "c": 2, "d": None}) == pytest.approx(8 / 3)
    assert complete(SCALE, {"a": 1, "b": 1, "c": 2, "d": 3}) == [1, 5, 2, 3]
    assert complete(SCALE, {"a": 1, "b": 1, "c": 2}) is None


def test_every_scale_has_both_directions_or_says_so_and_no_key_twice():
    keys = [item.key for scale in ALL_SCALES for item in scale.items]
    assert len(keys) == len(set(keys))
    assert all(any(item.is_reversed for item in scale.items) for scale in ALL_SCALES)


def results(before: dict[int, list[int]], after: dict[int, list[int]] | None = None) -> Results:
    """A school for each group; every sheet has one value throughout."""
    asked = [
        Asked(
            {group: [a_sheet(value) for value in values] for group, values in (sheets or {}).items()},
            100,
            50,
            bool(sheets),
        )
        for sheets in (before, after)
    ]
    places = {group: Place(group, 100 + group) for group in {*before, *(after or {})}}
    names = {place.school: f"Skola {place.group}" for place in places.values()}
    return Results("pupils", *asked, places, names, {group: f"G{group}" for group in places})


def shown(table) -> list[list[object]]:
    return [[cell.value for cell in row] for row in table.rows]


def test_a_scale_by_hand():
    """Safety has four items as they stand and one turned: 4 throughout is (4·4 + 2)/5 = 3.6, 2 is (4·2 + 4)/5 = 2.4.

    Five of each: mean 3, s² = 10·0.36/9 = 0.4, t(9) = 2.262157, so 3 ± 2.262157·√0.04 = 2.55 to 3.45.
    """
    rows = shown(scale_table(results({1: [2, 4] * 5})))
    assert rows[2][1] == "3,0 (2,5 till 3,5)" and rows[2][2:4] == [".", "."]


def test_a_mean_of_which_all_are_alike_has_no_interval():
    """Safety is 3.6 throughout: an interval without width would claim that the mean is known without an error."""
    rows = shown(scale_table(results({1: [4] * 10}, {1: [4] * 10})))
    assert rows[2][1:4] == ["3,6", "3,6", "."]


def test_shares_by_hand_and_the_ends_are_not_told():
    """9 of 20 agree: 45 %, Wilson 25.8 to 65.8, in fives. 20 of 20: at least three of twenty, 15 %, are never told."""
    rows = shown(item_table(results({1: [2] * 11 + [4] * 9}, {1: [5] * 20})))
    assert rows[0][1:] == ["45 % (25–65)", "över 85 %"]


@pytest.mark.parametrize(
    ("count", "n", "said"),
    [
        (0, 12, "under 25 %"),
        (2, 12, "under 25 %"),
        (3, 12, "25 % (10–55)"),
        (9, 12, "75 % (45–90)"),
        (10, 12, "över 75 %"),
        (1, 10, "under 30 %"),
        (2, 60, "under 5 %"),
        (45, 100, "45 % (36–55)"),
        (4, 100, "under 5 %"),
        (96, 100, "över 95 %"),
    ],
)
def test_a_share_is_told_only_where_three_agree_and_three_do_not(count: int, n: int, said: str):
    assert share_said(count, n) == said


@given(st.integers(10, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_what_is_said_of_a_share_is_true_and_corners_no_two(answers: tuple[int, int]):
    count, n = answers
    said = share_said(count, n)
    if count < 3 or n - count < 3:
        assert said == share_said(0 if count < 3 else n, n)
    bound = int(re.findall(r"\d+", said)[0])
    if said.startswith("under"):
        assert 100 * count < bound * n
    elif said.startswith("över"):
        assert 100 * count > bound * n
    else:
        assert abs(100 * count / n - bound) <= 2.5


def test_a_mean_at_the_scales_end_is_not_told_more_closely():
    """Safety at its lowest throughout: 1 on what is worded as it counts, 5 on what is turned."""
    safety = next(scale for scale in ALL_SCALES if scale.key == "elev-trygghet")
    low, high = (
        {item.key: worst if item.is_reversed else best for item in safety.items} for best, worst in ((1, 5), (5, 1))
    )
    asked = [Asked({1: [sheet] * 12}, 12, 12, True) for sheet in (low, high)]
    rows = shown(scale_table(Results("pupils", *asked, {1: Place(1, 101)}, {101: "Skola"}, {1: "G1"})))
    assert rows[2][1:3] == ["under 1,2", "över 4,8"]


def test_nine_are_not_shown_and_take_the_smallest_other_with_them():
    rows = shown(school_table(results({1: [3] * 9, 2: [3] * 10, 3: [3] * 30})))
    assert [row[1] for row in rows] == ["..", "..", "3,0"]
    assert shown(scale_table(results({1: [3] * 9})))[0][1:] == ["..", ".", ".", "..", "."]


@pytest.mark.parametrize(
    ("held", "required", "band"), [(11, 11, "most"), (9, 10, "most"), (8, 9, "some"), (5, 10, "some"), (4, 9, "little")]
)
def test_bands_of_dose_by_hand(held: int, required: int, band: str):
    assert band_of({"held": held, "required": required}) == band
    assert band_of({"held": 0, "required": 0}) is None


def by_dose(numbers: dict[int, tuple[int, str | None]]) -> list[list[object]]:
    """The table of groups by dose: for each group its number of sheets, all of 4, and its band."""
    found = results({group: [4] * n for group, (n, _band) in numbers.items()})
    bands = {group: Place(group, 1, band) for group, (_n, band) in numbers.items()}
    return shown(dose_table(Results("pupils", found.before, found.after, bands)))


def test_groups_by_dose_stand_beside_each_other_unless_that_would_corner_a_few():
    rows = by_dose({1: (12, "most"), 2: (14, "most"), 3: (20, "some"), 4: (15, "little")})
    assert [row[1] for row in rows] == ["3,3"] * 3
    # Four answers: hidden, and with them the smallest other band.
    rows = by_dose({1: (12, "most"), 2: (30, "some"), 3: (4, "little")})
    assert [row[1] for row in rows] == ["..", "3,3", ".."]
    # A class of 12 is shown beside its school, so that its band of 16 would give away the other four.
    rows = by_dose({1: (12, "most"), 2: (4, "most"), 3: (6, "some"), 4: (10, "some")})
    assert [row[1] for row in rows] == ["..", "..", ".."]


def test_a_group_whose_dose_is_not_known_hides_no_band_but_what_would_give_it_away():
    rows = by_dose({1: (12, "most"), 2: (14, "some"), 3: (20, "little"), 4: (11, None)})
    assert [row[1] for row in rows] == ["3,3"] * 3
    # With the four whose dose is not known the smallest band is hidden: all less the bands would be the four.
    rows = by_dose({1: (12, "most"), 2: (14, "some"), 3: (20, "little"), 4: (4, None)})
    assert [row[1] for row in rows] == ["..", "3,3", "3,3"]


@pytest.mark.django_db
def test_dose_is_kept_as_it_was_when_the_survey_was_ended(town: SimpleNamespace, signed_in):
    answered(town, "6A", [4] * 12, when="after")
    ended(town, "after")
    kept = set(SurveyRound.objects.values_list("group__name", "wave__when", "band"))
    assert ("6A", "after", "little") in kept and ("6A", "before", "") in kept
    assert "Efter hur mycket av programmet gruppen fick" in text_of(signed_in(town.maria).get(RESULTS))


@pytest.mark.django_db
def test_nothing_is_shown_before_the_survey_is_ended(town: SimpleNamespace, signed_in):
    assert "Inga resultat än" in text_of(signed_in(town.maria).get(RESULTS))
    ended(town, "before")
    text = text_of(signed_in(town.maria).get(RESULTS))
    assert "36 av 51 (71 %)" in text and "Inga resultat än" not in text


@pytest.mark.django_db
def test_under_half_of_the_answers_carries_a_warning(town: SimpleNamespace, signed_in):
    answered(town, "6A", [4] * 12, when="after")
    ended(town, "after")
    text = text_of(signed_in(town.maria).get(RESULTS))
    assert "Efter: färre än hälften har svarat" in text and "Före: färre" not in text


@pytest.mark.django_db
def test_csv_has_exactly_what_the_page_shows(town: SimpleNamespace, signed_in):
    ended(town, "before")
    client = signed_in(town.maria)
    page = text_of(client.get(RESULTS))
    for name in ("skalor", "pastaenden", "skolor"):
        answer = client.get(f"/enkater/resultat.csv?program=mvp&lasar=2026-27&tabell={name}")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) > 2 and all(cell in page for row in rows[1:] for cell in row[1:-4])
    assert client.get("/enkater/resultat.csv?program=mvp&tabell=svar").status_code == 404


@pytest.mark.django_db
def test_a_school_sees_its_own_and_never_a_small_class(town: SimpleNamespace, signed_in):
    ended(town, "before")
    text = text_of(signed_in(town.elin).get(RESULTS))

    assert "Elever, Lindängsskolan" in text and "Ekbackaskolan" not in text
    table = text[text.index("Grupp När något händer") :]
    # With 6A beside the school its sum would give 6B away.
    assert "6A......... 6B......... Skolan 3,1 (" in table
    for address in (f"{RESULTS}&skola=ekbackaskolan", f"{RESULTS}&skola=finns-inte"):
        assert signed_in(town.elin).get(address).status_code == 404


def test_schools_are_counted_at_each_time_by_itself():
    """Before at one school and after at three: the mean before would be one school's."""
    assert results({1: [3] * 20}, {1: [3] * 20, 2: [3] * 20, 3: [3] * 20}).fewest_schools() == 1
    assert results({1: [3] * 9, 2: [3] * 9, 3: [3] * 9}).fewest_schools() == 3


@pytest.mark.django_db
def test_partners_see_totals_of_at_least_three_schools(town: SimpleNamespace, signed_in):
    ended(town, "before")
    with_partners(town)
    lena = User.objects.get(email="lena@vpc.example")
    text = text_of(signed_in(lena).get(RESULTS))
    assert "För få skolor" in text and "Ekbackaskolan" not in text
    assert signed_in(lena).get(f"{RESULTS}&skola=lindangsskolan").status_code == 404
    csv_answer = signed_in(lena).get(reverse("surveys:export"), {"program": "mvp", "tabell": "skolor"})
    assert csv_answer.status_code == 404


@pytest.mark.django_db
def test_a_partner_with_a_role_at_a_school_reads_its_own_too(town: SimpleNamespace, signed_in):
    ended(town, "before")
    with_partners(town)
    at_school(town.lena, town.lindang, SchoolMembership.Role.COORDINATOR, town.samira)
    client = signed_in(town.lena)

    assert "För få skolor" in text_of(client.get(RESULTS))
    own = client.get(f"{RESULTS}&skola=lindangsskolan")
    assert "Elever, Lindängsskolan" in text_of(own) and "Skolan 3,1 (" in text_of(own)
    assert '<option value="">Alla skolor</option><option value="lindangsskolan" selected>' in own.content.decode()
    assert client.get(f"{RESULTS}&skola=ekbackaskolan").status_code == 404
    assert client.get(reverse("surveys:index"))["Location"].endswith("/lindangsskolan/")
