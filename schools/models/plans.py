"""What is planned: a programme's rules for a year, a school's participation in it, and its sessions."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.addresses import address_of
from accounts.policies import sees_everything
from programmes.models import Programme, SessionTopic
from schools.models.groups import GRADES

if TYPE_CHECKING:
    from accounts.models import User


class CancelReason(models.TextChoices):
    """Why a session was cancelled or not held."""

    NO_ROOM = "no_room", _("No room")
    STAFF_ABSENT = "staff_absent", _("Staff absent")
    SCHOOL_REQUEST = "school_request", _("At the school's request")
    OTHER = "other", _("Other")
    GROUP_ENDED = "group_ended", _("The group ended")
    LEFT_OUT = "left_out", _("Left out of the plan")


# Reasons set by changes of the plan itself: nobody is asked for a new time.
WITHOUT_NEW_TIME = (CancelReason.GROUP_ENDED, CancelReason.LEFT_OUT)


class ProgrammeYear(models.Model):
    """A programme's rules for one school year."""

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="years", verbose_name=_("programme")
    )
    year = models.ForeignKey(
        "SchoolYear", on_delete=models.PROTECT, related_name="programme_years", verbose_name=_("school year")
    )
    required_base = models.PositiveSmallIntegerField(_("base sessions"), default=3)
    required_extra = models.PositiveSmallIntegerField(
        _("extra sessions"), default=5, validators=[MaxValueValidator(15)]
    )
    lowest_grade = models.PositiveSmallIntegerField(_("lowest grade"), choices=GRADES, default=0)
    highest_grade = models.PositiveSmallIntegerField(_("highest grade"), choices=GRADES, default=5)
    staff_lead_weeks = models.PositiveSmallIntegerField(
        _("weeks from the staff session to the first class"), default=1, validators=[MaxValueValidator(6)]
    )
    # Of a series: the weeks between its sessions, and the occasions before and between them.
    weeks_between = models.PositiveSmallIntegerField(
        _("weeks from one session to the next"), default=2, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    weeks_to_training = models.PositiveSmallIntegerField(
        _("weeks from the school year's start to the training"), default=3, validators=[MaxValueValidator(20)]
    )
    supervision_every = models.PositiveSmallIntegerField(
        _("sessions from one supervision to the next"),
        default=1,
        validators=[MaxValueValidator(20)],
        help_text=_("0 when no supervision is planned."),
    )

    class Meta:
        verbose_name = _("programme's year")
        verbose_name_plural = _("programmes' years")
        ordering = ["-year__starts_on", "programme"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "year"], name="programme_once_a_year"),
            models.CheckConstraint(
                condition=Q(highest_grade__gte=F("lowest_grade")), name="highest_grade_not_below_lowest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}"

    @property
    def grades(self) -> str:
        """F–5, or 6 where it is for one grade."""
        lowest, highest = self.get_lowest_grade_display(), self.get_highest_grade_display()
        return lowest if lowest == highest else f"{lowest}–{highest}"

    @property
    def required_sessions(self) -> int:
        """How many sessions each group is to have in the year."""
        return self.required_base + self.required_extra

    @property
    def is_series(self) -> bool:
        """Whether its sessions form a series, some weeks apart; otherwise each topic has its month."""
        return self.programme.rhythm == Programme.Rhythm.SERIES

    @property
    def is_for_staff(self) -> bool:
        """Whether staff groups go through each topic before their classes."""
        return not self.is_series


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def raise_version(self) -> None:
        """Say that something that figures depend on has changed."""
        self.update(version=F("version") + 1)


class Participation(models.Model):
    """A school's part in a programme in a year.

    ``version`` is raised by every action that changes its sessions, logs, groups or choices, so that figures computed
    from them can be kept.
    """

    school = models.ForeignKey(
        "School", on_delete=models.CASCADE, related_name="participations", verbose_name=_("school")
    )
    programme_year = models.ForeignKey(
        ProgrammeYear, on_delete=models.PROTECT, related_name="participations", verbose_name=_("programme's year")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["school", "programme_year"]
        constraints = [
            models.UniqueConstraint(fields=["school", "programme_year"], name="school_once_in_programme_year")
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.programme_year}"


class TopicChoice(models.Model):
    """An extra topic that a school has chosen; ``position`` is its place in the year, from 1."""

    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="choices", verbose_name=_("participation")
    )
    topic = models.ForeignKey(
        "programmes.SessionTopic", on_delete=models.PROTECT, related_name="+", verbose_name=_("topic")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("chosen topic")
        verbose_name_plural = _("chosen topics")
        ordering = ["participation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "topic"], name="topic_chosen_once"),
            models.UniqueConstraint(fields=["participation", "position"], name="choice_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.topic}"


LIVE = Q(cancelled_at__isnull=True) & (Q(outcome__isnull=True) | Q(outcome="held"))


# What lists show of a session's group, topic, leader and school.
SHOWN_IN_LISTS = (
    *(f"group__{name}" for name in ("school", "kind", "name", "grade", "headcount", "ends_on")),
    *(f"topic__{name}" for name in ("slug", "kind", "title", "material")),
    *("leader__school", "leader__name", "leader__user"),
    *("participation__school__slug", "participation__school__name"),
    *("participation__programme_year__year", "participation__programme_year__programme__name"),
)


class PlannedSessionQuerySet(models.QuerySet["PlannedSession"]):
    def live(self) -> PlannedSessionQuerySet:
        """Neither cancelled nor reported as not held: what the plan still consists of."""
        return self.filter(LIVE)

    def without_outcome(self) -> PlannedSessionQuerySet:
        """Neither cancelled nor logged."""
        return self.filter(cancelled_at__isnull=True, outcome__isnull=True)

    def upcoming(self, today: dt.date) -> PlannedSessionQuerySet:
        """Neither cancelled nor logged, and their week has not passed."""
        return self.without_outcome().filter(week_start__gte=monday_of(today))

    def awaiting_log(self, today: dt.date) -> PlannedSessionQuerySet:
        """Their week has passed, and nobody has said whether they were held."""
        return self.without_outcome().filter(week_start__lt=monday_of(today))

    def due_for_log(self, today: dt.date) -> PlannedSessionQuerySet:
        """Those whose time has come and that nobody has logged or cancelled, as ``waits_for_log`` for one session."""
        has_come = Q(date__lte=today) | Q(date__isnull=True, week_start__lte=today)
        return self.without_outcome().filter(has_come)

    def after_day(self, last_day: dt.date) -> PlannedSessionQuerySet:
        """Those after a day, as ``first_day`` for one session."""
        return self.filter(Q(date__gt=last_day) | Q(date__isnull=True, week_start__gt=last_day))

    def in_week(self, monday: dt.date) -> PlannedSessionQuerySet:
        return self.filter(week_start=monday)

    def between(self, first: dt.date, last: dt.date) -> PlannedSessionQuerySet:
        """Those whose week begins within a range of days."""
        return self.filter(week_start__gte=monday_of(first), week_start__lte=last)

    def visible_to(self, user: User, today: dt.date) -> PlannedSessionQuerySet:
        from schools.models.places import School

        if sees_everything(user, today):
            return self
        return self.filter(participation__school__in=School.objects.visible_to(user, today))

    def with_names(self) -> PlannedSessionQuerySet:
        """With everything that a page shows of each row, in one query."""
        return self.select_related(
            "group", "topic", "leader", "participation__school", "participation__programme_year__programme"
        )

    def shown_in_lists(self) -> PlannedSessionQuerySet:
        """The same for many rows that are only shown: of related rows, only the columns that lists show are read."""
        own = [field.name for field in self.model._meta.concrete_fields]
        return self.with_names().only(*own, *SHOWN_IN_LISTS)


def title_of_topic(topic: SessionTopic | None) -> str:
    """The topic's title, or that it is still to be chosen."""
    return topic.title if topic else str(_("Extra session, topic not chosen"))


def monday_of(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


class PlannedSession(models.Model):
    """One topic for one group in one week; with a day and a time when they are known.

    ``outcome`` is written only by ``sessions_log.actions``. A row that was cancelled or not held is kept, and the one
    that replaces it points back with ``replaces``.
    """

    class Outcome(models.TextChoices):
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Not held")

    class Status(models.TextChoices):
        """Derived, never stored."""

        PLANNED = "planned", _("Planned")
        MOVED = "moved", _("Moved")
        HELD = "held", _("Held")
        NOT_HELD = "notheld", _("Not held")
        NO_LOG = "nolog", _("Awaiting log")
        CANCELLED = "cancelled", _("Cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("participation")
    )
    group = models.ForeignKey("Group", on_delete=models.PROTECT, related_name="sessions", verbose_name=_("group"))
    slot_no = models.PositiveSmallIntegerField(_("place in the year"))
    topic = models.ForeignKey(
        "programmes.SessionTopic",
        on_delete=models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
        verbose_name=_("topic"),
    )
    week_start = models.DateField(_("week"))
    date = models.DateField(_("day"), null=True, blank=True)
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("to"), null=True, blank=True)
    leader = models.ForeignKey(
        "SchoolPerson",
        on_delete=models.SET_NULL,
        related_name="led_sessions",
        null=True,
        blank=True,
        verbose_name=_("led by"),
    )
    # The week before the latest move, so that every list can say "moved" without reading the history.
    moved_from = models.DateField(_("moved from week"), null=True, blank=True)
    # Whether a person chose this week: planning leaves the row where it is.
    pinned = models.BooleanField(default=False)
    # The blocked week in which a person has let it stay, so that it is not listed again.
    stays_in = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=20, choices=CancelReason, blank=True)
    cancel_note = models.CharField(_("reason in words"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.SET_NULL, related_name="replaced_by", null=True, blank=True, verbose_name=_("replaces")
    )

    objects = PlannedSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned session")
        verbose_name_plural = _("planned sessions")
        ordering = ["week_start", "date", "start_time", "group"]
        indexes = [
            # For the start page and the term plan: a school's sessions of some weeks.
            models.Index(fields=["participation", "week_start"]),
            # For what awaits a log, across schools.
            models.Index(
                fields=["week_start"],
                condition=Q(outcome__isnull=True, cancelled_at__isnull=True),
                name="session_open_by_week",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "group", "topic"], condition=LIVE, name="live_topic_once_per_group"
            ),
            models.UniqueConstraint(
                fields=["participation", "group", "slot_no"], condition=LIVE, name="live_slot_once_per_group"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(outcome__isnull=True), name="cancelled_or_outcome_not_both"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""), name="cancelled_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")), name="session_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(week_start__iso_week_day=1), name="session_week_starts_on_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_title}, {self.group}"

    def get_absolute_url(self) -> str:
        return address_of("schools:session-detail", self.uuid)

    @property
    def name(self) -> str:
        """The group and the topic: what sentences about several sessions of a school call it."""
        return f"{self.group}, {self.topic_title}"

    @property
    def topic_title(self) -> str:
        return title_of_topic(self.topic)

    @property
    def is_live(self) -> bool:
        return self.cancelled_at is None and self.outcome != self.Outcome.NOT_HELD

    @property
    def first_day(self) -> dt.date:
        """The day, or the first day of the week while no day is set: from then on it can have been held."""
        return self.date or self.week_start

    def waits_for_log(self, today: dt.date) -> bool:
        """Whether its time has come, and nobody has logged or cancelled it."""
        return self.outcome is None and self.cancelled_at is None and self.first_day <= today

    def status(self, today: dt.date) -> PlannedSession.Status:
        """The state that a person sees, as of a day."""
        if self.cancelled_at is not None:
            return self.Status.CANCELLED
        if self.outcome is not None:
            return self.Status.HELD if self.outcome == self.Outcome.HELD else self.Status.NOT_HELD
        if self.week_start < monday_of(today):
            return self.Status.NO_LOG
        return self.Status.MOVED if self.moved_from else self.Status.PLANNED
