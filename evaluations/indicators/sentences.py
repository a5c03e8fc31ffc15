"""Comparisons in plain words, by rule: how much, which place among the others, and what cannot be concluded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from evaluations.indicators.comparing import AREAS_FOR_FIVE_PER_CENT, FEWEST_AREAS, Change, Placebo
from evaluations.indicators.numbers import difference_unit, exact, shown, signed, with_unit
from evaluations.indicators.series import Compared, Comparison
from evaluations.models import Indicator

# The test's share of areas: up to which it is called what.
RARE, SOMEWHAT_RARE = Fraction(1, 20), Fraction(1, 10)


def told(comparison: Comparison) -> list[str]:
    """Everything that can be said of a comparison, one or two sentences for each thing, with the caveat last."""
    parts = [size(comparison), *(beside(comparison, row) for row in comparison.wholes[:2])]
    if comparison.spread:
        parts.append(spread(comparison))
    return [*parts, place(comparison), test(comparison), *target(comparison), caveat()]


def size(comparison: Comparison) -> str:
    """How much our own municipality changed, and whether that is in the wished direction."""
    unit, own = comparison.indicator.unit, comparison.own
    said = {
        "area": comparison.area,
        "before": with_unit(own.before, unit),
        "after": with_unit(own.after, unit),
        "first": comparison.before,
        "last": comparison.after,
        "change": changed(own.size, unit),
    }
    text = _("%(area)s went from %(before)s (%(first)s) to %(after)s (%(last)s): %(change)s.") % said
    wished = _wished(comparison.indicator, own.size)
    return f"{text} {wished}" if wished else text


def changed(difference: Decimal, unit: str) -> str:
    """up by 14 percentage points, down by 3, or unchanged."""
    said = {"n": shown(abs(difference)), "unit": difference_unit(unit)}
    if difference == 0:
        return _("unchanged")
    return (_("up by %(n)s %(unit)s") if difference > 0 else _("down by %(n)s %(unit)s")) % said


def beside(comparison: Comparison, row: Compared) -> str:
    """Another area's change in the same years, and the difference between the two."""
    unit = comparison.indicator.unit
    said = {
        "area": row.area,
        "change": changed(row.change.size, unit),
        "difference": shown(abs(row.difference)),
        "unit": difference_unit(unit),
    }
    return _("%(area)s in the same years: %(change)s. The changes differ by %(difference)s %(unit)s.") % said


def working(own: Change, row: Compared, unit: str) -> str:
    """The difference in differences as it is counted: (91 − 77) − (87 − 90) = 17 percentage points."""
    given = [own.after, own.before, row.change.after, row.change.before]
    after, before, their_after, their_before = (_in_brackets(value) for value in given)
    left = f"({after} − {before}) − ({their_after} − {their_before})"
    return f"{left} = {shown(row.difference)} {difference_unit(unit)}"


def spread(comparison: Comparison) -> str:
    """How the other municipalities' changes are spread."""
    found = comparison.spread
    assert found is not None
    said = {"n": found.areas, "unit": difference_unit(comparison.indicator.unit)}
    if found.areas == 1:
        return _("One other municipality changed by %(size)s %(unit)s.") % {**said, "size": signed(found.middle)}
    said |= {"lowest": signed(found.lowest), "middle": signed(found.middle), "highest": signed(found.highest)}
    text = _(
        "The %(n)s other municipalities changed by between %(lowest)s and %(highest)s %(unit)s, "
        "and the middle one by %(middle)s."
    )
    return text % said


def place(comparison: Comparison) -> str:
    """Our own change's place among the municipalities' changes."""
    if comparison.place is None:
        return _("There is no other municipality to rank it among.")
    place_, areas = comparison.place
    said = {"area": comparison.area, "place": place_, "n": areas}
    if comparison.own.size >= 0:
        return _("Among %(n)s municipalities, counted from the largest rise, %(area)s has place %(place)s.") % said
    return _("Among %(n)s municipalities, counted from the largest fall, %(area)s has place %(place)s.") % said


def test(comparison: Comparison) -> str:
    """What the permutation test over municipalities says, or why there is none."""
    if comparison.placebo is None:
        if comparison.tested <= 2:
            return _("Two points in time and one comparison carry no test: how far chance reaches can't be told.")
        said = {"n": comparison.tested, "needed": FEWEST_AREAS}
        return (
            _(
                "Only %(n)s municipalities have values in both years. A test by rank needs at least %(needed)s: "
                "with fewer it could say nothing, so none is made."
            )
            % said
        )
    return " ".join([_rank(comparison, comparison.placebo), _judged(comparison.placebo)])


def target(comparison: Comparison) -> list[str]:
    """How far the later year's value is from the target, for an indicator that has a target and a direction."""
    indicator = comparison.indicator
    if indicator.target_value is None or indicator.direction == Indicator.Direction.NEITHER:
        return []
    aim, now = exact(indicator.target_value), comparison.own.after
    left = aim - now if indicator.direction == Indicator.Direction.UP else now - aim
    said = {"target": with_unit(aim, indicator.unit), "year": indicator.target_year, "last": comparison.after}
    if left <= 0:
        return [_("The target, %(target)s in %(year)s, was reached in %(last)s.") % said]
    said |= {"left": shown(left), "unit": difference_unit(indicator.unit)}
    return [_("The target is %(target)s in %(year)s: in %(last)s %(left)s %(unit)s were left.") % said]


def caveat() -> str:
    return _(
        "This shows what happened, not why. The municipalities differ in much else, and the comparison is no proof "
        "that the work has led to it."
    )


def _rank(comparison: Comparison, placebo: Placebo) -> str:
    said = {
        "area": comparison.area,
        "n": placebo.areas,
        "rank": placebo.rank,
        "departure": shown(abs(placebo.departure), 1),
        "unit": difference_unit(comparison.indicator.unit),
    }
    return (
        _(
            "%(area)s departs from the others' mean change by %(departure)s %(unit)s. In %(rank)s of %(n)s "
            "municipalities, %(area)s among them, the change departs at least as much."
        )
        % said
    )


def _judged(placebo: Placebo) -> str:
    if placebo.share <= RARE:
        return _("A departure that large is rare among these municipalities.")
    if placebo.share <= SOMEWHAT_RARE:
        text = _("A departure that large is not common among these municipalities.")
    else:
        text = _("Departures that large are found without the work too: they can be nothing but ordinary variation.")
    if placebo.areas < AREAS_FOR_FIVE_PER_CENT:
        least = _("With %(n)s municipalities the test can never say more than one of %(n)s.") % {"n": placebo.areas}
        return f"{text} {least}"
    return text


def _wished(indicator: Indicator, difference: Decimal) -> str:
    if difference == 0 or indicator.direction == Indicator.Direction.NEITHER:
        return ""
    if (difference > 0) == (indicator.direction == Indicator.Direction.UP):
        return _("That is the way wished for.")
    return _("That is not the way wished for.")


def _in_brackets(value: Decimal) -> str:
    """With brackets around a negative number, as within a subtraction."""
    return f"({shown(value)})" if value < 0 else shown(value)
