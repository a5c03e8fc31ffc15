"""Forms for staff groups and classes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from schools.models import Group, School, SchoolYear


class GroupForm(forms.ModelForm):
    """A staff group or a class at a school in a school year."""

    class Meta:
        model = Group
        fields = ["kind", "name", "grade", "headcount", "staff_group"]
        widgets = {"kind": forms.RadioSelect}
        help_texts = {
            "name": _("For example 3A or Personal F–3."),
            "grade": _("For classes only."),
            "headcount": _("Only the number, never names."),
            "staff_group": _("The staff who go through each topic before they hold it with the class."),
        }

    def __init__(self, *args: Any, school: School, year: SchoolYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.school, self.instance.year = school, year
        if not self.instance.starts_on:
            self.instance.starts_on = year.starts_on
        kinds: Any = self.fields["kind"]
        kinds.choices = [(kind.value, kind.label) for kind in (Group.Kind.CLASS, Group.Kind.STAFF)]
        leaders: Any = self.fields["staff_group"]
        leaders.queryset = Group.objects.staff().filter(school=school, year=year, ends_on=None)
        if self.instance.pk:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or self.instance.kind
        namesakes = Group.objects.filter(school=self.instance.school, year=self.instance.year, kind=kind)
        if namesakes.filter(name=cleaned.get("name")).exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The school already has a group with this name."))
        if kind == Group.Kind.CLASS and cleaned.get("grade") is None and "grade" not in self.errors:
            self.add_error("grade", _("Choose the class's grade."))
        if kind == Group.Kind.STAFF:
            cleaned["grade"] = cleaned["staff_group"] = None
        return cleaned


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
