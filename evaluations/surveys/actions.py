"""Planning surveys, opening and closing their rounds, and counting answers."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from enum import Enum

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evaluations.models import SurveyAnswer, SurveyRound, SurveyWave
from evaluations.models.surveys import SurveyRoundQuerySet, invited_of
from evaluations.surveys.codes import new_code
from evaluations.surveys.dose import bands_of
from evaluations.surveys.rounds import OPEN_FOR, can_end, can_start, groups_for, invited_now, is_open
from schools.models import Participation, School


class CannotNow(Exception):  # noqa: N818 - reads as what happened
    """The round's or the survey's state does not allow it."""


class Outcome(Enum):
    """What became of a sheet."""

    COUNTED = "counted"
    COUNTED_BEFORE = "counted before"
    CLOSED = "closed"


@transaction.atomic
def plan_surveys(*, participation: Participation, audiences: Iterable[str], by: User) -> list[SurveyRound]:
    """Plan rounds before and after for the audiences' groups at a school; existing ones are kept.

    Groups whose size is not known are left out until it is; a survey that has ended takes no more groups.
    """
    rules, made = participation.programme_year, []
    groups = list(participation.school.groups.lasting().filter(year=rules.year))
    for audience in audiences:
        for when in SurveyWave.When.values:
            wave, _made = SurveyWave.objects.get_or_create(programme_year=rules, audience=audience, when=when)
            for group in groups_for(audience, groups, rules) if wave.ended_at is None else ():
                if invited := invited_of(audience, group):
                    defaults = {"invited": invited}
                    one, is_new = SurveyRound.objects.get_or_create(wave=wave, group=group, defaults=defaults)
                    made += [one] if is_new else []
    return made


@transaction.atomic
def start_round(*, one: SurveyRound, by: User, now: dt.datetime) -> SurveyRound:
    """Open a round for an hour under a new code, for as many answers as the group's size allows now. Raises
    ``CannotNow``."""
    held = _locked(one.pk)
    if not can_start(held, now):
        raise CannotNow
    held.invited = invited_now(held)
    held.code, held.open_until, held.seen = _free_code(), now + OPEN_FOR, []
    held.save()
    return held


@transaction.atomic
def close_round(*, one: SurveyRound, by: User) -> None:
    """Close a round now, removing its code and what was kept to recognise double sends. Closing it twice does nothing
    more."""
    _close(SurveyRound.objects.filter(pk=one.pk))


def close_lapsed(*, now: dt.datetime) -> None:
    """Forget the codes of rounds whose hour has passed."""
    _close(SurveyRound.objects.lapsed(now))


@transaction.atomic
def end_wave(*, wave: SurveyWave, by: User, now: dt.datetime) -> None:
    """End a survey: it takes no more answers, and its results are shown. Raises ``CannotNow``."""
    held = SurveyWave.objects.select_for_update().get(pk=wave.pk)
    rounds = list(held.rounds.select_for_update())
    for one in rounds:
        one.wave = held
    if not can_end(held, rounds, now):
        raise CannotNow
    held.ended_at, held.ended_by = now, by
    held.save()
    _close(SurveyRound.objects.filter(wave=held))
    if held.when == SurveyWave.When.AFTER:
        _keep_dose(held, rounds, timezone.localdate(now))


@transaction.atomic
def count_sheet(*, code: str, answers: Mapping[str, int | None], mark: str, now: dt.datetime) -> Outcome:
    """Save a sheet if its round is open and not full; the same mark counts once."""
    found = SurveyRound.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        return Outcome.CLOSED
    one = _locked(found)
    if one.code != code or not is_open(one, now):
        return Outcome.CLOSED
    if mark in one.seen:
        return Outcome.COUNTED_BEFORE
    if one.answered >= one.most:
        return Outcome.CLOSED
    one.answered += 1
    # Sorted, so that the order of the hashes tells nothing about the order of the answers.
    one.seen = sorted([*one.seen, mark])
    one.save(update_fields=["answered", "seen"])
    _keep_anywhere(one, dict(sorted(answers.items())))
    return Outcome.COUNTED


def _keep_anywhere(one: SurveyRound, answers: dict[str, int | None]) -> None:
    """Swap the new sheet with a random one of the round (the inside-out Fisher–Yates shuffle), so that every order of
    the rows is equally likely. The round is locked."""
    rows = list(SurveyAnswer.objects.filter(round=one).order_by("pk"))
    place = secrets.randbelow(len(rows) + 1)
    if place < len(rows):
        other = rows[place]
        other.answers, answers = answers, other.answers
        other.save(update_fields=["answers"])
    SurveyAnswer.objects.create(round=one, answers=answers)


def _keep_dose(wave: SurveyWave, rounds: list[SurveyRound], today: dt.date) -> None:
    """Keep each group's band of delivered dose as it is now.

    If it were counted again at each look, a corrected log could move one small group from one sum to another and give
    it away.
    """
    schools = School.objects.filter(groups__in=[one.group_id for one in rounds]).distinct()
    bands = bands_of(wave.programme_year, schools, today)
    for one in rounds:
        if band := bands.get(one.group_id):
            SurveyRound.objects.filter(pk=one.pk).update(band=band)


def _close(rounds: SurveyRoundQuerySet) -> None:
    rounds.update(code=None, open_until=None, seen=[])


def _locked(pk: int) -> SurveyRound:
    found: SurveyRound = (
        SurveyRound.objects.select_for_update(of=("self",)).select_related("wave", "group__school").get(pk=pk)
    )
    return found


def _free_code() -> str:
    while True:
        code = new_code()
        if not SurveyRound.objects.filter(code=code).exists():
            return code
