"""A school's reply that a time does not work, and a coordinator's refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.forms.keys import SentOnceForm
from schools.forms.plans import OTHER, AnswerField, WeekFields
from schools.models import PlannedSession, ReplyReason


class ProposalForm(SentOnceForm, WeekFields):
    """Which groups a time does not work for, why, and a proposed week."""

    groups = forms.MultipleChoiceField(
        label=_("Which groups?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one group.")},
    )
    reason = forms.ChoiceField(
        label=_("Why does the time not work?"),
        choices=ReplyReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the time does not work.")},
    )
    week = AnswerField(label=_("Which week would work?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In your own words"),
        max_length=300,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Write nothing that can be tied to a pupil."),
    )
    version = None  # type: ignore[assignment]  # nothing is changed by it that could have been changed meanwhile
    field_order = ["groups", "reason", "week", "other_week", "note", "key"]

    def __init__(self, *args: Any, sessions: Sequence[PlannedSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = {str(session.uuid): session for session in sessions}
        groups: Any = self.fields["groups"]
        groups.choices = [(key, session.group.name) for key, session in self.sessions.items()]
        groups.initial = list(self.sessions)
        if self.offered:
            self.initial.setdefault("week", self.offered[0].isoformat())

    def choices_around(self, offered: list[tuple[str, str]]) -> list[tuple[str, Any]]:
        return [*offered, (OTHER, _("Another week")), ("", _("I do not know. Get in touch"))]

    def chosen_sessions(self) -> list[PlannedSession]:
        return [self.sessions[key] for key in self.cleaned_data["groups"]]


class NotMeForm(SentOnceForm):
    """I am not the contact person: perhaps somebody else is."""

    note = forms.CharField(
        label=_("Who is it instead?"),
        max_length=300,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("A name at the school, if you know."),
    )


class DeclineForm(forms.Form):
    """Why a proposed week cannot be accepted."""

    note = forms.CharField(max_length=300, required=False, validators=[refuse_personal_number])
