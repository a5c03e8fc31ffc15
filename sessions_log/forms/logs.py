"""The full log form, laid out by hand in ``templates/sessions_log/log_form.html``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.templatetags.look import week_no
from programmes.models import Scenario, TopicPart
from schools.models import PlannedSession, SchoolPerson
from sessions_log.actions import change_log, log_session
from sessions_log.checks import LARGEST_GROUP, REASONS, check_entry
from sessions_log.entries import LogEntry, entry_of, planned_entry
from sessions_log.forms.offers import OTHER, Offers
from sessions_log.models import SessionLog, log_of
from sessions_log.policies import LogRefused

HELD, NOT_HELD = "held", "notheld"
# Fields that the form hides, and the server ignores, depending on the first answer.
ONLY_WHEN_NOT_HELD = ("reason", "reason_note", "new_week")
# "No answer" as the log keeps it: None, or "" for texts.
AS_SAID = ("present", "adults_present", "mentors_present", "scenario", "group_split", "room_worked")
IN_WORDS = ("adaptation", "adaptation_reason", "adaptation_note", "time_to_prepare", "time_to_reflect", "note")
CONDITIONS = ("time_to_prepare", "time_to_reflect", "room_worked", "group_split")
ALWAYS = ("outcome", "key", "seen", "version", "why", *ONLY_WHEN_NOT_HELD)

_tick = {"class": "form-check-input"}
_text = {"class": "form-control"}
_count = {"class": "form-control short", "inputmode": "numeric", "autocomplete": "off", "data-count": ""}
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


def _number(**kwargs: Any) -> forms.IntegerField:
    """A count, as a text field with a phone's number keys: in a number field, browsers drop what is not a number."""
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


def _choice(label: Any, choices: Any = (), **kwargs: Any) -> forms.ChoiceField:
    """A question that may be left unanswered."""
    radio = forms.RadioSelect(attrs=_tick)
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=radio, **kwargs)


def _rating(label: Any, choices: Any) -> forms.TypedChoiceField:
    radio = forms.RadioSelect(attrs=_tick)
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=False, widget=radio
    )


def _yes_or_no(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or unanswered (None)."""
    radio = forms.RadioSelect(attrs=_tick)
    return forms.TypedChoiceField(
        label=label,
        choices=YES_OR_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=radio,
    )


def _line(label: Any, most: int = 200) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.TextInput(attrs=_text))


def _offer_rows(field: Any, among: QuerySet[Any], read: Iterable[Any]) -> None:
    """Rows that have been read already as a field's choices; what is sent back is looked up in ``among``."""
    field.queryset = among
    field.choices = [(row.pk, str(row)) for row in read]


def _is_led_by(person: SchoolPerson, leader: Mapping[str, Any]) -> bool:
    user = leader.get("led_by_user")
    return person == leader.get("led_by_person") or bool(user and user.pk and person.user_id == user.pk)


class LogForm(forms.Form):
    """What came of one session. The choices are its own: its days, people, parts and free weeks."""

    use_required_attribute = False
    # Set when somebody, perhaps this same form, has logged the session already.
    is_logged_already = False

    # What happened
    outcome = forms.ChoiceField(
        label=_("Was the session held?"), choices=[(HELD, _("Yes")), (NOT_HELD, _("No"))], widget=forms.RadioSelect
    )
    reason = _choice(_("Why not?"), [(reason.value, reason.label) for reason in REASONS])
    reason_note = _line(_("In your own words"))
    new_week = _choice(_("New time"))
    day = _choice(_("Which day?"))
    held_on = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", **_text}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as 2026-09-17.")},
    )
    # Who
    leader = forms.ChoiceField(
        label=_("Who led the session?"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    led_by_other = _line(_("Name or role"), most=120)
    co_leaders = forms.ModelMultipleChoiceField(
        label=_("Together with"),
        queryset=SchoolPerson.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=_tick),
    )
    present = _number(label=_("Pupils"))
    adults_present = _number(label=_("Adults besides the one who led"))
    mentors_present = _number(label=_("Pupil mentors"))
    # How
    parts_done = forms.ModelMultipleChoiceField(
        label=_("The session's parts"),
        queryset=TopicPart.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=_tick),
    )
    parts_unknown = forms.BooleanField(
        label=_("I do not know which parts"), required=False, widget=forms.CheckboxInput(attrs=_tick)
    )
    scenario = forms.ModelChoiceField(
        label=_("Scenario used"),
        queryset=Scenario.objects.none(),
        required=False,
        empty_label=_("None, or not known"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    adaptation = _choice(_("Did you change anything?"), SessionLog.Adaptation)
    adaptation_reason = _choice(_("Why?"), SessionLog.AdaptationReason)
    adaptation_note = _line(_("What did you change?"))
    group_split = _yes_or_no(_("Was the group divided?"))
    room_worked = _yes_or_no(_("Did the room work?"))
    time_to_prepare = _choice(_("Was there time to prepare?"), SessionLog.Enough)
    time_to_reflect = _choice(_("Was there time to reflect afterwards?"), SessionLog.Enough)
    quality = _rating(_("How did it go to lead the session?"), SessionLog.Quality)
    responsiveness = _rating(_("How did the pupils take part?"), SessionLog.Responsiveness)
    # In words
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3, **_text})
    )
    why = _line(_("Why is the log changed?"))
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The digest of the log that is being changed; empty for a new log.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    # The session's version when the form was opened, so that a log written without network shows whether the session
    # has been moved since.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, session: PlannedSession, user: User, today: dt.date, asks_why: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.user, self.today, self.asks_why = session, user, today, asks_why
        self.log = log_of(session)
        self.offers = Offers(session, user, today, self.log)
        self._offer()
        self._name_the_group()
        self.initial = self._likely()
        self._describe()

    def clean(self) -> dict[str, Any]:
        """Drop hidden fields and their errors, then report everything that is wrong at once."""
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
        held = cleaned["outcome"] == HELD
        hidden = set(ONLY_WHEN_NOT_HELD) if held else set(self.fields) - set(ALWAYS)
        if cleaned.get("day") != OTHER:
            hidden.add("held_on")
        if cleaned.get("leader") != OTHER:
            hidden.add("led_by_other")
        return hidden

    def entry(self) -> LogEntry:
        """The form's content."""
        # An invalid field is missing from cleaned_data, and has its error already.
        said = dict.fromkeys(self.base_fields) | self.cleaned_data
        if said["outcome"] == NOT_HELD:
            week = said["new_week"]
            return LogEntry(
                held=False,
                reason=said["reason"] or "",
                reason_note=said["reason_note"] or "",
                new_week=dt.date.fromisoformat(week) if week else None,
            )
        leader = self._leader()
        content: dict[str, Any] = {
            **leader,
            **{name: said[name] for name in (*AS_SAID, "quality", "responsiveness")},
            **{name: said[name] or "" for name in IN_WORDS},
            # The leader is not also a co-leader.
            "co_leaders": tuple(person for person in said["co_leaders"] or () if not _is_led_by(person, leader)),
            "parts_done": None if said["parts_unknown"] else tuple(said["parts_done"] or ()),
        }
        return LogEntry(held=True, held_on=self._held_on(), **content)

    def save(self, *, now: dt.datetime) -> SessionLog:
        """Save a valid form as a new log, or as a change of the log that was seen.

        Raises as the actions do, and ``LogRefused`` when the session has changed since the form was opened.
        """
        said, log = self.cleaned_data, self.log
        if said["seen"]:
            if log is None:
                raise LogRefused(_("The log has been undone."), code="undone")
            why = said.get("why") or ""
            return change_log(log=log, entry=self.entry(), by=self.user, now=now, seen=said["seen"], reason=why)
        known = log is not None and log.key == said["key"]
        if said["version"] is not None and said["version"] != self.session.version and not known:
            self._check_moved()
        return log_session(session=self.session, entry=self.entry(), key=said["key"], by=self.user, now=now)

    def _check_moved(self) -> None:
        """Refuse if the session is not as the form showed it. The form is then shown again with the session as it is
        now, and saving again is accepted."""
        data: Any = self.data
        self.data = data = data.copy()
        data["version"] = str(self.session.version)
        if self.log is None:
            raise LogRefused(
                _("The session is in %(week)s now, since you opened the form. Does the log hold? Save again.")
                % {"week": week_no(self.session.week_start)},
                code="moved",
            )

    @property
    def of_how_many(self) -> str:
        """ "of 26 in the class"; empty while the group's size is not known."""
        group = self.session.group
        if group.headcount is None:
            return ""
        text = _("of %(count)d in the class") if group.is_class else _("of %(count)d in the group")
        return text % {"count": group.headcount}

    @property
    def unanswered(self) -> str:
        """What the HTML of unanswered questions depends on, for ``{% once %}``; empty where they may be answered."""
        return "" if self.is_bound or self.log else self.session.group.kind

    @property
    def conditions_said(self) -> bool:
        """Whether any of the folded questions is answered or has an error."""
        return any(self[name].value() or self[name].errors for name in CONDITIONS)

    def add_refusals(self, refused: ValidationError) -> None:
        """Show what an action refused at the fields that it names."""
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused)
            return
        for name, errors in refused.error_dict.items():
            chose_planned_day = name == "held_on" and self.cleaned_data.get("day") != OTHER
            self._refuse("day" if chose_planned_day else name, errors)

    def _refuse(self, name: str, error: Any) -> None:
        """Add an error, one a field: the first is enough."""
        if name not in self.errors:
            self.add_error(name, error)

    def _offer(self) -> None:
        choice: dict[str, Any] = self.fields
        choice["day"].choices = [*self.offers.days, (OTHER, _("Another day"))]
        choice["leader"].choices = self.offers.leaders()
        _offer_rows(choice["co_leaders"], self.offers.co_leaders(), self.offers.people)
        choice["new_week"].choices = [*self.offers.new_weeks(), ("", _("Decide later"))]
        _offer_rows(choice["parts_done"], self.offers.parts(), self.offers.parts_in_order)
        if self.offers.is_mvp:
            choice["scenario"].queryset = self.offers.scenarios()
        else:
            del choice["scenario"], choice["mentors_present"]
        if not self.asks_why:
            del choice["why"]

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
        """The prefilled values: those of the existing log, or else the planned day, leader, counts and parts."""
        planned = planned_entry(self.session, by=self.user, today=self.today, calendar=self.offers.calendar)
        if self.log is None:
            # Whether anything was changed is for the person to say.
            said = {**self._filled(planned), "adaptation": ""}
            return {**said, "outcome": HELD, "key": uuid.uuid4(), "version": self.session.version}
        entry, seen = entry_of(self.log), {"seen": self.log.content_digest, "version": self.session.version}
        if entry.held:
            return {**self._filled(entry), "outcome": HELD, **seen}
        not_held = {"reason": entry.reason, "reason_note": entry.reason_note}
        return {**self._filled(planned), **not_held, "outcome": NOT_HELD, **seen}

    def _filled(self, entry: LogEntry) -> dict[str, Any]:
        day = entry.held_on.isoformat() if entry.held_on else ""
        offered = [value for value, _label in self.offers.days]
        yes_no = {True: "yes", False: "no", None: ""}
        return {
            **entry.fields(),
            "day": day if day in offered else OTHER,
            "leader": self._leader_choice(entry),
            "co_leaders": [person.pk for person in entry.co_leaders],
            "parts_done": [part.pk for part in entry.parts_done or ()],
            "parts_unknown": entry.parts_done is None and self.log is not None,
            "group_split": yes_no[entry.group_split],
            "room_worked": yes_no[entry.room_worked],
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
        self.fields["responsiveness"].label = _("How did the participants take part?")

    def _describe(self) -> None:
        """Connect help texts and errors to their fields for screen readers; for a group of choices, on the group."""
        for bound in self:
            described = [f"{bound.auto_id}_helptext"] if bound.name in {"present", "note"} else []
            if self.is_bound and bound.name in self.errors:
                described.append(f"{bound.auto_id}_error")
                bound.field.widget.attrs["aria-invalid"] = "true"
            if described and not bound.use_fieldset:
                bound.field.widget.attrs["aria-describedby"] = " ".join(described)
