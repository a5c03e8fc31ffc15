"""Which reminders there are, and their lead times: set for a programme's year, counted before they are saved, kept."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from outbox.models import Message
from programmes.models import Programme
from schools.actions.plans import open_programme_year
from schools.models import ProgrammeYear, SchoolYear
from sessions_log.actions.rules import current_rules, set_reminders
from sessions_log.forms.rules import LeadsField
from sessions_log.models import RuleVersion
from sessions_log.reminders import due
from sessions_log.reminding.counting import mails_of_programme, mails_of_year
from sessions_log.reminding.kinds import BY_KIND, Kind, To
from sessions_log.reminding.rules import Rule, RuleBook
from tests.schools.laid_out import on, text_of

D = dt.date
OCTOBER = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(("text", "leads"), [("3, 1 och 0", (3, 1, 0)), ("0 1;3", (3, 1, 0)), ("2", (2,)), ("", ())])
def test_lead_times_are_read_as_people_write_them(text: str, leads: tuple[int, ...]):
    assert LeadsField(BY_KIND[Kind.APPROACHING]).clean(text) == leads


@pytest.mark.parametrize(("text", "error"), [("tre", "hela tal"), ("9", "från 0 till 8"), ("1,2,3,4,5", "högst 4 tal")])
def test_what_cannot_be_a_lead_time_is_refused(text: str, error: str):
    with pytest.raises(ValidationError, match=error):
        LeadsField(BY_KIND[Kind.APPROACHING]).clean(text)


def test_escalation_has_two_lead_times():
    with pytest.raises(ValidationError, match="två tal"):
        LeadsField(BY_KIND[Kind.LOG_ESCALATED]).clean("14")


def with_leads(centre: SimpleNamespace, kind: str, *leads: int, is_on: bool = True, now: dt.datetime = OCTOBER):
    """Set one kind of TÅGET's reminders, and leave the rest."""
    taget = Programme.objects.get(slug="taget")
    rules = dict(current_rules(centre.year, taget))
    rules[kind] = Rule(is_on, leads or rules[kind].leads)
    own = RuleVersion.objects.filter(year=centre.year, programme=taget).count()
    said = {"year": centre.year, "programme": taget, "rules": rules, "based_on": own, "by": centre.samira}
    return set_reminders(now=now, **said)


@pytest.fixture
def rules_of(taget: SimpleNamespace):
    programme_year = ProgrammeYear.objects.get(programme__slug="taget")
    return lambda: RuleBook().of_programme(programme_year.pk)


@pytest.mark.django_db
def test_a_year_without_rows_has_the_usual(rules_of):
    assert rules_of()[Kind.APPROACHING] == Rule(True, (3, 1, 0))
    assert rules_of()[Kind.LOG_MISSING] == Rule(True, (1, 7))
    assert rules_of()[Kind.LOG_ESCALATED] == Rule(True, (14, 21))


@pytest.mark.django_db
def test_a_new_year_takes_over_last_years_until_it_has_its_own(taget: SimpleNamespace, rules_of):
    with_leads(taget, Kind.APPROACHING, 2)
    later = SchoolYear.objects.create(starts_on=D(2027, 8, 17), ends_on=D(2028, 6, 9))
    new = open_programme_year(programme=Programme.objects.get(slug="taget"), year=later, by=taget.samira)
    assert RuleBook().of_programme(new.pk)[Kind.APPROACHING].leads == (2,)
    later_centre = SimpleNamespace(year=later, samira=taget.samira)
    with_leads(later_centre, Kind.APPROACHING, 4)
    assert RuleBook().of_programme(new.pk)[Kind.APPROACHING].leads == (4,)
    assert rules_of()[Kind.APPROACHING].leads == (2,)


@pytest.mark.django_db
def test_a_new_lead_time_counts_from_the_day_it_is_set(taget: SimpleNamespace, rules_of):
    due(OCTOBER)
    before = Message.objects.count()
    assert with_leads(taget, Kind.APPROACHING, 5, 1) is not None
    assert rules_of()[Kind.APPROACHING].since == {5: D(2026, 10, 5)}
    # What would have been due five weeks before by now is neither sent nor kept as too late.
    assert due(OCTOBER + dt.timedelta(hours=1)) == 0
    assert Message.objects.count() == before


@pytest.mark.django_db
def test_what_is_off_is_not_sent(taget: SimpleNamespace):
    with_leads(taget, Kind.APPROACHING, is_on=False, now=dt.datetime(2026, 8, 1, tzinfo=dt.UTC))
    due(OCTOBER)
    assert not Message.objects.filter(kind=Kind.APPROACHING).exists()


@pytest.mark.django_db
def test_of_two_who_save_one_has_to_look(taget: SimpleNamespace):
    rules = current_rules(taget.year, None) | {Kind.NO_CONTACT: Rule(True, (10,))}
    said = {"year": taget.year, "programme": None, "rules": rules, "based_on": 0, "now": OCTOBER}
    assert set_reminders(by=taget.samira, **said)
    with pytest.raises(ValidationError, match="Någon annan"):
        set_reminders(by=taget.adam, **said)


@pytest.mark.django_db
def test_what_is_counted_is_what_is_made(taget: SimpleNamespace):
    """The autumn's mails about sessions that approach, foretold on its first morning, and made day by day."""
    programme_year = ProgrammeYear.objects.select_related("programme", "year").get(programme__slug="taget")
    term, first = taget.year.terms.get(season="autumn"), D(2026, 7, 7)
    rules = current_rules(taget.year, programme_year.programme)
    counts = mails_of_programme(rules, programme_year, term, first)
    plans = mails_of_year(current_rules(taget.year, None), taget.year, term, first)
    for n in range((term.ends_on - first).days + 1):
        due(dt.datetime.combine(first + dt.timedelta(days=n), dt.time(8), tzinfo=dt.UTC))
    made = Message.objects.exclude(state="skipped")
    for kind in (Kind.APPROACHING, Kind.LOG_MISSING, Kind.LOG_ESCALATED):
        assert counts[kind].total == made.filter(kind=kind).count() > 0, kind
    assert counts[Kind.APPROACHING].to == {To.CONTACTS: counts[Kind.APPROACHING].total}
    assert set(counts[Kind.LOG_ESCALATED].to) == {To.SCHOOL_COORDINATORS, To.CENTRE}
    assert plans[Kind.TERM_PLAN].to == {To.CONTACTS: 1}


@pytest.mark.django_db
def test_what_was_shown_before_saving_is_shown_after_it(taget: SimpleNamespace):
    programme_year = ProgrammeYear.objects.select_related("programme", "year").get(programme__slug="taget")
    term = taget.year.terms.get(season="autumn")
    tried = dict(current_rules(taget.year, programme_year.programme)) | {Kind.APPROACHING: Rule(True, (5,))}
    shown = mails_of_programme(tried, programme_year, term, OCTOBER.date())
    with_leads(taget, Kind.APPROACHING, 5)
    saved = mails_of_programme(
        current_rules(taget.year, programme_year.programme), programme_year, term, OCTOBER.date()
    )
    assert saved[Kind.APPROACHING].to == shown[Kind.APPROACHING].to
    assert shown[Kind.APPROACHING].total > 0


@pytest.fixture
def address(taget: SimpleNamespace):
    with on(D(2026, 10, 5)):
        yield reverse("sessions_log:reminding-rules", args=[taget.year.slug])


def written(**changed: str) -> dict[str, str]:
    """What the form of TÅGET says when nothing has been changed in it, and then what has been."""
    said = {"part": "taget", "taget-based_on": "0"}
    for kind in (Kind.APPROACHING, Kind.TOPICS_UNCHOSEN, Kind.LOG_BY_LINK, Kind.LOG_MISSING, Kind.LOG_ESCALATED):
        said[f"taget-{kind}-on"] = "on"
        said[f"taget-{kind}-leads"] = ", ".join(str(lead) for lead in BY_KIND[kind].usual)
    return said | {f"taget-{name}": value for name, value in changed.items()}


@pytest.mark.django_db
def test_numbers_are_shown_before_anything_is_saved(taget, address, signed_in):
    said = written(**{"session-approaching-leads": "1"}) | {"deed": "show"}
    shown = text_of(signed_in(taget.samira).post(address, said))
    assert "Det är inte sparat än." in shown
    assert "till kontaktpersoner" in shown
    assert not RuleVersion.objects.exists()


@pytest.mark.django_db
def test_saving_keeps_who_when_and_what(taget, address, signed_in):
    client = signed_in(taget.adam)
    client.post(address, written(**{"session-approaching-leads": "2, 1"}) | {"deed": "save"})
    [version] = RuleVersion.objects.all()
    assert (version.by, version.number) == (taget.adam, 1)
    shown = text_of(client.get(address))
    assert "Inställt av Adam Test" in shown
    assert "3, 1 och 0 veckor före → 2 och 1 veckor före" in shown


@pytest.mark.django_db
def test_what_is_wrong_is_said_beside_the_field_and_stays_written(taget, address, signed_in):
    said = written(
        **{"session-approaching-leads": "tjugo", "log-escalated-leads": "8, 14", "log-missing-leads": "1, 9"}
    )
    answer = signed_in(taget.samira).post(address, said | {"deed": "save"})
    shown = text_of(answer)
    assert "Skriv hela tal, till exempel 3, 1, 0." in shown
    assert "Skriv mer än 9 dagar" in shown
    assert 'value="tjugo"' in answer.content.decode()
    assert not RuleVersion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["elin", "jonas", "maria"])
def test_others_do_not_set_them(taget, address, signed_in, who: str):
    assert signed_in(getattr(taget, who)).get(address).status_code == 403
