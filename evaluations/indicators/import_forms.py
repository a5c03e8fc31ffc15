"""Forms that say what values are read in: from Kolada, from its files, or from a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.indicators.kolada import CODE, KPI, MOST_AREAS, MOST_KPIS
from evaluations.models import Area, Indicator
from evaluations.models.indicators import FIRST_YEAR, LAST_YEAR
from schools.forms.imports import JsonFilesForm
from schools.imports import documents

SEPARATORS = re.compile(r"[\s,;]+")
USUAL_YEARS = 10


class KpiSearchForm(forms.Form):
    words = forms.CharField(
        label=_("Word in the KPI's title"),
        min_length=3,
        max_length=80,
        error_messages={"min_length": _("Write at least three letters.")},
    )


class KoladaForm(forms.Form):
    """KPIs, areas and years to ask Kolada for: those that the portal has, and new ones by their codes."""

    known_kpis = forms.ModelMultipleChoiceField(
        Indicator.objects.exclude(kolada_kpi=None),
        label=_("KPIs that the portal has"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    new_kpis = forms.CharField(
        label=_("New KPIs"),
        required=False,
        max_length=300,
        help_text=_("Their ids in Kolada, such as N07403, with spaces between."),
    )
    known_areas = forms.ModelMultipleChoiceField(
        Area.objects.exclude(code=None),
        label=_("Areas that the portal has"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    new_areas = forms.CharField(
        label=_("New areas"),
        required=False,
        max_length=900,
        help_text=_(
            "Municipalities by their four digits, such as 0126. A group by its code, such as G12345, is one area."
        ),
    )
    groups = forms.CharField(
        label=_("Groups whose municipalities are compared one by one"),
        required=False,
        max_length=100,
        help_text=_("The group's code. A comparison by rank needs at least ten municipalities."),
    )
    first_year = forms.IntegerField(label=_("From the year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    last_year = forms.IntegerField(label=_("To the year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    def __init__(self, *args: Any, this_year: int, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "new_kpis": chosen if KPI.fullmatch(chosen) else "",
            "first_year": this_year - USUAL_YEARS,
            "last_year": this_year,
            "known_kpis": Indicator.objects.exclude(kolada_kpi=None),
            "known_areas": Area.objects.exclude(code=None),
        }
        if not self.initial["known_kpis"]:
            del self.fields["known_kpis"]

    def clean_new_kpis(self) -> list[str]:
        return _codes(self.cleaned_data["new_kpis"].upper(), KPI, _("“%(code)s” is no KPI. Write it as N07403."))

    def clean_new_areas(self) -> list[str]:
        return _codes(self.cleaned_data["new_areas"].upper(), CODE, _("“%(code)s” is no area. Write it as 0126."))

    def clean_groups(self) -> list[str]:
        groups = re.compile(r"G[0-9]{2,8}")
        return _codes(self.cleaned_data["groups"].upper(), groups, _("“%(code)s” is no group. Write it as G12345."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        kpis, areas = self.kpis(), self.areas()
        faults: list[tuple[str, bool, Any]] = [
            ("last_year", cleaned["first_year"] > cleaned["last_year"], _("The last year comes before the first.")),
            ("new_kpis", not kpis, _("Choose at least one KPI.")),
            ("new_areas", not areas and not cleaned["groups"], _("Choose at least one area.")),
            ("new_kpis", len(kpis) > MOST_KPIS, _("At most %(n)s at a time.") % {"n": MOST_KPIS}),
        ]
        for field, is_wrong, reason in faults:
            if is_wrong:
                self.add_error(field, reason)
        self.takes_areas(areas, at="new_areas")
        return cleaned

    def takes_areas(self, areas: Sequence[str], *, at: str) -> bool:
        """Whether that many areas can be asked for; if not, the field says so."""
        if len(areas) > MOST_AREAS:
            self.add_error(at, _("At most %(n)s at a time.") % {"n": MOST_AREAS})
        return len(areas) <= MOST_AREAS

    def kpis(self) -> list[str]:
        known = [str(one.kolada_kpi) for one in self.cleaned_data.get("known_kpis", ())]
        return list(dict.fromkeys([*known, *self.cleaned_data["new_kpis"]]))

    def areas(self) -> list[str]:
        known = [str(one.code) for one in self.cleaned_data["known_areas"]]
        return list(dict.fromkeys([*known, *self.cleaned_data["new_areas"]]))

    def years(self) -> list[int]:
        return list(range(self.cleaned_data["first_year"], self.cleaned_data["last_year"] + 1))


class KoladaFilesForm(JsonFilesForm):
    """Kolada's answers, saved as files."""

    values = forms.FileField(
        label=_("Values"),
        help_text=_("Kolada's answer about data, as JSON."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    kpis = forms.FileField(
        label=_("KPIs"),
        help_text=_("Kolada's answer about the KPIs: by their titles it is known that they are the same as before."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    areas = forms.FileField(
        label=_("Areas"),
        help_text=_("Kolada's answer about municipalities or groups, if some are new to the portal."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def document(self, name: str) -> Any:
        """The content of a file; None when no file was chosen. Raises ``UnreadableFile``."""
        file = self.cleaned_data.get(name)
        return documents.document_of(file.read()) if file else None


def _codes(text: str, form: re.Pattern[str], reason: Any) -> list[str]:
    codes = [code for code in SEPARATORS.split(text) if code]
    for code in codes:
        if not form.fullmatch(code):
            raise forms.ValidationError(reason % {"code": code[:20]})
    return codes
