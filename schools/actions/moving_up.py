"""Taking groups from one school year to the next, all or nothing; groups that have gone on already are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.groups import raise_versions
from schools.models import Group, School, SchoolYear
from schools.moving_up import MovingUp, Proposal, moving_up

Kind = Group.Kind


@dataclass(frozen=True)
class Step:
    """How one group goes on into the year; ``group`` is None for a new class.

    ``row`` names the step, for showing its errors. ``staff`` is a staff group of the earlier year, or of the year
    itself.
    """

    row: str
    kind: str
    name: str
    group: Group | None = None
    grade: int | None = None
    headcount: int | None = None
    staff: Group | None = None


class StepsRefused(Exception):  # noqa: N818 - reads as what happened
    """Some steps can't be taken, so none is: ``errors`` says why, by row and field."""

    def __init__(self, errors: Mapping[str, dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors


class StaleProposals(Exception):  # noqa: N818
    """What moving up would do is no longer what the person saw."""


@transaction.atomic
def move_up(*, school: School, year: SchoolYear, steps: Sequence[Step], by: User) -> list[Group]:
    """Take the steps, all or none; gives the groups that were made.

    A group that has gone on already is left as it is, and so is a class that exists just as written: doing it twice
    changes nothing. A group of the year with the step's name, which continues no other, becomes the continuation.
    Raises ``StepsRefused``.
    """
    # Of two at once, the second waits here and then sees what the first did.
    School.objects.select_for_update().get(pk=school.pk)
    there = _There(Group.objects.filter(school=school, year=year))
    steps = [step for step in steps if step.group is None or step.group.pk not in there.by_earlier]
    if errors := _errors(steps, there):
        raise StepsRefused(errors)
    made = [
        *_take([step for step in steps if step.kind == Kind.STAFF], school, year, there),
        *_take([step for step in steps if step.kind != Kind.STAFF], school, year, there),
    ]
    raise_versions(school=school, year=year)
    return made


@transaction.atomic
def move_up_all(*, schools: Mapping[School, str], earlier: SchoolYear, year: SchoolYear, by: User) -> int:
    """Take every proposed step at these schools, each given with the digest of what was shown; gives how many groups
    went on.

    Raises ``StaleProposals`` when a school's proposals have changed, and ``StepsRefused`` by school when a step cannot
    be taken; then nothing is done at any school.
    """
    count = 0
    for found in moving_up(schools, earlier, year):
        if found.digest != schools[found.school]:
            raise StaleProposals
        try:
            move_up(school=found.school, year=year, steps=proposed_steps(found), by=by)
        except StepsRefused as refused:
            raise StepsRefused({found.school.slug: next(iter(refused.errors.values()))}) from refused
        count += len(found.waiting)
    return count


def proposed_steps(found: MovingUp) -> list[Step]:
    return [step_of(proposal) for proposal in found.waiting]


def step_of(proposal: Proposal) -> Step:
    """The step that a proposal proposes."""
    return Step(
        row=str(proposal.group.pk),
        kind=proposal.group.kind,
        name=proposal.name,
        group=proposal.group,
        grade=proposal.grade,
        headcount=proposal.headcount,
        staff=proposal.staff,
    )


class _There:
    """The year's existing groups: by kind and name, and by the earlier group that they continue."""

    def __init__(self, groups: Iterable[Group]) -> None:
        rows = list(groups)
        self.keys = {group.pk for group in rows}
        self.by_name = {(group.kind, group.name.casefold()): group for group in rows}
        self.by_earlier = {group.continues_id: group for group in rows if group.continues_id}

    def named(self, step: Step) -> Group | None:
        return self.by_name.get((step.kind, step.name.casefold()))

    def staff_of(self, step: Step) -> Group | None:
        """The year's own staff group that the step refers to, directly or as the continuation of an earlier one."""
        return step.staff and self.by_earlier.get(step.staff.pk, step.staff)


Errors = dict[str, dict[str, str]]


def _errors(steps: Sequence[Step], there: _There) -> Errors:
    going = {step.group.pk for step in steps if step.group is not None and step.kind == Kind.STAFF}
    staff = going | set(there.by_earlier) | there.keys
    errors: Errors = {}
    first: dict[tuple[str, str], str] = {}
    for step in steps:
        found = _errors_of(step, there, staff)
        if first.setdefault((step.kind, step.name.casefold()), step.row) != step.row:
            found.setdefault("name", _("Two rows have the name %(name)s.") % {"name": step.name})
        if found:
            errors[step.row] = found
    return errors


def _errors_of(step: Step, there: _There, staff: set[int]) -> dict[str, str]:
    errors: dict[str, str] = {}
    try:
        _group_of(step).clean_fields(exclude=ASSIGNED)
    except ValidationError as refused:
        errors = {name: " ".join(several) for name, several in refused.message_dict.items()}
    if step.kind == Kind.CLASS and step.grade is None:
        errors["grade"] = _("Choose the class's grade.")
    known = there.named(step)
    if known is not None and not _is_the_same(known, step):
        said = {"name": known.name, "year": known.year}
        errors["name"] = _("%(name)s is there already in %(year)s, as another group.") % said
    if step.staff is not None and step.staff.pk not in staff:
        said = {"name": step.staff.name}
        errors["staff"] = _("%(name)s does not go on. Choose another staff group.") % said
    return errors


def _is_the_same(known: Group, step: Step) -> bool:
    """Whether an existing group is what the step would lead to."""
    if known.ends_on is not None or known.grade != step.grade:
        return False
    if step.group is None:
        return known.headcount == step.headcount
    return known.continues_id is None


# Set by the action itself, and guaranteed by the database.
ASSIGNED = {"school", "year", "starts_on", "staff_group", "continues", "merged_into"}


def _group_of(step: Step) -> Group:
    return Group(kind=step.kind, name=step.name, grade=step.grade, headcount=step.headcount, continues=step.group)


def _take(steps: Iterable[Step], school: School, year: SchoolYear, there: _There) -> list[Group]:
    """Make the groups, or link those that exist; gives the ones that were made."""
    made: list[Group] = []
    for step in steps:
        staff, known = there.staff_of(step), there.named(step)
        if known is None:
            group = _group_of(step)
            group.school, group.year, group.starts_on, group.staff_group = school, year, year.starts_on, staff
            made.append(group)
        elif step.group is not None:
            known.continues, known.staff_group = step.group, known.staff_group or staff
            known.save(update_fields=["continues", "staff_group"])
            there.by_earlier[step.group.pk] = known
    Group.objects.bulk_create(made)
    there.by_earlier |= {group.continues_id: group for group in made if group.continues_id}
    return made
