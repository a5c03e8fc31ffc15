"""The administrator edits the catalogue here; loading the reference content again keeps what was edited."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from programmes.models import (
    Concept,
    ContentItem,
    ContentSection,
    Encounter,
    LoadedField,
    PartnerOrganisation,
    Programme,
    Scenario,
    SessionTopic,
    TopicPart,
)


class TopicPartInline(admin.StackedInline):
    model = TopicPart
    extra = 1


class ContentItemInline(admin.StackedInline):
    model = ContentItem
    extra = 0


@admin.register(PartnerOrganisation)
class PartnerOrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "position"]


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
    """To read only: what the reference files last gave."""

    list_display = ["model", "key", "field"]
    list_filter = ["model"]
    search_fields = ["key"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LoadedField | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LoadedField | None = None) -> bool:
        return False
