"""The catalogue: what the centre's work rests on, its programmes and their sessions' topics."""

from programmes.models.catalogue import LoadedField, MaterialVersion, Programme, SessionTopic, TopicPart
from programmes.models.encounters import Encounter, Stage
from programmes.models.ground import ContentItem, ContentSection, PartnerOrganisation, is_checked_lately
from programmes.models.handbook import Concept, Scenario

__all__ = [
    "Concept",
    "ContentItem",
    "ContentSection",
    "Encounter",
    "LoadedField",
    "MaterialVersion",
    "PartnerOrganisation",
    "Programme",
    "Scenario",
    "SessionTopic",
    "Stage",
    "TopicPart",
    "is_checked_lately",
]
