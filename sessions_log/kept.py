"""Saving logs that were kept on a phone: each is saved once, and what has changed meanwhile is shown."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import short_day
from schools.models import PlannedSession
from schools.policies import user_can_log
from sessions_log.actions import log_as_planned
from sessions_log.forms import LogForm
from sessions_log.models import SessionLog, log_of
from sessions_log.policies import (
    KeyUsedForOtherContent,
    LogRefused,
    check_log,
    check_year_is_open,
    needs_reason,
)

# More than anybody writes without network, and little for a server.
MOST_LOGS = 100
MOST_CHARACTERS = 20_000
AS_PLANNED, IN_FULL = "sessions_log:log-as-planned", "sessions_log:log-form"


class NotReadable(Exception):  # noqa: N818 - reads as what happened
    """What was sent is not a list of kept logs."""


@dataclass(frozen=True)
class KeptLog:
    """A log as the phone kept it. ``data`` has the form's fields."""

    key: str
    about: str
    url: str
    written_at: dt.datetime | None
    data: QueryDict

    @property
    def as_sent(self) -> str:
        """The log as the phone sent it, for a form that sends it again."""
        fields = [[name, value] for name, values in self.data.lists() for value in values]
        at = self.written_at.isoformat() if self.written_at else ""
        return json.dumps([{"key": self.key, "about": self.about, "url": self.url, "at": at, "fields": fields}])


@dataclass(frozen=True)
class Sent:
    """The result for a kept log.

    ``is_done`` means that the phone need not keep it. When the sender has to choose, ``session`` is the session as it
    is now and ``log`` is somebody else's log; ``may_insist`` says whether the sender's own can still be saved.
    """

    kept: KeptLog
    text: str
    is_done: bool = False
    session: PlannedSession | None = None
    log: SessionLog | None = None
    own: tuple[tuple[str, str], ...] = ()
    may_insist: bool = False
    has_to_be_mended: bool = False


def read_kept(text: str) -> list[KeptLog]:
    """The logs in the JSON that a phone sends. Raises ``NotReadable``."""
    if len(text) > MOST_LOGS * MOST_CHARACTERS:
        raise NotReadable
    try:
        rows = json.loads(text)
        return [_read(row) for row in rows[:MOST_LOGS]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise NotReadable from wrong


def _read(row: dict[str, Any]) -> KeptLog:
    # Each field is a pair of name and value; urlencode and QueryDict keep repeated names.
    data = QueryDict(urlencode([(str(name), str(value)) for name, value in row["fields"]]), mutable=True)
    return KeptLog(str(row["key"])[:64], str(row["about"])[:200], str(row["url"])[:200], _moment(row.get("at")), data)


def _moment(said: Any) -> dt.datetime | None:
    """When the phone says that a log was written: shown, but never used in any rule."""
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"Z$", "+00:00", str(said)))
    except ValueError:
        return None
    return moment if timezone.is_aware(moment) else None


@dataclass(frozen=True)
class Sender:
    """Who sends what a phone has kept: somebody signed in, or somebody with a link.

    ``session_of`` gives a session that they may log, and raises ``PlannedSession.DoesNotExist`` for any other.
    ``form_url`` is where a log is corrected, and ``home`` where they go when everything is sent.
    """

    user: User
    session_of: Callable[[uuid.UUID], PlannedSession]
    form_url: Callable[[PlannedSession], str]
    home: str
    by_link: bool = False


def signed_in(user: User, today: dt.date) -> Sender:
    """Somebody signed in, who may send logs of all sessions that they may log."""

    def session_of(uuid: uuid.UUID) -> PlannedSession:
        rows = PlannedSession.objects.visible_to(user, today).with_names()
        session: PlannedSession = rows.select_related("participation__programme_year__year", "log__logged_by").get(
            uuid=uuid
        )
        if not user_can_log(user, session.participation.school, today):
            raise PlannedSession.DoesNotExist
        return session

    def form_url(session: PlannedSession) -> str:
        return reverse(IN_FULL, args=[session.uuid])

    return Sender(user, session_of, form_url, reverse("start"))


def send(kept: KeptLog, *, sender: Sender, now: dt.datetime, insist: bool = False) -> Sent:
    """Save a kept log if nothing has changed since. With ``insist`` the sender has seen what has changed, and wants it
    saved."""
    try:
        match = resolve(kept.url)
        session = sender.session_of(match.kwargs["uuid"])
    except (Resolver404, KeyError, PlannedSession.DoesNotExist):
        return Sent(kept, _("There is no such session that you can log. It may have been taken away."))
    is_full = match.view_name == IN_FULL
    if not is_full and match.view_name != AS_PLANNED:
        return Sent(kept, _("There is no such session that you can log. It may have been taken away."))
    save = _send_full if is_full else _send_as_planned
    return save(kept, session, sender.user, now, insist)


def _send_as_planned(kept: KeptLog, session: PlannedSession, by: User, now: dt.datetime, insist: bool) -> Sent:
    try:
        key, held_on = uuid.UUID(kept.data.get("key", "")), _day(kept.data.get("held_on", ""))
    except ValueError:
        return Sent(kept, _("The log could not be read."))
    own = ((_("Held as planned"), _day_in_words(held_on)),)
    log = log_of(session)
    if log is not None and log.key != key:
        # The other's log can be changed in its own form; "as planned" adds nothing to it.
        return Sent(kept, _("Somebody else has logged the session."), session=session, log=log, own=own)
    if log is None and not insist and _has_changed(kept, session):
        return Sent(kept, _("The session has changed since you wrote."), session=session, own=own, may_insist=True)
    try:
        log_as_planned(session=session, key=key, held_on=held_on, by=by, now=now)
    except ValidationError as refused:
        return Sent(kept, " ".join(refused.messages), session=session, own=own)
    return _saved(kept, session)


def _send_full(kept: KeptLog, session: PlannedSession, by: User, now: dt.datetime, insist: bool) -> Sent:
    log = log_of(session)
    if log is not None and str(log.key) == kept.data.get("key") and not kept.data.get("seen"):
        return _known(kept, session, log, by, now)
    today = timezone.localdate(now)
    try:
        check_year_is_open(session, by, today)
        if log is None:
            check_log(session, today)
    except LogRefused as refused:
        return Sent(kept, " ".join(refused.messages), session=session, own=_own(kept, session))
    is_other = log is not None and log.content_digest != kept.data.get("seen")
    if is_other and not insist:
        text = _("Somebody else has logged the session.")
        return Sent(kept, text, session=session, log=log, own=_own(kept, session), may_insist=True)
    if log is None and not insist and _has_changed(kept, session):
        text = _("The session has changed since you wrote.")
        return Sent(kept, text, session=session, own=_own(kept, session), may_insist=True)
    return _save_full(kept, session, log, by, now)


def _save_full(kept: KeptLog, session: PlannedSession, log: SessionLog | None, by: User, now: dt.datetime) -> Sent:
    data = kept.data.copy()
    data["version"] = str(session.version)
    if log is not None:
        data["seen"] = log.content_digest
        data.setdefault("why", _("Written without network, and chosen instead of what stood here."))
    asks_why = log is not None and needs_reason(log, by, now)
    form = LogForm(data, session=session, user=by, today=timezone.localdate(now), asks_why=asks_why)
    if not form.is_valid():
        text = _first_error(form)
        return Sent(kept, text, session=session, log=log, own=_own(kept, session), has_to_be_mended=True)
    try:
        form.save(now=now)
    except ValidationError as refused:
        text = " ".join(refused.messages)
        return Sent(kept, text, session=session, log=log, own=_own(kept, session), has_to_be_mended=True)
    return _saved(kept, session)


def _known(kept: KeptLog, session: PlannedSession, log: SessionLog, by: User, now: dt.datetime) -> Sent:
    """The log has been received before: sent twice, from two tabs, or its answer was lost."""
    form = LogForm(kept.data, session=session, user=by, today=timezone.localdate(now))
    if form.is_valid() and form.entry().only_what_counts().digest(session) != log.content_digest:
        text = " ".join(KeyUsedForOtherContent().messages)
        return Sent(kept, text, session=session, log=log, own=_own(kept, session), may_insist=True)
    return _saved(kept, session)


def _saved(kept: KeptLog, session: PlannedSession) -> Sent:
    return Sent(kept, _("The log for %(group)s is saved.") % {"group": session.group}, is_done=True)


def drop(kept: KeptLog) -> Sent:
    """The sender chooses what is in the portal, and drops their own log."""
    return Sent(kept, _("Your own log was let go. What stood in the portal stays."), is_done=True)


def _has_changed(kept: KeptLog, session: PlannedSession) -> bool:
    """Whether the session has changed since its page was opened, if the log says which version that was."""
    return kept.data.get("version", "") not in ("", str(session.version))


def _own(kept: KeptLog, session: PlannedSession) -> tuple[tuple[str, str], ...]:
    """What the sender wrote, with the form's labels."""
    labels = {name: str(field.label) for name, field in LogForm.base_fields.items() if field.label}
    if not session.group.is_class:
        labels["present"] = _("Participants")
    if kept.data.get("outcome") == "notheld":
        reasons = dict(LogForm.base_fields["reason"].choices)  # type: ignore[attr-defined]
        return ((_("Not held"), str(reasons.get(kept.data.get("reason", ""), ""))),)
    shown = ("present", "adults_present", "led_by_other", "note")
    said = [(labels[name], str(kept.data[name])) for name in shown if kept.data.get(name)]
    day = kept.data.get("day", "")
    held_on = _day_or_none(kept.data.get("held_on", "") if day == "other" else day)
    return ((_("Held"), _day_in_words(held_on)), *said)


def _day(said: str) -> dt.date | None:
    return dt.date.fromisoformat(said) if said else None


def _day_or_none(said: str) -> dt.date | None:
    try:
        return _day(said)
    except ValueError:
        return None


def _day_in_words(day: dt.date | None) -> str:
    return short_day(day) if day else ""


def _first_error(form: LogForm) -> str:
    return str(next(iter(next(iter(form.errors.values())))))
