"""Which sessions somebody wants in a calendar."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programmes.forms.keys import SentOnceForm
from schools.models import School
from schools.models.places import SchoolQuerySet

ALL, CHOSEN = "all", "chosen"


class FeedForm(SentOnceForm):
    """Which school an address is made or revoked for; empty for all own schools."""

    school = forms.ModelChoiceField(School.objects.none(), to_field_name="slug", required=False)

    def __init__(self, *args: Any, schools: SchoolQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["school"]
        field.queryset = schools


class SomeSchoolsField(forms.ModelMultipleChoiceField):
    """The chosen schools. Required only with "those that I choose", which the form checks; the page does not call it
    optional."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else School.objects.none()


class ChosenSchoolsForm(SentOnceForm):
    """All schools, or some of them: a centre coordinator's choice."""

    which = forms.ChoiceField(
        label=_("Which schools?"),
        choices=[(ALL, _("All schools")), (CHOSEN, _("Only those that I choose"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which schools.")},
    )
    schools = SomeSchoolsField(
        School.objects.none(),
        label=_("Schools"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, schools: SchoolQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["schools"]
        field.queryset = schools

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("which") == CHOSEN and not cleaned.get("schools") and not self.has_error("schools"):
            self.add_error("schools", _("Choose at least one school."))
        return cleaned

    def only(self) -> Collection[School] | None:
        """The schools that were chosen; None: all."""
        return list(self.cleaned_data["schools"]) if self.cleaned_data["which"] == CHOSEN else None
