"""The mails about occasions: an invitation, and what has changed since, each with a calendar file."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.look import day_and_week
from outbox.centre import coordinator, signature, signed_link
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import texts_of
from schools.calendar_files import calendar_file
from schools.mailing.invitations import make_token
from schools.mailing.invited import CHANGED, INVITED, times_of, when_and_where
from schools.mailing.letters import letter_to_school, link_to, membership_of
from schools.mailing.links import Scope
from schools.models import Occasion, OccasionInvitation


def compose_invitation(message: Message, now: dt.datetime) -> Letter:
    """What, when and where, with a button to answer. Raises ``NotWanted`` when there is nothing to come to any more."""
    invitation = invitation_of(message, now)
    occasion = invitation.occasion
    if occasion.cancelled_at or invitation.withdrawn_at:
        raise NotWanted(_("The occasion is cancelled, or the invitation is taken back."))
    texts = texts_of(INVITED)
    subject = texts.line("subject", title=occasion.title, day=day_and_week(occasion.date))
    section = Section(
        heading=occasion.title,
        paragraphs=[*texts.paragraphs("opening", title=occasion.title), *_text(occasion)],
        columns=(_("What"), _("When and where")),
        rows=rows_of(occasion),
        button=Link(_("Answer the invitation"), answer_url(message, invitation, now)),
        after=texts.paragraphs("after"),
    )
    return _letter(message, invitation, now, subject, section, cancelled=False)


def compose_occasion_changed(message: Message, now: dt.datetime) -> Letter:
    """The old time and the new, or that it is cancelled. Raises ``NotWanted`` when everything is as the reader knows
    it."""
    invitation = invitation_of(message, now)
    occasion, was = invitation.occasion, str(message.about.get("was", ""))
    if invitation.withdrawn_at:
        return _taken_back(message, invitation, now)
    if occasion.cancelled_at:
        return _cancelled(message, invitation, now)
    is_now = when_and_where(occasion)
    if was == is_now:
        raise NotWanted(_("Everything stands as the recipient was last told."))
    texts, title = texts_of(CHANGED), occasion.title
    section = Section(
        heading=_("New time or place: %(title)s") % {"title": title},
        paragraphs=texts.paragraphs("opening", title=title),
        columns=(_("Before"), _("Now")),
        rows=[(was, is_now)],
        button=Link(_("Answer the invitation"), answer_url(message, invitation, now)),
        after=[_("The file that goes with the mail changes your calendar.")],
    )
    return _letter(message, invitation, now, texts.line("subject", title=title), section, cancelled=False)


def _cancelled(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> Letter:
    occasion, texts = invitation.occasion, texts_of(CHANGED)
    why = str(occasion.get_cancel_reason_display())
    section = Section(
        heading=_("Cancelled: %(title)s") % {"title": occasion.title},
        paragraphs=[
            *texts.paragraphs("opening-cancelled", title=occasion.title),
            _("Why: %(reasons)s") % {"reasons": f"{why}. {occasion.note}".strip()},
        ],
        columns=(_("What"), _("When and where")),
        rows=rows_of(occasion),
    )
    subject = texts.line("subject-cancelled", title=occasion.title)
    return _letter(message, invitation, now, subject, section, cancelled=True)


def _taken_back(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> Letter:
    texts, title = texts_of(CHANGED), invitation.occasion.title
    section = Section(
        heading=_("You need not come: %(title)s") % {"title": title},
        paragraphs=texts.paragraphs("opening-taken-back", title=title),
        columns=(_("What"), _("When and where")),
        rows=rows_of(invitation.occasion),
    )
    subject = texts.line("subject-taken-back", title=title)
    return _letter(message, invitation, now, subject, section, cancelled=True)


def invitation_of(message: Message, now: dt.datetime) -> OccasionInvitation:
    """The invitation that a mail is about. Raises ``NotWanted`` when it is withdrawn or the day has passed."""
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
    """The letter: to a person at a school like any mail to a school, to others with the same words but without a
    role."""
    preheader = when_and_where(invitation.occasion)[:140]
    attachments = [calendar_file(invitation.occasion, to=message.address, now=now, cancelled=cancelled)]
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


def answer_url(message: Message, invitation: OccasionInvitation, now: dt.datetime) -> str:
    """Where the recipient answers, without a password."""
    if invitation.person is None:
        return signed_link("schools:invitation", make_token(invitation))
    membership = membership_of(message, now)
    return link_to(membership, "schools:link-occasion", now, invitation.uuid, scopes=[Scope.ANSWER])


def rows_of(occasion: Occasion) -> list[tuple[str, str]]:
    """The rows for day, time and place, as far as they are known."""
    rows = [(_("Day"), day_and_week(occasion.date)), (_("Time"), times_of(occasion)), (_("Place"), occasion.place)]
    return [(what, said) for what, said in rows if said]


def _text(occasion: Occasion) -> list[str]:
    return [line for line in occasion.text.splitlines() if line.strip()]
