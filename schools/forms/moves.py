"""Forms for several sessions that get another time, two that change places, and who leads one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms import MayBeEmpty
from accounts.templatetags.look import week_and_span, week_no
from accounts.validators import refuse_personal_number
from schools.forms.plans import AnswerField, coming_first
from schools.models import PlannedSession, SchoolPerson

MOST_WEEKS = 20


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Why?"),
        max_length=200,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Write nothing that can be tied to a pupil."),
    )


class AnswerNumber(MayBeEmpty, forms.IntegerField):
    """A number that is required in some of the form's cases only."""


class SwapForm(forms.Form):
    """Which session to swap with, in the version that was seen."""

    use_required_attribute = False

    other = forms.ChoiceField(
        label=_("Change places with"),
        error_messages={
            "required": _("Choose a session."),
            "invalid_choice": _("Somebody has changed that session. Choose again."),
        },
    )
    reason = _reason()
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, others: Sequence[PlannedSession], session: PlannedSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"version": session.version}
        self.others = {f"{row.uuid}:{row.version}": row for row in others}
        self.fields["other"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a session")),
            *((key, f"{row.group}, {week_no(row.week_start)}: {row.topic_title}") for key, row in self.others.items()),
        ]

    def chosen(self) -> tuple[PlannedSession, int]:
        """The session and the version in which it was seen."""
        key = self.cleaned_data["other"]
        return self.others[key], int(key.partition(":")[2])

    def choose_anew(self, key: str) -> None:
        """Keep a choice whose session somebody has changed: the same session, in its new version."""
        uuid = key.partition(":")[0]
        self.data["other"] = next((one for one in self.others if one.startswith(f"{uuid}:")), "")  # type: ignore[index]


class LeaderForm(forms.Form):
    """Who of the school's people leads a session."""

    use_required_attribute = False

    leader = forms.ModelChoiceField(
        label=_("Led by"), queryset=SchoolPerson.objects.none(), required=False, empty_label=_("Not decided")
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: PlannedSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"leader": session.leader, "version": session.version}
        people: Any = self.fields["leader"]
        people.queryset = SchoolPerson.objects.filter(school=session.participation.school_id)


class BulkMoveForm(forms.Form):
    """Which sessions move, and where to. The form has only their keys; the view knows the sessions."""

    use_required_attribute = False
    WEEK, LATER, EARLIER, FREE = "week", "later", "earlier", "free"

    how = forms.ChoiceField(
        label=_("Where to?"),
        choices=[
            (WEEK, _("To a week")),
            (LATER, _("A number of weeks later")),
            (EARLIER, _("A number of weeks earlier")),
            (FREE, _("Each to its group's next free week")),
        ],
        widget=forms.RadioSelect,
        initial=LATER,
        error_messages={"required": _("Choose where to.")},
    )
    week = AnswerField(
        label=_("Week"),
        error_messages={"invalid_choice": _("The school has no teaching in that week. Choose another week.")},
    )
    steps = AnswerNumber(
        label=_("Number of weeks"),
        initial=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)],
        help_text=_("Closed and blocked weeks are not counted."),
        widget=forms.NumberInput({"class": "short", "min": 1, "max": MOST_WEEKS, "inputmode": "numeric"}),
    )
    following = forms.BooleanField(label=_("All that follow for the same groups move along"), required=False)
    reason = _reason()

    def __init__(self, *args: Any, weeks: Sequence[tuple[dt.date, str]], this_week: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_words = [(week, _with_name(week, name)) for week, name in weeks]
        self.fields["week"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a week")),
            *coming_first(in_words, this_week),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        how = cleaned.get("how")
        if how == self.WEEK and not cleaned.get("week") and "week" not in self.errors:
            self.add_error("week", _("Choose a week."))
        if how in (self.LATER, self.EARLIER) and cleaned.get("steps") is None and "steps" not in self.errors:
            self.add_error("steps", _("Write how many weeks."))
        if how == self.FREE and cleaned.get("following"):
            self.add_error("following", _("Choose a week or a number of weeks when all that follow move along."))
        return cleaned

    @property
    def field_of_place(self) -> str:
        """The field that says where to: an error about the destination is shown at it."""
        return {self.WEEK: "week", self.FREE: "how"}.get(self.cleaned_data["how"], "steps")

    def chosen_week(self) -> dt.date:
        return dt.date.fromisoformat(self.cleaned_data["week"])

    def chosen_steps(self) -> int:
        """How many weeks later; negative for earlier."""
        steps: int = self.cleaned_data["steps"]
        return -steps if self.cleaned_data["how"] == self.EARLIER else steps


def _with_name(week: dt.date, name: str) -> str:
    words = week_and_span(week)
    return _now("%(week)s, %(name)s") % {"week": words, "name": name} if name else words
