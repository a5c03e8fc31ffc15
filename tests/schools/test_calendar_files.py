"""Calendars read in from .ics files: what comes, changes or is there already, and every error in words."""

from __future__ import annotations

import datetime as dt
import io
import time
from types import SimpleNamespace

import pytest
from dateutil.rrule import rrulestr
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.actions.calendar import close_days
from schools.actions.calendar_imports import CalendarRefused, import_calendar
from schools.calendar import SchoolCalendar
from schools.imports.calendars import MAX_BYTES, CalendarFile, read_calendar
from schools.imports.closed_days import dry_run
from schools.imports.recurrences import Rule, UnreadableRule
from schools.imports.sheets import UnreadableFile
from schools.models import ClosedPeriod
from tests.schools.laid_out import lay_out, on, session_of, text_of

D = dt.date
FIRST, LAST = D(2026, 8, 18), D(2027, 6, 11)


def event(name: str, *lines: str, uid: str = "") -> str:
    said = [f"UID:{uid or name}@skola.example", "DTSTAMP:20260801T000000Z", f"SUMMARY:{name}", *lines]
    return "\r\n".join(["BEGIN:VEVENT", *said, "END:VEVENT", ""])


def all_day(name: str, first: str, end: str = "", *, uid: str = "") -> str:
    """``end`` is the day after the last, as the format has it."""
    return event(name, f"DTSTART;VALUE=DATE:{first}", *([f"DTEND;VALUE=DATE:{end}"] if end else []), uid=uid)


def file_of(*events: str) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//sv", "".join(events) + "END:VCALENDAR", ""]
    ).encode()


def read(*events: str) -> CalendarFile:
    return read_calendar(file_of(*events), FIRST, LAST)


def days(file: CalendarFile) -> list[tuple[str, dt.date, dt.date]]:
    assert not file.errors
    return [(found.name, found.starts_on, found.ends_on) for found in file.found]


# When an event is


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20261031"),
        ("DTSTART;VALUE=DATE:20261026", "DURATION:P5D"),
        ("DTSTART;TZID=W. Europe Standard Time:20261026T000000", "DTEND;TZID=W. Europe Standard Time:20261031T000000"),
        # Midnight in Stockholm, which left summer time on 25 October: 23.00 in UTC.
        ("DTSTART:20261025T230000Z", "DTEND:20261030T230000Z"),
        ("DTSTART:20261026T000000", "DTEND:20261031T000000"),
        # 18.00 in New York is midnight in Stockholm; summer time ends there a week later, on 1 November.
        ("DTSTART;TZID=America/New_York:20261025T190000", "DTEND;TZID=America/New_York:20261030T190000"),
    ],
)
def test_whole_days_are_the_same_days_however_they_are_written(lines):
    assert days(read(event("Höstlov", *lines))) == [("Höstlov", D(2026, 10, 26), D(2026, 10, 30))]


@pytest.mark.parametrize("end", ["", "20260925", "20260926"])
def test_one_day_may_lack_its_end(end):
    assert days(read(all_day("Studiedag", "20260925", end))) == [("Studiedag", D(2026, 9, 25), D(2026, 9, 25))]


def test_letters_are_read_in_any_encoding_and_lines_put_together_even_in_the_middle_of_a_letter():
    content = file_of(all_day("Påsklov på skolan", "20270329", "20270403"))
    folded = content.replace("å".encode(), b"\xc3\r\n \xa5", 1)
    for variant in (
        folded,
        content.decode().encode("cp1252"),
        content.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + content,
    ):
        assert days(read_calendar(variant, FIRST, LAST))[0][0] == "Påsklov på skolan"
    assert days(read_calendar(content.replace(b"\r\n", b"\n"), FIRST, LAST))[0][0] == "Påsklov på skolan"


def test_what_is_no_closed_day_is_left_out_with_the_reason():
    file = read(
        event(
            "Föräldramöte",
            "DTSTART;TZID=Europe/Stockholm:20260915T180000",
            "DTEND;TZID=Europe/Stockholm:20260915T193000",
        ),
        event("Dragning", "DTSTART:20260915T000000"),
        all_day("Sommarlov", "20270614", "20270816"),
        event("Inställd dag", "DTSTART;VALUE=DATE:20260925", "STATUS:CANCELLED"),
    )
    assert not file.found
    assert [(one.number, one.name) for one in file.left_out] == [
        (1, "Föräldramöte"),
        (2, "Dragning"),
        (3, "Sommarlov"),
        (4, "Inställd dag"),
    ]
    reasons = [one.reason for one in file.left_out]
    assert "klockslag" in reasons[0] and "klockslag" in reasons[1] and "utanför läsåret" in reasons[2]
    assert reasons[3] == "Den är inställd."


def test_what_reaches_out_of_the_year_is_cut_and_says_so():
    file = read(all_day("Lov", "20270609", "20270816"))
    assert days(file) == [("Lov", D(2027, 6, 9), LAST)]
    assert file.found[0].remark == "Bara läsårets dagar tas med."


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (all_day("Lov", "20261030", "20261026"), "Den slutar innan den börjar."),
        (all_day("Lov", "20270229"), "Dess datum går inte att läsa."),
        (event("Lov", "DTSTART;VALUE=DATE:20260901", "DTSTART;VALUE=DATE:20260902"), "Dess datum går inte att läsa."),
        (event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=FORTNIGHTLY"), "Dess datum går inte att läsa."),
        (event("Lov", "DESCRIPTION:x"), "Den saknar datum."),
        (event("", "DTSTART;VALUE=DATE:20260901"), "Den saknar namn. Skriv ett, till exempel Höstlov."),
        (all_day("Lov 20150102-2384", "20260901"), "Namnet innehåller ett personnummer. Ta bort det."),
        (event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=HOURLY"), "flera gånger om dagen"),
        (
            event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
            "flera gånger om dagen",
        ),
        (event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"), "BYSETPOS"),
        (
            event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=DAILY"),
            "Den upprepas 284 gånger under läsåret. Högst 60",
        ),
        (event("Lov", "DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=DAILY;COUNT=99999"), "mer än tio år sedan"),
        (event("Lov", "DTSTART;VALUE=DATE:99991231", "DURATION:P3D"), "Dess datum går inte att läsa."),
    ],
)
def test_each_event_that_has_to_be_mended_says_how(made, reason):
    file = read(all_day("Höstlov", "20261026", "20261031"), made)
    assert [error.number for error in file.errors] == [2]
    assert reason in file.errors[0].reason


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261026T000000/P1D",),
        ("DTSTART;VALUE=BINARY;ENCODING=BASE64:20261026",),
        ("DTSTART;VALUE=DATE:20261026", "DURATION:20261026"),
        ("DTSTART;VALUE=DATE:20261026", "RRULE;VALUE=DATE:20261026"),
        ("DTSTART;VALUE=DATE:20261026", "RRULE:FREQ=DAILY;UNTIL=P1D"),
        ("DTSTART;VALUE=DATE:20261026", "RDATE:P1D"),
        ("DTSTART;VALUE=DATE:20261026", "RECURRENCE-ID;VALUE=BINARY;ENCODING=BASE64:20261026"),
    ],
)
def test_a_date_of_another_kind_than_its_name_says_is_an_error_of_its_event(lines: tuple[str, ...]):
    file = read(event("Lov", *lines), all_day("Studiedag", "20261102"))
    assert [(error.name, error.reason) for error in file.errors] == [("Lov", "Dess datum går inte att läsa.")]
    assert [found.name for found in file.found] == ["Studiedag"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Filen är tom."),
        (b"PK\x03\x04 not a calendar", "ingen kalenderfil"),
        (b"\x00\xff\xfe\x80" * 100, "ingen kalenderfil"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "inga händelser"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "trasig"),
        (file_of(all_day("Lov", "20260901") * 1001), "fler än 1 000"),
        (b"BEGIN:VCALENDAR\r\n" + b"X-A:1\r\n" * 20_001 + b"END:VCALENDAR\r\n", "fler än 1 000"),
        (b"x" * (MAX_BYTES + 1), "för stor"),
    ],
)
def test_what_is_no_calendar_file_is_refused_as_a_whole(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read_calendar(content, FIRST, LAST)


# What repeats


def test_a_repetition_without_end_is_bounded_by_the_year_and_says_so():
    file = read(event("Studiedag", "DTSTART;VALUE=DATE:20200106", "RRULE:FREQ=MONTHLY;BYDAY=1MO"))
    assert file.found[0].remark == "Den upprepas utan slut: bara läsårets dagar tas med."
    assert [found.starts_on for found in file.found][:3] == [D(2026, 9, 7), D(2026, 10, 5), D(2026, 11, 2)]
    assert len({found.uid for found in file.found}) == len(file.found) == 10


def test_a_rule_that_never_hits_takes_no_time_however_many_there_are():
    impossible = event("Lov", "DTSTART;VALUE=DATE:20260901", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    started = time.process_time()
    file = read(*[impossible] * 200)
    assert len(file.left_out) == 200
    assert time.process_time() - started < 10


def test_exceptions_and_moved_repetitions_are_where_they_were_moved():
    weekly = ("DTSTART;VALUE=DATE:20260904", "RRULE:FREQ=WEEKLY;COUNT=4")
    file = read(
        event("Studiedag", *weekly, "EXDATE;VALUE=DATE:20260911", "RDATE;VALUE=DATE:20261201", uid="a"),
        event("Studiedag", "DTSTART;VALUE=DATE:20260921", "RECURRENCE-ID;VALUE=DATE:20260918", uid="a"),
    )
    assert [start for _name, start, _end in days(file)] == [
        D(2026, 9, 4),
        D(2026, 9, 25),
        D(2026, 12, 1),
        D(2026, 9, 21),
    ]


def test_a_repetition_that_was_moved_from_beyond_all_days_is_said_and_the_others_are_read():
    file = read(
        event("Studiedag", "DTSTART;VALUE=DATE:20260904", uid="a"),
        event("Höstlov", "DTSTART;VALUE=DATE:20261026", "RECURRENCE-ID:99991231T235959Z", uid="b"),
    )
    assert [one.name for one in file.found] == ["Studiedag"]
    assert [(one.name, one.reason) for one in file.errors] == [("Höstlov", "Dess datum går inte att läsa.")]


WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, dt.date]:
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}"]
    nth = st.booleans() if freq in ("MONTHLY", "YEARLY") else st.just(False)
    if draw(st.booleans()):
        # With and without a number in one list, the other reader asks for both at once.
        numbers = st.sampled_from(["1", "2", "-1", "5"]) if draw(nth) else st.just("")
        chosen = draw(st.lists(st.tuples(numbers, WEEKDAYS), min_size=1, max_size=3))
        parts.append("BYDAY=" + ",".join(f"{number}{day}" for number, day in chosen))
    if freq != "WEEKLY" and draw(st.booleans()):
        parts.append(
            "BYMONTHDAY=" + ",".join(map(str, draw(st.lists(st.sampled_from([1, 15, 29, 30, 31, -1, -2]), min_size=1))))
        )
    if draw(st.booleans()):
        parts.append("BYMONTH=" + ",".join(map(str, draw(st.lists(st.integers(1, 12), min_size=1, max_size=3)))))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if end == "UNTIL":
        parts.append(f"UNTIL={draw(st.dates(D(2025, 1, 1), D(2028, 1, 1))):%Y%m%d}")
    return ";".join(parts), draw(st.dates(D(2024, 1, 1), D(2027, 6, 1)))


@settings(max_examples=60, deadline=None)
@given(rules())
def test_a_rule_hits_the_days_that_another_reader_of_rules_finds(drawn: tuple[str, dt.date]):
    text, start = drawn
    file = event("Lov", f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"RRULE:{text}")
    midnight = dt.datetime.combine(start, dt.time())
    other = rrulestr(text, dtstart=midnight)
    expected = [
        moment.date()
        for moment in other.between(
            dt.datetime.combine(FIRST, dt.time()), dt.datetime.combine(LAST, dt.time()), inc=True
        )
    ]
    found = read(file)
    if len(expected) > 60:
        assert "Högst 60" in found.errors[0].reason
    else:
        assert [one.starts_on for one in found.found] == expected


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(NAMES, st.dates(FIRST, LAST - dt.timedelta(days=10)), st.integers(1, 9)), min_size=1, max_size=5
    ),
    st.integers(20, 75),
)
def test_what_is_written_is_read_however_the_lines_are_folded(events, width):
    from icalendar import Calendar, Event

    calendar = Calendar()
    for number, (name, first, length) in enumerate(events):
        made = Event()
        made.add("uid", str(number))
        made.add("summary", name)
        made.add("dtstart", first)
        made.add("dtend", first + dt.timedelta(days=length))
        calendar.add_component(made)
    unfolded = calendar.to_ical().replace(b"\r\n ", b"")
    content = b"\r\n".join(
        b"\r\n ".join(line[place : place + width] for place in range(0, max(len(line), 1), width))
        for line in unfolded.split(b"\r\n")
    )
    file = read_calendar(content, FIRST, LAST)
    told = {(found.starts_on, found.ends_on) for found in file.found}
    wanted = {(first, first + dt.timedelta(days=length - 1)) for _name, first, length in events}
    # A name that looks like a personal identity number is refused; all others are read.
    assert told <= wanted
    assert len(file.found) + len(file.errors) == len(events)
    assert all("personnummer" in error.reason for error in file.errors)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.lists(st.text(max_size=40), max_size=12))
def test_any_file_is_read_or_refused_in_words(noise, lines):
    body = "\r\n".join(["BEGIN:VEVENT", "SUMMARY:Lov", *lines, "END:VEVENT"]).encode("utf-8", "replace")
    for content in (noise, b"BEGIN:VCALENDAR\r\n" + body + b"\r\nEND:VCALENDAR", b"BEGIN:VCALENDAR\r\n" + noise):
        try:
            file = read_calendar(content, FIRST, LAST)
        except UnreadableFile as why:
            assert str(why)
        else:
            assert all(FIRST <= found.starts_on <= found.ends_on <= LAST for found in file.found)


def test_rules_that_are_not_followed_are_refused():
    for parts in (
        {"FREQ": ["WEEKLY"], "BYDAY": ["1MO"]},
        {"FREQ": ["DAILY"], "INTERVAL": [0]},
        {},
        {"FREQ": ["WEEKLY"], "BYMONTHDAY": [1]},
    ):
        with pytest.raises(UnreadableRule):
            Rule.of(parts)


# What a file changes


def test_the_dry_run_tells_what_comes_changes_and_is_there_and_then_all_of_it_is_done(centre):
    content = file_of(
        # Monday to Sunday is the break that is there, Monday to Friday.
        all_day("Höstlov", "20261026", "20261102"),
        all_day("Sportlov", "20270222", "20270227", uid="s"),
        all_day("Kristi himmelsfärdsdag", "20270506"),
        all_day("Studiedag", "20260925"),
        all_day("Studiedag", "20260925", uid="sagd-tva-ganger"),
        all_day("Läsårets kompetensdag", "20270113"),
    )
    found = dry_run(content, centre.year, None, blocked=False)
    assert [(days.name, kind) for days, kind in found.additions] == [
        ("Studiedag", "study_day"),
        ("Läsårets kompetensdag", "study_day"),
        ("Sportlov", "break"),
    ]
    assert [days.name for days in found.unchanged] == ["Höstlov", "Kristi himmelsfärdsdag"]
    import_calendar(
        content=content, year=centre.year, school=None, blocked=False, digest=found.digest, by=centre.samira
    )
    assert not dry_run(content, centre.year, None, blocked=False).changes_anything
    # The study day is moved in the calendar, and the same event says so.
    moved = content.replace(b"20260925", b"20261005")
    again = dry_run(moved, centre.year, None, blocked=False)
    assert not again.additions
    assert [(one.period.starts_on, one.days.starts_on) for one in again.alterations] == [
        (D(2026, 9, 25), D(2026, 10, 5))
    ]
    import_calendar(content=moved, year=centre.year, school=None, blocked=False, digest=again.digest, by=centre.samira)
    assert ClosedPeriod.objects.get(name="Studiedag").starts_on == D(2026, 10, 5)


def test_a_break_whose_days_differ_changes_instead_of_standing_twice(centre):
    found = dry_run(file_of(all_day("Höstlov", "20261028", "20261104")), centre.year, None, blocked=False)
    [one] = found.alterations
    assert (one.period.starts_on, one.days.starts_on, one.days.ends_on) == (
        D(2026, 10, 26),
        D(2026, 10, 28),
        D(2026, 11, 3),
    )


def test_with_an_error_in_one_event_nothing_is_read_in(centre):
    content = file_of(all_day("Studiedag", "20260925"), all_day("Lov", "20261030", "20261026"))
    found = dry_run(content, centre.year, None, blocked=False)
    with pytest.raises(CalendarRefused):
        import_calendar(
            content=content, year=centre.year, school=None, blocked=False, digest=found.digest, by=centre.samira
        )
    assert not ClosedPeriod.objects.filter(name="Studiedag").exists()


# The pages


@pytest.fixture
def upload(centre: SimpleNamespace, signed_in):
    address = reverse("schools:calendar-import", args=["2026-27"])

    def send(content: bytes, **said: str):
        client = signed_in(centre.samira)
        file = SimpleUploadedFile("lov.ics", content)
        return client, client.post(address, {"file": file, "what": "closed", "school": "", **said})

    return send


def kept(page) -> dict[str, str]:
    return {
        "kept": page.context["kept"],
        "digest": page.context["found"].digest,
        "school": page.context["found"].school.slug if page.context["found"].school else "",
        "blocked": "1" if page.context["blocked"] else "",
    }


def test_the_calendar_is_shown_first_and_leads_to_the_sessions_that_it_hits(centre, upload):
    plan = lay_out(centre, centre.lindang)
    session = session_of(plan, "1A", after=D(2027, 1, 15))
    monday = session.week_start
    content = file_of(all_day("Nationella prov", f"{monday:%Y%m%d}", f"{monday + dt.timedelta(days=3):%Y%m%d}"))
    with on(D(2026, 9, 17)):
        client, page = upload(content, what="blocked", school=str(centre.lindang.pk))
        said = text_of(page)
        assert "spärrade veckor: 1 ny, 0 ändrade, 0 finns redan" in said
        assert "behöver flyttas" in said
        assert not ClosedPeriod.objects.filter(school=centre.lindang).exists()
        done = client.post(reverse("schools:calendar-import", args=["2026-27"]), kept(page), follow=True)
        assert "Kalendern är inläst: 1 nya och 0 ändrade." in text_of(done)
        assert done.redirect_chain[-1][0] == reverse("schools:stray-list", args=["2026-27"]) + "?skola=lindangsskolan"
    calendar = SchoolCalendar.of(centre.year, centre.lindang)
    assert calendar.blocked_name(monday) == "Nationella prov"
    assert ClosedPeriod.objects.get(school=centre.lindang).kind == ClosedPeriod.Kind.TESTS


def test_errors_stand_in_a_table_and_there_is_nothing_to_press(upload):
    _client, page = upload(file_of(all_day("Lov", "20261030", "20261026"), all_day("Lovdag", "20261001")))
    said = text_of(page)
    assert "1 händelse behöver rättas. Inget läses in." in said
    assert "Den slutar innan den börjar." in said
    assert "Läs in kalendern" not in said


def test_what_changed_after_it_was_shown_is_shown_again(centre, upload):
    client, page = upload(file_of(all_day("Studiedag", "20260925")))
    close_days(
        year=centre.year,
        kind="study_day",
        name="Studiedag",
        starts_on=D(2026, 9, 25),
        ends_on=D(2026, 9, 25),
        by=centre.samira,
    )
    said = text_of(client.post(reverse("schools:calendar-import", args=["2026-27"]), kept(page), follow=True))
    assert "Inget läses in. Titta igen." in said or "Inget är inläst" in said
    assert ClosedPeriod.objects.filter(name="Studiedag").count() == 1


def test_what_was_shown_for_one_school_is_not_read_in_for_all(centre, upload):
    client, page = upload(file_of(all_day("Studiedag", "20260925")), school=str(centre.lindang.pk))
    client.post(reverse("schools:calendar-import", args=["2026-27"]), kept(page) | {"school": ""})
    assert not ClosedPeriod.objects.filter(name="Studiedag").exists()


def test_a_file_of_50_mb_is_refused_at_once_and_never_read(centre, signed_in, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("the file was read")

    monkeypatch.setattr(TemporaryUploadedFile, "read", never, raising=False)
    monkeypatch.setattr("schools.views.calendar_imports.dry_run", never)
    file = io.BytesIO(b"BEGIN:VCALENDAR\r\n" + bytes(50_000_000))
    file.name = "stor.ics"
    client = signed_in(centre.samira)
    page = client.post(
        reverse("schools:calendar-import", args=["2026-27"]), {"file": file, "what": "closed", "school": ""}
    )
    assert "Filen är för stor. En kalenderfil får vara högst 1 MB." in text_of(page)
