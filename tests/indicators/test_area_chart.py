"""Lines by area: where they lie, which have their names, and what is said to those who can't see them."""

from __future__ import annotations

import html
import re

import pytest
from django.template import Context, Template

from evaluations.indicators.series import picture_of
from evaluations.models import Indicator
from evaluations.templatetags.area_charts import scale_for
from tests.indicators.conftest import an_area, values

LINE = re.compile(r'<line class="(c-line[\w-]*)" x1="([\d.]+)%" y1="([\d.]+)" x2="([\d.]+)%" y2="([\d.]+)"')


def drawn(indicator: Indicator, highlighted: str = "") -> str:
    picture = picture_of(indicator)
    context = {"picture": picture, "named": picture.named(highlighted)}
    svg = Template("{% load area_charts %}{% area_chart picture named %}").render(Context(context))
    return html.unescape(svg).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("given", "lowest", "highest", "step"),
    [
        ([77, 91], 0, 100, 20),
        ([1250.5, 1220.5], 0, 1500, 500),
        ([0.02, 0.31], 0, 0.4, 0.1),
        ([-3, 12], -5, 15, 5),
        ([0, 0], 0, 0.2, 0.2),
        ([100], 0, 100, 20),
    ],
)
def test_axes_begin_at_0_or_below_in_round_steps(given, lowest, highest, step) -> None:
    scale = scale_for([2015, 2019], given)
    assert (scale.lowest, scale.highest, scale.step) == pytest.approx((lowest, highest, step))
    assert scale.y(scale.lowest) == 236
    assert scale.y(scale.highest) == pytest.approx(28)


def test_years_are_few_enough_for_a_phone_and_end_with_the_last() -> None:
    assert scale_for([2015, 2019], [1]).years == [2015, 2017, 2019]
    assert scale_for([2012, 2023], [1]).years == [2014, 2017, 2020, 2023]
    assert scale_for([2020], [1]).years == [2020]


@pytest.mark.django_db
def test_the_own_line_is_thick_and_only_two_others_have_names(crime: Indicator) -> None:
    for name in ("Ala", "Bede", "Cesta"):
        values(crime, an_area(name), {2018: 900, 2023: 1000})
    values(crime, an_area("Riket", "nation"), {2018: 800, 2023: 750.5})
    svg = drawn(crime)

    assert [kind for kind, *_place in LINE.findall(svg)] == ["c-line-other"] * 3 + ["c-line-plan", "c-line", "c-line"]
    assert re.findall(r">(\w+ [\d ,]+)</text>", svg)[-2:] == ["Botkyrka 1 220,5", "Riket 750,5"]
    assert "Tunna linjer: 3 andra områden, med namn i tabellen." in svg
    assert "Riket: 800 per 100 000 invånare 2018, 750,5 per 100 000 invånare 2023." in svg
    assert "Bede 1 000" in drawn(crime, "bede")


@pytest.mark.django_db
def test_a_single_value_is_a_dot(crime: Indicator) -> None:
    values(crime, an_area("Ala"), {2020: 900})
    assert drawn(crime).count('class="c-dot"') == 1
