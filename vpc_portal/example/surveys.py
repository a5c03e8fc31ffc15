"""The example's surveys: last year's have ended, before and after; this year's before has, and its after is planned."""

from __future__ import annotations

import datetime as dt
from random import Random

from accounts.models import User
from evaluations.models import SurveyAnswer, SurveyRound, SurveyWave
from evaluations.surveys.actions import end_wave, plan_surveys
from evaluations.surveys.bank import HIGHEST, LOWEST, Item, items_of
from schools.models import Participation
from vpc_portal.example.logs import at_hour

Audience, When = SurveyWave.Audience, SurveyWave.When
# How many of those who can answer do, in per cent; parents least.
ANSWERING = {Audience.PUPILS: 88, Audience.MENTORS: 92, Audience.STAFF: 70, Audience.PARENTS: 31}
# The mean that answers vary around, before and after; the made-up pupil mentors gain most.
LEVELS = {
    Audience.PUPILS: (3.2, 3.35),
    Audience.MENTORS: (3.4, 3.9),
    Audience.STAFF: (3.5, 3.7),
    Audience.PARENTS: (3.8, 3.85),
}
BEGINNING = dt.timedelta(days=45)


def make_surveys(random: Random, today: dt.date, by: User) -> None:
    """Plan surveys at every school that takes part, and have them answered up to today."""
    joined = Participation.objects.select_related("school", "programme_year__year", "programme_year__programme")
    for participation in joined.order_by("pk"):
        plan_surveys(participation=participation, audiences=Audience.values, by=by)
    for wave in SurveyWave.objects.select_related("programme_year__year", "programme_year__programme"):
        year = wave.programme_year.year
        day = year.starts_on + BEGINNING if wave.when == When.BEFORE else year.ends_on
        if day < today:
            _answer(wave, random)
            if any(one.answered for one in wave.rounds.all()):
                end_wave(wave=wave, by=by, now=at_hour(day, 15))


def _answer(wave: SurveyWave, random: Random) -> None:
    """Let every group answer."""
    audience = Audience(wave.audience)
    level = LEVELS[audience][wave.when == When.AFTER]
    rounds, sheets = list(wave.rounds.order_by("pk")), []
    for one in rounds:
        one.answered = sum(random.randrange(100) < ANSWERING[audience] for _person in range(one.invited))
        of_group = random.gauss(level, 0.25)
        sheets += [SurveyAnswer(round=one, answers=_sheet(audience, of_group, random)) for _n in range(one.answered)]
    SurveyRound.objects.bulk_update(rounds, ["answered"])
    SurveyAnswer.objects.bulk_create(sheets, batch_size=500)


def _sheet(audience: str, level: float, random: Random) -> dict[str, int | None]:
    own = random.gauss(level, 0.6)
    sheet: dict[str, int | None] = {}
    for item in items_of(audience):
        lot = random.randrange(100)
        if lot >= 3:  # a few questions are left out
            sheet[item.key] = None if lot < 9 else _value(item, own, random)
    return sheet


def _value(item: Item, level: float, random: Random) -> int:
    value = min(max(round(random.gauss(level, 0.9)), LOWEST), HIGHEST)
    return LOWEST + HIGHEST - value if item.is_reversed else value
