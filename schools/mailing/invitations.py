"""Links by which people without a role at a school answer an invitation.

A link names the invitation and its version. It stops when the day has passed, and when the invitation is withdrawn.
People with a role answer by their own links (``schools.mailing.links``).
"""

from __future__ import annotations

import datetime as dt

from django.core import signing

from schools.mailing.links import Expired, Revoked, Tampered
from schools.models import OccasionInvitation

SALT = "schools.invitations"


def make_token(invitation: OccasionInvitation) -> str:
    """The token in the address that names the invitation."""
    return signing.dumps([invitation.pk, invitation.version], salt=SALT)


def open_invitation(token: str, today: dt.date) -> OccasionInvitation:
    """The invitation of a valid link. Reading it changes nothing. Raises ``Tampered``, ``Revoked`` or ``Expired``."""
    try:
        pk, version = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise Tampered from wrong
    found = OccasionInvitation.objects.standing().filter(pk=pk, version=version, person=None)
    invitation = found.with_names().first()
    if invitation is None:
        raise Revoked
    if invitation.occasion.date < today:
        raise Expired
    return invitation
