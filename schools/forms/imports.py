"""The forms that take files: classes, calendars and registers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from schools.imports import documents
from schools.imports.calendars import MAX_BYTES as MOST_OF_CALENDAR
from schools.imports.school_data import SchoolDataDryRun
from schools.imports.sheets import MAX_BYTES
from schools.imports.units import UnitDryRun
from schools.models import District, School
from schools.models.groups import GRADES


class TableFileForm(forms.Form):
    """A table to read in: classes, or values of indicators."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 2 MB and 5,000 rows."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. It may hold at most 2 MB."))
        return file


class CalendarFileForm(forms.Form):
    """A calendar file, for whom it holds, and whether its days are closed or its weeks blocked."""

    CLOSED, BLOCKED = "closed", "blocked"

    file = forms.FileField(
        label=_("Calendar file"),
        help_text=_("An .ics file of at most 1 MB. Only events of whole days are read."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    school = forms.ModelChoiceField(
        School.objects.order_by("name"), label=_("For which school?"), required=False, empty_label=_("All schools")
    )
    what = forms.ChoiceField(
        label=_("What does the calendar hold?"),
        choices=[
            (CLOSED, _("Closed days: no teaching")),
            (BLOCKED, _("Blocked weeks: teaching, but nothing is planned")),
        ],
        widget=forms.RadioSelect,
        initial=CLOSED,
    )

    def clean_file(self) -> UploadedFile:
        """Refuse by size before anything is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > MOST_OF_CALENDAR:
            raise forms.ValidationError(_("The file is too large. A calendar file may hold at most 1 MB."))
        return file

    @property
    def is_blocked(self) -> bool:
        return bool(self.cleaned_data["what"] == self.BLOCKED)


def _json_file(label: Any, help_text: Any = "", *, required: bool = True) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=help_text,
        required=required,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class JsonFilesForm(forms.Form):
    """Files of JSON, each of bounded size."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, file in list(cleaned.items()):
            if file and file.size > documents.MAX_BYTES:
                self.add_error(name, _("The file is too large. It may hold at most 10 MB."))
        return cleaned

    def documents(self) -> list[Any]:
        """The files' content. Raises ``UnreadableFile``."""
        return [documents.document_of(file.read()) for file in self.cleaned_data.values() if file]


class UnitFileForm(JsonFilesForm):
    file = _json_file(_("File"), _("JSON from Skolenhetsregistret version 2: its list, or single units."))


class SchoolDataFilesForm(JsonFilesForm):
    groups = _json_file(_("Groups"), _("JSON in SS 12000's form. Only groups of type Klass are read."))
    organisations = _json_file(_("Organisations"), _("If they lie in a file of their own."), required=False)


class NewUnitForm(forms.Form):
    """The district of a new school; without one the school is left out."""

    district = forms.ChoiceField(label=_("District"), required=False)
    new_district = forms.CharField(label=_("A new district"), max_length=80, required=False)

    def __init__(self, *args: Any, row: Any, districts: list[str], **kwargs: Any) -> None:
        self.row = row
        kwargs["prefix"] = f"n{row.code}"
        super().__init__(*args, **kwargs)
        field: Any = self.fields["district"]
        field.choices = [("", _("Do not take in")), *((name, name) for name in districts)]

    def chosen(self) -> str:
        given = self.cleaned_data
        return given["new_district"] or given["district"]


class EndingUnitForm(forms.Form):
    """Whether a school that the register says has ended is closed in the portal, too."""

    closes = forms.BooleanField(label=_("Close the school"), required=False, initial=True)

    def __init__(self, *args: Any, ending: Any, ahead: dict[str, int], **kwargs: Any) -> None:
        self.ending, self.ahead = ending, ahead
        kwargs["prefix"] = f"e{ending.row.code}"
        super().__init__(*args, **kwargs)


class UnitChoices:
    """All choices that are made before a register's units are imported."""

    def __init__(self, found: UnitDryRun, ahead: dict[str, dict[str, int]], data: Any = None) -> None:
        districts = list(District.objects.values_list("name", flat=True))
        self.new = [NewUnitForm(data, row=row, districts=districts) for row in found.new]
        self.ending = [EndingUnitForm(data, ending=one, ahead=ahead[one.row.code]) for one in found.ending]

    def is_valid(self) -> bool:
        return _all_valid([*self.new, *self.ending])

    def districts(self) -> dict[str, str]:
        return {form.row.code: form.chosen() for form in self.new if form.chosen()}

    def staying(self) -> set[str]:
        return {form.ending.row.code for form in self.ending if not form.cleaned_data["closes"]}


class GradeForm(forms.Form):
    """The grade of a class whose source does not tell it."""

    grade = forms.TypedChoiceField(
        label=_("Grade"), coerce=int, error_messages={"required": _("Choose the class's grade.")}
    )

    def __init__(self, *args: Any, given: Any, school: Any, **kwargs: Any) -> None:
        self.given, self.school = given, school
        kwargs["prefix"] = f"k{given.row}"
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grade"]
        field.choices = [("", "–"), *GRADES]


class GradeChoices:
    """The grades that are chosen before classes from SS 12000 are imported."""

    def __init__(self, found: SchoolDataDryRun, data: Any = None) -> None:
        self.forms = [GradeForm(data, given=given, school=school) for given, school in found.unclear]

    def is_valid(self) -> bool:
        return _all_valid(self.forms)

    def grades(self) -> dict[int, int]:
        return {form.given.row: form.cleaned_data["grade"] for form in self.forms}


def _all_valid(several: Iterable[forms.Form]) -> bool:
    return [form for form in several if not form.is_valid()] == []
