"""The mail to whoever leads a session at a school that logs by link: their sessions, with links to log them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.centre import coordinator, signature
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import Texts, texts_of
from schools.mailing.letters import session_rows
from schools.models import PlannedSession
from sessions_log.mails import sessions_of
from sessions_log.models import ReminderItem
from sessions_log.policies import can_log_by_link
from sessions_log.session_links import session_link


def compose_log_by_link(message: Message, now: dt.datetime) -> Letter:
    """A link for each session. Raises ``NotWanted`` when they are logged, or when somebody else leads them now."""
    sessions = [
        one
        for one in sessions_of(message)
        if one.outcome is None and one.is_live and can_log_by_link(one) and _is_theirs(one, message)
    ]
    if not sessions:
        raise NotWanted(_("The session is logged, or somebody else holds it."))
    topic, school = sessions[0].topic_title, sessions[0].participation.school
    texts = texts_of(ReminderItem.Kind.LOG_BY_LINK)
    by = coordinator(timezone.localdate(now))
    return Letter(
        subject=texts.line("subject", topic=topic, school=school),
        preheader="; ".join(" ".join(row) for row in session_rows(sessions))[:140],
        greeting=_("Hello %(name)s!") % {"name": str(sessions[0].leader).split(" ")[0]},
        sections=[_section(one, texts) for one in sessions],
        signature=signature(by),
        why=_why(str(school)),
        coming=texts.line("coming"),
        reply_to=by.email if by else "",
    )


def _why(school: str) -> str:
    because = _("You get this mail because you hold a session at %(school)s.") % {"school": school}
    return f"{because} {_('The links are your own: pass them on to nobody.')}"


def _is_theirs(session: PlannedSession, message: Message) -> bool:
    leader = session.leader
    return leader is not None and leader.pk == message.about.get("leader") and leader.user_id == message.user_id


def _section(session: PlannedSession, texts: Texts) -> Section:
    return Section(
        heading=f"{session.topic_title}, {session.group}",
        paragraphs=texts.paragraphs("opening", topic=session.topic_title),
        columns=(_("Group"), _("When")),
        rows=session_rows([session]),
        button=Link(_("Log %(group)s") % {"group": session.group}, session_link(session)),
    )
