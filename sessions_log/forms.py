"""The full log form, hand-laid in ``templates/sessions_log/log_form.html``."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.templatetags.look import short_day, week_and_span
from programmes.models import TopicPart
from schools.actions.plans import free_weeks
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession
from sessions_log.board import new_session_of
from sessions_log.entries import LARGEST_GROUP, REASONS, LogEntry, check_entry, entry_of, planned_entry
from sessions_log.models import SessionLog

HELD, NOT_HELD = "held", "notheld"
OTHER = "other"
# What the form hides, and the server ignores, by the first answer.
ONLY_WHEN_HELD = (
    "day",
    "held_on",
    "leader",
    "led_by_other",
    "present",
    "adults_present",
    "parts_done",
    "adaptation",
    "rating",
    "note",
)
ONLY_WHEN_NOT_HELD = ("reason", "reason_note", "new_week")
NEW_WEEKS = 3

_tick = {"class": "form-check-input"}
_text = {"class": "form-control"}
_count = {"class": "form-control short", "inputmode": "numeric", "autocomplete": "off"}


def _number(**kwargs: Any) -> forms.IntegerField:
    """A count, as text on a phone's number keys: a wrong one comes back to be mended instead of vanishing."""
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_GROUP,
        widget=forms.TextInput(attrs=dict(_count)),
        error_messages={
            "invalid": _("Write a whole number, such as 24."),
            "min_value": _("Write 0 or more."),
            "max_value": _("Write %(limit_value)s or fewer."),
        },
        **kwargs,
    )


class LogForm(forms.Form):
    """What came of one session. Its choices are those of the session: its days, people, parts and free weeks."""

    use_required_attribute = False
    # Set when somebody, perhaps the same form, has logged the session already.
    is_logged_already = False

    outcome = forms.ChoiceField(
        label=_("Was the session held?"), choices=[(HELD, _("Yes")), (NOT_HELD, _("No"))], widget=forms.RadioSelect
    )
    reason = forms.ChoiceField(
        label=_("Why not?"),
        choices=[(reason.value, reason.label) for reason in REASONS],
        required=False,
        widget=forms.RadioSelect(attrs=_tick),
    )
    reason_note = forms.CharField(
        label=_("In your own words"), max_length=200, required=False, widget=forms.TextInput(attrs=_text)
    )
    new_week = forms.ChoiceField(label=_("New time"), required=False, widget=forms.RadioSelect(attrs=_tick))
    day = forms.ChoiceField(label=_("Which day?"), required=False, widget=forms.RadioSelect(attrs=_tick))
    held_on = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", **_text}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as 2026-09-17.")},
    )
    leader = forms.ChoiceField(
        label=_("Who led the session?"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    led_by_other = forms.CharField(
        label=_("Name or role"), max_length=120, required=False, widget=forms.TextInput(attrs=_text)
    )
    present = _number(label=_("Pupils"))
    adults_present = _number(label=_("Adults besides the one who led"))
    parts_done = forms.ModelMultipleChoiceField(
        label=_("The session's parts"),
        queryset=TopicPart.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=_tick),
    )
    adaptation = forms.ChoiceField(
        label=_("Did you change anything?"),
        choices=SessionLog.Adaptation,
        required=False,
        initial=SessionLog.Adaptation.NONE,
        widget=forms.RadioSelect(attrs=_tick),
    )
    rating = forms.TypedChoiceField(
        label=_("How did the pupils take part?"),
        choices=SessionLog.Rating,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs=_tick),
    )
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3, **_text})
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The digest of the log that is being changed; empty in a new log.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: PlannedSession, user: User, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.user, self.today = session, user, today
        self.log: SessionLog | None = getattr(session, "log", None)
        self.new_session = new_session_of(session)
        self.calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
        self._offer()
        self._name_the_group()
        self.initial = self._likely()
        self._describe()

    def clean(self) -> dict[str, Any]:
        """Drop what the form hid, and what it said wrongly there; then tell all that is wrong at once."""
        cleaned = super().clean() or {}
        if "outcome" not in cleaned:
            return cleaned
        for name in self._hidden(cleaned):
            self.errors.pop(name, None)
            cleaned[name] = None
        if cleaned.get("leader") == OTHER and not cleaned.get("led_by_other"):
            self._refuse("led_by_other", _("Write who led the session."))
        if not cleaned.get("seen") and not cleaned.get("key"):
            raise ValidationError(_("The form was not complete. Open it again."))
        try:
            check_entry(self.session, self.entry(), self.today, self.log.enrolled if self.log else None)
        except ValidationError as refused:
            self.add_refusals(refused)
        return cleaned

    def _hidden(self, cleaned: dict[str, Any]) -> set[str]:
        hidden = set(ONLY_WHEN_NOT_HELD if cleaned["outcome"] == HELD else ONLY_WHEN_HELD)
        if cleaned.get("day") != OTHER:
            hidden.add("held_on")
        if cleaned.get("leader") != OTHER:
            hidden.add("led_by_other")
        return hidden

    def entry(self) -> LogEntry:
        """What the form says."""
        # A field that is wrong is missing here, and has its error already.
        said = dict.fromkeys(self.fields) | self.cleaned_data
        if said["outcome"] == NOT_HELD:
            week = said["new_week"]
            return LogEntry(
                held=False,
                reason=said["reason"] or "",
                reason_note=said["reason_note"] or "",
                new_week=dt.date.fromisoformat(week) if week else None,
            )
        return LogEntry(
            held=True,
            held_on=self._held_on(),
            **self._leader(),
            present=said["present"],
            adults_present=said["adults_present"],
            parts_done=tuple(said["parts_done"] or ()),
            adaptation=said["adaptation"] or SessionLog.Adaptation.NONE,
            rating=said["rating"],
            note=said["note"] or "",
        )

    @property
    def of_how_many(self) -> str:
        """of 26 in the class, or nothing while the group's size is not known."""
        group = self.session.group
        if group.headcount is None:
            return ""
        text = _("of %(count)d in the class") if group.is_class else _("of %(count)d in the group")
        return text % {"count": group.headcount}

    def add_refusals(self, refused: ValidationError) -> None:
        """Show what an action refused, beside the fields that it names."""
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused)
            return
        for name, errors in refused.error_dict.items():
            chose_planned_day = name == "held_on" and self.cleaned_data.get("day") != OTHER
            self._refuse("day" if chose_planned_day else name, errors)

    def _refuse(self, name: str, error: Any) -> None:
        """One error to a field is enough; the first is the nearest."""
        if name not in self.errors:
            self.add_error(name, error)

    def _offer(self) -> None:
        choice: dict[str, Any] = self.fields
        choice["day"].choices = [*self._days(), (OTHER, _("Another day"))]
        choice["leader"].choices = self._leaders()
        choice["new_week"].choices = [*self._weeks(), ("", _("Decide later"))]
        if self.session.topic:
            choice["parts_done"].queryset = self.session.topic.parts.all()

    def _days(self) -> list[tuple[str, str]]:
        planned = self.session.date
        if planned:
            return [(planned.isoformat(), _("%(day)s, as planned") % {"day": short_day(planned)})]
        past = [day for day in self.calendar.open_days(self.session.week_start) if day <= self.today]
        return [(day.isoformat(), self._named(day)) for day in past]

    def _named(self, day: dt.date) -> str:
        return _("today, %(day)s") % {"day": short_day(day)} if day == self.today else short_day(day)

    def _leaders(self) -> list[tuple[str, str]]:
        me = ("me", _("%(name)s (you)") % {"name": self.user.full_name})
        school = self.session.participation.school
        people = [person for person in school.people.all() if person.user_id != self.user.pk]
        return [
            me,
            *((f"person:{person.pk}", person.name) for person in people),
            *self._former_leader(),
            (OTHER, str(_("Somebody else"))),
        ]

    def _former_leader(self) -> list[tuple[str, str]]:
        """The account that an earlier log names, when it is somebody else's."""
        leader = self.log.led_by_user if self.log else None
        return [(f"user:{leader.pk}", leader.full_name)] if leader and leader.pk != self.user.pk else []

    def _weeks(self) -> list[tuple[str, str]]:
        if self.new_session:
            return []
        from_day = max(self.today, self.session.week_start) + dt.timedelta(days=1)
        weeks = free_weeks(session=self.session, calendar=self.calendar, count=NEW_WEEKS, from_day=from_day)
        return [(week.isoformat(), week_and_span(week)) for week in weeks]

    def _held_on(self) -> dt.date | None:
        day = self.cleaned_data.get("day")
        if day == OTHER or not day:
            return self.cleaned_data.get("held_on")
        return dt.date.fromisoformat(day)

    def _leader(self) -> dict[str, Any]:
        kind, _colon, number = (self.cleaned_data.get("leader") or "").partition(":")
        if kind == "me":
            return {"led_by_user": self.user}
        if kind == "user" and self.log:
            return {"led_by_user": self.log.led_by_user}
        if kind == "person":
            return {"led_by_person": self.session.participation.school.people.get(pk=number)}
        return {"led_by_other": self.cleaned_data.get("led_by_other") or ""}

    def _likely(self) -> dict[str, Any]:
        """What is filled in already: the log's own content, and else what was planned."""
        planned = planned_entry(self.session, by=self.user, today=self.today, calendar=self.calendar)
        if self.log is None:
            return {**self._filled(planned), "outcome": HELD, "key": uuid.uuid4()}
        entry = entry_of(self.log)
        if entry.held:
            return {**self._filled(entry), "outcome": HELD, "seen": self.log.content_digest}
        not_held = {"reason": entry.reason, "reason_note": entry.reason_note}
        return {**self._filled(planned), **not_held, "outcome": NOT_HELD, "seen": self.log.content_digest}

    def _filled(self, entry: LogEntry) -> dict[str, Any]:
        day = entry.held_on.isoformat() if entry.held_on else ""
        offered = [value for value, _label in self._days()]
        return {
            **entry.fields(),
            "day": day if day in offered else OTHER,
            "leader": self._leader_choice(entry),
            "parts_done": [part.pk for part in entry.parts_done],
        }

    def _leader_choice(self, entry: LogEntry) -> str:
        if entry.led_by_person:
            return f"person:{entry.led_by_person.pk}"
        if entry.led_by_other:
            return OTHER
        if entry.led_by_user and entry.led_by_user.pk != self.user.pk:
            return f"user:{entry.led_by_user.pk}"
        return "me"

    def _name_the_group(self) -> None:
        if self.session.group.is_class:
            return
        self.fields["present"].label = _("Participants")
        self.fields["rating"].label = _("How did the participants take part?")

    def _describe(self) -> None:
        """Tie help and errors to their fields, for those who listen."""
        for bound in self:
            described = [f"{bound.auto_id}_helptext"] if bound.name in {"present", "note"} else []
            if self.is_bound and bound.name in self.errors:
                described.append(f"{bound.auto_id}_error")
                bound.field.widget.attrs["aria-invalid"] = "true"
            if described:
                bound.field.widget.attrs["aria-describedby"] = " ".join(described)
