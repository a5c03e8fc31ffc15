"""Forms for people at schools, their roles, and notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, HeldBetweenForm, MayBeEmpty
from accounts.validators import refuse_personal_number
from programmes.forms.keys import SentOnceForm
from schools.models import SchoolMembership, SchoolPerson


class PersonForm(SentOnceForm, forms.ModelForm):
    """A person at a school. A new person's form has a key."""

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
        if self.instance.pk:
            del self.fields["key"]
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


class AnswerText(MayBeEmpty, forms.CharField):
    """A text that is required of a new person only."""


class AnswerEmail(MayBeEmpty, forms.EmailField):
    """An e-mail address that is required of a new person only."""


class HandOverForm(forms.Form):
    """Who takes over a role at the school, and from which day: a person already there, or a new one."""

    NEW = "new"
    use_required_attribute = False

    to = forms.ChoiceField(
        label=_("Who takes over?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who takes over.")},
    )
    name = AnswerText(label=_("Name"), max_length=120)
    email = AnswerEmail(label=_("E-mail address"), help_text=_("The plan and the reminders go there."))
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    from_day = forms.DateField(label=_("From which day?"), widget=DayInput)
    with_welcome = forms.BooleanField(
        label=_("Welcome the new one by mail"), required=False, initial=True, help_text=_("With a link to the plan.")
    )

    def __init__(self, *args: Any, membership: SchoolMembership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school = membership.person.school
        self.people = {str(one.pk): one for one in self.school.people.exclude(pk=membership.person_id)}
        choices: Any = self.fields["to"]
        choices.choices = [(key, _in_list(one)) for key, one in self.people.items()] + [(self.NEW, _("Somebody new"))]
        if not self.people:
            choices.initial = self.NEW

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("to") == self.NEW:
            for name, text in (("name", _("Write the name.")), ("email", _("Write the e-mail address."))):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return cleaned

    def said(self) -> dict[str, Any]:
        """The arguments for ``hand_over``."""
        given = self.cleaned_data
        new = SchoolPerson(school=self.school, name=given["name"], email=given["email"], phone=given["phone"])
        person = self.people.get(given["to"], new)
        return {"to": person, "from_day": given["from_day"], "with_welcome": given["with_welcome"]}


def _in_list(person: SchoolPerson) -> str:
    return person.name if person.email else _("%(name)s, has no e-mail address") % {"name": person.name}


class NoteForm(SentOnceForm):
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
