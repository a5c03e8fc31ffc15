"""Calendar feeds: made, given a new address, taken back, and kept track of when they are fetched."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from schools.models import CalendarFeed, School

# Bytes of chance in an address: nobody guesses it, so that its plain hash is enough to keep.
TOKEN_BYTES = 32
# Fetches within this time of the last one that was noted are not noted.
NOTED_EVERY = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


class AlreadyMade(Exception):  # noqa: N818 - reads as what happened
    """The same form has been sent before; its address has been shown, and is kept nowhere."""


@transaction.atomic
def make_feed(
    *, school: School | None, only: Collection[School] | None = None, key: uuid.UUID, by: User, now: dt.datetime
) -> tuple[CalendarFeed, str]:
    """A feed of a school's sessions, or with None of those of all own schools, and the token of its address.

    The feed of the same sessions that the person has already stops at once: so an address is renewed. ``only`` limits
    a centre coordinator's feed to some schools. Whether the person may follow them is for the caller to ask. Raises
    ``AlreadyMade`` when the key has been used.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if CalendarFeed.objects.filter(key=key).exists():
        raise AlreadyMade
    by.feeds.standing().filter(school=school).update(revoked_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed(user=by, school=school, only_chosen=only is not None, key=key, made_at=now)
    feed.token_hash = CalendarFeed.hash_of(token)
    feed.save()
    feed.chosen.set(only or [])
    return feed, token


@transaction.atomic
def choose_schools(*, feed: CalendarFeed, only: Collection[School] | None, by: User) -> None:
    """Which schools a feed of own schools shows, at the same address; None: all of them."""
    feed.only_chosen = only is not None
    feed.save(update_fields=["only_chosen"])
    feed.chosen.set(only or [])


def revoke_feed(*, feed: CalendarFeed, by: User, now: dt.datetime) -> None:
    """The address stops at once; done again it changes nothing."""
    CalendarFeed.objects.standing().filter(pk=feed.pk).update(revoked_at=now)


def note_fetch(*, feed: CalendarFeed, digest: str, now: dt.datetime) -> dt.datetime:
    """Keep that a feed was fetched and what it said; gives since when it has said so, in whole seconds."""
    now = now.replace(microsecond=0)
    if feed.changed_at is None or digest != feed.digest:
        # HTTP counts in seconds: what changes twice in one second must not look unchanged.
        feed.changed_at = max(now, feed.changed_at + SECOND) if feed.changed_at else now
        feed.digest = digest
    elif feed.last_fetched_at and now - feed.last_fetched_at < NOTED_EVERY:
        return feed.changed_at
    feed.last_fetched_at = now
    feed.save(update_fields=["digest", "changed_at", "last_fetched_at"])
    return feed.changed_at
