"""Decisions before a plan is laid out: adjustments of the draft, recommended topics, and the laying out itself."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DraftAdjustment(models.Model):
    """A place in the draft for which somebody has chosen another week, or that it is left as it is.

    Everybody who sees the draft sees it, until the plan is laid out. ``slot_no`` is the number that the session has or
    will get. A session that is not made, or not cancelled, stays so until somebody removes the adjustment.
    """

    programme_year = models.ForeignKey("ProgrammeYear", on_delete=models.CASCADE, related_name="adjustments")
    group = models.ForeignKey("Group", on_delete=models.CASCADE, related_name="adjustments")
    slot_no = models.PositiveSmallIntegerField()
    # Empty: the session is left as it is, and one that does not exist is not made.
    week_start = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("adjustment of a draft")
        verbose_name_plural = _("adjustments of drafts")
        constraints = [
            models.UniqueConstraint(fields=["programme_year", "group", "slot_no"], name="place_adjusted_once"),
            models.CheckConstraint(
                condition=models.Q(week_start__isnull=True) | models.Q(week_start__iso_week_day=1),
                name="adjusted_week_starts_on_monday",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.slot_no}"


class PlanRunQuerySet(models.QuerySet["PlanRun"]):
    def of_several(self) -> PlanRunQuerySet:
        """Those started for more than one school."""
        return self.annotate(asked=models.Count("schools")).filter(asked__gt=1)


class PlanRun(models.Model):
    """Drafts laid out in one go, at one school or several; ``uuid`` is the batch of the changes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme_year = models.ForeignKey("ProgrammeYear", on_delete=models.PROTECT, related_name="runs")
    # The day that the drafts were made for, so that they mean the same after midnight.
    from_day = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # When the latest portion was done, which shows whether the run has stopped.
    worked_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("laying out of plans")
        verbose_name_plural = _("layings out of plans")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.programme_year}, {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("schools:plan-run", args=[self.programme_year.year.slug, self.uuid])


class PlanRunSchool(models.Model):
    """A school in a run, with the digest of the draft that was seen."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Laid out")
        # Whether the draft had changed since it was seen, so that nothing was done at the school.
        CHANGED = "changed", _("Changed")

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="schools")
    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)

    class Meta:
        verbose_name = _("school of a laying out")
        verbose_name_plural = _("schools of a laying out")
        constraints = [models.UniqueConstraint(fields=["run", "school"], name="school_once_in_run")]

    def __str__(self) -> str:
        return f"{self.school}, {self.get_state_display()}"


class TopicRecommendation(models.Model):
    """The extra topic that the centre recommends for a place (``position``, from 1) in a programme's year, and why."""

    programme_year = models.ForeignKey(
        "ProgrammeYear", on_delete=models.CASCADE, related_name="recommendations", verbose_name=_("programme's year")
    )
    topic = models.ForeignKey(
        "programmes.SessionTopic", on_delete=models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    why = models.CharField(_("why"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("recommended topic")
        verbose_name_plural = _("recommended topics")
        ordering = ["programme_year", "position"]
        constraints = [
            models.UniqueConstraint(fields=["programme_year", "topic"], name="topic_recommended_once"),
            models.UniqueConstraint(fields=["programme_year", "position"], name="recommended_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.topic}"
