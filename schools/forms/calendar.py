"""Forms for school years and closed days."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from programmes.forms.keys import SentOnceForm
from schools.models import ClosedPeriod, School, SchoolYear

Kind = ClosedPeriod.Kind


KINDS = [
    (_("Closed: no teaching"), [(kind.value, kind.label) for kind in Kind if kind not in ClosedPeriod.BLOCKING]),
    (
        _("Blocked weeks: teaching, but nothing is planned"),
        [(kind.value, kind.label) for kind in Kind if kind in ClosedPeriod.BLOCKING],
    ),
]


class ClosedPeriodForm(SentOnceForm, forms.ModelForm):
    """Closed days or blocked weeks in a year, for all schools or one. A new period's form has a key."""

    class Meta:
        model = ClosedPeriod
        fields = ["kind", "name", "starts_on", "ends_on", "school"]
        widgets = {"starts_on": DayInput, "ends_on": DayInput}
        help_texts = {
            "kind": _("A blocked period blocks every week that it touches."),
            "name": _("For example Höstlov, Studiedag or Nationella prov."),
            "school": _("Leave empty for all schools."),
        }

    def __init__(self, *args: Any, year: SchoolYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.year = year
        if self.instance.pk:
            del self.fields["key"]
        self.fields["kind"].choices = [("", _("Choose")), *KINDS]  # type: ignore[attr-defined]
        schools: Any = self.fields["school"]
        schools.queryset = School.objects.order_by("name")
        schools.empty_label = _("All schools")
        for name in ("starts_on", "ends_on"):
            attrs = {"min": year.starts_on.isoformat(), "max": year.ends_on.isoformat()}
            self.fields[name].widget.attrs.update(attrs)

    def was_sent(self) -> bool:
        """Whether the form has made a period already."""
        key = self.cleaned_data.get("key")
        return key is not None and ClosedPeriod.objects.filter(key=key).exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last, year = cleaned.get("starts_on"), cleaned.get("ends_on"), self.instance.year
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        for name, day in (("starts_on", first), ("ends_on", last)):
            if day and not year.starts_on <= day <= year.ends_on:
                self.add_error(name, _("Choose a day in the school year."))
        return cleaned
