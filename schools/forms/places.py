"""Forms for schools."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import NOTHING_CHOSEN, DayInput, MayBeEmpty, name_empty_choices
from accounts.validators import refuse_personal_number
from schools.models import District, School


class DistrictField(MayBeEmpty, forms.ModelChoiceField):
    """A district; required unless a new one is named."""


class SchoolForm(forms.ModelForm):
    """A school. Its district is chosen, or named if it is new."""

    use_required_attribute = False

    district = DistrictField(label=_("District"), queryset=District.objects.all(), empty_label=NOTHING_CHOSEN)
    new_district = forms.CharField(label=_("A new district"), max_length=80, required=False)

    class Meta:
        model = School
        fields = ["name", "unit_code", "highest_grade", "logs_by_link"]
        help_texts = {
            "unit_code": _("Eight digits, from Skolverket's register of school units."),
            "highest_grade": _("Classes that have gone through it finish when the others move up."),
        }

    field_order = ["name", "district", "new_district", "unit_code", "highest_grade", "logs_by_link"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)
        if self.instance.pk is None:
            del self.fields["logs_by_link"]
        else:
            self.initial["district"] = self.instance.district_id

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if School.objects.exclude(pk=self.instance.pk).named(name):
            raise forms.ValidationError(_("There is already a school with this name."))
        return name

    def clean_unit_code(self) -> str | None:
        return self.cleaned_data["unit_code"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("district") and not cleaned.get("new_district"):
            self.add_error("district", _("Choose a district, or name a new one."))
        return cleaned


class CloseSchoolForm(forms.Form):
    last_day = forms.DateField(label=_("Last day in the work"), widget=DayInput)

    def clean_last_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["last_day"]
        if not dt.date(2000, 1, 1) <= day <= dt.date(2100, 1, 1):
            raise forms.ValidationError(_("Choose a day in this century."))
        return day


class PauseForm(forms.Form):
    """Until when a school gets no reminders, and why."""

    last_day = forms.DateField(
        label=_("Last day without reminders"),
        widget=DayInput,
        help_text=_("After that day the reminders come again by themselves."),
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=150,
        validators=[refuse_personal_number],
        help_text=_("For example that the school is moving. Everyone who sees the school can read it."),
    )
