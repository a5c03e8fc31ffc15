"""The reminder of a measure's follow-up, composed from how things are when it is sent."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import day_and_week
from outbox.centre import coordinator, portal_link, signature
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import Texts, texts_of
from programmes.models import Measure
from programmes.policies import partners_of
from programmes.reminders import KIND, readers_of


def compose_follow_up(message: Message, now: dt.datetime) -> Letter:
    """A follow-up is coming, or is late. Raises ``NotWanted`` when it has been made or moved, or concerns the recipient
    no more."""
    today = timezone.localdate(now)
    measure = Measure.objects.with_names().filter(pk=message.about.get("measure")).first()
    if measure is None or not measure.is_open:
        raise NotWanted(_("The measure is no longer going on."))
    if measure.next_follow_up is None or measure.next_follow_up.isoformat() != message.about.get("day"):
        raise NotWanted(_("The follow-up has been made, or has another day."))
    if message.user is None or message.user not in readers_of(measure, today):
        raise NotWanted(_("The recipient no longer follows up the measure."))
    return _letter(measure, message.user, measure.next_follow_up, today)


def _letter(measure: Measure, user: User, day: dt.date, today: dt.date) -> Letter:
    by, is_late = coordinator(today), day < today
    said, texts = {"title": measure.title, "day": day_and_week(day)}, texts_of(KIND)
    when = _("It should have been made %(day)s.") if is_late else _("The follow-up is to be made %(day)s.")
    return Letter(
        subject=texts.line("subject-late" if is_late else "subject", **said),
        preheader=when % said,
        greeting=_("Hello %(name)s!") % {"name": user.get_short_name()},
        sections=[_section(measure, when % said, texts)],
        signature=signature(by),
        why=_why(user, today),
        coming=_("This was the last mail about it.") if is_late else _("If it is late we remind once more."),
        reply_to=by.email if by else "",
    )


def _section(measure: Measure, when: str, texts: Texts) -> Section:
    owners = ", ".join(owner.name for owner in measure.owners.all())
    return Section(
        heading=measure.title,
        paragraphs=[when, *texts.paragraphs("opening", title=measure.title)],
        columns=(_("Measure"), _("Now")),
        rows=[(_("Partners"), owners), (_("Status"), str(measure.get_status_display()))],
        button=Link(_("Follow up now"), portal_link("programmes:measure-follow-up", measure.uuid)),
        link=Link(_("See the measure"), portal_link("programmes:measure-detail", measure.uuid)),
    )


def _why(user: User, today: dt.date) -> str:
    partners = partners_of(user, today)
    if not partners:
        return _("You get this mail because you are the centre's coordinator, and the partner has no representative.")
    names = ", ".join(partner.name for partner in partners)
    return _("You get this mail because you represent %(partner)s.") % {"partner": names}
