"""The administrator edits the catalogue here; loading the reference content again keeps what was edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from programmes.models import (
    Commitment,
    Concept,
    ContentItem,
    ContentSection,
    Encounter,
    FollowUp,
    Goal,
    LoadedField,
    Measure,
    PartnerContact,
    PartnerMembership,
    PartnerOrganisation,
    PoliticalProblem,
    Programme,
    Scenario,
    SessionTopic,
    SituationFinding,
    StrategicArea,
    TopicPart,
)


class TopicPartInline(admin.StackedInline):
    model = TopicPart
    extra = 1
    can_delete = False  # logs point at parts: they are removed on the topic's own page


class ContentItemInline(admin.StackedInline):
    model = ContentItem
    extra = 0


@admin.register(PartnerOrganisation)
class PartnerOrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "position"]


@admin.register(PartnerMembership)
class PartnerMembershipAdmin(admin.ModelAdmin):
    """Here the administrator says who represents a partner, and until when."""

    list_display = ["user", "partner", "starts_on", "ends_on"]
    list_filter = ["partner"]
    list_select_related = ["user", "partner"]


@admin.register(PartnerContact)
class PartnerContactAdmin(admin.ModelAdmin):
    list_display = ["name", "title", "partner"]
    list_filter = ["partner"]
    list_select_related = ["partner"]


@admin.register(Commitment)
class CommitmentAdmin(admin.ModelAdmin):
    list_display = ["text", "partner", "position"]
    list_filter = ["partner"]
    list_select_related = ["partner"]


@admin.register(StrategicArea)
class StrategicAreaAdmin(admin.ModelAdmin):
    list_display = ["name", "position"]


@admin.register(PoliticalProblem)
class PoliticalProblemAdmin(admin.ModelAdmin):
    list_display = ["number", "text"]


@admin.register(Goal)
class GoalAdmin(admin.ModelAdmin):
    list_display = ["title", "position"]


class WrittenOnThePages(admin.ModelAdmin):
    """Rows that are edited on the portal's own pages, where the rules between them are kept; here they can be read and
    removed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SituationFinding)
class SituationFindingAdmin(WrittenOnThePages):
    list_display = ["title", "found_on"]
    exclude = ["file"]


@admin.register(Measure)
class MeasureAdmin(WrittenOnThePages):
    list_display = ["title", "status", "starts_on", "next_follow_up"]
    list_filter = ["status", "owners", "areas"]
    search_fields = ["title"]


@admin.register(FollowUp)
class FollowUpAdmin(WrittenOnThePages):
    list_display = ["measure", "on", "by"]
    list_select_related = ["measure", "by"]


@admin.register(ContentSection)
class ContentSectionAdmin(admin.ModelAdmin):
    list_display = ["title", "position", "source"]
    search_fields = ["title", "intro", "items__heading", "items__text"]
    inlines = [ContentItemInline]


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "status", "audience", "position"]
    list_filter = ["kind", "status"]


@admin.register(Encounter)
class EncounterAdmin(admin.ModelAdmin):
    list_display = ["who", "programme", "what", "lane", "first_stage", "last_stage", "position"]
    list_filter = ["lane", "level"]
    list_select_related = ["programme"]


@admin.register(Concept)
class ConceptAdmin(admin.ModelAdmin):
    list_display = ["term", "forms"]
    search_fields = ["term", "forms", "meaning"]


@admin.register(Scenario)
class ScenarioAdmin(admin.ModelAdmin):
    list_display = ["title", "programme", "position"]
    list_filter = ["programme"]


@admin.register(SessionTopic)
class SessionTopicAdmin(admin.ModelAdmin):
    exclude = ["material"]  # uploaded on the topic's own page, where versions are kept
    list_display = ["title", "programme", "kind", "number", "month"]
    list_filter = ["programme", "kind"]
    list_select_related = ["programme"]
    search_fields = ["title"]
    inlines = [TopicPartInline]


@admin.register(LoadedField)
class LoadedFieldAdmin(admin.ModelAdmin):
    """Read-only: what the reference files gave last."""

    list_display = ["model", "key", "field"]
    list_filter = ["model"]
    search_fields = ["key"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LoadedField | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LoadedField | None = None) -> bool:
        return False
