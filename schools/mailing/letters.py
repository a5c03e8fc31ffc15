"""What all mails to schools have in common: greeting and signature, links, and why the mail came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.centre import coordinator, portal_link, signature, signed_link
from outbox.letters import Attachment, LeftTheRole, Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.together import asked_for_all
from schools.mailing.links import Scope, make_link
from schools.mailing.telling import when
from schools.models import Group, PlannedSession, SchoolMembership

PLAN_SCOPES = (Scope.READ, Scope.ANSWER, Scope.CHOOSE)


def membership_of(message: Message, now: dt.datetime) -> SchoolMembership:
    """The role for which the mail is sent. Raises ``LeftTheRole`` when the recipient no longer has it."""
    today = timezone.localdate(now)
    membership = asked_for_all(message, ("memberships", today), lambda messages: _memberships(messages, today))
    if membership is None or message.user is None or not message.user.is_active:
        raise LeftTheRole(_("The recipient no longer has the role at the school."))
    if membership.person.school.has_closed_by(today):
        raise NotWanted(_("The school is no longer in the work."))
    return membership


def _memberships(messages: Sequence[Message], today: dt.date) -> dict[int, SchoolMembership]:
    """For each mail, by its key, the role on the day that its recipient has it for."""
    keys = [message.about.get("membership") for message in messages]
    active = (
        SchoolMembership.objects.active(today)
        .select_related("person__school", "person__user")
        .in_bulk([key for key in keys if key is not None])
    )
    found = ((message, active.get(key)) for message, key in zip(messages, keys, strict=True))
    return {
        message.pk: membership
        for message, membership in found
        if membership and membership.person.user_id is not None and membership.person.user_id == message.user_id
    }


def letter_to_school(
    membership: SchoolMembership,
    *,
    now: dt.datetime,
    subject: str,
    preheader: str,
    section: Section | None = None,
    sections: Sequence[Section] = (),
    coming: str = "",
    told: dict[str, str] | None = None,
    attachments: Sequence[Attachment] = (),
) -> Letter:
    """A letter to somebody for a role at a school, of one section or several, signed by the centre's coordinator."""
    by, role = coordinator(timezone.localdate(now)), str(membership.get_role_display()).lower()
    return Letter(
        subject=subject,
        preheader=preheader,
        greeting=_("Hello %(name)s!") % {"name": str(membership.person.user or "").split(" ")[0]},
        sections=[section] if section else sections,
        signature=signature(by),
        why=_why(membership, role),
        coming=coming,
        foot_links=_foot(membership, role, now),
        reply_to=by.email if by else "",
        told=told or {},
        attachments=attachments,
    )


def link_to(membership: SchoolMembership, name: str, now: dt.datetime, *args: Any, scopes: Iterable[Scope]) -> str:
    """The whole address of a page that opens with a signed link."""
    token = make_link(membership, scopes, timezone.localdate(now))
    return portal_link(name, token, *args) if args else signed_link(name, token)


def plan_links(membership: SchoolMembership, now: dt.datetime) -> tuple[Link, Link]:
    """The links to the plan, and to saying that a time does not work."""
    plan = link_to(membership, "schools:link-plan", now, scopes=PLAN_SCOPES)
    return Link(_("See the plan"), plan), Link(_("A time does not work"), f"{plan}#plan")


def session_rows(sessions: Sequence[PlannedSession]) -> list[tuple[str, str]]:
    """Groups and when they meet, in the order of time; groups that meet at the same time share a row."""
    in_order = sorted(
        sessions,
        key=lambda one: (
            one.week_start,
            one.date or one.week_start,
            str(one.start_time),
            one.group.kind != Group.Kind.STAFF,
            one.group.grade or 0,
            one.group.name,
        ),
    )
    by_time: dict[str, list[str]] = {}
    for session in in_order:
        by_time.setdefault(when(session), []).append(session.group.name)
    return [(", ".join(groups), time) for time, groups in by_time.items()]


def _why(membership: SchoolMembership, role: str) -> str:
    because = _("You get this mail because you are %(role)s at %(school)s.")
    own = _("The links are your own: pass them on to nobody.")
    return f"{because % {'role': role, 'school': membership.person.school}} {own}"


def _foot(membership: SchoolMembership, role: str, now: dt.datetime) -> list[Link]:
    not_me = link_to(membership, "schools:link-not-me", now, scopes=[Scope.ANSWER])
    return [Link(_("I am not the %(role)s") % {"role": role}, not_me)]
