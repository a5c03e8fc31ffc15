"""Forms for indicators and studies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from evaluations.definitions import ALL, PRACTICE
from evaluations.models import Indicator, Study
from evaluations.models.indicators import FIRST_YEAR, LARGEST, LAST_YEAR
from programmes.forms.rows import RowForm

YEARS = ("start_year", "baseline_year", "target_year")


class IndicatorForm(RowForm):
    """What is measured, by whom, and what it is to reach. The values are read in."""

    class Meta:
        model = Indicator
        fields = [
            *("name", "unit", "direction", "definition", "caveat", "source", "source_link", "programme"),
            *("start_year", "baseline_year", "target_value", "target_year"),
        ]
        widgets = {
            "definition": forms.Textarea(attrs={"rows": 3}),
            "caveat": forms.Textarea(attrs={"rows": 3}),
            "direction": forms.RadioSelect,
            **{name: forms.NumberInput(attrs={"min": FIRST_YEAR, "max": LAST_YEAR}) for name in YEARS},
        }
        help_texts = {
            "baseline_year": _("What the latest value is compared with, unless somebody chooses another year."),
            "target_value": _("In the indicator's unit. Give the year too."),
        }
        localized_fields = ["target_value"]

    def clean_target_value(self) -> float | None:
        value: float | None = self.cleaned_data["target_value"]
        if value is not None and abs(value) >= LARGEST:
            text = _("“%(value)s” has more digits than can be kept.")
            raise forms.ValidationError(text % {"value": f"{value:.0e}"})
        return value

    def clean_unit(self) -> str:
        unit: str = self.cleaned_data["unit"]
        refuse_personal_number(unit)
        return unit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in YEARS:
            year = cleaned.get(name)
            if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
                said = {"first": FIRST_YEAR, "last": LAST_YEAR}
                self.add_error(name, _("Write a year from %(first)s to %(last)s.") % said)
        if (cleaned.get("target_value") is None) != (cleaned.get("target_year") is None):
            missing = "target_year" if cleaned.get("target_year") is None else "target_value"
            self.add_error(missing, _("A target needs both its value and its year."))
        return cleaned


class StudyForm(RowForm):
    """An evaluation, and the figures of the portal that show how we do on what it found."""

    figures = forms.MultipleChoiceField(
        label=_("Figures that show how we do on that"),
        choices=[(definition.key, definition.title) for definition in (*ALL, *PRACTICE)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Study
        fields = [
            *("title", "author", "year", "programme", "design", "sample", "finding", "meaning", "figures", "link")
        ]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("design", "sample", "finding", "meaning")}
        help_texts = {"design": _("Leave empty what the study does not tell.")}
