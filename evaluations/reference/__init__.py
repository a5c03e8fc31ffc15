"""The indicators' and studies' part of the reference content, loaded with the catalogue's and by the same rules."""

from pathlib import Path

from evaluations.models import Area, Indicator, Observation, ReportedResult, Study
from programmes.models import Programme
from programmes.reference import Shape

FOLDER = Path(__file__).parent
_INDICATOR = {"indicator": Indicator}
SHAPES = (
    Shape("indicator_areas", Area, frozenset({"name", "kind"}), frozenset({"code", "note", "members", "is_own"})),
    Shape(
        "indicators",
        Indicator,
        frozenset({"name", "unit", "source", "position"}),
        frozenset(
            {"direction", "definition", "caveat", "source_link", "programme", "start_year", "baseline_year"}
            | {"target_value", "target_year", "kolada_kpi", "kolada_title"}
        ),
        {"programme": Programme},
    ),
    Shape(
        "observations",
        Observation,
        frozenset({"indicator", "area", "year", "value", "source"}),
        frozenset({"count", "source_date"}),
        {**_INDICATOR, "area": Area},
    ),
    Shape(
        "results",
        ReportedResult,
        frozenset({"indicator", "text", "own", "source", "source_year", "position"}),
        frozenset({"comparison", "source_link"}),
        _INDICATOR,
    ),
    Shape(
        "studies",
        Study,
        frozenset({"title", "author", "year", "position"}),
        frozenset({"programme", "design", "sample", "finding", "meaning", "link", "figures"}),
        {"programme": Programme},
    ),
)
