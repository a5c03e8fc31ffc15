"""What free text must not hold."""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Dashes, spaces and invisible characters that Word and web pages put instead of the keyboard's.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_SPACE, _SIGN = "[ \t\u00a0\u2000-\u200a\u202f]{0,2}", "[-+\u2010-\u2015\u2212]?"
# Ten or twelve digits, with or without a dash or plus before the last four, not inside a longer number.
_CANDIDATE = re.compile(rf"(?<!\d)(?:19|20)?(\d{{2}})(\d{{2}})(\d{{2}}){_SPACE}({_SIGN}){_SPACE}(\d{{4}})(?!\d)")
# A co-ordination number (samordningsnummer) adds 60 to the day.
_COORDINATION_OFFSET = 60


def holds_personal_number(text: str) -> bool:
    """Whether the text holds a Swedish personal identity number or co-ordination number.

    A number written with its sign (YYMMDD-NNNN) counts whatever its check digit; one without counts if the check
    digit is right, so that telephone numbers pass. Check digit by Luhn's formula, as Skatteverket describes it.
    """
    return any(
        _is_a_day(month, day) and (bool(sign) or _luhn(year + month + day + serial))
        for year, month, day, sign, serial in _CANDIDATE.findall(_UNSEEN.sub("", text))
    )


def refuse_personal_number(text: str) -> None:
    """Raise ``ValidationError`` with what to do instead, if the text holds a personal identity number."""
    if holds_personal_number(text):
        raise ValidationError(
            _("Remove the personal identity number. Nothing here may be tied to a person."), code="personal_number"
        )


def _is_a_day(month: str, day: str) -> bool:
    number = int(day)
    if number > _COORDINATION_OFFSET:
        number -= _COORDINATION_OFFSET
    try:
        dt.date(2000, int(month), number)  # a leap year, so that 29 February counts
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
