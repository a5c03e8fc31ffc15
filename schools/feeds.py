"""What a calendar feed contains, and who may read it: checked at every fetch."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.policies import is_coordinator
from accounts.templatetags.look import week_no
from schools.calendar_files import CalendarItem, uid_of, write_feed
from schools.models import CalendarFeed, Group, Occasion, PlanChange, PlannedSession, School, SchoolYear
from schools.models.plans import monday_of
from schools.term_plan import Standing

WEEK = dt.timedelta(days=7)
FRIDAY = dt.timedelta(days=4)
# The most sessions in a feed; more would be too much for some calendars, so only the nearest are shown.
MOST_SESSIONS = 3_000
# How many weeks of past sessions are kept in a feed that cannot hold all.
WEEKS_BACK = 2
# Raise this when the same content is written differently, so that calendars fetch it again.
WRITING = 1


class UnknownFeed(Exception):  # noqa: N818 - reads as what happened
    """No feed has ever had this address."""


class EndedFeed(Exception):  # noqa: N818
    """The address has been revoked, or its person may no longer see any of its schools."""


@dataclass(frozen=True)
class OpenFeed:
    """A feed that may be read today, and its schools."""

    feed: CalendarFeed
    schools: tuple[School, ...]


@dataclass(frozen=True)
class FeedContent:
    """The content of a feed."""

    name: str
    description: str
    url: str
    items: tuple[CalendarItem, ...]

    @cached_property
    def digest(self) -> str:
        """The same for the same content, computed without writing it out."""
        said = (WRITING, self.name, self.description, self.url, self.items)
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def written(self) -> bytes:
        return write_feed(self.items, name=self.name, description=self.description, url=self.url)


def open_feed(token: str, today: dt.date) -> OpenFeed:
    """The feed of an address, by its person's roles today. Raises ``UnknownFeed`` or ``EndedFeed``."""
    feed = CalendarFeed.objects.by_token(token)
    if feed is None:
        raise UnknownFeed
    schools = () if feed.revoked_at or not feed.user.is_active else tuple(schools_of(feed, today))
    if not schools:
        raise EndedFeed
    return OpenFeed(feed, schools)


def schools_of(feed: CalendarFeed, today: dt.date) -> Iterable[School]:
    """The schools of a feed that its person may follow today."""
    schools = School.objects.followed_by(feed.user, today)
    if feed.school_id is not None:
        return schools.filter(pk=feed.school_id)
    return schools.filter(pk__in=feed.chosen.values("pk")) if feed.only_chosen else schools


def content_of(opened: OpenFeed, today: dt.date) -> FeedContent:
    """The sessions of the current school year and later, with the occasions that go with them."""
    feed, since = opened.feed, _since(today)
    rows = PlannedSession.objects.filter(participation__school__in=opened.schools, week_start__gte=monday_of(since))
    is_cut = rows.count() > MOST_SESSIONS
    if is_cut:
        rows = rows.filter(week_start__gte=monday_of(today) - WEEKS_BACK * WEEK)
    shown = list(rows.with_names().order_by("week_start", "pk")[:MOST_SESSIONS])
    occasions = _occasions(opened, since, today)
    return FeedContent(
        name=_("Term plan %(school)s") % {"school": feed.school} if feed.school else _("My term plan"),
        description=_("Only the nearest %(n)s sessions have room. Choose fewer schools.") % {"n": MOST_SESSIONS}
        if is_cut
        else "",
        url=settings.PORTAL_URL + (feed.school.get_absolute_url() if feed.school else reverse("schools:feed-list")),
        items=(*_session_items(shown, feed, with_school=len(opened.schools) > 1), *_occasion_items(occasions, feed)),
    )


def _since(today: dt.date) -> dt.date:
    """The first day of the school year that began last, whose sessions stay until the next one begins."""
    began = SchoolYear.objects.filter(starts_on__lte=today).order_by("-starts_on").values_list("starts_on", flat=True)
    return began.first() or today


def _session_items(rows: Sequence[PlannedSession], feed: CalendarFeed, *, with_school: bool) -> Iterator[CalendarItem]:
    changed, standing = _changed_at(rows), Standing(rows)
    for row in rows:
        yield session_item(
            row,
            instead=None if row.is_live else standing.stand_in_for(row),
            changed_at=changed.get(row.pk, feed.made_at),
            with_school=with_school,
            # A school's calendar is shared with colleagues, so it names nobody.
            with_leader=feed.school_id is None,
        )


def _changed_at(rows: Sequence[PlannedSession]) -> Mapping[int, dt.datetime]:
    """When the plan of each session was last changed."""
    if not rows:
        return {}
    schools = {row.participation_id for row in rows}
    changes = PlanChange.objects.filter(participation__in=schools, session__week_start__gte=rows[0].week_start)
    return dict(changes.order_by().values_list("session").annotate(Max("at")))


def session_item(
    row: PlannedSession,
    *,
    instead: PlannedSession | None = None,
    changed_at: dt.datetime,
    with_school: bool,
    with_leader: bool,
) -> CalendarItem:
    """A session on its day, or, while no day is set, on its week's school days; a lost one says what replaces it."""
    school = row.participation.school
    summary = f"{row.group}: {row.topic_title}"
    return CalendarItem(
        uid=uid_of(row),
        sequence=row.version,
        changed_at=changed_at,
        summary=_said_off(row, f"{school} {summary}" if with_school else summary),
        first=row.date or row.week_start,
        last=row.date or row.week_start + FRIDAY,
        start=row.start_time if row.date else None,
        end=row.end_time if row.date else None,
        cancelled=not row.is_live,
        description="\n".join(_lines(row, instead, with_leader=with_leader)),
        place=school.name,
        url=settings.PORTAL_URL + row.get_absolute_url(),
        category=row.participation.programme_year.programme.name,
    )


def _said_off(row: PlannedSession, summary: str) -> str:
    """The title says that it is cancelled, since some calendars show cancelled events like any other."""
    if row.outcome == PlannedSession.Outcome.NOT_HELD:
        return _("Not held: %(what)s") % {"what": summary}
    return summary if row.is_live else _cancelled(summary)


def _cancelled(summary: str) -> str:
    return _("Cancelled: %(what)s") % {"what": summary}


def _lines(row: PlannedSession, instead: PlannedSession | None, *, with_leader: bool) -> Iterator[str]:
    programme = row.participation.programme_year.programme
    is_staff = row.group.kind == Group.Kind.STAFF
    yield (_("Staff session in %(programme)s") if is_staff else _("Pupil session in %(programme)s")) % {
        "programme": programme
    }
    if instead:
        yield _("New time: %(week)s.") % {"week": week_no(instead.week_start)}
    if row.is_live:
        yield from _time_lines(row)
    if with_leader and row.leader:
        yield _("Led by %(name)s.") % {"name": row.leader}


def _time_lines(row: PlannedSession) -> Iterator[str]:
    if row.moved_from:
        yield _("Moved from %(week)s.") % {"week": week_no(row.moved_from)}
    if row.date is None:
        yield _("Planned for %(week)s. The day is not set yet.") % {"week": week_no(row.week_start)}
    elif row.start_time is None:
        yield _("The time of day is not set yet.")


def _occasions(opened: OpenFeed, since: dt.date, today: dt.date) -> list[Occasion]:
    """Those that a school takes part in. In a person's own feed: those they are invited to, and for a centre
    coordinator those of the feed's schools and of the whole centre."""
    feed, schools = opened.feed, opened.schools
    found = Occasion.objects.filter(date__gte=since)
    if feed.school is not None:
        found = found.at(feed.school)
    elif is_coordinator(feed.user, today):
        found = found.filter(Q(school=None) | Q(school__in=schools))
    else:
        invited = Q(invitations__person__user=feed.user, invitations__person__school__in=schools)
        found = found.filter(invited, invitations__withdrawn_at=None).distinct()
    return list(found.with_names().order_by("date", "pk"))


def _occasion_items(occasions: Iterable[Occasion], feed: CalendarFeed) -> Iterator[CalendarItem]:
    for one in occasions:
        is_off = one.cancelled_at is not None or one.held is False
        yield CalendarItem(
            uid=uid_of(one),
            sequence=one.version,
            changed_at=max(filter(None, (one.moved_at, one.cancelled_at)), default=feed.made_at),
            summary=_cancelled(one.title) if is_off else one.title,
            first=one.date,
            last=one.date,
            start=one.start_time,
            end=one.end_time,
            cancelled=is_off,
            place=one.place or (one.school.name if one.school else ""),
            url=settings.PORTAL_URL + one.get_absolute_url(),
            category=str(one.get_kind_display()),
        )
