"""Adjusting a draft: which of its sessions, and what is decided about them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from schools.actions.drafts import leave_as_is, put_in_week, take_back, week_beside
from schools.engine.drafts import Change, Draft

EARLIER, LATER, WEEK, LEAVE, TAKE_BACK, TAKE_ALL_BACK = (
    "earlier",
    "later",
    "week",
    "leave",
    "take-back",
    "take-all-back",
)
STEPS = {EARLIER: -1, LATER: 1}


class AdjustForm(forms.Form):
    """The sessions that are ticked, and the button that was pressed."""

    place = forms.MultipleChoiceField(required=False)
    deed = forms.ChoiceField(choices=[(deed, deed) for deed in (*STEPS, WEEK, LEAVE, TAKE_BACK, TAKE_ALL_BACK)])
    week = forms.DateField(required=False, error_messages={"invalid": _("Choose a week.")})

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.by_key = {change.key: change for change in draft.changes}
        place: Any = self.fields["place"]
        place.choices = [(key, key) for key in self.by_key]
        place.error_messages["invalid_choice"] = _("The draft has changed since you saw it. See the new one.")

    @property
    def line(self) -> str:
        """The draft's line whose form was sent, so that it is shown open again."""
        return next(iter(self.data.getlist("place")), "") if hasattr(self.data, "getlist") else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        deed = cleaned.get("deed")
        if self.errors or deed == TAKE_ALL_BACK:
            return cleaned
        changes = [self.by_key[key] for key in cleaned["place"]]
        if not changes:
            raise ValidationError(_("Tick at least one group."))
        cleaned["weeks"] = self._weeks(deed, changes, cleaned.get("week"))
        if deed == LEAVE and not all(change.can_be_left for change in changes):
            raise ValidationError(_("There is nothing here to leave as it is."))
        return cleaned

    def _weeks(self, deed: str | None, changes: list[Change], week: dt.date | None) -> dict[Change, dt.date]:
        """The new week of each session; None where the decision gives no week."""
        if deed not in (*STEPS, WEEK):
            return {}
        if not all(change.can_be_moved for change in changes):
            raise ValidationError(_("Take back the adjustment first."))
        if deed == WEEK:
            if week is None:
                raise ValidationError(_("Choose a week."))
            return dict.fromkeys(changes, week)
        found = {change: week_beside(self.draft, change, STEPS[str(deed)]) for change in changes}
        stuck = [str(change.group) for change, beside in found.items() if beside is None]
        if stuck:
            text = _("%(groups)s: there is no earlier week.") if deed == EARLIER else _("%(groups)s: no week is later.")
            raise ValidationError(text % {"groups": get_text_list(stuck, _now("and"))})
        return {change: beside for change, beside in found.items() if beside}

    def save(self, *, by: User, now: dt.datetime) -> bool:
        """Adjust the draft; what is refused is shown in the form."""
        deed, draft = self.cleaned_data["deed"], self.draft
        changes = [self.by_key[key] for key in self.cleaned_data["place"]]
        try:
            if deed == TAKE_ALL_BACK:
                take_back(draft=draft, changes=[change for change in draft.changes if change.is_adjusted], by=by)
            elif deed == TAKE_BACK:
                take_back(draft=draft, changes=changes, by=by)
            elif deed == LEAVE:
                leave_as_is(draft=draft, changes=changes, by=by, now=now)
            else:
                put_in_week(draft=draft, weeks=self.cleaned_data["weeks"], by=by, now=now)
        except ValidationError as refused:
            self.add_error(None, refused)
            return False
        return True
