"""The texts of the outbox's own mails that the administrator can change: the weekly digest and the code to sign in
with."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CentreRole
from outbox.digests import DIGEST
from outbox.models import Message, State
from outbox.texts import Part, Placeholder, Sample, TextSet, kinds_with_texts, text_set

CODE = "sign-in-code"

_THINGS = Placeholder("things", "antal", _("how many things the mail holds, such as “3 things”"))
_THE_CODE = Placeholder("code", "kod", _("the code"))
_MINUTES = Placeholder("n", "minuter", _("how many minutes the code holds"))


def digest_samples(now: dt.datetime) -> list[Sample]:
    """A weekly mail with a sample of each kind that can wait."""
    from outbox.kinds import kind_named

    can_wait = [kind for kind in kinds_with_texts() if kind != DIGEST and kind_named(kind).can_wait]
    found = [sample for kind in can_wait for sample in text_set(kind).samples(now)[:2] if sample.at is None]

    def write_on(sample: Sample) -> Sample:
        def write() -> Message:
            inner = sample.write()
            Message.objects.filter(pk=inner.pk).update(state=State.GATHERED)
            return Message.objects.create(
                kind=DIGEST, user=inner.user, address=inner.address, not_before=now, made_at=now
            )

        return Sample(sample.key, sample.label, write)

    return [write_on(sample) for sample in found]


def code_samples(now: dt.datetime) -> list[Sample]:
    """A made-up code to somebody at the centre: real ones must not be read by others."""
    roles = CentreRole.objects.active(timezone.localdate(now)).filter(user__is_active=True).select_related("user")
    people = {role.user.pk: role.user for role in roles.order_by("pk")[:3]}
    return [
        Sample(
            str(user.pk),
            str(user),
            lambda user=user: Message.objects.create(  # type: ignore[misc]
                kind=CODE, user=user, address=user.email, about={"code": "ABCD-1234"}, not_before=now, made_at=now
            ),
        )
        for user in people.values()
    ]


DIGEST_TEXTS = TextSet(
    DIGEST,
    (
        Part("subject", _("Subject"), _("Your week: %(things)s"), (_THINGS,), is_line=True),
        Part("why", _("Why it comes"), _("You get one gathered mail a week because you chose that."), is_line=True),
    ),
    digest_samples,
)
CODE_TEXTS = TextSet(
    CODE,
    (
        Part("subject", _("Subject"), _("%(code)s is your code to sign in"), (_THE_CODE,), ("code",), is_line=True),
        Part(
            "opening",
            _("First paragraph"),
            _("Write it on the page where you asked for it. It holds for %(n)s minutes."),
            (_MINUTES,),
        ),
        Part(
            "why",
            _("Why it comes"),
            _("You get this because somebody asked for a code with your address. If it wasn't you, do nothing."),
            is_line=True,
        ),
    ),
    code_samples,
)
