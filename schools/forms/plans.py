"""Forms for plans: the programme's settings, a school's topics, and a session's new time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms import MayBeEmpty
from accounts.templatetags.look import week_and_span
from accounts.validators import refuse_personal_number
from programmes.models import SessionTopic
from schools.actions.cancelling import REASONS
from schools.advice import Advice
from schools.calendar import DAY, SCHOOL_DAYS
from schools.engine.slots import Slot
from schools.models import ProgrammeYear, TopicRecommendation

OTHER, STAY = "other", "stay"


class AnswerField(MayBeEmpty, forms.ChoiceField):
    """A choice in which the empty choice is an answer, too."""


def coming_first(weeks: Sequence[tuple[dt.date, str]], this_week: dt.date) -> list[Any]:
    """Choices of a week with their labels; weeks that have passed come last, under a heading of their own."""
    coming = [(week.isoformat(), words) for week, words in weeks if week >= this_week]
    passed = [(week.isoformat(), words) for week, words in weeks if week < this_week]
    return [*coming, (_now("Weeks that have passed"), passed)] if passed else coming


class TimeInput(forms.TimeInput):
    """A time of day as the browser asks for it."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__({"class": "short"}, format="%H:%M")


class ProgrammeYearForm(forms.ModelForm):
    """A programme's settings for a school year."""

    class Meta:
        model = ProgrammeYear
        fields = [
            "required_base",
            "required_extra",
            "lowest_grade",
            "highest_grade",
            "staff_lead_weeks",
            "weeks_between",
            "weeks_to_training",
            "supervision_every",
        ]
        labels = {"required_base": _("Sessions")}

    # The fields that only one rhythm uses.
    OF_MONTHS = ("required_extra", "staff_lead_weeks")
    OF_SERIES = ("required_base", "weeks_between", "weeks_to_training", "supervision_every")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.OF_MONTHS if self.instance.is_series else self.OF_SERIES:
            del self.fields[name]

    def clean_required_base(self) -> int:
        wanted, there = self.cleaned_data["required_base"], self.instance.programme.topics.count()
        if not 1 <= wanted <= there:
            raise forms.ValidationError(_("The programme has %(n)s sessions.") % {"n": there})
        return int(wanted)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        lowest, highest = cleaned.get("lowest_grade"), cleaned.get("highest_grade")
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error("highest_grade", _("The highest grade is below the lowest."))
        return cleaned


class TopicChoiceForm(forms.Form):
    """One field for each extra place in the year, with the centre's recommendation and last year's choice beside it.

    Places whose topic has been held are locked. ``filled`` are the topics to fill in initially.
    """

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        places: Sequence[Slot],
        topics: Sequence[SessionTopic],
        filled: Sequence[SessionTopic],
        locked: Mapping[int, SessionTopic],
        advice: Advice,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topics = {str(topic.pk): topic for topic in topics}
        self.advice = advice
        initial = dict(enumerate(filled, start=1)) | dict(locked)
        for position, place in enumerate(places, start=1):
            topic = initial.get(position)
            self.fields[_name(position)] = self._field(position, place, topic, is_locked=position in locked)

    def _field(self, position: int, place: Slot, topic: SessionTopic | None, *, is_locked: bool) -> forms.Field:
        return AnswerField(
            label=_place_label(position, place),
            choices=_topic_choices(self.topics.values()),
            initial=str(topic.pk) if topic else "",
            disabled=is_locked,
            help_text=_now("Has been held, and stays.") if is_locked else self._advised(position),
        )

    def _advised(self, position: int) -> str:
        recommended, last_year = self.advice.recommended.get(position), self.advice.last_year.get(position)
        said = []
        if recommended:
            why = f": {recommended.why.rstrip('.')}" if recommended.why else ""
            said.append(_now("The centre recommends %(topic)s%(why)s.") % {"topic": recommended.topic, "why": why})
        if last_year:
            said.append(_now("Last year: %(topic)s.") % {"topic": last_year})
        return " ".join(said)

    def clean(self) -> dict[str, Any]:
        """Refuse a topic chosen twice, and an empty place before a filled one."""
        cleaned = super().clean() or {}
        filled = [name for name in self.fields if cleaned.get(name)]
        _refuse_repeated(self, list(self.fields), self.topics)
        for name in self.fields:
            if not cleaned.get(name) and name not in self.errors and filled and name < filled[-1]:
                self.add_error(name, _("Choose a topic here too: they are chosen in the order of the year."))
        return cleaned

    def chosen(self) -> list[SessionTopic]:
        """The topics in their order."""
        return [self.topics[pk] for name in self.fields if (pk := self.cleaned_data[name])]


class RecommendationForm(forms.Form):
    """The recommended topic for each extra place in the year, and why; places can be left open."""

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        places: Sequence[Slot],
        topics: Sequence[SessionTopic],
        recommended: Mapping[int, TopicRecommendation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topics = {str(topic.pk): topic for topic in topics}
        self.places = {_name(position): position for position, _place in enumerate(places, start=1)}
        for (name, position), place in zip(self.places.items(), places, strict=True):
            now = recommended.get(position)
            self.fields[name] = AnswerField(
                label=_place_label(position, place),
                choices=_topic_choices(self.topics.values()),
                initial=str(now.topic_id) if now else "",
            )
            self.fields[f"why_{name}"] = forms.CharField(
                label=_("Why, in a few words"),
                max_length=200,
                required=False,
                initial=now.why if now else "",
                validators=[refuse_personal_number],
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _refuse_repeated(self, list(self.places), self.topics)
        for name in self.places:
            if cleaned.get(f"why_{name}") and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Choose the topic that the words below are about."))
        return cleaned

    def advice(self) -> dict[int, tuple[SessionTopic, str]]:
        """For each place: the topic, and why."""
        said = self.cleaned_data
        return {
            position: (self.topics[said[name]], said[f"why_{name}"])
            for name, position in self.places.items()
            if said[name]
        }


def _place_label(position: int, place: Slot) -> str:
    return _now("%(n)s. %(month)s") % {"n": position, "month": str(MONTHS[place.month]).capitalize()}


def _topic_choices(topics: Iterable[SessionTopic]) -> list[tuple[str, str]]:
    return [("", _now("Not chosen")), *((str(topic.pk), topic.title) for topic in topics)]


def _refuse_repeated(form: forms.Form, names: Sequence[str], topics: Mapping[str, SessionTopic]) -> None:
    """Show at each field that repeats an earlier field's topic that it does."""
    seen = set()
    for name in names:
        pk = form.cleaned_data.get(name)
        if pk and pk in seen:
            form.add_error(name, _now("%(topic)s is chosen already. Choose another.") % {"topic": topics[pk]})
        seen.add(pk)


def _name(position: int) -> str:
    # Two digits, so that the names sort in the order of the places.
    return f"topic_{position:02d}"


class WeekFields(forms.Form):
    """A week: one of those offered, or another one of the year.

    A week in which the group has a session says so; a blocked one says why it is blocked.
    """

    use_required_attribute = False

    week = forms.ChoiceField(
        label=_("New week"), widget=forms.RadioSelect, error_messages={"required": _("Choose a week.")}
    )
    other_week = AnswerField(
        label=_("Another week"),
        error_messages={"invalid_choice": _("The school has no teaching in that week. Choose another week.")},
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        offered: Sequence[dt.date],
        others: Sequence[dt.date],
        taken: set[dt.date],
        blocked: Mapping[dt.date, str],
        this_week: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.fields["week"].choices = self.choices_around(  # type: ignore[attr-defined]
            [(week.isoformat(), week_and_span(week)) for week in offered]
        )
        in_words = [(week, _in_words(week, week in taken, blocked.get(week, ""))) for week in others]
        self.fields["other_week"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a week")),
            *coming_first(in_words, this_week),
        ]

    def choices_around(self, offered: list[tuple[str, str]]) -> list[tuple[str, Any]]:
        return [*offered, (OTHER, _("Another week"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("week") == OTHER and not cleaned.get("other_week") and "other_week" not in self.errors:
            self.add_error("other_week", _("Choose a week."))
        return cleaned

    def chosen_week(self) -> dt.date | None:
        """The Monday that was chosen; None if no week was."""
        week = self.cleaned_data["week"]
        week = self.cleaned_data["other_week"] if week == OTHER else week
        return dt.date.fromisoformat(week) if week else None


def _in_words(week: dt.date, is_taken: bool, blocked_for: str) -> str:
    words = week_and_span(week)
    if blocked_for:
        words = _now("%(week)s, blocked: %(name)s") % {"week": words, "name": blocked_for}
    return _now("%(week)s, has a session already") % {"week": words} if is_taken else words


class MoveForm(WeekFields):
    """A session's new week, with day and time if they are known."""

    weekday = forms.ChoiceField(label=_("Day"), required=False)
    start_time = forms.TimeField(
        label=_("Starts at"), required=False, widget=TimeInput, error_messages={"invalid": _("Write 09:10.")}
    )
    end_time = forms.TimeField(
        label=_("Ends at"), required=False, widget=TimeInput, error_messages={"invalid": _("Write 10:00.")}
    )
    reason = forms.CharField(
        label=_("Why is it moved?"),
        max_length=200,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Write nothing that can be tied to a pupil."),
    )
    # The form's field for each argument of the action.
    FIELD_OF = {"week_start": "week", "date": "weekday"}

    def __init__(self, *args: Any, stays_in: dt.date, **kwargs: Any) -> None:
        self.stays_in = stays_in
        super().__init__(*args, **kwargs)
        days = [(str(number), str(WEEKDAYS[number]).capitalize()) for number in range(SCHOOL_DAYS)]
        self.fields["weekday"].choices = [("", _("No day yet")), *days]  # type: ignore[attr-defined]
        if self.offered:
            self.initial.setdefault("week", self.offered[0].isoformat())

    def choices_around(self, offered: list[tuple[str, str]]) -> list[tuple[str, Any]]:
        stay = _now("Stay in %(week)s, but on another day") % {"week": week_and_span(self.stays_in)}
        return [*offered, (STAY, stay), (OTHER, _("Another week"))]

    def chosen_week(self) -> dt.date | None:
        return self.stays_in if self.cleaned_data["week"] == STAY else super().chosen_week()

    def chosen_day(self) -> dt.date | None:
        week, weekday = self.chosen_week(), self.cleaned_data["weekday"]
        return week + int(weekday) * DAY if week and weekday else None


class CancelForm(WeekFields):
    """Why a session is cancelled, and its new week if one is known."""

    reason = forms.ChoiceField(
        label=_("Why is it cancelled?"),
        choices=[(reason.value, reason.label) for reason in REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the session is cancelled.")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        max_length=200,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Write nothing that can be tied to a pupil."),
    )
    week = AnswerField(label=_("New time"), widget=forms.RadioSelect)
    field_order = ["reason", "note", "week", "other_week", "version"]
    FIELD_OF = {"new_week": "week"}

    def choices_around(self, offered: list[tuple[str, str]]) -> list[tuple[str, Any]]:
        return [*offered, (OTHER, _("Another week")), ("", _("No new time yet"))]
