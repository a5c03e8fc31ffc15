"""The catalogue: what the centre's work rests on, its programmes and their sessions' topics."""

from programmes.models.catalogue import LoadedField, Programme, SessionTopic, TopicPart
from programmes.models.ground import ContentItem, ContentSection, PartnerOrganisation

__all__ = [
    "ContentItem",
    "ContentSection",
    "LoadedField",
    "PartnerOrganisation",
    "Programme",
    "SessionTopic",
    "TopicPart",
]
