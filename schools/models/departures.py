"""Departures of a class from its programme's rhythm, because not all of the series fits any longer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number


def is_numbers(value: Any) -> None:
    """Refuse anything but a list of sessions' numbers."""
    if not isinstance(value, list) or not all(isinstance(number, int) and number > 0 for number in value):
        raise ValidationError(_("Choose sessions by their numbers."))


class Departure(models.Model):
    """A class's departure from the rhythm. A person chooses it on a draft, and every plan follows it from then on."""

    participation = models.ForeignKey(
        "Participation", on_delete=models.CASCADE, related_name="departures", verbose_name=_("participation")
    )
    group = models.ForeignKey("Group", on_delete=models.CASCADE, related_name="departures", verbose_name=_("group"))
    # The class begins in this week, whenever the training is.
    first_week = models.DateField(_("begins in week"), null=True, blank=True)
    # From this week on sessions may come every week, but no more of them than necessary.
    weekly_from = models.DateField(_("every week from"), null=True, blank=True)
    # The numbers of the sessions that the class does without.
    left_out = models.JSONField(_("sessions left out"), default=list, blank=True, validators=[is_numbers])
    reason = models.CharField(_("reason"), max_length=200, blank=True, validators=[refuse_personal_number])

    class Meta:
        verbose_name = _("departure from the rhythm")
        verbose_name_plural = _("departures from the rhythm")
        ordering = ["participation", "group"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "group"], name="one_departure_for_a_group"),
            models.CheckConstraint(
                condition=models.Q(first_week__isnull=True) | models.Q(first_week__iso_week_day=1),
                name="departure_begins_on_a_monday",
            ),
            models.CheckConstraint(
                condition=models.Q(weekly_from__isnull=True) | models.Q(weekly_from__iso_week_day=1),
                name="departure_is_weekly_from_a_monday",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.terms}"

    def clean(self) -> None:
        if self.left_out and not self.reason.strip():
            raise ValidationError({"reason": _("Write why sessions are left out.")})

    @property
    def is_empty(self) -> bool:
        """Whether there is no departure."""
        return not (self.first_week or self.weekly_from or self.left_out)

    @property
    def terms(self) -> dict[str, Any]:
        """What is departed from, as the history keeps it."""
        said = {"first_week": self.first_week, "weekly_from": self.weekly_from}
        weeks = {name: week.isoformat() for name, week in said.items() if week}
        left_out = {"left_out": sorted(self.left_out), "reason": self.reason} if self.left_out else {}
        return weeks | left_out
