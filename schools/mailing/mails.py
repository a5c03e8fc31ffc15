"""The mails about changed plans: sessions moved or cancelled, and proposals that could not be accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import week_no
from outbox.letters import Letter, NotWanted, Section
from outbox.models import Message
from outbox.texts import texts_of
from schools.actions.replies import DECLINED
from schools.history import reason_in_words
from schools.mailing.letters import letter_to_school, membership_of, plan_links
from schools.mailing.telling import CHANGED, LOST, about, known_to, said_of, sessions_changed, when, when_said
from schools.models import PlanChange, PlannedSession, SchoolMembership, SchoolReply
from schools.models.plans import monday_of
from schools.term_plan import Standing

What = PlanChange.What


@dataclass(frozen=True)
class Change:
    """A session that is no longer as its reader was told; ``instead`` is the session that the group has in its
    place."""

    session: PlannedSession
    told: str
    instead: PlannedSession | None

    @property
    def row(self) -> tuple[str, str]:
        now = self.instead or self.session
        new = when(now) if now.is_live else _("cancelled, no new time yet")
        if self.was_held:
            new = _("held in %(week)s") % {"week": week_no(now.week_start)}
        if self.told == LOST:
            return (self.session.group.name, _("new time: %(new)s") % {"new": new})
        return (self.session.group.name, f"{when_said(self.told)} → {new}")

    @property
    def is_lost(self) -> bool:
        return not (self.instead or self.session).is_live

    @property
    def was_held(self) -> bool:
        """Whether it was a new time that is no longer needed, because the session that it replaced was held after
        all."""
        return self.instead is not None and self.instead.outcome == PlannedSession.Outcome.HELD

    @property
    def part(self) -> str:
        """The suffix of the texts about it."""
        return "-cancelled" if self.is_lost else "-held" if self.was_held else ""

    def told_now(self) -> dict[str, str]:
        """What the reader knows once they have got the mail."""
        known = {about(self.session): said_of(self.session)}
        return known | ({about(self.instead): said_of(self.instead)} if self.instead else {})

    def concerns(self, monday: dt.date) -> bool:
        """Whether its old or new time is in the week or later."""
        weeks = [(self.instead or self.session).week_start]
        if self.told != LOST:
            weeks.append(dt.date.fromisoformat(self.told.split(" ")[1]))
        return max(weeks) >= monday


def compose_changed(message: Message, now: dt.datetime) -> Letter:
    """The old time, the new time and the reason for each group, topic by topic.

    Raises ``NotWanted`` when nothing differs from what the reader was last told, as when a session was moved there and
    back.
    """
    membership = membership_of(message, now)
    rows = list(sessions_changed(message).with_names().order_by("week_start", "group__kind", "group__name"))
    monday = monday_of(timezone.localdate(now))
    changes = [one for one in _changes(message, rows) if one.concerns(monday)]
    if not changes:
        raise NotWanted(_("Everything stands as the recipient was last told."))
    return _changed_letter(membership, changes, now)


def _changes(message: Message, rows: Sequence[PlannedSession]) -> Iterator[Change]:
    told = _known(message, rows)
    standings = {key: Standing(several) for key, several in _by_slot(rows).items()}
    for row in rows:
        said = told.get(about(row))
        # A session that was held needs no mail. One not held is known at the school, but its new time is not.
        if said is None or row.outcome == PlannedSession.Outcome.HELD:
            continue
        instead = None if row.is_live else standings[_slot(row)].stand_in_for(row)
        knows_new = instead is None or told.get(about(instead)) == said_of(instead)
        only_lost = row.outcome is not None and instead is None
        if (said != said_of(row) or not knows_new) and not only_lost and not (said == LOST and knows_new):
            yield Change(row, said, instead)


def _known(message: Message, rows: Sequence[PlannedSession]) -> dict[str, str]:
    """What the reader knows; about the rest, what the person who had the role before them knew."""
    known: dict[str, str] = {}
    for user in [*message.about.get("left", []), message.user]:
        known |= known_to(user, rows)
    return known


def _slot(row: PlannedSession) -> tuple[int, int]:
    return (row.participation_id, row.slot_no)


def _by_slot(rows: Sequence[PlannedSession]) -> dict[tuple[int, int], list[PlannedSession]]:
    found: dict[tuple[int, int], list[PlannedSession]] = {}
    for row in rows:
        found.setdefault(_slot(row), []).append(row)
    return found


def _changed_letter(membership: SchoolMembership, changes: list[Change], now: dt.datetime) -> Letter:
    by_topic: dict[str, list[Change]] = {}
    for change in changes:
        by_topic.setdefault((change.instead or change.session).topic_title, []).append(change)
    told: dict[str, str] = {}
    for change in changes:
        told |= change.told_now()
    count = ngettext("%(n)s group", "%(n)s groups", len(changes)) % {"n": len(changes)}
    subject, opening = _changed_said(membership, by_topic)
    sections = [_changed_section(topic, several) for topic, several in by_topic.items()]
    button, link = plan_links(membership, now)
    if len(sections) == 1:
        sections = [replace(sections[0], paragraphs=[*opening, *sections[0].paragraphs])]
    else:
        sections = [Section(paragraphs=opening), *sections]
    sections[-1] = replace(sections[-1], button=button, link=link)
    return letter_to_school(
        membership,
        now=now,
        subject=subject,
        preheader=f"{count}: {'; '.join(' '.join(change.row) for change in changes)}"[:140],
        sections=sections,
        told=told,
    )


def _changed_said(membership: SchoolMembership, by_topic: dict[str, list[Change]]) -> tuple[str, list[str]]:
    """The subject and the first paragraphs: a single topic by its name, several by their number."""
    texts, school = texts_of(CHANGED), membership.person.school
    if len(by_topic) > 1:
        topics = ngettext("%(n)s topic", "%(n)s topics", len(by_topic)) % {"n": len(by_topic)}
        said = {"topics": topics, "school": school}
        return texts.line("subject-several", **said), texts.paragraphs("opening-several", **said)
    [(topic, changes)] = by_topic.items()
    said, part = {"topic": topic, "school": school}, _part_of(changes)
    return texts.line(f"subject{part}", **said), texts.paragraphs(f"opening{part}", **said)


def _part_of(changes: list[Change]) -> str:
    """The suffix of the texts about several changes: if they differ, the texts are about a new time."""
    parts = {change.part for change in changes}
    return parts.pop() if len(parts) == 1 else ""


def _changed_section(topic: str, changes: list[Change]) -> Section:
    headings = {
        "": _("New time: %(topic)s"),
        "-cancelled": _("Cancelled: %(topic)s"),
        "-held": _("Held already: %(topic)s"),
    }
    return Section(
        heading=headings[_part_of(changes)] % {"topic": topic},
        paragraphs=_reasons(changes),
        columns=(_("Group"), _("Before and now")),
        rows=[change.row for change in changes],
    )


def _reasons(changes: list[Change]) -> list[str]:
    """The reason given at the latest change of each session; the same reason only once."""
    made = PlanChange.objects.filter(
        session__in=[change.session for change in changes], what__in=[What.MOVED, What.CANCELLED]
    ).order_by("pk")
    latest = {change.session_id: change for change in made}
    reasons = dict.fromkeys(reason_in_words(change.reason) for change in latest.values() if change.reason)
    return [_("Why: %(reasons)s") % {"reasons": " ".join(reasons)}] if reasons else []


def compose_declined(message: Message, now: dt.datetime) -> Letter:
    """A proposed week could not be accepted: the coordinator's answer, and what is planned."""
    membership = membership_of(message, now)
    reply = SchoolReply.objects.filter(pk=message.about.get("reply"), state=SchoolReply.State.DECLINED).first()
    if reply is None:
        raise NotWanted(_("The answer has been taken back."))
    sessions = list(PlannedSession.objects.filter(replies=reply).with_names())
    button, link = plan_links(membership, now)
    week, texts = week_no(reply.proposed_week) if reply.proposed_week else "", texts_of(DECLINED)
    opening = texts.paragraphs("opening", week=week) if week else texts.paragraphs("opening-without-week")
    return letter_to_school(
        membership,
        now=now,
        subject=texts.line("subject", topic=sessions[0].topic_title, school=membership.person.school),
        preheader=(reply.answer_note or " ".join(opening))[:140],
        section=Section(
            heading=_("The time stays: %(topic)s") % {"topic": sessions[0].topic_title},
            paragraphs=[*opening, *([reply.answer_note] if reply.answer_note else [])],
            columns=(_("Group"), _("When")),
            rows=[(session.group.name, when(session)) for session in sessions],
            button=button,
            link=link,
        ),
    )
