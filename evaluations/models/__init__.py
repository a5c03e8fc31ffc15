"""What the evaluations keep: figures, targets, saved reports, indicators with their values, studies, surveys."""

from evaluations.models.indicators import Area, Indicator, IndicatorImport, Observation, ReportedResult
from evaluations.models.kept import ParticipationFigures, SummedFigures
from evaluations.models.reports import FormerText, SavedReport
from evaluations.models.studies import Study
from evaluations.models.surveys import SurveyAnswer, SurveyRound, SurveyWave
from evaluations.models.targets import Target

__all__ = [
    "Area",
    "FormerText",
    "Indicator",
    "IndicatorImport",
    "Observation",
    "ParticipationFigures",
    "ReportedResult",
    "SavedReport",
    "Study",
    "SummedFigures",
    "SurveyAnswer",
    "SurveyRound",
    "SurveyWave",
    "Target",
]
