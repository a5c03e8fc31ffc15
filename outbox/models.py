"""Mail that is never lost: each mail is a row, written in the transaction of its cause."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a mail is. ``docs/mail.md`` shows which state leads to which."""

    QUEUED = "queued", _("In the queue")
    GATHERED = "gathered", _("Waits for the weekly digest")
    CLAIMED = "claimed", _("Being sent")
    HANDED_OVER = "handed_over", _("Handed over")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    SKIPPED = "skipped", _("Skipped")
    HELD = "held", _("Held back")


class WaitsFor(models.TextChoices):
    QUIET = "quiet", _("Quiet hours")
    SNOOZE = "snooze", _("Put off by the recipient")
    PAUSE = "pause", _("The school is paused")


# The server has answered 354: the recipient may have been told.
MAY_HAVE_ARRIVED = (State.HANDED_OVER, State.SENT, State.UNCERTAIN)
# Not yet told, but going to be.
WAITING = (State.QUEUED, State.GATHERED, State.CLAIMED, State.HELD)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: dt.datetime) -> MessageQuerySet:
        """Mails that may be sent at a moment, the most pressing first."""
        return self.filter(state=State.QUEUED, not_before__lte=now).order_by("priority", "not_before", "pk")

    def with_what_came_back(self) -> MessageQuerySet:
        """Each with ``came_back``: its bounce, unless somebody has dealt with the address since."""
        bounces = Bounce.objects.filter(cleared_at=None)
        return self.prefetch_related(models.Prefetch("bounces", queryset=bounces, to_attr="came_back"))

    def waiting(self) -> MessageQuerySet:
        return self.filter(state__in=WAITING)


class Message(models.Model):
    """One mail to one recipient. Its content is decided from ``about`` when it is sent."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mails",
        null=True,
        verbose_name=_("recipient"),
    )
    address = models.EmailField(_("e-mail address"))
    # What the mail is about, as keys of rows that its kind knows how to read.
    about = models.JSONField(default=dict)
    # Two waiting mails with the same key are one.
    merge_key = models.CharField(max_length=120, blank=True)
    # A mail with this key is made only once, ever.
    once_key = models.CharField(max_length=120, null=True, unique=True)
    priority = models.PositiveSmallIntegerField(default=5)
    not_before = models.DateTimeField(_("not before"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    # Why it is in its state, in the users' language: the server's answer, or why it was skipped.
    why = models.CharField(_("why"), max_length=500, blank=True)
    # What a mail that was put off when it was to be sent waits for, so that it can be checked again when that ends.
    waits_for = models.CharField(max_length=8, choices=WaitsFor, blank=True)
    made_at = models.DateTimeField(_("made"))
    claimed_by = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    handed_over_at = models.DateTimeField(null=True)
    # How often an uncertain mail has been sent again automatically: at most once.
    repeats = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(_("done"), null=True)
    # Whether it waited in a backup that was restored: only an administrator releases it.
    is_from_backup = models.BooleanField(default=False)
    # What was said, without its links.
    letter = models.JSONField(null=True)
    # The digest that carried this mail.
    digest = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="carries")
    # The mail that this one repeats.
    again = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-not_before", "-pk"]
        indexes = [
            # For the sender: what is due.
            models.Index(fields=["priority", "not_before"], condition=Q(state="queued"), name="mail_due"),
            # For the sender: whose lease has expired, and what became of mails that were handed over.
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=["claimed", "handed_over", "uncertain"]),
                name="mail_to_settle",
            ),
            # For the coordinators' pages.
            models.Index(fields=["state", "-not_before"], name="mail_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merge_key"],
                condition=Q(state__in=["queued", "held", "gathered"]) & ~Q(merge_key=""),
                name="mail_merges_while_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a mail that arrives twice can be recognised."""
        return f"<{self.uuid}@{settings.MAIL_DOMAIN}>"

    @property
    def subject(self) -> str:
        return str((self.letter or {}).get("subject", ""))


class Told(models.Model):
    """What a mail told its recipient about something: "lindang 2A week 38", as it was put then."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="told")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=60)
    said = models.CharField(max_length=200)

    objects: models.Manager[Told] = models.Manager()

    class Meta:
        verbose_name = _("what was told")
        verbose_name_plural = _("what was told")
        indexes = [models.Index(fields=["user", "about"], name="told_to_whom_about_what")]

    def __str__(self) -> str:
        return f"{self.about}: {self.said}"


class MailPreference(models.Model):
    """How somebody wants mails that can wait: each by itself, or gathered once a week."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preference")
    weekly = models.BooleanField(_("one gathered mail a week"), default=False)

    class Meta:
        verbose_name = _("choice of mails")
        verbose_name_plural = _("choices of mails")

    def __str__(self) -> str:
        return f"{self.user}: {'weekly' if self.weekly else 'each'}"


class KindChoice(models.Model):
    """Somebody's choice for a kind of mail: none of it, or none until a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kind_choices")
    kind = models.CharField(_("kind"), max_length=40)
    is_off = models.BooleanField(_("turned off"), default=False)
    # The day from which it comes again.
    snoozed_until = models.DateField(_("waits until"), null=True)

    objects: models.Manager[KindChoice] = models.Manager()

    class Meta:
        verbose_name = _("choice of a kind of mail")
        verbose_name_plural = _("choices of kinds of mail")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="kind_chosen_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class Heartbeat(models.Model):
    """When a beat last went all the way through the broker to a worker; or since when a task has failed."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M}"


class TextVersion(models.Model):
    """The administrator's texts for a kind. The latest version is in force; without texts it means the standard."""

    kind = models.CharField(_("kind"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    # By the part's name; a part that is missing has its standard text.
    texts = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects: models.Manager[TextVersion] = models.Manager()

    class Meta:
        verbose_name = _("version of a mail's texts")
        verbose_name_plural = _("versions of mails' texts")
        ordering = ["kind", "-number"]
        constraints = [
            # Of two who save a change of the same version, one has to look at what the other wrote.
            models.UniqueConstraint(fields=["kind", "number"], name="mail_text_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Bounce(models.Model):
    """A mail that bounced, and what the recipient's server said. A mail counts once, however often it is reported."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="bounces", verbose_name=_("mail"))
    address = models.EmailField(_("e-mail address"))
    # The enhanced status code of RFC 3463, such as 5.1.1.
    status = models.CharField(_("status"), max_length=12)
    answer = models.CharField(_("the server's answer"), max_length=400, blank=True)
    is_permanent = models.BooleanField(_("for good"))
    at = models.DateTimeField(_("at"))
    # When somebody corrected the address, or said that it works.
    cleared_at = models.DateTimeField(null=True)

    objects: models.Manager[Bounce] = models.Manager()

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        ordering = ["-at"]
        indexes = [
            # For finding which addresses are flagged.
            models.Index(
                fields=["address"], condition=Q(is_permanent=True, cleared_at=None), name="bounce_that_counts"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["message"], name="mail_bounces_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.status}"


class Control(models.Model):
    """What applies to all sending: one row. See ``outbox.control``."""

    paused_at = models.DateTimeField(null=True)
    # Why it is paused, in the users' language, whether somebody paused it or a backup was restored.
    paused_why = models.CharField(max_length=200, blank=True)
    # Whether a backup was restored: then only an administrator starts sending again.
    is_restored = models.BooleanField(default=False)
    # The database's identity: a new database is not an old one restored.
    database = models.UUIDField(default=uuid.uuid4, editable=False)
    # Raised now and then and also written beside the database, so that an older database is recognised.
    mark = models.PositiveBigIntegerField(default=0)
    marked_at = models.DateTimeField(null=True)
    # The minute in which mails are counted, and how many were sent in it.
    minute = models.DateTimeField(null=True)
    sent_in_minute = models.PositiveIntegerField(default=0)

    objects: models.Manager[Control] = models.Manager()

    class Meta:
        verbose_name = _("control of the sending")
        verbose_name_plural = _("controls of the sending")

    def __str__(self) -> str:
        return "paused" if self.paused_at else "sending"


def last_told(user: Any, abouts: list[str]) -> dict[str, tuple[str, dt.datetime | None]]:
    """What somebody was last told about each thing by mails that may have arrived, and when that mail was sent."""
    rows = Told.objects.filter(user=user, about__in=abouts, message__state__in=MAY_HAVE_ARRIVED)
    told = rows.order_by("pk").values_list("about", "said", "message__handed_over_at")
    return {about: (said, when) for about, said, when in told}
