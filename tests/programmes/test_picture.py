"""The picture of who meets what is drawn from its rows, whatever they say."""

from __future__ import annotations

import itertools

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from programmes.models import Encounter, Stage
from programmes.picture import WIDTH, _wrapped, along_the_line, draw
from tests.content import the_reference_content

words = st.integers(min_value=1, max_value=30).map(lambda length: ("abcdefghijåäö" * 3)[:length])
texts = st.lists(words, min_size=1, max_size=6).map(" ".join)


@st.composite
def encounters(draw_from: st.DrawFn) -> Encounter:
    first, last = sorted(draw_from(st.tuples(st.sampled_from(Stage), st.sampled_from(Stage))))
    lane = draw_from(st.sampled_from(Encounter.Lane))
    return Encounter(who="Någon", what=draw_from(texts), lane=lane, first_stage=first, last_stage=last)


@given(st.lists(encounters(), max_size=12))
def test_no_box_lies_upon_another_or_outside(rows: list[Encounter]):
    picture = draw(rows)
    boxes = [box for lane in picture.lanes for box in lane.boxes]
    assert len(boxes) == len(rows)
    for one, other in itertools.combinations(boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or above
    for box in boxes:
        assert box.x >= 0 and box.x + box.width <= WIDTH and box.y + box.height <= picture.height


@given(texts, st.integers(min_value=64, max_value=600))
def test_lines_have_room_and_nothing_of_a_text_is_lost(text: str, width: int):
    lines = _wrapped(text, width)
    longest = max(int((width - 28) / 8.2), 8)
    assert all(len(line) <= longest for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_a_long_word_is_divided_with_a_hyphen():
    assert _wrapped("utbildningspaket", 128) == ["utbildnings-", "paket"]


@given(st.lists(encounters(), max_size=12))
def test_on_a_phone_every_row_stands_once_along_the_line(rows: list[Encounter]):
    told = [one for stop in along_the_line(rows) for one in stop.encounters]
    assert sorted(map(id, told)) == sorted(map(id, rows))


@pytest.mark.django_db
def test_a_row_that_is_edited_changes_picture_and_table(samira, signed_in):
    the_reference_content()
    client = signed_in(samira)
    change = reverse("programmes:encounter-change", args=["elever-f-5"])
    row = Encounter.objects.select_related("programme").get(slug="elever-f-5")
    said = {"who": "Elever F–6", "programme": row.programme_id, "what": "nio elevpass", "lane": "pupils"}
    said |= {"level": "universal", "first_stage": 1, "last_stage": 7, "trace": "class_sessions", "position": 2}
    said["version"] = row.version
    before = client.get(reverse("programmes:whole")).content.decode()
    assert "Sista året är före det första" in client.post(change, said | {"last_stage": 0}).content.decode()
    assert client.post(change, said).status_code == 302
    after = client.get(reverse("programmes:whole")).content.decode()
    picture = after.split('<svg class="only-wide"')[1].split("</svg>")[0]
    table = after.split("<table")[1]
    assert "nio elevpass" in picture and "nio elevpass" in table and "nio elevpass" not in before
    assert "F-klass – åk 6" in table
    assert "Polis och räddningstjänst" in table, "the organisation around the centre stands on the same page"
