"""How mails and their states are shown, and the notice about mails that need somebody."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.look import badge, clock, short_day
from outbox.heartbeats import hearts
from outbox.kinds import title_of
from outbox.models import Control, Message, State
from outbox.piles import FAILED, QUEUE, UNCERTAIN, mails_in, tried_in_vain
from outbox.policies import user_can_see_mails

register = template.Library()

# The icon and colour of each state; states that are not here are waiting.
SHAPES = {
    State.SENT: "held",
    State.HANDED_OVER: "moved",
    State.FAILED: "notheld",
    State.UNCERTAIN: "nolog",
    State.SKIPPED: "cancelled",
    State.HELD: "nolog",
}

register.filter("kind_title", title_of)


@register.filter
def moment(at: dt.datetime) -> str:
    """tis 15 sep 09.10, in Stockholm."""
    local = timezone.localtime(at)
    return f"{short_day(local)} {clock(local.time())}"


@register.simple_tag
def mail_badge(message: Message) -> SafeString:
    """A mail's state as icon and word. Where the page has read bounces, a bounce takes precedence."""
    if message.state != State.FAILED and getattr(message, "came_back", []):
        return badge("notheld", _("Came back"))
    state = State(message.state)
    return badge(SHAPES.get(state, "planned"), str(state.label))


@register.inclusion_tag("outbox/_pulse.html", takes_context=True)
def pulse_notice(context: dict[str, Any]) -> dict[str, Any]:
    """For those who may see the mails: that reminders have stopped or fail, and how many mails did not arrive."""
    now = timezone.now()
    request = context.get("request")
    if request is None or not user_can_see_mails(request.user, timezone.localdate(now)):
        return {}
    answers = list(tried_in_vain().values_list("why", flat=True))
    return {
        "hearts": hearts(now),
        "control": Control.objects.filter(pk=1).exclude(paused_at=None).first(),
        "in_vain": len(answers),
        "last_answer": answers[0] if answers else "",
        "failed": mails_in(FAILED, now).count(),
        "uncertain": mails_in(UNCERTAIN, now).count(),
        "piles": {"queue": QUEUE, "failed": FAILED, "uncertain": UNCERTAIN},
    }
