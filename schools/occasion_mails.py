"""The mails about occasions: an invitation, and what has changed since, each with a calendar file."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.look import day_and_week
from outbox.centre import coordinator, signature
from outbox.letters import Attachment, Letter, Link, NotWanted, Section
from outbox.models import Message
from schools.actions.occasions import times_of, when_and_where
from schools.calendar_files import calendar_file
from schools.invitations import make_token
from schools.letters import letter_to_school, link_to, membership_of
from schools.links import Scope
from schools.models import Occasion, OccasionInvitation


def compose_invitation(message: Message, now: dt.datetime) -> Letter:
    """What, when and where, with a button to answer. Raises ``NotWanted`` when there's nothing to come to any more."""
    invitation = _invitation(message, now)
    occasion = invitation.occasion
    if occasion.cancelled_at or invitation.withdrawn_at:
        raise NotWanted(_("The occasion is cancelled, or the invitation is taken back."))
    subject = _("Invitation: %(title)s, %(day)s") % {"title": occasion.title, "day": day_and_week(occasion.date)}
    section = Section(
        heading=occasion.title,
        paragraphs=[_("You are invited. Say whether you come, and how many you will be."), *_text(occasion)],
        columns=(_("What"), _("When and where")),
        rows=_rows(occasion),
        button=Link(_("Answer the invitation"), _answer_url(message, invitation, now)),
        after=[_("The file that goes with the mail puts it in your calendar.")],
    )
    return _letter(message, invitation, now, subject, section, cancelled=False)


def compose_occasion_changed(message: Message, now: dt.datetime) -> Letter:
    """The old time and the new, or that it's cancelled. Raises ``NotWanted`` when all stands as the reader knows it."""
    invitation = _invitation(message, now)
    occasion, was = invitation.occasion, str(message.about.get("was", ""))
    if invitation.withdrawn_at:
        return _taken_back(message, invitation, now)
    if occasion.cancelled_at:
        return _cancelled(message, invitation, now)
    is_now = when_and_where(occasion)
    if was == is_now:
        raise NotWanted(_("Everything stands as the recipient was last told."))
    section = Section(
        heading=_("New time or place: %(title)s") % {"title": occasion.title},
        paragraphs=[_("Something has changed. Answer again, if the change means that you can or cannot come.")],
        columns=(_("Before"), _("Now")),
        rows=[(was, is_now)],
        button=Link(_("Answer the invitation"), _answer_url(message, invitation, now)),
        after=[_("The file that goes with the mail changes your calendar.")],
    )
    return _letter(message, invitation, now, section.heading, section, cancelled=False)


def _cancelled(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> Letter:
    occasion = invitation.occasion
    why = str(occasion.get_cancel_reason_display())
    section = Section(
        heading=_("Cancelled: %(title)s") % {"title": occasion.title},
        paragraphs=[
            _("It will not be held. You need not do anything."),
            _("Why: %(reasons)s") % {"reasons": f"{why}. {occasion.note}".strip()},
        ],
        columns=(_("What"), _("When and where")),
        rows=_rows(occasion),
    )
    return _letter(message, invitation, now, section.heading, section, cancelled=True)


def _taken_back(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> Letter:
    section = Section(
        heading=_("You need not come: %(title)s") % {"title": invitation.occasion.title},
        paragraphs=[_("The invitation is taken back. If you think that it is a mistake, answer this mail.")],
        columns=(_("What"), _("When and where")),
        rows=_rows(invitation.occasion),
    )
    return _letter(message, invitation, now, section.heading, section, cancelled=True)


def _invitation(message: Message, now: dt.datetime) -> OccasionInvitation:
    found = OccasionInvitation.objects.with_names().filter(pk=message.about.get("invitation")).first()
    if found is None:
        raise NotWanted(_("The occasion is cancelled, or the invitation is taken back."))
    if found.occasion.date < timezone.localdate(now):
        raise NotWanted(_("The day has passed."))
    invitation: OccasionInvitation = found
    return invitation


def _letter(
    message: Message,
    invitation: OccasionInvitation,
    now: dt.datetime,
    subject: str,
    section: Section,
    *,
    cancelled: bool,
) -> Letter:
    """To a person at a school as every mail to a school; to others with the same words and without a role."""
    preheader = when_and_where(invitation.occasion)[:140]
    attachments = [_file(message, invitation, now, cancelled=cancelled)]
    if invitation.person is not None:
        membership = membership_of(message, now)
        return letter_to_school(
            membership, now=now, subject=subject, preheader=preheader, section=section, attachments=attachments
        )
    by = coordinator(timezone.localdate(now))
    return Letter(
        subject=subject,
        preheader=preheader,
        greeting=_("Hello %(name)s!") % {"name": invitation.name.split(" ")[0]} if invitation.name else _("Hello!"),
        sections=[section],
        signature=signature(by),
        why=_("You get this mail because the centre has invited you. The link is your own: pass it on to nobody."),
        reply_to=by.email if by else "",
        attachments=attachments,
    )


def _answer_url(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> str:
    if invitation.person is None:
        return settings.PORTAL_URL + reverse("schools:invitation", args=[make_token(invitation)])
    membership = membership_of(message, now)
    return link_to(membership, "schools:link-occasion", now, invitation.uuid, scopes=[Scope.ANSWER])


def _file(message: Message, invitation: OccasionInvitation, now: dt.datetime, *, cancelled: bool) -> Attachment:
    by = coordinator(timezone.localdate(now))
    organiser = by.email if by else settings.MAIL_ADDRESS
    return calendar_file(invitation.occasion, to=message.address, organiser=organiser, now=now, cancelled=cancelled)


def _rows(occasion: Occasion) -> list[tuple[str, str]]:
    rows = [(_("Day"), day_and_week(occasion.date)), (_("Time"), times_of(occasion)), (_("Place"), occasion.place)]
    return [(what, said) for what, said in rows if said]


def _text(occasion: Occasion) -> list[str]:
    return [line for line in occasion.text.splitlines() if line.strip()]
