"""The catalogue: what the centre's work rests on, its programmes and their sessions' topics; the partners and what
they do together."""

from programmes.models.catalogue import LoadedField, MaterialVersion, Programme, SessionTopic, TopicPart
from programmes.models.encounters import Encounter, Stage
from programmes.models.ground import ContentItem, ContentSection, PartnerOrganisation, is_checked_lately
from programmes.models.handbook import Concept, Scenario
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
    "Concept",
    "ContentItem",
    "ContentSection",
    "Encounter",
    "FollowUp",
    "Goal",
    "LoadedField",
    "MaterialVersion",
    "Measure",
    "PartnerContact",
    "PartnerMembership",
    "PartnerOrganisation",
    "PoliticalProblem",
    "Programme",
    "Scenario",
    "SessionTopic",
    "SituationFinding",
    "Stage",
    "StrategicArea",
    "TopicPart",
    "is_checked_lately",
]
