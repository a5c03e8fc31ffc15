"""The ledger of reminders."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Message
from schools.models import PlannedSession


class ReminderItemQuerySet(models.QuerySet["ReminderItem"]):
    def standing(self) -> ReminderItemQuerySet:
        """Those that still count: the session is where it was when the reminder was made."""
        return self.filter(superseded=False)


class ReminderItem(models.Model):
    """A line in the ledger of reminders: who has been reminded of which session, and by which mail."""

    class Kind(models.TextChoices):
        """Kinds of reminders. The values are also the outbox's kinds of mail.

        Those about single sessions have lines in the ledger; the others are made once under a key of their own.
        """

        TERM_PLAN = "term-plan", _("The term's plan")
        APPROACHING = "session-approaching", _("A session approaches")
        LOG_MISSING = "log-missing", _("A log is missing")
        LOG_BY_LINK = "log-by-link", _("The link to log by, for who holds the session")
        LOG_ESCALATED = "log-escalated", _("Logs have been missing for long")
        TOPICS_UNCHOSEN = "topics-unchosen", _("Topics are not chosen")
        NO_CONTACT = "school-without-contact", _("A school has no contact person")
        INVITATION = "invitation-unanswered", _("An invitation is not answered")
        NEXT_YEAR_CENTRE = "next-year-centre", _("Next school year, for the centre")
        NEXT_YEAR_SCHOOL = "next-year-school", _("Next school year, for the school")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(PlannedSession, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=30, choices=Kind)
    # Weeks before a session, or days after the week of a missing log.
    lead = models.PositiveSmallIntegerField()
    # Where the session was. If it is moved, there are reminders anew.
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
