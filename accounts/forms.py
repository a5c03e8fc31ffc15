"""Forms for accounts, roles at the centre, and passwords."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from accounts.models import CentreRole, User


class DayInput(forms.DateInput):
    """A day as the browser asks for it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MayBeEmpty:
    """For a field that is required in some of its form's cases only: the form checks it, and pages do not call it
    optional."""

    empty_values: Any

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)  # type: ignore[misc]


NOTHING_CHOSEN = _("Nothing chosen")
_DASHES = BLANK_CHOICE_DASH[0][1]


def name_empty_choices(form: forms.BaseForm) -> None:
    """Write the empty choice in words, where Django writes dashes."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            if field.empty_label == _DASHES:
                field.empty_label = NOTHING_CHOSEN
        elif isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            field.choices = [(value, NOTHING_CHOSEN if said == _DASHES else said) for value, said in choices]


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "email", "phone"]
        help_texts = {"email": _("The address to sign in with, usually the one at work.")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is already an account with this e-mail address."))
        return email


class HeldBetweenForm(forms.Form):
    """From a day to a day, both inclusive; no last day means until further notice."""

    starts_on = forms.DateField(label=_("From"), widget=DayInput)
    ends_on = forms.DateField(
        label=_("To and including"),
        widget=DayInput,
        required=False,
        help_text=_("Leave empty until further notice."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned


class RoleForm(HeldBetweenForm):
    role = forms.ChoiceField(label=_("Role"), choices=CentreRole.Role.choices, widget=forms.RadioSelect)

    field_order = ["role", "starts_on", "ends_on"]


class LastDayForm(forms.Form):
    """The last day of a role, not before it began, unless it can be taken back."""

    last_day = forms.DateField(label=_("Last day"), widget=DayInput)

    def __init__(self, *args: Any, starts_on: dt.date, can_be_taken_back: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts_on, self.can_be_taken_back = starts_on, can_be_taken_back
        if can_be_taken_back:
            self.fields["last_day"].help_text = _(
                "Was the role given by mistake? Choose a day before its first, and it stops at once."
            )

    def clean_last_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["last_day"]
        if day < self.starts_on and not self.can_be_taken_back:
            raise forms.ValidationError(_("The last day is before the first."))
        return day


class ChoosePasswordForm(SetPasswordForm):
    """A new password, twice."""
