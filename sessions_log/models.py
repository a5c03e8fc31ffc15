"""What was in fact held."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Message
from programmes.models import TopicPart
from schools.models import PlannedSession, SchoolPerson
from schools.models.plans import CancelReason


class SessionLog(models.Model):
    """What was said of one planned session: held or not, by whom, how many, which parts."""

    class Adaptation(models.TextChoices):
        NONE = "none", _("No, as in the handbook")
        SHORTENED = "shortened", _("Yes, shortened")
        ADAPTED = "adapted", _("Yes, adapted for the group")

    class Rating(models.IntegerChoices):
        """How far the group took part (responsiveness)."""

        NOT_AT_ALL = 1, _("Not at all")
        A_LITTLE = 2, _("A little")
        QUITE = 3, _("Quite")
        VERY = 4, _("Very")

    session = models.OneToOneField(
        PlannedSession, on_delete=models.PROTECT, related_name="log", verbose_name=_("session")
    )
    # From the form: the same form sent twice counts once.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What the form said, so that the same key with other content can be refused.
    content_digest = models.CharField(max_length=64, editable=False)
    held = models.BooleanField(_("held"))
    held_on = models.DateField(_("day"), null=True, blank=True)
    reason = models.CharField(_("why not"), max_length=20, choices=CancelReason, blank=True)
    reason_note = models.CharField(_("reason in words"), max_length=200, blank=True)
    led_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="led_logs", null=True, blank=True
    )
    led_by_person = models.ForeignKey(
        SchoolPerson, on_delete=models.SET_NULL, related_name="led_logs", null=True, blank=True
    )
    led_by_other = models.CharField(_("somebody else"), max_length=120, blank=True)
    # For a class the pupils, for a staff group its members.
    present = models.PositiveSmallIntegerField(_("present"), null=True, blank=True)
    # The group's size on that day, so that attendance stays right when the class grows.
    enrolled = models.PositiveSmallIntegerField(_("in the group"), null=True, blank=True)
    adults_present = models.PositiveSmallIntegerField(_("adults besides the leader"), null=True, blank=True)
    parts_done = models.ManyToManyField(TopicPart, blank=True, related_name="+", verbose_name=_("parts done"))
    parts_total = models.PositiveSmallIntegerField(_("parts of the session"), default=0)
    adaptation = models.CharField(_("changed"), max_length=10, choices=Adaptation, default=Adaptation.NONE)
    rating = models.PositiveSmallIntegerField(
        _("how the group took part"),
        choices=Rating,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    as_planned = models.BooleanField(default=False)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("log")
        verbose_name_plural = _("logs")
        ordering = ["-logged_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(held=True, held_on__isnull=False) | Q(held=False, held_on__isnull=True),
                name="held_log_has_a_day",
            ),
            models.CheckConstraint(condition=Q(held=True) | ~Q(reason=""), name="not_held_log_has_a_reason"),
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__range=(1, 4)), name="rating_is_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.session}"


class LogRevision(models.Model):
    """How a log looked before it was changed or undone."""

    session = models.ForeignKey(PlannedSession, on_delete=models.CASCADE, related_name="log_revisions")
    before = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("earlier log")
        verbose_name_plural = _("earlier logs")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.session} {self.at:%Y-%m-%d %H:%M}"


class ReminderItemQuerySet(models.QuerySet["ReminderItem"]):
    def standing(self) -> ReminderItemQuerySet:
        """What still counts: the session lies where it lay when the reminder was made."""
        return self.filter(superseded=False)


class ReminderItem(models.Model):
    """The ledger of reminders: who has been reminded of which session, and by which mail."""

    class Kind(models.TextChoices):
        """The values are the outbox's kinds of mail, too."""

        TERM_PLAN = "term-plan", _("The term's plan")
        APPROACHING = "session-approaching", _("Base session approaches")
        LOG_MISSING = "log-missing", _("A log is missing")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(PlannedSession, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=30, choices=Kind)
    # Weeks before a session that approaches, days after the week of one whose log is missing.
    lead = models.PositiveSmallIntegerField()
    # Where the session lay: moved from there, it is reminded of anew.
    week_start = models.DateField()
    superseded = models.BooleanField(default=False)
    mail = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="reminder_items")
    at = models.DateTimeField()

    objects = ReminderItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "session", "kind", "lead"],
                condition=Q(superseded=False),
                name="reminded_once_while_it_lies_there",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.lead}: {self.session}"
