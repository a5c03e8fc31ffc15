"""Occasions: trainings, meetings and supervision, each on a day. They are not among the planned sessions."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import policies as accounts_policies
from programmes.models.keeping import SentOnce
from schools.models.places import School

if TYPE_CHECKING:
    from accounts.models import User

# No meeting of the centre is larger than this; a typing error often is.
MOST_AT_ONCE = 2000
# The most people that one invitation can answer for.
MOST_FROM_ONE = 500


class OccasionKind(models.TextChoices):
    """Kinds of occasions, trainings first."""

    MENTORS_TRAINING = "mentors_training", _("Pupil mentors' training")
    KEY_PERSONS_TRAINING = "key_persons", _("Key persons' training")
    CONCERN = "concern", _("Concern for children who risk coming to harm")
    VIOLENCE = "violence", _("What is violence")
    APT = "apt", _("Workplace meeting on gender equality")
    FURTHER = "further", _("Further training and exchange of experience")
    ABC = "abc", _("ABC parent meeting")
    SUPERVISION = "supervision", _("Supervision")
    MENTORS_MEETING = "mentors_meeting", _("Pupil mentors' meeting")


class Organisation(models.TextChoices):
    """Where those who attended came from."""

    SCHOOL = "school", _("School staff")
    PUPIL_MENTORS = "pupil_mentors", _("Pupil mentors")
    PARENTS = "parents", _("Parents")
    SOCIAL_SERVICES = "social", _("Social services")
    POLICE = "police", _("Police")
    RESCUE_SERVICES = "rescue", _("Rescue services")
    HOUSING = "housing", _("Housing company")
    MUNICIPALITY = "municipality", _("The municipality, other")
    CIVIL_SOCIETY = "civil", _("Civil society")
    OTHER = "other", _("Others")


# Those who come from one school; the others come from the whole municipality.
OF_A_SCHOOL = (Organisation.SCHOOL, Organisation.PUPIL_MENTORS, Organisation.PARENTS)


class CancelReason(models.TextChoices):
    NO_ROOM = "no_room", _("No room")
    LEADER_ABSENT = "leader_absent", _("The leader is absent")
    TOO_FEW = "too_few", _("Too few can come")
    OTHER = "other", _("Other")


class OccasionQuerySet(models.QuerySet["Occasion"]):
    def visible_to(self, user: User, today: dt.date) -> OccasionQuerySet:
        """All for those with a role at the centre; for others those at their schools, or that their schools are invited
        to."""
        if accounts_policies.sees_everything(user, today):
            return self
        schools = School.objects.visible_to(user, today).values("pk")
        invited = OccasionInvitation.objects.standing().filter(occasion=OuterRef("pk"), school__in=schools)
        return self.filter(Q(school__in=schools) | Exists(invited))

    def at(self, school: School) -> OccasionQuerySet:
        """Those held at a school, or to which it is invited."""
        invited = OccasionInvitation.objects.standing().filter(occasion=OuterRef("pk"), school=school)
        return self.filter(Q(school=school) | Exists(invited))

    def standing(self) -> OccasionQuerySet:
        return self.filter(cancelled_at=None)

    def undecided(self) -> OccasionQuerySet:
        """Not cancelled, and nobody has said yet whether they were held."""
        return self.standing().filter(held=None)

    def coming(self, today: dt.date) -> OccasionQuerySet:
        """From today on, the next one first."""
        return self.undecided().filter(date__gte=today).order_by("date", "start_time", "pk")

    def without_attendance(self, today: dt.date) -> OccasionQuerySet:
        """Past ones that nobody has said were held or not; the oldest first."""
        return self.undecided().filter(date__lt=today).order_by("date", "start_time", "pk")

    def earlier(self, today: dt.date) -> OccasionQuerySet:
        """Held, not held or cancelled, the latest first."""
        return self.exclude(cancelled_at=None, held=None).order_by("-date", "-pk")

    def with_names(self) -> OccasionQuerySet:
        return self.select_related("school", "programme")


class Occasion(SentOnce):
    """A training or a meeting on a day, at one school or for the whole centre."""

    class Status(models.TextChoices):
        """Derived from the row and the day; never stored."""

        COMING = "planned", _("Coming")
        NO_ATTENDANCE = "nolog", _("Lacks attendance")
        HELD = "held", _("Held")
        NOT_HELD = "notheld", _("Not held")
        CANCELLED = "cancelled", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=OccasionKind)
    programme = models.ForeignKey(
        "programmes.Programme",
        on_delete=models.PROTECT,
        related_name="occasions",
        null=True,
        blank=True,
        verbose_name=_("programme"),
    )
    title = models.CharField(_("title"), max_length=120)
    # None: for the whole centre.
    school = models.ForeignKey(
        "School", on_delete=models.CASCADE, related_name="occasions", null=True, blank=True, verbose_name=_("school")
    )
    date = models.DateField(_("day"))
    start_time = models.TimeField(pgettext_lazy("time", "from"), null=True, blank=True)
    end_time = models.TimeField(pgettext_lazy("time", "to"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    text = models.TextField(_("what it is about"), max_length=2000, blank=True)
    held = models.BooleanField(_("held"), null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=20, choices=CancelReason, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # When day or time last changed: earlier answers were about another time.
    moved_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("by")
    )

    objects: Any = OccasionQuerySet.as_manager()

    class Meta:
        verbose_name = _("occasion")
        verbose_name_plural = _("occasions")
        ordering = ["date", "start_time", "pk"]
        indexes = [models.Index(fields=["date"], name="occasion_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_time=None) | Q(start_time__isnull=False, end_time__gt=F("start_time")),
                name="occasion_ends_after_start",
                violation_error_message=_("The end is not after the start."),
            ),
            models.CheckConstraint(
                condition=Q(held=None) | Q(cancelled_at=None), name="occasion_held_or_cancelled_not_both"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancel_reason=""), name="cancelled_occasion_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("schools:occasion-detail", args=[self.uuid])

    def status(self, today: dt.date) -> Status:
        if self.cancelled_at:
            return self.Status.CANCELLED
        if self.held is not None:
            return self.Status.HELD if self.held else self.Status.NOT_HELD
        return self.Status.NO_ATTENDANCE if self.date < today else self.Status.COMING


class InvitationQuerySet(models.QuerySet["OccasionInvitation"]):
    def standing(self) -> InvitationQuerySet:
        """Those that have not been withdrawn."""
        return self.filter(withdrawn_at=None)

    def with_names(self) -> InvitationQuerySet:
        return self.select_related("occasion__school", "school", "person__user", "person__school")


class OccasionInvitation(models.Model):
    """A person at a school, or somebody else by e-mail, who is asked to come."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="invitations")
    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="invitations", null=True)
    person = models.ForeignKey("SchoolPerson", on_delete=models.CASCADE, related_name="invitations", null=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=20, choices=Organisation)
    answered_at = models.DateTimeField(null=True)
    answer = models.BooleanField(_("answer"), null=True)
    coming = models.PositiveSmallIntegerField(
        _("how many come"), null=True, validators=[MaxValueValidator(MOST_FROM_ONE)]
    )
    withdrawn_at = models.DateTimeField(null=True)
    # Raised when somebody is invited again: links of a withdrawn invitation stay invalid.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: Any = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["school__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "person"], condition=Q(person__isnull=False), name="person_invited_once"
            ),
            models.UniqueConstraint(
                fields=["occasion", "email"], condition=Q(person=None), name="address_invited_once"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(email=""), name="invitation_is_to_a_person_or_an_address"
            ),
            models.CheckConstraint(
                condition=Q(answer=None, answered_at=None) | Q(answer__isnull=False, answered_at__isnull=False),
                name="invitation_answer_has_a_time",
            ),
            models.CheckConstraint(condition=Q(coming=None) | Q(answer=True), name="only_a_yes_says_how_many_come"),
        ]

    def __str__(self) -> str:
        return str(self.person or self.name or self.email)

    @property
    def is_about_earlier_time(self) -> bool:
        """Whether the answer was given before day or time changed."""
        moved = self.occasion.moved_at
        return bool(self.answered_at and moved and self.answered_at < moved)


class OccasionAttendance(models.Model):
    """How many came from somewhere: a number, never names."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="attendance")
    organisation = models.CharField(_("organisation"), max_length=20, choices=Organisation)
    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="attendance", null=True)
    count = models.PositiveIntegerField(_("number"), validators=[MaxValueValidator(MOST_AT_ONCE)])

    objects: models.Manager[OccasionAttendance] = models.Manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=0, count__lte=MOST_AT_ONCE), name="attendance_count_is_likely"
            ),
            models.UniqueConstraint(
                fields=["occasion", "organisation", "school"],
                condition=Q(school__isnull=False),
                name="attendance_once_for_a_school",
            ),
            models.UniqueConstraint(
                fields=["occasion", "organisation"], condition=Q(school=None), name="attendance_once_for_the_rest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_organisation_display()}: {self.count}"
