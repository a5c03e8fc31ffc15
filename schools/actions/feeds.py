"""Calendar feeds: made, given a new address, revoked; and a note of when they are fetched."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from schools.models import CalendarFeed, School

# Random bytes in an address: too many to guess, so a plain hash is enough to keep.
TOKEN_BYTES = 32
# A fetch this soon after the last noted one is not noted.
NOTED_EVERY = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


class AlreadyMade(Exception):  # noqa: N818 - reads as what happened
    """The same form has been sent before. Its address was shown then, and is not kept anywhere."""


@transaction.atomic
def make_feed(
    *, school: School | None, only: Collection[School] | None = None, key: uuid.UUID, by: User, now: dt.datetime
) -> tuple[CalendarFeed, str]:
    """Make a feed, of one school's sessions or (with ``school`` None) of all the person's schools, and give the token
    of its address.

    Any feed that the person has of the same sessions stops at once, which is how an address is renewed. ``only`` limits
    a centre coordinator's feed to some schools. The caller checks that the person may follow them. Raises
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
    """Set which schools a feed of own schools shows, keeping its address; None for all of them."""
    feed.only_chosen = only is not None
    feed.save(update_fields=["only_chosen"])
    feed.chosen.set(only or [])


def revoke_feed(*, feed: CalendarFeed, by: User, now: dt.datetime) -> None:
    """Stop the address at once; doing it again changes nothing."""
    CalendarFeed.objects.standing().filter(pk=feed.pk).update(revoked_at=now)


def note_fetch(*, feed: CalendarFeed, digest: str, now: dt.datetime) -> dt.datetime:
    """Note that a feed was fetched with this content. Gives since when it has had this content, in whole seconds."""
    now = now.replace(microsecond=0)
    if feed.changed_at is None or digest != feed.digest:
        # HTTP counts in seconds, so content that changes twice within one must still get a later second.
        feed.changed_at = max(now, feed.changed_at + SECOND) if feed.changed_at else now
        feed.digest = digest
    elif feed.last_fetched_at and now - feed.last_fetched_at < NOTED_EVERY:
        return feed.changed_at
    feed.last_fetched_at = now
    feed.save(update_fields=["digest", "changed_at", "last_fetched_at"])
    return feed.changed_at
