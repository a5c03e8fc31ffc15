"""Setting which reminders are sent in a school year, and how long before or after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from programmes.models import Programme
from schools.models import SchoolYear
from sessions_log.models import RuleVersion
from sessions_log.reminding.kinds import OF_PROGRAMME, OF_YEAR
from sessions_log.reminding.rules import Rule, RuleBook, Rules, rules_from

_SAVED_MEANWHILE = gettext_lazy("Somebody else has set the reminders meanwhile. See how they are now, and save again.")


@transaction.atomic
def set_reminders(
    *,
    year: SchoolYear,
    programme: Programme | None,
    rules: Rules,
    based_on: int,
    by: User,
    now: dt.datetime,
) -> RuleVersion | None:
    """Set the rules of a programme's year, or of what all programmes have in common, from now on.

    ``based_on`` is the number of the year's version that was changed, 0 if it had none. A new lead time applies from
    this day. Returns None when nothing has changed. Raises ``ValidationError`` when somebody else has saved meanwhile.
    """
    own = RuleVersion.objects.filter(year=year, programme=programme).order_by("-number").first()
    if based_on != (own.number if own else 0):
        raise ValidationError(_SAVED_MEANWHILE)
    before = current_rules(year, programme)
    after = {kind: _since(rule, before[kind], timezone.localdate(now)) for kind, rule in rules.items()}
    if after == dict(before):
        return None
    kept = {kind: rule.kept() for kind, rule in after.items()}
    try:
        with transaction.atomic():
            return RuleVersion.objects.create(
                year=year, programme=programme, number=based_on + 1, rules=kept, by=by, at=now
            )
    except IntegrityError as taken:
        raise ValidationError(_SAVED_MEANWHILE) from taken


def current_rules(year: SchoolYear, programme: Programme | None) -> Mapping[str, Rule]:
    """The rules as they are now."""
    version = RuleBook().version_of(programme.pk if programme else None, year.starts_on)
    return rules_from(version.rules if version else {}, OF_PROGRAMME if programme else OF_YEAR)


def _since(rule: Rule, before: Rule, today: dt.date) -> Rule:
    """The rules, with the day from which each lead time applies: unchanged ones keep theirs, new ones apply from
    today."""
    kept = before.leads if before.is_on else ()
    since = {lead: before.since.get(lead) if lead in kept else today for lead in rule.leads}
    return Rule(rule.is_on, rule.leads, {lead: day for lead, day in since.items() if day} if rule.is_on else {})
