"""A school's replies other than yes, which wait for a coordinator to accept or decline them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.models.keeping import SentOnce
from schools.models.places import School
from schools.models.plans import PlannedSession

if TYPE_CHECKING:
    from accounts.models import User


class ReplyReason(models.TextChoices):
    """Why a time does not work."""

    NO_ROOM = "no_room", _("No room")
    STAFF_ABSENT = "staff_absent", _("Staff absent")
    SCHOOL_EVENT = "school_event", _("The school has something else then")
    OTHER = "other", _("Other")


class SchoolReplyQuerySet(models.QuerySet["SchoolReply"]):
    def open(self) -> SchoolReplyQuerySet:
        """Those that nobody has answered, the oldest first."""
        return self.filter(state=SchoolReply.State.OPEN).order_by("at", "pk")

    def answerable_by(self, user: User, today: dt.date) -> SchoolReplyQuerySet:
        """Those at schools whose sessions the user may move."""
        return self.filter(school__in=School.objects.logged_by(user, today))

    def with_names(self) -> SchoolReplyQuerySet:
        """With everything that a page shows of each, in a few queries."""
        rows = self.select_related("school", "by", "membership__person")
        return rows.prefetch_related("sessions__group", "sessions__topic")


class SchoolReply(SentOnce):
    """ "That time does not work" with a proposed week, or "I am not the contact person"."""

    class Kind(models.TextChoices):
        TIME = "time", _("A time does not work")
        NOT_ME = "not_me", _("Not the contact person")

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        # Whether a later reply about the same sessions has replaced it.
        REPLACED = "replaced", _("Replaced")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="replies", verbose_name=_("school"))
    membership = models.ForeignKey(
        "SchoolMembership", on_delete=models.CASCADE, related_name="replies", null=True, verbose_name=_("role")
    )
    sessions: models.ManyToManyField[PlannedSession, Any] = models.ManyToManyField(
        PlannedSession, related_name="replies", verbose_name=_("sessions")
    )
    # Where the sessions were when the school replied.
    week_start = models.DateField(_("week"), null=True)
    proposed_week = models.DateField(_("proposed week"), null=True)
    reason = models.CharField(_("reason"), max_length=20, choices=ReplyReason, blank=True)
    note = models.CharField(_("in the school's words"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True)
    answer_note = models.CharField(_("answer in words"), max_length=300, blank=True)

    objects = SchoolReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply from a school")
        verbose_name_plural = _("replies from schools")
        ordering = ["-at"]
        indexes = [
            # For the coordinators' worklist.
            models.Index(fields=["at"], condition=Q(state="open"), name="reply_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "replaced"]) | Q(answered_at__isnull=False),
                name="answered_reply_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
