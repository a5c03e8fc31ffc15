"""The texts of the mail about a measure's follow-up that the administrator can change, and samples to preview them
on."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from outbox.models import Message
from outbox.texts import Part, Placeholder, Sample, TextSet
from programmes.models import Measure
from programmes.reminders import KIND, readers_of

SHOWN = 8

_TITLE = Placeholder("title", "åtgärd", _("the measure's title"))
_DAY = Placeholder("day", "dag", _("the day of the follow-up"))


def follow_up_samples(now: dt.datetime) -> list[Sample]:
    """Measures whose next follow-up has a date."""
    measures = Measure.objects.open().filter(next_follow_up__isnull=False).order_by("next_follow_up", "pk")[:SHOWN]

    def sample(measure: Measure, user: User) -> Sample:
        about = {"measure": measure.pk, "day": str(measure.next_follow_up)}

        def write() -> Message:
            return Message.objects.create(
                kind=KIND, user=user, address=user.email, about=about, not_before=now, made_at=now
            )

        return Sample(str(measure.uuid), str(measure.title), write)

    found = [(measure, readers_of(measure, timezone.localdate(now))) for measure in measures]
    return [sample(measure, readers[0]) for measure, readers in found if readers]


FOLLOW_UP_TEXTS = TextSet(
    KIND,
    (
        Part("subject", _("Subject"), _("Follow up %(day)s: %(title)s"), (_DAY, _TITLE), ("title",), is_line=True),
        Part(
            "subject-late",
            _("Subject, when the day has passed"),
            _("The follow-up is late: %(title)s"),
            (_DAY, _TITLE),
            ("title",),
            is_line=True,
        ),
        Part(
            "opening",
            _("Paragraph"),
            _("Write in a few sentences what you see, and when it is followed up next."),
            (_TITLE,),
        ),
    ),
    follow_up_samples,
)
