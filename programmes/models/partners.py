"""Who speaks for a partner, whom to turn to there, and what it has undertaken to do."""

from __future__ import annotations

from textwrap import shorten

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import HeldBetween
from accounts.validators import refuse_personal_number
from programmes.models.ground import PartnerOrganisation
from programmes.models.keeping import SentOnce, Versioned


class PartnerMembership(models.Model):
    """Somebody represents a partner, from a day to a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partner_memberships", verbose_name=_("user")
    )
    partner = models.ForeignKey(
        PartnerOrganisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("partner")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"), null=True, blank=True)

    objects = HeldBetween.as_manager()

    class Meta:
        verbose_name = _("partner representative")
        verbose_name_plural = _("partner representatives")
        ordering = ["partner", "user", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="partner_membership_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.partner}"

    def clean(self) -> None:
        if not self.starts_on or not self.user_id or not self.partner_id:
            return
        others = PartnerMembership.objects.filter(user=self.user, partner=self.partner).exclude(pk=self.pk)
        others = others.exclude(ends_on__lt=self.starts_on)
        if self.ends_on:
            others = others.filter(starts_on__lte=self.ends_on)
        if others.exists():
            raise ValidationError({"starts_on": _("The person already has this role in that time.")})


class PartnerContact(SentOnce, Versioned):
    """Somebody to turn to at a partner; no account is needed."""

    partner = models.ForeignKey(
        PartnerOrganisation, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("partner")
    )
    name = models.CharField(_("name"), max_length=120, validators=[refuse_personal_number])
    title = models.CharField(_("title at work"), max_length=120, blank=True, validators=[refuse_personal_number])
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("contact at a partner")
        verbose_name_plural = _("contacts at partners")
        ordering = ["partner", "name"]

    def __str__(self) -> str:
        return self.name


class Commitment(SentOnce, Versioned):
    """Something that a partner has undertaken to do."""

    partner = models.ForeignKey(
        PartnerOrganisation, on_delete=models.CASCADE, related_name="commitments", verbose_name=_("partner")
    )
    text = models.TextField(_("commitment"), max_length=1000, validators=[refuse_personal_number])
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["partner", "position", "pk"]

    def __str__(self) -> str:
        return shorten(self.text, 60, placeholder=" …")
