"""Abstract models for rows that forms make and several people edit."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SentOnce(models.Model):
    """A row made by a form. Its form's key and a digest of the content make sure that a form sent twice counts once."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row that two people may edit at once. Each change raises the version and says who made it."""

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("last changed by"),
    )
    changed_at = models.DateTimeField(_("last changed"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
