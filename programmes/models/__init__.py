"""The catalogue: what the centre's work rests on, its programmes and their sessions' topics; the partners and what
they do together."""

from programmes.models.catalogue import LoadedField, Programme, SessionTopic, TopicPart
from programmes.models.ground import ContentItem, ContentSection, PartnerOrganisation
from programmes.models.measures import (
    FollowUp,
    Goal,
    Measure,
    PoliticalProblem,
    SituationFinding,
    StrategicArea,
)
from programmes.models.partners import Commitment, PartnerContact, PartnerMembership

__all__ = [
    "Commitment",
    "ContentItem",
    "ContentSection",
    "FollowUp",
    "Goal",
    "LoadedField",
    "Measure",
    "PartnerContact",
    "PartnerMembership",
    "PartnerOrganisation",
    "PoliticalProblem",
    "Programme",
    "SessionTopic",
    "SituationFinding",
    "StrategicArea",
    "TopicPart",
]
