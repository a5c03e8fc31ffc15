"""The shared picture of the situation, the goals, and the measures that partners carry out, together or alone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.validators import refuse_personal_number
from programmes.models.ground import PartnerOrganisation
from programmes.models.keeping import SentOnce, Versioned


class StrategicArea(models.Model):
    """One of the areas that the partners work in together."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("strategic area")
        verbose_name_plural = _("strategic areas")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class PoliticalProblem(models.Model):
    """One of the political platform's problems."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    text = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("political problem")
        verbose_name_plural = _("political problems")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class SituationFinding(SentOnce, Versioned):
    """A finding of the shared picture of the situation (lägesbild)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    found_on = models.DateField(_("day of the finding"))
    title = models.CharField(_("title"), max_length=160, validators=[refuse_personal_number])
    text = models.TextField(_("text"), max_length=4000, blank=True, validators=[refuse_personal_number])
    file = models.FileField(_("file"), upload_to="situation/", blank=True)

    class Meta:
        verbose_name = _("finding of the situation")
        verbose_name_plural = _("findings of the situation")
        ordering = ["-found_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class Goal(SentOnce, Versioned):
    """A goal that the partners share (målbild)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160, validators=[refuse_personal_number])
    text = models.TextField(_("text"), max_length=4000, blank=True, validators=[refuse_personal_number])
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class MeasureQuerySet(models.QuerySet["Measure"]):
    def open(self) -> MeasureQuerySet:
        """Planned or under way: somebody has to follow them up."""
        return self.filter(status__in=Measure.OPEN)

    def overdue(self, today: dt.date) -> MeasureQuerySet:
        """Those whose follow-up is late, the oldest first."""
        return self.open().filter(next_follow_up__lt=today).order_by("next_follow_up", "pk")

    def owned_by(self, partner: PartnerOrganisation) -> MeasureQuerySet:
        return self.filter(owners=partner)

    def with_names(self) -> MeasureQuerySet:
        """With everything that a list's row shows of other models."""
        return self.select_related("finding", "goal").prefetch_related("owners", "areas", "problems")


class Measure(SentOnce, Versioned):
    """What one partner, or several together, do about a finding, towards a goal."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("of a measure", "Planned")
        GOING_ON = "going_on", _("Going on")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    OPEN = (Status.PLANNED, Status.GOING_ON)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160, validators=[refuse_personal_number])
    description = models.TextField(_("description"), max_length=4000, blank=True, validators=[refuse_personal_number])
    owners = models.ManyToManyField(PartnerOrganisation, related_name="measures", verbose_name=_("partners"))
    areas = models.ManyToManyField(
        StrategicArea, related_name="measures", blank=True, verbose_name=_("strategic areas")
    )
    problems = models.ManyToManyField(
        PoliticalProblem, related_name="measures", blank=True, verbose_name=_("political problems")
    )
    finding = models.ForeignKey(
        SituationFinding,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("finding that it answers"),
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("goal that it serves"),
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    stop_reason = models.CharField(
        _("why it was stopped"), max_length=300, blank=True, validators=[refuse_personal_number]
    )
    next_follow_up = models.DateField(_("next follow-up"), null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="measure_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(status="stopped") | ~Q(stop_reason=""),
                name="measure_stopped_has_a_reason",
                violation_error_message=_("Say why the measure was stopped."),
            ),
            models.CheckConstraint(
                condition=Q(next_follow_up__isnull=True) | Q(next_follow_up__gte=F("starts_on")),
                name="measure_follow_up_after_start",
                violation_error_message=_("The follow-up is before the measure's first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:measure-detail", args=[self.uuid])

    def clean(self) -> None:
        """The rules of the database's constraints, told at the field to correct."""
        errors: dict[str, Any] = {}
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            errors["ends_on"] = _("The last day is before the first.")
        if self.starts_on and self.next_follow_up and self.next_follow_up < self.starts_on:
            errors["next_follow_up"] = _("The follow-up is before the measure's first day.")
        if self.status == self.Status.STOPPED and not self.stop_reason.strip():
            errors["stop_reason"] = _("Say why the measure was stopped.")
        if self._is_followed_up_before_it_starts():
            errors["starts_on"] = _("The measure has been followed up before that day. Choose an earlier first day.")
        if errors:
            raise ValidationError(errors)

    def _is_followed_up_before_it_starts(self) -> bool:
        return bool(self.pk and self.starts_on) and self.follow_ups.filter(on__lt=self.starts_on).exists()

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def is_overdue(self, today: dt.date) -> bool:
        return self.is_open and self.next_follow_up is not None and self.next_follow_up < today

    @property
    def is_together(self) -> bool:
        """Whether several partners carry it out together."""
        return len(self.owners.all()) > 1


class FollowUp(SentOnce):
    """What was seen when a measure was followed up."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="follow_ups", verbose_name=_("measure"))
    on = models.DateField(_("day"))
    note = models.TextField(_("what was seen"), max_length=4000, validators=[refuse_personal_number])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.measure}, {self.on}"

    def clean(self) -> None:
        if self.on and self.on < self.measure.starts_on:
            raise ValidationError({"on": _("The follow-up is before the measure's first day.")})
