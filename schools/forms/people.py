"""Forms for people at schools, their roles, and notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import HeldBetweenForm
from accounts.validators import refuse_personal_number
from schools.models import SchoolMembership, SchoolPerson


class PersonForm(forms.ModelForm):
    """Someone at a school."""

    with_account = forms.BooleanField(
        label=_("May sign in"),
        required=False,
        help_text=_("Makes an account for the e-mail address, or ties the one that exists."),
    )

    class Meta:
        model = SchoolPerson
        fields = ["name", "email", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.user_id:
            del self.fields["with_account"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.strip().lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("with_account") and not cleaned.get("email"):
            self.add_error("email", _("An account needs an e-mail address."))
        return cleaned


class MembershipForm(HeldBetweenForm):
    role = forms.ChoiceField(label=_("Role"), choices=SchoolMembership.Role.choices, widget=forms.RadioSelect)

    field_order = ["role", "starts_on", "ends_on"]


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[refuse_personal_number],
        help_text=_(
            "Write nothing that can be tied to a pupil. The text can become a public document. "
            "Concern for a child is reported at once to the social services, not here."
        ),
    )
