"""What is asked of Kolada is made of codes alone."""

from __future__ import annotations

import json

import pytest

from evaluations.indicators.import_forms import KoladaForm
from evaluations.indicators.kolada import values_of

pytestmark = pytest.mark.django_db
ASKED = {"new_kpis": "N07403", "new_areas": "0126", "groups": "G12345", "first_year": "2020", "last_year": "2024"}


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("new_kpis", "N٠٧٤٠٣"),
        ("new_kpis", "N07403/../../x"),
        ("new_areas", "٠١٢٦"),
        ("new_areas", "0126?per_page=1"),
        ("groups", "G١٢"),
        ("groups", "http://127.0.0.1"),
    ],
)
def test_what_is_no_code_is_refused_at_its_field(field: str, written: str) -> None:
    assert KoladaForm(ASKED, this_year=2026).is_valid()
    assert list(KoladaForm(ASKED | {field: written}, this_year=2026).errors) == [field]


@pytest.mark.parametrize(("value", "reads"), [("999999999999999", True), ("1e15", False), ("-1e308", False)])
def test_a_value_that_no_page_could_write_out_is_an_error_of_its_row(value: str, reads: bool) -> None:
    row = (
        f'{{"kpi": "N07403", "municipality": "0126", "period": 2020, "values": [{{"gender": "T", "value": {value}}}]}}'
    )
    values, errors = values_of([json.loads(row)], kpis=["N07403"], areas=["0126"])
    assert (len(values), len(errors)) == ((1, 0) if reads else (0, 1))
