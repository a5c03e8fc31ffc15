"""Forms for staff groups, classes and pupil mentors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, MayBeEmpty
from accounts.validators import refuse_personal_number
from schools.forms.plans import TimeInput
from schools.models import Group, School, SchoolYear
from schools.models.groups import GRADES


class GradeField(MayBeEmpty, forms.TypedChoiceField):
    """A class's grade; required for classes only."""


class GroupForm(forms.ModelForm):
    """A staff group, a class or pupil mentors at a school in a school year."""

    use_required_attribute = False

    grade = GradeField(
        label=_("Grade"),
        choices=GRADES,
        coerce=int,
        empty_value=None,
        help_text=_("For classes and pupil mentors."),
    )

    class Meta:
        model = Group
        fields = [
            "kind",
            "name",
            "grade",
            "headcount",
            "staff_group",
            "starts_on",
            "weekday",
            "weekly_start",
            "weekly_end",
        ]
        widgets = {"kind": forms.RadioSelect, "weekly_start": TimeInput, "weekly_end": TimeInput, "starts_on": DayInput}
        help_texts = {
            "name": _("For example 3A, Personal F–3 or Elevmentorer 1."),
            "headcount": _("Only the number, never names."),
            "weekday": _("If the group has a time of its own each week. Its sessions are planned for that day."),
            "staff_group": _("The staff who go through each topic before they hold it with the class."),
        }

    def __init__(self, *args: Any, school: School, year: SchoolYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.school, self.instance.year = school, year
        if not self.instance.starts_on:
            self.instance.starts_on = year.starts_on
        kinds: Any = self.fields["kind"]
        kinds.choices = [(kind.value, kind.label) for kind in Group.Kind]
        for name in ("grade", "weekday"):
            field: Any = self.fields[name]
            field.choices = [("", _("None")), *(choice for choice in field.choices if choice[0] != "")]
        leaders: Any = self.fields["staff_group"]
        leaders.empty_label = _("None")
        # An ended staff group can no longer be chosen, but stays where it was chosen: the class's earlier sessions
        # depend on it.
        is_choice = Q(ends_on=None) | Q(pk=self.instance.staff_group_id)
        leaders.queryset = Group.objects.staff().filter(is_choice, school=school, year=year)
        if self.instance.pk:
            del self.fields["kind"], self.fields["starts_on"]
        else:
            self.fields["starts_on"].required = False

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        refuse_personal_number(name)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or self.instance.kind
        namesakes = Group.objects.filter(school=self.instance.school, year=self.instance.year, kind=kind)
        if namesakes.filter(name=cleaned.get("name")).exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The school already has a group with this name."))
        if kind == Group.Kind.CLASS and cleaned.get("grade") is None and "grade" not in self.errors:
            self.add_error("grade", _("Choose the class's grade."))
        if kind == Group.Kind.STAFF:
            cleaned["grade"] = None
        if kind != Group.Kind.CLASS:
            cleaned["staff_group"] = None
        self._check_weekly_time(cleaned)
        self._check_first_day(cleaned)
        return cleaned

    def _check_first_day(self, cleaned: dict[str, Any]) -> None:
        year = self.instance.year
        if "starts_on" in self.fields and not cleaned.get("starts_on"):
            cleaned["starts_on"] = year.starts_on
        if cleaned.get("starts_on") and not year.starts_on <= cleaned["starts_on"] <= year.ends_on:
            self.add_error("starts_on", _("Choose a day in the school year."))

    def _check_weekly_time(self, cleaned: dict[str, Any]) -> None:
        start, end = cleaned.get("weekly_start"), cleaned.get("weekly_end")
        if start and cleaned.get("weekday") is None:
            self.add_error("weekday", _("Choose the day, too."))
        if end and not start and "weekly_start" not in self.errors:
            self.add_error("weekly_start", _("Write when the session begins, too."))
        if start and end and end <= start:
            self.add_error("weekly_end", _("The session ends before it begins."))


class EndGroupForm(forms.Form):
    """The last day of a group, and the class that it merges into if it does."""

    last_day = forms.DateField(label=_("Last day"), widget=DayInput)
    merged_into = forms.ModelChoiceField(
        label=_("The class that it merges into"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("None, the group ends"),
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        others = Group.objects.filter(school=group.school, year=group.year, kind=group.kind, ends_on=None)
        targets: Any = self.fields["merged_into"]
        targets.queryset = others.exclude(pk=group.pk)
        if group.kind != Group.Kind.CLASS:
            del self.fields["merged_into"]

    def clean_last_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["last_day"]
        if not self.group.starts_on <= day <= self.group.year.ends_on:
            raise forms.ValidationError(_("Choose a day in the school year, not before the group began."))
        return day
