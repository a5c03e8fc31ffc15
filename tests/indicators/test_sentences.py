"""What is said of a comparison, by rules; and the report's own row."""

from __future__ import annotations

import pytest

from evaluations.indicators import sentences
from evaluations.indicators.numbers import shown, signed
from evaluations.indicators.series import Comparison, comparison_of, picture_of, years_to_compare
from evaluations.models import Indicator
from tests.content import the_reference_content
from tests.indicators.conftest import an_area, values

pytestmark = pytest.mark.django_db
WHY = (
    "Det här visar vad som hände, inte varför. Kommunerna skiljer sig åt i mycket annat, och jämförelsen är inget "
    "bevis för att arbetet har lett till det."
)


def compared(indicator: Indicator, *asked: str) -> Comparison:
    picture = picture_of(indicator)
    years = years_to_compare(picture, (asked[0], asked[1]) if asked else ("", ""))
    assert years is not None
    found = comparison_of(picture, *years)
    assert found is not None
    return found


def told(indicator: Indicator) -> list[str]:
    return [sentence.replace("\u00a0", " ") for sentence in sentences.told(compared(indicator))]


def with_others(indicator: Indicator, count: int, step: float = 1) -> None:
    """So many other municipalities, that changed by 0, 1, 2 … steps from 2018 to 2023."""
    for n in range(count):
        values(indicator, an_area(f"Kommun{n:02}"), {2018: 100, 2023: 100 + n * step})


def test_the_reports_row_is_told_with_its_working_and_without_a_test() -> None:
    the_reference_content()
    indicator = Indicator.objects.get(slug="gymnasieexamen-rapporten")
    found = compared(indicator)

    assert sentences.working(found.own, found.wholes[0], "%") == "(91 − 77) − (87 − 90) = 17 procentenheter"
    assert told(indicator) == [
        "Botkyrka gick från 77 % (2015) till 91 % (2019): en ökning med 14 procentenheter. "
        "Det är åt det håll som önskas.",
        "Stockholm samma år: en minskning med 3 procentenheter. Skillnaden mellan förändringarna är 17 procentenheter.",
        "Det finns ingen annan kommun att rangordna den bland.",
        "Två tidpunkter och en jämförelse räcker inte till någon prövning: det går inte att säga vad slumpen gör.",
        WHY,
    ]


def test_a_departure_among_twenty_is_told_as_rare(crime: Indicator) -> None:
    """Botkyrka −30 among nineteen others at 0 to 1.8: it alone departs so much, one of twenty."""
    with_others(crime, 19, 0.1)
    size, spread, place, test, why = told(crime)

    assert size == (
        "Botkyrka gick från 1 250,5 per 100 000 invånare (2018) till 1 220,5 per 100 000 invånare (2023): "
        "en minskning med 30 per 100 000 invånare. Det är åt det håll som önskas."
    )
    assert spread == (
        "De 19 andra kommunerna förändrades med mellan 0 och +1,8 per 100 000 invånare, och den mittersta med +0,9."
    )
    assert place == "Bland 20 kommuner, räknat från den största minskningen, har Botkyrka plats 1."
    assert test == (
        "Botkyrka avviker med 30,9 per 100 000 invånare från de andras genomsnittliga förändring. I 1 av 20 kommuner, "
        "Botkyrka medräknad, avviker förändringen minst lika mycket. En så stor avvikelse är ovanlig bland de här "
        "kommunerna."
    )
    assert why == WHY


def test_among_ten_the_test_says_how_little_it_can_say(crime: Indicator) -> None:
    with_others(crime, 9)
    assert told(crime)[3].endswith(
        "En så stor avvikelse är inte vanlig bland de här kommunerna. "
        "Med 10 kommuner kan prövningen aldrig säga mer än en av 10."
    )


def test_an_ordinary_departure_is_told_as_one(crime: Indicator) -> None:
    """Among changes from 0 to −57 in steps of three, −30 is in the middle."""
    with_others(crime, 20, -3)
    assert "det kan vara vanlig variation mellan kommuner" in told(crime)[3]


def test_too_few_municipalities_are_refused_with_the_reason(crime: Indicator) -> None:
    with_others(crime, 3)
    values(crime, an_area("Halva"), {2018: 90})
    found = compared(crime)

    assert found.placebo is None
    assert [area.name for area in found.left_out] == ["Halva"]
    assert told(crime)[3] == (
        "Bara 4 kommuner har värden båda åren. En prövning genom rangordning behöver minst 10: med färre kan den inte "
        "säga något, så ingen görs."
    )


def test_a_county_the_nation_and_a_group_are_beside_but_not_ranked(crime: Indicator) -> None:
    with_others(crime, 9)
    for name, kind in (("Länet", "county"), ("Riket", "nation"), ("Liknande", "group")):
        values(crime, an_area(name, kind), {2018: 100, 2023: 90})
    found = compared(crime)

    assert (found.tested, found.placebo.areas if found.placebo else 0) == (10, 10)
    assert {row.area.name: row.difference for row in found.wholes} == {"Länet": -20, "Riket": -20, "Liknande": -20}


@pytest.mark.parametrize(
    ("fields", "asked", "expected"),
    [
        ({}, (), (2018, 2023)),
        ({"baseline_year": 2020}, (), (2020, 2023)),
        ({"start_year": 2021}, (), (2020, 2023)),
        ({"baseline_year": 2019}, (), (2018, 2023)),
        ({}, ("2018", "2020"), (2018, 2020)),
        ({}, ("2020", "2018"), (2018, 2023)),
        ({}, ("2019", "2023"), (2018, 2023)),
        ({}, ("²", "x"), (2018, 2023)),
    ],
)
def test_the_years_compared(crime: Indicator, fields: dict, asked: tuple, expected: tuple) -> None:
    for name, value in fields.items():
        setattr(crime, name, value)
    found = compared(crime, *asked)
    assert (found.before, found.after) == expected


def test_no_change_and_a_change_the_wrong_way(crime: Indicator) -> None:
    crime.observations.filter(year=2023).update(value=1250.5)
    assert "oförändrat." in told(crime)[0]
    crime.observations.filter(year=2023).update(value=1260)
    assert told(crime)[0].endswith("en ökning med 9,5 per 100 000 invånare. Det är inte åt det håll som önskas.")


@pytest.mark.parametrize(
    ("value", "text", "with_sign"),
    [(77, "77", "+77"), (1234.5, "1\u00a0234,5", "+1\u00a0234,5"), (-3, "−3", "−3"), (0, "0", "0"), (-0.001, "0", "0")],
)
def test_numbers_are_written_as_in_swedish(value: float, text: str, with_sign: str) -> None:
    assert (shown(value), signed(value)) == (text, with_sign)


@pytest.mark.parametrize(
    ("direction", "aim", "said"),
    [
        ("down", 1200, "Målet är 1 200 per 100 000 invånare år 2028: 2023 återstod 20,5 per 100 000 invånare."),
        ("down", 1230, "Målet, 1 230 per 100 000 invånare år 2028, var nått 2023."),
        ("up", 1220.5, "Målet, 1 220,5 per 100 000 invånare år 2028, var nått 2023."),
        ("neither", 1200, None),
    ],
)
def test_how_far_it_is_to_the_target(crime: Indicator, direction: str, aim: float, said: str | None) -> None:
    crime.direction, crime.target_value, crime.target_year = direction, aim, 2028
    about_it = [sentence for sentence in told(crime) if "Målet" in sentence]
    assert about_it == ([said] if said else [])
