"""The form for a new school year: its terms, and a row for each period that closes or blocks days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, MayBeEmpty
from schools.actions.calendar import check_year
from schools.models import ClosedPeriod, School, SchoolYear
from schools.year_proposals import ProposedPeriod, ProposedYear

# The breaks of the first year, for which there is no proposal to start from.
USUAL_BREAKS = ("Höstlov", "Jullov", "Sportlov", "Påsklov")
EMPTY_ROWS = 2
MOST_ROWS = 1000


class YearDaysForm(forms.Form):
    """The four days that make a school year."""

    starts_on = forms.DateField(label=_("First school day in August"), widget=DayInput)
    autumn_ends_on = forms.DateField(label=_("Last school day of the autumn term"), widget=DayInput)
    spring_starts_on = forms.DateField(label=_("First school day of the spring term"), widget=DayInput)
    ends_on = forms.DateField(label=_("Last school day in June"), widget=DayInput)


class SchoolYearForm(YearDaysForm):
    with_schools = forms.BooleanField(
        label=_("Take the schools' own study days and blocked weeks along"), required=False, initial=True
    )


class RowField(MayBeEmpty, forms.CharField):
    """A text that is required only if its row is used."""


class RowDay(MayBeEmpty, forms.DateField):
    """A day that is required only if its row is used."""


class PeriodRow(forms.Form):
    """One period; a row without dates is ignored."""

    use_required_attribute = False

    kind = forms.ChoiceField(choices=ClosedPeriod.Kind.choices, widget=forms.HiddenInput)
    school = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    name = RowField(label=_("Name"), max_length=80)
    starts_on = RowDay(label=_("From"), widget=DayInput)
    ends_on = RowDay(label=_("To and including"), widget=DayInput)

    def __init__(self, *args: Any, schools: Mapping[str, School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = schools
        self.fields["school"].choices = [("", ""), *((key, key) for key in schools)]  # type: ignore[attr-defined]

    @property
    def of_school(self) -> School | None:
        """The school that the row is for, if it is for one school."""
        return self.schools.get(str(self["school"].value() or ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if self.errors or not (first or last):
            return cleaned
        if not first:
            self.add_error("starts_on", _("Write the first day, too, or empty both."))
        elif not last:
            self.add_error("ends_on", _("Write the last day, too, or empty both."))
        elif last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        if not cleaned.get("name"):
            self.add_error("name", _("Write a name, such as Höstlov."))
        return cleaned

    def period(self) -> ProposedPeriod | None:
        """The row's period; None if the row is unused."""
        said = self.cleaned_data
        if not said["starts_on"]:
            return None
        school = self.schools.get(said["school"])
        return ProposedPeriod(said["kind"], said["name"], said["starts_on"], said["ends_on"], school)


class BasePeriodRows(forms.BaseFormSet):
    """The rows for all schools, then those for each school."""

    def total_form_count(self) -> int:
        """The number of rows that were announced, of which at most one is missing: one is enough for the refusal, and
        rendering a thousand missing rows would take seconds."""
        said = super().total_form_count()
        if not self.is_bound:
            return said
        sent = next((place for place in range(said) if f"{self.add_prefix(place)}-kind" not in self.data), said)
        return min(said, sent + 1)

    def initial_form_count(self) -> int:
        """All of those sent: none is a row to leave out as it was."""
        return self.total_form_count() if self.is_bound else super().initial_form_count()

    def for_all(self) -> list[Any]:
        return [row for row in self.forms if row.of_school is None]

    def at_schools(self) -> list[tuple[School, list[Any]]]:
        """Each school's rows, by the school's name."""
        rows: dict[School, list[Any]] = {}
        for row in self.forms:
            if row.of_school:
                rows.setdefault(row.of_school, []).append(row)
        return sorted(rows.items(), key=lambda part: part[0].name)


PeriodRows = forms.formset_factory(
    PeriodRow, formset=BasePeriodRows, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class NewYearForm:
    """The form of the year and its rows together, filled in from last year's proposal if there is one."""

    def __init__(self, data: Any, proposed: ProposedYear | None) -> None:
        self.schools = {school.slug: school for school in School.objects.all()}
        self.year = SchoolYearForm(data, initial=_dates_of(proposed) if proposed else None)
        self.rows = PeriodRows(data, initial=_rows_of(proposed), prefix="period", form_kwargs={"schools": self.schools})

    def is_valid(self) -> bool:
        """All errors are shown at once; that a row lies outside the year is only checked if the year itself is
        valid."""
        rows_are_valid = self.rows.is_valid()
        return self.year.is_valid() and self._year_can_be() and rows_are_valid and self._rows_lie_in_year()

    @property
    def has_errors(self) -> bool:
        return bool(self.year.errors or self.rows.total_error_count())

    def proposed(self) -> ProposedYear:
        """The year as the form describes it."""
        said = dict(self.year.cleaned_data)
        with_schools = said.pop("with_schools")
        periods = [row.period() for row in self.rows.forms]
        return ProposedYear(
            **said, periods=tuple(one for one in periods if one and (with_schools or one.school is None))
        )

    def _year_can_be(self) -> bool:
        said = self.year.cleaned_data
        year = SchoolYear(starts_on=said["starts_on"], ends_on=said["ends_on"])
        try:
            check_year(year, said["autumn_ends_on"], said["spring_starts_on"])
        except ValidationError as refused:
            self.year.add_error(None, refused)
        return not self.year.errors

    def _rows_lie_in_year(self) -> bool:
        first, last = self.year.cleaned_data["starts_on"], self.year.cleaned_data["ends_on"]
        for row in self.rows.forms:
            is_left_out = row.of_school and not self.year.cleaned_data["with_schools"]
            for name in ("starts_on", "ends_on"):
                day = row.cleaned_data.get(name)
                if day and not first <= day <= last and not is_left_out:
                    row.add_error(name, _("Choose a day in the school year."))
        return not any(row.errors for row in self.rows.forms)


def _dates_of(proposed: ProposedYear) -> dict[str, Any]:
    names = ("starts_on", "autumn_ends_on", "spring_starts_on", "ends_on")
    return {name: getattr(proposed, name) for name in names}


def _rows_of(proposed: ProposedYear | None) -> list[dict[str, Any]]:
    a_break = {"kind": ClosedPeriod.Kind.BREAK, "school": ""}
    if proposed is None:
        return [a_break | {"name": name} for name in USUAL_BREAKS] + [a_break] * EMPTY_ROWS
    rows = [
        {
            "kind": one.kind,
            "school": one.school.slug if one.school else "",
            "name": one.name,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
        }
        for one in proposed.periods
    ]
    return rows + [a_break] * EMPTY_ROWS
