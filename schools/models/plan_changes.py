"""The history of plans: their changes, and the contact persons' confirmations."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models.plans import Participation, PlannedSession


class PlanChange(models.Model):
    """One change of a plan, kept for the history page and for telling people."""

    class What(models.TextChoices):
        CREATED = "created", _("Planned")
        MOVED = "moved", _("Moved")
        CANCELLED = "cancelled", _("Cancelled")
        TOPIC = "topic", _("Topic changed")
        CONFIRMED = "confirmed", _("Plan confirmed")
        LED = "led", _("Leader changed")
        KEPT = "kept", _("Kept where it stands")
        UNDONE = "undone", _("Undone")
        DEPARTURE = "departure", _("Way out chosen")
        OCCASION = "occasion", _("Occasion planned")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="changes")
    # A row that was made and undone is deleted, but that it existed is kept here.
    session = models.ForeignKey(
        PlannedSession, on_delete=models.SET_NULL, related_name="changes", null=True, blank=True
    )
    what = models.CharField(max_length=20, choices=What)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Changes made in one deed, such as laying out a draft, share a batch.
    batch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("change of plan")
        verbose_name_plural = _("changes of plans")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["participation", "-at"]),
            # The batch that an undo has undone.
            models.Index(fields=["batch"], name="change_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.at:%Y-%m-%d}"


class PlanConfirmation(models.Model):
    """A contact person's "yes, the plan is right" for a term, with the version of the plan that it was about."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="confirmations")
    term = models.ForeignKey("Term", on_delete=models.CASCADE, related_name="confirmations")
    plan_digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("confirmation of a plan")
        verbose_name_plural = _("confirmations of plans")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.participation}, {self.term}"
