"""The rules for reminders in words, and what has been changed in them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.kinds import kind_named
from sessions_log.reminding.kinds import Reminding, To, Unit
from sessions_log.reminding.rules import Rule, Rules

UNITS: dict[Unit, str | Promise] = {
    Unit.WEEKS_BEFORE: gettext_lazy("weeks before"),
    Unit.DAYS_BEFORE: gettext_lazy("days before"),
    Unit.DAYS_AFTER: gettext_lazy("days after"),
}
RECIPIENTS: dict[To, str | Promise] = {
    To.CONTACTS: gettext_lazy("to contact persons"),
    To.SCHOOL_COORDINATORS: gettext_lazy("to the schools' coordinators"),
    To.LEADERS: gettext_lazy("to those who hold sessions"),
    To.INVITED: gettext_lazy("to those invited"),
    To.CENTRE: gettext_lazy("to the centre's coordinators"),
    To.PARTNERS: gettext_lazy("to the partners' representatives"),
}


def title_of(reminding: Reminding) -> str:
    return str(kind_named(reminding.kind).title)


def in_words(reminding: Reminding, rule: Rule) -> str:
    """3, 1 och 0 veckor före; or that it is off."""
    if not rule.is_on:
        return _("off")
    if reminding.unit == Unit.NONE:
        return _("on")
    return f"{get_text_list([str(lead) for lead in rule.leads], _('and'))} {UNITS[reminding.unit]}"


def changes_in_words(remindings: tuple[Reminding, ...], before: Rules, after: Rules) -> Iterator[str]:
    """A sentence for each kind whose rules differ from the earlier ones."""
    for one in remindings:
        was, is_now = in_words(one, before[one.kind]), in_words(one, after[one.kind])
        if was != is_now:
            yield f"{title_of(one)}: {was} → {is_now}"
