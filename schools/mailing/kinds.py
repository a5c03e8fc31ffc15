"""Registers the kinds of mail about plans and occasions: how each is composed, and what it waits for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from outbox.kinds import Kind
from schools.actions.handover import WELCOME
from schools.actions.replies import DECLINED
from schools.mailing.deadlines import of_changes, of_invitation, of_reply
from schools.mailing.invited import CHANGED as OCCASION_CHANGED
from schools.mailing.invited import INVITED
from schools.mailing.mails import compose_changed, compose_declined
from schools.mailing.occasion_mails import compose_invitation, compose_occasion_changed
from schools.mailing.telling import CHANGED
from schools.mailing.welcomes import compose_welcome

KINDS = (
    Kind(CHANGED, _("Moved or cancelled"), compose_changed, too_late=of_changes, goes_to_heir=True, keeps_quiet=True),
    Kind(
        DECLINED, _("Proposal not accepted"), compose_declined, too_late=of_reply, goes_to_heir=True, keeps_quiet=True
    ),
    Kind(WELCOME, _("Welcome to a role"), compose_welcome, keeps_quiet=True),
    Kind(INVITED, _("Invitation to an occasion"), compose_invitation, too_late=of_invitation, keeps_quiet=True),
    Kind(
        OCCASION_CHANGED,
        _("Occasion changed or cancelled"),
        compose_occasion_changed,
        too_late=of_invitation,
        keeps_quiet=True,
    ),
)
