"""Reads the answers to a survey from the database, by group; only those of surveys that have ended."""

from __future__ import annotations

from collections import defaultdict

from evaluations.models import SurveyAnswer, SurveyRound, SurveyWave
from evaluations.surveys.results import Asked, Place, Results
from schools.models import ProgrammeYear, School


def results_of(rules: ProgrammeYear, audience: str) -> Results:
    """One audience's results in a programme's year."""
    rounds = list(
        SurveyRound.objects.with_names()
        .filter(wave__programme_year=rules, wave__audience=audience)
        .order_by("group__school__name", "group__grade", "group__name")
    )
    schools = {one.group.school_id: one.group.school for one in rounds}
    bands = {one.group_id: one.band for one in rounds if one.band}
    places = {one.group_id: Place(one.group_id, one.group.school_id, bands.get(one.group_id)) for one in rounds}
    before, after = (_asked([one for one in rounds if one.wave.when == when]) for when in SurveyWave.When.values)
    names = {pk: school.name for pk, school in schools.items()}
    return Results(audience, before, after, places, names, {one.group_id: str(one.group) for one in rounds})


def response_of(rules: ProgrammeYear, audience: str, school: School | None) -> list[tuple[SurveyWave.When, Asked]]:
    """How many have answered, at a school or all, before and after."""
    rounds = SurveyRound.objects.filter(wave__programme_year=rules, wave__audience=audience)
    rounds = rounds.filter(group__school=school) if school else rounds
    found = list(rounds.select_related("wave", "group__year"))
    return [(when, _counted([one for one in found if one.wave.when == when])) for when in SurveyWave.When]


def _counted(rounds: list[SurveyRound]) -> Asked:
    return Asked(
        invited=sum(one.invited for one in rounds if not one.is_void),
        answered=sum(one.answered for one in rounds),
        is_ended=any(one.wave.ended_at for one in rounds),
    )


def _asked(rounds: list[SurveyRound]) -> Asked:
    counted = _counted(rounds)
    sheets: dict[int, list[dict[str, int | None]]] = defaultdict(list)
    if counted.is_ended:
        for group, answers in SurveyAnswer.objects.filter(round__in=rounds).values_list("round__group", "answers"):
            sheets[group].append(answers)
    return Asked(sheets, counted.invited, counted.answered, counted.is_ended)
