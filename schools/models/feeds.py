"""Calendars that people subscribe to."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def standing(self) -> CalendarFeedQuerySet:
        """Those whose address has not been revoked."""
        return self.filter(revoked_at=None)

    def by_token(self, token: str) -> CalendarFeed | None:
        """The feed of an address, revoked or not."""
        return self.filter(token_hash=CalendarFeed.hash_of(token)).select_related("user", "school").first()


class CalendarFeed(models.Model):
    """An address from which a calendar reads planned sessions: of one school, or of all its person's schools.

    Whoever has the address can read it without signing in, for as long as ``user`` may. Only a hash of the address is
    kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds", verbose_name=_("user")
    )
    # None: all the person's own schools, or those that a centre coordinator has chosen.
    school = models.ForeignKey(
        "School", on_delete=models.CASCADE, related_name="feeds", null=True, blank=True, verbose_name=_("school")
    )
    # Kept apart from the chosen schools, since a choice that has become empty must not open every school.
    only_chosen = models.BooleanField(default=False)
    chosen: Any = models.ManyToManyField("School", related_name="+", blank=True, verbose_name=_("schools"))
    # From the form, so that a form sent twice makes one feed.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    last_fetched_at = models.DateTimeField(_("last fetched"), null=True, blank=True)
    # What the feed contained at its last fetch, and since when: for ETag and Last-Modified.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(school=None, revoked_at=None), name="one_standing_feed_of_own_schools"
            ),
            models.UniqueConstraint(
                fields=["user", "school"],
                condition=Q(school__isnull=False, revoked_at=None),
                name="one_standing_feed_of_a_school",
            ),
            models.CheckConstraint(
                condition=Q(school=None) | Q(only_chosen=False), name="only_a_feed_of_own_schools_has_a_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.school or _('own schools')}"

    @staticmethod
    def hash_of(token: str) -> str:
        """What is kept of a token. It is long and random, so a plain hash cannot be reversed."""
        return hashlib.sha256(token.encode()).hexdigest()
