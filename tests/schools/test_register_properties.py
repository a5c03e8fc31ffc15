"""JSON of registers, whatever it holds: each row is read or told, and nothing else is raised."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schools.imports.documents import document_of
from schools.imports.school_data import classes_in
from schools.imports.sheets import UnreadableFile
from schools.imports.units import STATUSES, compare_units, rows_of_units
from schools.models import School, SchoolYear

YEAR = SchoolYear(starts_on=dt.date(2026, 8, 18), ends_on=dt.date(2027, 6, 11))
TEXTS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
CODES = st.sampled_from(["10000001", "20000002", "30000003", "1234", "abc"])
UNITS = st.fixed_dictionaries(
    {"schoolUnitCode": CODES | JSON, "name": TEXTS | JSON, "status": st.sampled_from(STATUSES) | JSON},
    optional={
        "endDate": JSON,
        "schoolTypes": JSON,
        "schoolTypeProperties": JSON,
        "addresses": JSON,
        "headMaster": JSON,
    },
)
GROUPS = st.fixed_dictionaries(
    {"groupType": st.just("Klass"), "displayName": TEXTS | JSON, "organisation": st.just({"id": "o"}) | JSON},
    optional={"schoolType": st.sampled_from(["GR", "FKLASS", "GY"]) | JSON, "endDate": JSON, "groupMemberships": JSON},
)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
@example(content=b'"\\ud800"')
@example(content=b"[" * 5_000)
@example(content=b"[" + b"9" * 5_000 + b"]")
@example(content=b"\xef\xbb\xbf[]")
def test_any_bytes_are_json_or_refused_in_words(content):
    refused_in_words(lambda: document_of(content))


@settings(max_examples=200, deadline=None)
@given(document=JSON)
def test_any_json_is_units_or_refused_in_words(document):
    refused_in_words(lambda: rows_of_units(document_of(json.dumps(document).encode())))


@settings(max_examples=200, deadline=None)
@given(document=JSON)
def test_any_json_is_classes_or_refused_in_words(document):
    refused_in_words(lambda: classes_in([document_of(json.dumps(document).encode())], YEAR))


@settings(max_examples=200, deadline=None)
@given(units=st.lists(UNITS, min_size=1, max_size=6))
def test_each_unit_is_told_once(units):
    rows, errors = rows_of_units({"data": {"attributes": units}})
    assert sorted([row.row for row in rows] + [error.row for error in errors]) == list(range(1, len(units) + 1))
    known = School(pk=1, name="Lindängsskolan", unit_code="10000001")
    found = compare_units(rows, errors, [known], dt.date(2026, 9, 17))
    told = [row.row for row in [*found.new, *found.unchanged, *found.waiting]]
    told += [one.row.row for one in [*found.changed, *found.ending]]
    assert sorted(told) == [row.row for row in rows]
    codes = [row.code for row in rows]
    assert bool(found.errors) >= (len(set(codes)) < len(codes))


@settings(max_examples=200, deadline=None)
@given(groups=st.lists(GROUPS, min_size=1, max_size=6))
def test_each_group_is_told_once(groups):
    organisations = [{"id": "o", "schoolUnitCode": "10000001"}]
    found = classes_in([{"organisations": organisations, "groups": groups}], YEAR)
    assert len(found.rows) + len(found.errors) + found.left_out == len(groups)
    assert all(row.name and len(row.name) <= 40 and row.name.isprintable() for row in found.rows)


def refused_in_words(read) -> None:
    try:
        read()
    except UnreadableFile as reason:
        assert str(reason)
