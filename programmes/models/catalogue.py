"""Programmes, their session topics, and what has been loaded from the reference files."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address_of
from accounts.validators import refuse_personal_number
from programmes.models.keeping import Versioned


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def with_topic_counts(self) -> ProgrammeQuerySet:
        """Each with ``topic_count``, the number of its session topics."""
        # Ordered explicitly: a query that groups drops the model's own ordering.
        return self.annotate(topic_count=Count("topics")).order_by("position", "name")

    def planned(self) -> ProgrammeQuerySet:
        """Those whose sessions are laid out over a school year."""
        return self.exclude(rhythm=Programme.Rhythm.NONE)


class Programme(Versioned):
    """A programme or training: TÅGET, MVP and the others."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DEVELOPING = "developing", _("Under development")

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("Programme")
        TRAINING = "training", _("Training")

    class Rhythm(models.TextChoices):
        """How its sessions are spread over a school year; the planning rules follow from it."""

        NONE = "", _("Not planned over the year")
        MONTHS = "months", _("Topics in their months, staff before classes")
        SERIES = "series", _("A series of numbered sessions after a training")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PROGRAMME)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RUNNING)
    audience = models.CharField(_("for whom"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    rhythm = models.CharField(_("rhythm"), max_length=20, choices=Rhythm, default=Rhythm.NONE, blank=True)
    # The values that a school year's settings start from.
    lowest_grade = models.PositiveSmallIntegerField(_("lowest grade"), null=True, blank=True)
    highest_grade = models.PositiveSmallIntegerField(_("highest grade"), null=True, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme-detail", args=[self.slug])


class SessionTopicQuerySet(models.QuerySet["SessionTopic"]):
    def of(self, programme: Programme) -> SessionTopicQuerySet:
        return self.filter(programme=programme)

    def base(self) -> SessionTopicQuerySet:
        """Held by every school, each in its month."""
        return self.filter(kind=SessionTopic.Kind.BASE)

    def extra(self) -> SessionTopicQuerySet:  # type: ignore[override]
        """Those of which each school chooses some. (Replaces Django's ``QuerySet.extra``, which the portal does not
        use.)"""
        return self.filter(kind=SessionTopic.Kind.EXTRA)

    def mvp(self) -> SessionTopicQuerySet:
        return self.filter(kind=SessionTopic.Kind.MVP)


class SessionTopic(Versioned):
    """What a session is about. Base topics have a month of their own."""

    class Kind(models.TextChoices):
        BASE = "base", _("Base session")
        EXTRA = "extra", _("Extra session")
        MVP = "mvp", _("MVP session")

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="topics", verbose_name=_("programme")
    )
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120)
    month = models.PositiveSmallIntegerField(
        _("month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    aim = models.TextField(_("aim"), blank=True, validators=[refuse_personal_number])
    preparation = models.TextField(_("what staff prepare"), blank=True, validators=[refuse_personal_number])
    # The current file; all files that there have been are ``MaterialVersion``.
    material = models.FileField(_("material"), upload_to="material/", blank=True)

    objects = SessionTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("session topic")
        verbose_name_plural = _("session topics")
        ordering = ["programme", "kind", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind", "number"], name="topic_number_unique"),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__range=(1, 12)), name="topic_month_is_a_month"
            ),
            models.CheckConstraint(condition=~Q(kind="base") | Q(month__isnull=False), name="base_topic_has_a_month"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("programmes:topic-detail", self.slug)

    @property
    def is_base(self) -> bool:
        return self.kind == self.Kind.BASE

    @property
    def month_name(self) -> str:
        """september, or nothing for a topic without a month of its own."""
        return str(MONTHS[self.month]) if self.month else ""


class TopicPart(models.Model):
    """A part of a session, ticked off in a log. One without a topic has been removed from it; older logs still refer to
    it."""

    topic = models.ForeignKey(
        SessionTopic, on_delete=models.CASCADE, related_name="parts", null=True, verbose_name=_("topic")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=120, validators=[refuse_personal_number])

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["topic_id", "position"]
        constraints = [models.UniqueConstraint(fields=["topic", "position"], name="part_position_unique")]

    def __str__(self) -> str:
        return self.title


class MaterialVersion(models.Model):
    """One of a topic's files, in the order in which they were uploaded. None is ever deleted."""

    topic = models.ForeignKey(SessionTopic, on_delete=models.CASCADE, related_name="versions", verbose_name=_("topic"))
    number = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(_("file"), upload_to="material/")
    news = models.CharField(_("what is new"), max_length=200, blank=True, validators=[refuse_personal_number])
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )

    class Meta:
        verbose_name = _("version of the material")
        verbose_name_plural = _("versions of the material")
        ordering = ["topic", "-number"]
        constraints = [models.UniqueConstraint(fields=["topic", "number"], name="material_version_unique")]

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"


class LoadedField(models.Model):
    """The digest of what the reference files last gave for one field of one row.

    A field whose value has another digest has been edited by somebody, and loading leaves it alone.
    """

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=150)
    field = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("loaded field")
        verbose_name_plural = _("loaded fields")
        constraints = [models.UniqueConstraint(fields=["model", "key", "field"], name="loaded_field_unique")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}.{self.field}"
