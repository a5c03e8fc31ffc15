"""A signed link to log one session, for its leader: in a mail, and as a code on the printed sheet.

It is valid while the centre lets the school log by link, while the person leads the session, and until logs are no
longer asked for. It is made together with the mail or the sheet, and stored nowhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core import signing

from accounts.models import User
from outbox.centre import signed_link
from schools.actions.people import account_for, can_have_account
from schools.mailing.links import Expired, Revoked, Tampered
from schools.models import PlannedSession, SchoolPerson
from sessions_log.policies import can_log_by_link

SALT = "sessions_log.session_links"
# As long as a missing log is asked for, counted from the session's Monday.
HOLDS = dt.timedelta(days=34)


@dataclass(frozen=True)
class SessionLink:
    """A link that is valid today: the session, and its leader, who has an account or can get one."""

    token: str
    session: PlannedSession
    person: SchoolPerson

    @property
    def reader(self) -> User:
        """The user who reads; without an account an unsaved one, since reading changes nothing."""
        return self.person.user or User(full_name=self.person.name, email=self.person.email)

    @property
    def writer(self) -> User:
        """The account whose log it is; without one it is made here, so that the log has a name."""
        user = account_for(self.person)
        if user is None:
            raise Revoked
        return user


def session_link(session: PlannedSession) -> str:
    """The whole address where the session's leader logs it. The leader must have an e-mail address."""
    assert session.leader is not None
    token = signing.dumps([session.pk, session.leader.pk], salt=SALT)
    return signed_link("sessions_log:link-session", token)


def open_session_link(token: str, today: dt.date) -> SessionLink:
    """What a link opens on a day. Raises ``Tampered``, ``Revoked`` or ``Expired``."""
    try:
        session_pk, person_pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise Tampered from wrong
    rows = PlannedSession.objects.filter(pk=session_pk, leader=person_pk).with_names()
    session = rows.select_related("participation__programme_year__year", "leader__user", "log__logged_by").first()
    if session is None or session.leader is None or not can_log_by_link(session):
        raise Revoked
    if session.participation.school.has_closed_by(today) or not can_have_account(session.leader):
        raise Revoked
    if today > session.week_start + HOLDS:
        raise Expired
    return SessionLink(token, session, session.leader)
