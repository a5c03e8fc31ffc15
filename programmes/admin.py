"""The administrator edits the catalogue here; loading the reference content again keeps what was edited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse

from programmes.material import TYPES, check_material, discard_on_commit
from programmes.models import (
    Commitment,
    ContentItem,
    ContentSection,
    FollowUp,
    Goal,
    LoadedField,
    Measure,
    PartnerContact,
    PartnerMembership,
    PartnerOrganisation,
    PoliticalProblem,
    Programme,
    SessionTopic,
    SituationFinding,
    StrategicArea,
    TopicPart,
)


@dataclass(frozen=True)
class _CurrentFile:
    """How the form shows the file that a topic has."""

    url: str
    name: str

    def __str__(self) -> str:
        return self.name


class MaterialInput(AdminFileWidget):
    """Links to the view that hands the file out: uploaded files have no address of their own."""

    def format_value(self, value: Any) -> Any:
        if not self.is_initial(value):
            return None
        return _CurrentFile(reverse("programmes:topic-material", args=[value.instance.slug]), value.name)


class SessionTopicForm(forms.ModelForm):
    class Meta:
        model = SessionTopic
        fields = "__all__"  # noqa: DJ007 - an administrator edits all of it
        widgets = {"material": MaterialInput(attrs={"accept": ",".join(TYPES)})}

    def clean_material(self) -> Any:
        material = self.cleaned_data["material"]
        if isinstance(material, UploadedFile):
            check_material(material)
        return material


class TopicPartInline(admin.StackedInline):
    model = TopicPart
    extra = 1


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
    """Written on the portal's own pages, where the rules between rows are kept; here to read and to remove."""

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


@admin.register(SessionTopic)
class SessionTopicAdmin(admin.ModelAdmin):
    form = SessionTopicForm
    list_display = ["title", "programme", "kind", "number", "month"]
    list_filter = ["programme", "kind"]
    list_select_related = ["programme"]
    search_fields = ["title"]
    inlines = [TopicPartInline]

    def save_model(self, request: HttpRequest, obj: SessionTopic, form: forms.BaseModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        former = form.initial.get("material")
        if former and "material" in form.changed_data:
            discard_on_commit(former.storage, former.name)


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
