"""How values are read and written: decimal commas, spaces between thousands, a real minus."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

NBSP = "\u00a0"
MINUS = "−"


def exact(value: float | Decimal) -> Decimal:
    """A kept value as the decimal number that was given: 77.1, not 77.099999."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def shown(value: float | Decimal, decimals: int = 2) -> str:
    """1 234,5: at most so many decimals, and no trailing zeros."""
    rounded = round(exact(value), decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    text = text.rstrip("0").rstrip(",") if "," in text else text
    return f"{MINUS}{text}" if rounded < 0 else text


def signed(value: float | Decimal) -> str:
    """With its sign, for differences: +14, −3, 0."""
    return f"+{shown(value)}" if round(exact(value), 2) > 0 else shown(value)


def with_unit(value: float | Decimal, unit: str) -> str:
    """77 %, 12 per 100 000."""
    return f"{shown(value)}{NBSP}{unit}"


def difference_unit(unit: str) -> str:
    """The unit of a difference: for per cents, percentage points."""
    return _("percentage points") if unit.strip() == "%" else unit
