"""Logs of what was held, and what they said before they were changed."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.look import short_day
from programmes.models import Scenario, TopicPart
from schools.models import PlannedSession, SchoolPerson, SchoolYear
from schools.models.plans import CancelReason


def _from_1_to_4(name: Any, choices: type[models.IntegerChoices]) -> models.PositiveSmallIntegerField:
    validators = [MinValueValidator(1), MaxValueValidator(4)]
    return models.PositiveSmallIntegerField(name, choices=choices, null=True, blank=True, validators=validators)


class SessionLog(models.Model):
    """What was said about a planned session: held or not, by whom, how many, which parts, under which conditions.

    Only held or not is required. What nobody has said is empty, and remains unknown in the figures.
    """

    class Adaptation(models.TextChoices):
        """Whether the session was delivered as written (fidelity)."""

        NONE = "none", _("No, as in the handbook")
        SHORTENED = "shortened", _("Yes, shortened")
        ADAPTED = "adapted", _("Yes, adapted for the group")

    class AdaptationReason(models.TextChoices):
        TIME = "time", _("Too little time")
        GROUP = "group", _("The group's needs")
        ROOM = "room", _("Room or equipment")
        STAFF = "staff", _("Fewer adults than planned")
        OTHER = "other", _("Something else")

    class Responsiveness(models.IntegerChoices):
        """How far the group took part."""

        NOT_AT_ALL = 1, _("Not at all")
        A_LITTLE = 2, _("A little")
        QUITE = 3, _("Quite")
        VERY = 4, _("Very")

    class Quality(models.IntegerChoices):
        """How well the session was led, as its leader sees it."""

        POORLY = 1, _("Poorly")
        SO_SO = 2, _("So-so")
        WELL = 3, _("Well")
        VERY_WELL = 4, _("Very well")

    class Enough(models.TextChoices):
        """Whether there was time for something."""

        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    session = models.OneToOneField(
        PlannedSession, on_delete=models.PROTECT, related_name="log", verbose_name=_("session")
    )
    # From the form, so that a form sent twice counts once.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Logs of one deed share a batch, and are undone together.
    batch = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
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
    co_leaders = models.ManyToManyField(
        SchoolPerson, blank=True, related_name="co_led_logs", verbose_name=_("led together with")
    )
    # Pupils of a class, members of a staff group.
    present = models.PositiveSmallIntegerField(_("present"), null=True, blank=True)
    # The group's size on that day, so that attendance remains right when the class grows.
    enrolled = models.PositiveSmallIntegerField(_("in the group"), null=True, blank=True)
    adults_present = models.PositiveSmallIntegerField(_("adults besides the leader"), null=True, blank=True)
    mentors_present = models.PositiveSmallIntegerField(_("pupil mentors"), null=True, blank=True)
    scenario = models.ForeignKey(
        Scenario, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("scenario")
    )
    parts_done = models.ManyToManyField(TopicPart, blank=True, related_name="+", verbose_name=_("parts done"))
    # 0 when the topic has no parts, or when it is not known which were done.
    parts_total = models.PositiveSmallIntegerField(_("parts of the session"), default=0)
    adaptation = models.CharField(_("changed"), max_length=10, choices=Adaptation, blank=True)
    adaptation_reason = models.CharField(_("why changed"), max_length=10, choices=AdaptationReason, blank=True)
    adaptation_note = models.CharField(_("the change in words"), max_length=200, blank=True)
    group_split = models.BooleanField(_("the group was divided"), null=True, blank=True)
    room_worked = models.BooleanField(_("the room worked"), null=True, blank=True)
    time_to_prepare = models.CharField(_("time to prepare"), max_length=10, choices=Enough, blank=True)
    time_to_reflect = models.CharField(_("time to reflect afterwards"), max_length=10, choices=Enough, blank=True)
    quality = _from_1_to_4(_("how it was led"), Quality)
    responsiveness = _from_1_to_4(_("how the group took part"), Responsiveness)
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
            models.CheckConstraint(
                condition=Q(responsiveness__isnull=True) | Q(responsiveness__range=(1, 4)),
                name="responsiveness_is_1_to_4",
            ),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__range=(1, 4)), name="quality_is_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}"

    @property
    def parts_count(self) -> int:
        """How many parts were done. Lists prefetch them, so that no log needs a query of its own."""
        return len(self.parts_done.all())


def log_of(session: PlannedSession) -> SessionLog | None:
    """A session's log. Without an outcome there is none, and no query is needed."""
    return getattr(session, "log", None) if session.outcome else None


class LogRevisionQuerySet(models.QuerySet["LogRevision"]):
    def after_closing(self, year: SchoolYear) -> LogRevisionQuerySet:
        """Revisions of a closed year's logs since the day it was closed; none while the year is open."""
        if year.closed_on is None:
            return self.none()
        closed = timezone.make_aware(dt.datetime.combine(year.closed_on, dt.time.min))
        return self.filter(session__participation__programme_year__year=year, at__gte=closed)


class LogRevision(models.Model):
    """A log before it was changed, by whom, and why."""

    class Deed(models.TextChoices):
        CHANGE = "change", _("Changed")
        UNDO = "undo", _("Undone")
        REMOVE = "remove", _("Removed")
        RESTORE = "restore", _("Restored")

    session = models.ForeignKey(PlannedSession, on_delete=models.CASCADE, related_name="log_revisions")
    deed = models.CharField(max_length=10, choices=Deed, default=Deed.CHANGE)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    # The log before the change; for a restored log, what was restored.
    before = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = LogRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier log")
        verbose_name_plural = _("earlier logs")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.session} {self.at:%Y-%m-%d %H:%M}"

    @property
    def in_words(self) -> str:
        """What the log said, in short: held or not, and how many or why."""
        said = self.before
        if not said["held"]:
            return _sentences(_("Not held"), _reason(said["reason"]), said["reason_note"])
        present = "" if said["present"] is None else _("%(n)s present") % {"n": said["present"]}
        day = short_day(dt.date.fromisoformat(said["held_on"]))
        return _sentences(_("Held %(day)s") % {"day": day}, present, said["note"])


def _sentences(*parts: Any) -> str:
    return ". ".join(str(part) for part in parts if part)


def _reason(value: str) -> str:
    return str(CancelReason(value).label) if value else ""
