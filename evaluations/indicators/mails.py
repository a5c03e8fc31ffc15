"""The mail about a yearly refresh, and its texts: what has changed, or why nothing was imported."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluations.indicators.numbers import shown
from evaluations.indicators.refreshing import KIND, readers_on
from evaluations.models import IndicatorImport
from evaluations.policies import gets_refreshes
from outbox.centre import coordinator, portal_link, signature
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import Part, Placeholder, Sample, TextSet, texts_of

MOST_ROWS = 12
SHOWN = 5
_DAY = Placeholder("day", "dag", gettext_lazy("the day of the refresh"))


def compose_refreshed(message: Message, now: dt.datetime) -> Letter:
    """Raises ``NotWanted`` when the import is gone, or when the recipient no longer has the role."""
    today = timezone.localdate(now)
    made = IndicatorImport.objects.filter(uuid=message.about.get("import")).first()
    if made is None:
        raise NotWanted(_("The import is no longer there."))
    if message.user is None or not gets_refreshes(message.user, today):
        raise NotWanted(_("The recipient no longer has a role at the centre."))
    day = date_format(timezone.localtime(made.at), "j F Y")
    texts, by = texts_of(KIND), coordinator(today)
    return Letter(
        subject=texts.line("subject-refused" if made.is_refused else "subject", day=day),
        preheader=summary_of(made),
        greeting=_("Hello %(name)s!") % {"name": message.user.get_short_name()},
        sections=[_section(made, texts.paragraphs("opening-refused" if made.is_refused else "opening", day=day))],
        signature=signature(by),
        why=_("You get this mail because you coordinate or lead the centre."),
        coming=_("If it went wrong it is tried again in a week.")
        if made.is_refused
        else _("The next one comes in a year."),
        reply_to=by.email if by else "",
    )


def summary_of(made: IndicatorImport) -> str:
    """What an import did, in one sentence."""
    if made.is_refused:
        return _("Nothing was read in.")
    added, changed = len(made.added), len(made.changed)
    counts = {
        ngettext("%(n)s new value", "%(n)s new values", added): added,
        ngettext("%(n)s changed value", "%(n)s changed values", changed): changed,
        _("%(n)s as before"): made.unchanged,
    }
    parts = [text % {"n": n} for text, n in counts.items() if n]
    return f"{', '.join(parts)}." if parts else _("Nothing was read in.")


def _section(made: IndicatorImport, opening: list[str]) -> Section:
    link = Link(_("See the import"), portal_link("results:import-detail", made.uuid))
    heading = _("Values from Kolada")
    if made.is_refused:
        rows = [(_("Row %(n)s") % {"n": row} if row else "–", reason) for row, reason in made.errors[:MOST_ROWS]]
        columns = (_("Where"), _("What is wrong"))
        return Section(heading=heading, paragraphs=opening, columns=columns, rows=rows, button=link)
    rows = [
        (f"{indicator}, {area} {year}", shown(after) if before is None else f"{shown(before)} → {shown(after)}")
        for indicator, area, year, before, after in made.changes[:MOST_ROWS]
    ]
    paragraphs = [summary_of(made), *opening]
    if len(made.changes) > MOST_ROWS:
        paragraphs.append(_("The first %(n)s are shown here, all of them on the page.") % {"n": MOST_ROWS})
    return Section(
        heading=heading, paragraphs=paragraphs, columns=(_("Value"), _("Before → now")), rows=rows, button=link
    )


def samples(now: dt.datetime) -> list[Sample]:
    """The latest imports from Kolada, to preview the texts on."""
    readers = readers_on(timezone.localdate(now))

    def sample(made: IndicatorImport) -> Sample:
        user = readers[0]

        def write() -> Message:
            about = {"import": str(made.uuid)}
            return Message.objects.create(
                kind=KIND, user=user, address=user.email, about=about, not_before=now, made_at=now
            )

        return Sample(
            str(made.uuid), f"{made.get_kind_display()}, {date_format(timezone.localtime(made.at), 'j F Y')}", write
        )

    return [sample(made) for made in IndicatorImport.objects.all()[:SHOWN]] if readers else []


REFRESHED_TEXTS = TextSet(
    KIND,
    (
        Part(
            "subject", gettext_lazy("Subject"), gettext_lazy("New values from Kolada, %(day)s"), (_DAY,), is_line=True
        ),
        Part(
            "subject-refused",
            gettext_lazy("Subject, when nothing was read in"),
            gettext_lazy("The values from Kolada could not be read in, %(day)s"),
            (_DAY,),
            is_line=True,
        ),
        Part(
            "opening",
            gettext_lazy("Paragraph"),
            gettext_lazy("The values show what has happened, not what it is due to. Source: Kolada."),
            (_DAY,),
        ),
        Part(
            "opening-refused",
            gettext_lazy("Paragraph, when nothing was read in"),
            gettext_lazy(
                "Nothing has been changed in the portal. See what is wrong, and read in by hand if it is needed."
            ),
            (_DAY,),
        ),
    ),
    samples,
)
