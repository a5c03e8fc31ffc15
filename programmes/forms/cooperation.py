"""Forms for measures, their follow-ups, findings, goals, and what a partner tells about itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from accounts.validators import refuse_personal_number
from programmes.actions.measures import MeasureEntry
from programmes.forms.keys import SentOnceForm
from programmes.forms.rows import RowForm
from programmes.material import TYPES, check_material
from programmes.models import (
    Commitment,
    Goal,
    Measure,
    PartnerContact,
    PartnerOrganisation,
    SituationFinding,
)

NOTHING_PERSONAL = _("Write nothing that can be tied to a person. The text can become a public document.")


class MeasureForm(RowForm):
    """A measure: what is done, by whom, why, when, and how it stands."""

    class Meta:
        model = Measure
        fields = [
            "title",
            "description",
            "owners",
            "areas",
            "problems",
            "finding",
            "goal",
            "starts_on",
            "ends_on",
            "status",
            "stop_reason",
            "next_follow_up",
        ]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "owners": forms.CheckboxSelectMultiple,
            "areas": forms.CheckboxSelectMultiple,
            "problems": forms.CheckboxSelectMultiple,
            "starts_on": DayInput,
            "ends_on": DayInput,
            "next_follow_up": DayInput,
            "status": forms.RadioSelect,
        }
        labels = {"owners": _("Partners that carry it out")}
        help_texts = {
            "description": NOTHING_PERSONAL,
            "owners": _("With more than one, the measure is carried out together."),
            "ends_on": _("Leave empty until further notice."),
            "stop_reason": _("Only for a measure that is stopped."),
            "next_follow_up": _("The partners are reminded two weeks before, and once more when the day has passed."),
        }
        error_messages = {"owners": {"required": _("Choose at least one partner.")}}

    def entry(self) -> MeasureEntry:
        said = self.said()
        for name in ("owners", "areas", "problems"):
            said[name] = list(said[name])
        return MeasureEntry(**said)


class FollowUpForm(SentOnceForm):
    """A follow-up: what was seen, how the measure stands now, and when it is to be followed up next."""

    on = forms.DateField(label=_("Day of the follow-up"), widget=DayInput)
    note = forms.CharField(
        label=_("What did you see?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[refuse_personal_number],
        help_text=NOTHING_PERSONAL,
    )
    status = forms.ChoiceField(label=_("How does the measure stand now?"), widget=forms.RadioSelect)
    stop_reason = forms.CharField(
        label=_("Why was it stopped?"),
        max_length=300,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Only for a measure that is stopped."),
    )
    next_follow_up = forms.DateField(label=_("Next follow-up"), widget=DayInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, measure: Measure, today: dt.date) -> None:
        initial = {"on": today, "version": measure.version, "status": measure.status}
        initial["stop_reason"] = measure.stop_reason
        super().__init__(data, initial=initial)
        status: Any = self.fields["status"]
        status.choices = Measure.Status.choices

    def overtaken_by(self, current: Measure) -> list[tuple[str, str]]:
        """Take over the measure's new version, keep what was typed, and give how the measure stands now where it
        differs."""
        data: Any = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(current.version)
        self.data = data
        day = date_format(current.next_follow_up, "j b Y") if current.next_follow_up else "–"
        return [
            (str(_("Status")), str(current.get_status_display())),
            (str(self.fields["next_follow_up"].label), day),
        ]


class FindingForm(RowForm):
    class Meta:
        model = SituationFinding
        fields = ["found_on", "title", "text"]
        widgets = {"found_on": DayInput, "text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {"text": NOTHING_PERSONAL}

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("PDF, DOCX, PPTX or ODT, at most 10 MB. A new file takes the place of the former."),
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES)}),
        validators=[check_material],
    )


class GoalForm(RowForm):
    class Meta:
        model = Goal
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"text": NOTHING_PERSONAL}


class ContactForm(RowForm):
    class Meta:
        model = PartnerContact
        fields = ["name", "title", "email", "phone"]
        help_texts = {"name": _("Somebody in service at the partner. Everybody who signs in can see it.")}


class CommitmentForm(RowForm):
    class Meta:
        model = Commitment
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"text": NOTHING_PERSONAL}


class BoardForm(forms.Form):
    """The choices on the board of measures, from its address; anything invalid counts as not chosen."""

    AREA, PARTNER = "omrade", "part"

    efter = forms.ChoiceField(
        label=_("Group by"), required=False, choices=[(AREA, _("Strategic area")), (PARTNER, _("Partner"))]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("All")), *Measure.Status.choices])
    part = forms.ModelChoiceField(
        label=_("Partner"),
        required=False,
        queryset=PartnerOrganisation.objects.all(),
        to_field_name="slug",
        empty_label=_("All"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def chosen(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)
