"""The form in which a school's groups are checked before they go from one school year to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from schools.actions.moving_up import Step
from schools.models import Group
from schools.models.groups import GRADES
from schools.moving_up import MovingUp, Proposal

NEW_ROWS = 4
NO_GRADE = [("", "–")]


class GroupFields(forms.Form):
    """A group's name, grade, number of people and staff group."""

    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        error_messages={"required": _("Write the name.")},
        validators=[refuse_personal_number],
    )
    grade = forms.TypedChoiceField(
        label=_("Grade"), coerce=int, empty_value=None, error_messages={"required": _("Choose the class's grade.")}
    )
    headcount = forms.IntegerField(label=_("Number"), min_value=0, max_value=200, required=False)
    staff = forms.ChoiceField(label=_("Staff group"), required=False)

    def __init__(self, *args: Any, staff_groups: Mapping[str, Group], **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.staff_groups = staff_groups
        fields: Any = self.fields
        fields["grade"].choices = NO_GRADE + GRADES
        fields["staff"].choices = [("", _("None")), *((key, group.name) for key, group in staff_groups.items())]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def step(self) -> Step | None:
        """The step that the row asks for, or None."""
        raise NotImplementedError

    def _step(self, kind: str, group: Group | None) -> Step:
        given = self.cleaned_data
        return Step(
            row=str(self.prefix),
            kind=kind,
            name=given["name"],
            group=group,
            grade=given.get("grade"),
            headcount=given["headcount"],
            staff=self.staff_groups.get(given.get("staff", "")),
        )


class GoesOnForm(GroupFields):
    """How one group goes on; unticked, it does not."""

    goes_on = forms.BooleanField(label=_("Goes on"), required=False)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        self.proposal = proposal
        kwargs["initial"] = {
            "goes_on": not proposal.finishes,
            "name": proposal.name,
            "grade": proposal.grade,
            "headcount": proposal.headcount,
            "staff": str(proposal.staff.pk) if proposal.staff else "",
        }
        super().__init__(*args, prefix=f"g{proposal.group.pk}", **kwargs)
        self.fields["goes_on"].label = _("%(name)s goes on") % {"name": proposal.group.name}
        if not proposal.group.is_class:
            del self.fields["grade"], self.fields["staff"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("goes_on"):
            # The content of an unticked row is not checked.
            self.errors.clear()
        return cleaned

    def step(self) -> Step | None:
        group = self.proposal.group
        return self._step(group.kind, group) if self.cleaned_data.get("goes_on") else None


class NewClassForm(GroupFields):
    """A class that begins this year; an empty row is ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["empty_permitted"] = True
        super().__init__(*args, **kwargs)

    def step(self) -> Step | None:
        return self._step(Group.Kind.CLASS, None) if self.has_changed() else None


class MovingUpForm:
    """All rows on a school's page: staff groups, classes, and a few empty rows for new classes."""

    def __init__(self, found: MovingUp, data: Any = None) -> None:
        waiting = [one for one in found.proposals if one.done is None]
        staff = _staff_choices(found)
        rows = [GoesOnForm(data, proposal=one, staff_groups=staff) for one in waiting]
        self.staff_rows = [row for row in rows if not row.proposal.group.is_class]
        self.class_rows = [row for row in rows if row.proposal.group.is_class]
        first = min((one.group.grade or 0 for one in found.proposals if one.group.is_class), default=0)
        said: dict[str, Any] = {"staff_groups": staff, "initial": {"grade": first}}
        self.new_rows = [NewClassForm(data, prefix=f"new{number}", **said) for number in range(NEW_ROWS)]

    def __iter__(self) -> Iterator[GroupFields]:
        return iter([*self.staff_rows, *self.class_rows, *self.new_rows])

    def is_valid(self) -> bool:
        return [row for row in self if not row.is_valid()] == []

    def steps(self) -> list[Step]:
        found = [row.step() for row in (*self.staff_rows, *self.class_rows, *self.new_rows)]
        return [step for step in found if step is not None]

    def refuse(self, errors: Mapping[str, dict[str, str]]) -> None:
        """Show each error at its row."""
        for row in self:
            for name, text in errors.get(str(row.prefix), {}).items():
                row.add_error(name if name in row.fields else None, text)

    @property
    def has_errors(self) -> bool:
        return any(row.errors for row in self)


def _staff_choices(found: MovingUp) -> dict[str, Group]:
    """The earlier year's staff groups (meaning their continuations), and the year's own that continue none of them."""
    earlier = [one.group for one in found.proposals if not one.group.is_class]
    own = [group for group in found.existing if not group.is_class and group.continues_id is None]
    return {str(group.pk): group for group in [*earlier, *own]}
