"""The charts' lengths, and what they say to those who can't see them."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

import pytest
from django.template import Context, Template

from evaluations.dashboard import Month, ReasonRow
from evaluations.figures import Figure
from evaluations.year_line import LinePoint

AS_OF = dt.date(2026, 11, 12)
WIDTH = re.compile(r'class="(c-(?!track)\w+)"[^>]*?width="([\d.]+)%"')


def drawn(tag: str, **context: object) -> str:
    return Template(f"{{% load charts %}}{{% {tag} %}}").render(Context(context))


def year_line(count: int, **more: object) -> list[LinePoint]:
    months = [dt.date(2026 + (7 + n) // 12, (7 + n) % 12 + 1, 1) for n in range(count)]
    return [LinePoint(month, 100 * n, 80 * n, None, **more) for n, month in enumerate(months)]


def test_a_band_is_full_to_the_lower_end_and_hatched_to_the_upper() -> None:
    svg = drawn("band figure", figure=Figure("pace", 30, 40, 4, AS_OF, 80))

    assert dict(WIDTH.findall(svg)) == {"c-held": "75", "c-unknown": "10"}
    assert 'x1="80%"' in svg
    assert "Takt: 75–85\u00a0%, mål 80 procent" in svg


@pytest.mark.parametrize(
    ("figure", "said"), [("adoption", "Aktiva skolor: 50\u00a0%"), ("pace", "Takt: –, mål 80 procent")]
)
def test_a_band_without_a_target_or_anything_to_count_is_still_a_sentence(figure: str, said: str) -> None:
    one = Figure(figure, 1, 2, 0, AS_OF) if figure == "adoption" else Figure(figure, 0, 0, 0, AS_OF, 80)
    svg = drawn("band figure", figure=one)

    assert said in svg
    assert ("c-target" in svg) is (figure == "pace")
    assert "c-unknown" not in svg


def test_month_bars_compare_within_a_school() -> None:
    months = [Month(dt.date(2026, 9, 1), 4, 3, 1), Month(dt.date(2026, 10, 1), 2, 0, 0)]
    svg = drawn("month_bars months 'Lindängsskolan'", months=months)

    assert "sep 3 av 4, okt 0 av 2" in svg
    assert re.findall(r'c-plan[^>]*height="([\d.]+)"', svg) == ["38", "19"]
    assert re.findall(r'c-held[^>]*height="([\d.]+)"', svg) == ["28.5", "0"]
    assert re.findall(r'c-unknown[^>]*height="([\d.]+)"', svg) == ["9.5"]


@pytest.mark.parametrize(("months", "first", "last", "names"), [(4, "aug", "nov", 4), (11, "aug", "jun", 6)])
def test_the_line_has_room_for_its_months(months: int, first: str, last: str, names: int) -> None:
    svg = drawn("line_chart points 12", points=year_line(months))
    found = re.findall(r'y="258"[^>]*>(\w+)<', svg)

    assert (found[0], found[-1], len(found)) == (first, last, names)


def test_the_line_says_its_numbers_and_last_years() -> None:
    points = [LinePoint(dt.date(2026, 9, 1), 636, 484, 428)]
    svg = drawn("line_chart points 33", points=points)

    assert "484 pass är genomförda av 636 planerade. Upp till 517 om alla pass som saknar logg har hållits." in svg
    assert "Samma tid i fjol: 428." in svg
    assert all(label in svg for label in ("Plan 636", "484–517", "I fjol 428"))


def test_labels_at_the_lines_ends_never_meet() -> None:
    svg = drawn("line_chart points 0", points=[LinePoint(dt.date(2026, 9, 1), 50, 50, 50)])
    heights = [float(y) for y in re.findall(r'x="100%" y="([\d.]+)"', svg)]

    assert len(heights) == 3
    assert all(lower - upper >= 20 for upper, lower in pairwise(heights))


def test_reasons_are_bars_to_scale_with_and_without_a_new_time() -> None:
    rows = [ReasonRow("Ingen lokal", 6, 4), ReasonRow("Annat", 0, 5)]
    svg = drawn("bar_list rows", rows=rows)

    assert WIDTH.findall(svg) == [("c-lost", "60"), ("c-again", "40"), ("c-again", "50")]
    assert "Ingen lokal: 10 pass, 6 utan ny tid, 4 har fått ny tid" in svg
    assert "Utan ny tid, 6" in svg and "Har fått ny tid, 9" in svg


@pytest.mark.parametrize("tag", ["month_bars months name", "bar_list rows"])
def test_what_a_chart_is_told_is_never_markup(tag: str) -> None:
    bad = '"><script>'
    svg = drawn(tag, months=[Month(dt.date(2026, 9, 1), 1, 1, 0)], name=bad, rows=[ReasonRow(bad, 1, 0)])

    assert "<script" not in svg and "&quot;&gt;&lt;script&gt;" in svg
