"""The ways out on a draft in which not all of a series fits: one form for each class."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.look import week_and_span, week_no
from accounts.validators import refuse_personal_number
from schools.engine.drafts import Draft
from schools.engine.ways_out import WaysOut, ways_out


class WayOutForm(forms.Form):
    """Meeting every week for a while, beginning earlier, leaving sessions out with a reason: one of these or
    several."""

    use_required_attribute = False

    weekly = forms.BooleanField(required=False)
    first_week = forms.ChoiceField(label=_("Begin earlier"), required=False)
    left_out = forms.TypedMultipleChoiceField(
        label=_("Leave out sessions"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Why are they left out?"),
        max_length=200,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Write nothing that can be tied to a pupil."),
    )

    def __init__(self, data: Any = None, *, ways: WaysOut) -> None:
        super().__init__(data, prefix=f"g{ways.group.pk}")
        self.ways = ways
        chosen = ways.chosen
        self.weekly_from = chosen.weekly_from or ways.weekly_from
        weekly = _now("Every week from %(week)s, for as long as it takes. %(room)s")
        said = {"week": week_no(self.weekly_from), "room": self._room(ways.weekly)}
        self.fields["weekly"].label = weekly % said
        self._offer_weeks(chosen.first_week)
        numbers = sorted({*ways.numbers, *chosen.left_out})
        self.fields["left_out"].choices = [(n, _now("Session %(n)s") % {"n": n}) for n in numbers]  # type: ignore[attr-defined]
        self.initial = {
            "weekly": bool(chosen.weekly_from),
            "first_week": chosen.first_week.isoformat() if chosen.first_week else "",
            "left_out": chosen.left_out,
            "reason": chosen.reason,
        }

    def _offer_weeks(self, chosen: dt.date | None) -> None:
        weeks = dict(self.ways.earlier)
        if chosen and chosen not in weeks:
            weeks[chosen] = self.ways.fits
        if not weeks:
            del self.fields["first_week"]
            return
        offered = [(week.isoformat(), f"{week_and_span(week)}. {self._room(weeks[week])}") for week in sorted(weeks)]
        self.fields["first_week"].choices = [("", _("No earlier than now")), *offered]  # type: ignore[attr-defined]

    def _room(self, fits: int) -> str:
        return _now("Room for %(fits)s of %(wanted)s sessions.") % {"fits": fits, "wanted": self.ways.wanted}

    @property
    def leaves_out(self) -> bool:
        """Whether sessions are left out, or were meant to be; then that part of the form is shown open."""
        return bool(self.ways.chosen.left_out or "reason" in self.errors or "left_out" in self.errors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("left_out") and not (cleaned.get("reason") or "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Write why sessions are left out."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The arguments for the action."""
        week = self.cleaned_data.get("first_week")
        return {
            "first_week": dt.date.fromisoformat(week) if week else None,
            "weekly_from": self.weekly_from if self.cleaned_data["weekly"] else None,
            "left_out": self.cleaned_data["left_out"],
            "reason": self.cleaned_data["reason"],
        }


def ways_out_forms(draft: Draft) -> list[WayOutForm]:
    """A form for each class that lacks room for its series, or has taken a way out."""
    return [WayOutForm(ways=ways) for ways in ways_out(draft.outline)] if draft.outline.rules.is_series else []
