"""The form for a year's reminders: a switch for each kind, and its lead times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sessions_log.reminding.kinds import Kind, Reminding, Unit
from sessions_log.reminding.rules import Rule, Rules
from sessions_log.reminding.words import UNITS, title_of

# Matches "3, 1 och 0", with whatever people write between numbers.
_BETWEEN = re.compile(r"\s*(?:,|;|\s|och|and|\+|&)\s*")


class LeadsField(forms.CharField):
    """Several whole numbers as people write them: 3, 1 och 0."""

    def __init__(self, reminding: Reminding) -> None:
        self.reminding = reminding
        super().__init__(required=False, max_length=40, label=str(UNITS[reminding.unit]))

    def clean(self, value: Any) -> tuple[int, ...]:
        """Raises ``ValidationError`` for anything but whole numbers, for too many of them, and for numbers out of
        range."""
        text, one = str(super().clean(value)), self.reminding
        parts = [part for part in _BETWEEN.split(text.strip()) if part]
        if not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
            example = ", ".join(str(lead) for lead in one.usual)
            raise forms.ValidationError(_("Write whole numbers, such as %(example)s.") % {"example": example})
        leads = {int(part) for part in parts}
        if wrong := sorted(lead for lead in leads if not one.lowest <= lead <= one.highest):
            said = {"n": wrong[0], "lowest": one.lowest, "highest": one.highest}
            raise forms.ValidationError(
                _("%(n)s is too much or too little. Write from %(lowest)s to %(highest)s.") % said
            )
        if leads and not one.fewest <= len(leads) <= one.most:
            raise forms.ValidationError(_how_many(one))
        return one.in_order(leads)


def _how_many(one: Reminding) -> str:
    if one.fewest == one.most == 2:
        return _now("Write two numbers: when the school is told, and when the centre is.")
    if one.most == 1:
        return _now("Write one number.")
    return ngettext("Write at most %(n)s number.", "Write at most %(n)s numbers.", one.most) % {"n": one.most}


class RulesForm(forms.Form):
    """A switch and lead times for each kind. ``based_on`` is the version that is changed."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, remindings: tuple[Reminding, ...], rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remindings, self.before = remindings, rules
        for one in remindings:
            rule = rules[one.kind]
            self.fields[f"{one.kind}-on"] = forms.BooleanField(required=False, label=title_of(one), initial=rule.is_on)
            if one.unit != Unit.NONE:
                self.fields[f"{one.kind}-leads"] = LeadsField(one)
                self.initial[f"{one.kind}-leads"] = ", ".join(str(lead) for lead in rule.leads)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for one in self.remindings:
            name = f"{one.kind}-leads"
            if cleaned.get(f"{one.kind}-on") and cleaned.get(name) == ():
                self.add_error(name, _("Write when it comes, or switch it off."))
        self._check_order()
        return cleaned

    def _check_order(self) -> None:
        """The reminder that escalates has to come after those that ask for the log."""
        said = self.cleaned_data
        asked, told = said.get(f"{Kind.LOG_MISSING}-leads"), said.get(f"{Kind.LOG_ESCALATED}-leads")
        both = said.get(f"{Kind.LOG_MISSING}-on") and said.get(f"{Kind.LOG_ESCALATED}-on")
        if both and asked and told and min(told) <= max(asked):
            text = _("Write more than %(n)s days: by then a missing log has been asked for.") % {"n": max(asked)}
            self.add_error(f"{Kind.LOG_ESCALATED}-leads", text)

    def rules(self) -> dict[str, Rule]:
        """The rules chosen. A kind switched off without lead times keeps those it had; one that is not in the form is
        unchanged."""
        said = self.cleaned_data
        found = dict(self.before)
        for one in self.remindings:
            leads = said.get(f"{one.kind}-leads", one.usual) or self.before[one.kind].leads
            since = self.before[one.kind].since
            found[one.kind] = Rule(said[f"{one.kind}-on"], leads, {k: v for k, v in since.items() if k in leads})
        return found

    def rows(self) -> Iterator[Row]:
        for one in self.remindings:
            leads = f"{one.kind}-leads"
            yield Row(one, self[f"{one.kind}-on"], self[leads] if leads in self.fields else None)


@dataclass(frozen=True)
class Row:
    """A kind of reminder in the form."""

    reminding: Reminding
    switch: forms.BoundField
    leads: forms.BoundField | None

    @property
    def unit(self) -> str:
        """veckor före passets vecka"""
        return f"{UNITS[self.reminding.unit]} {self.reminding.counted_from}" if self.leads else ""
