"""What is written about figures: the leadership's targets, and the reports that it saves."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from evaluations.frozen import Content, fingerprint, to_json
from evaluations.models import FormerText, SavedReport, Target
from evaluations.policies import FEWEST_SCHOOLS
from evaluations.selection import Selection
from evaluations.targets import targets_of
from programmes.actions.sent_once import digest, keep, known, save_unless_changed
from schools.models import ProgrammeYear


@transaction.atomic
def set_targets(
    *, programme_year: ProgrammeYear, percents: Mapping[str, int | None], by: User, now: dt.datetime
) -> list[Target]:
    """Set the programme's targets from this year on, in per cent by figure. Only targets that differ from those in
    force are written."""
    holds = targets_of(programme_year)
    return [
        Target.objects.update_or_create(
            programme=programme_year.programme,
            figure=figure,
            from_year=programme_year.year,
            defaults={"percent": percent, "by": by, "at": now},
        )[0]
        for figure, percent in percents.items()
        if percent != holds.get(figure)
    ]


@transaction.atomic
def save_report(
    *, selection: Selection, content: Content, seen: str, text: str, key: uuid.UUID, by: User, now: dt.datetime
) -> SavedReport:
    """Save the report as it stands. The same key and text again gives the report that was saved first.

    ``seen`` is the fingerprint of what its maker has read. Raises ``ValidationError`` if the numbers have changed
    since, and for a text with a personal identity number.
    """
    said = digest(content.kind, selection.query, text)
    before = known(SavedReport, key, said)
    if before:
        return before
    frozen = to_json(content)
    if fingerprint(frozen) != seen:
        raise ValidationError(_("The figures have changed since you opened the page. Read them again, then save."))
    report = SavedReport(
        key=key,
        content_digest=said,
        kind=content.kind,
        year=selection.year.slug,
        programme=content.board.slug if content.is_board else "",
        district=selection.district.slug if selection.district else "",
        as_of=content.as_of,
        title=title_of(content),
        text=text,
        content=frozen,
        open_to_partners=not selection.district and content.is_for_partners(FEWEST_SCHOOLS),
        made_by=by,
        made_at=now,
        changed_by=by,
        changed_at=now,
    )
    report.full_clean()
    return keep(report)[0]


def title_of(content: Content) -> str:
    """What the report is called in lists and on its first line, in the portal's own language."""
    with override(settings.LANGUAGE_CODE):
        if not content.is_board:
            return _("Yearly report %(year)s") % {"year": content.year}
        said = {"programme": content.board.programme, "year": content.year}
        name = _("Board report %(programme)s %(year)s") % said
        return f"{name}, {content.district}" if content.district else name


@transaction.atomic
def change_report_text(*, report: SavedReport, text: str, version: int, by: User, now: dt.datetime) -> SavedReport:
    """Change the report's text; the former text is kept. Raises ``ChangedMeanwhile`` when somebody else changed it
    first."""
    former = SavedReport.objects.values_list("text", flat=True).get(pk=report.pk)
    report.text = text
    report.full_clean(exclude=["content"])
    save_unless_changed(report, version=version, by=by, now=now)
    if former != text:
        FormerText.objects.create(report=report, text=former, by=by, at=now)
    return report


@transaction.atomic
def withdraw_report(*, report: SavedReport, why: str, by: User, now: dt.datetime) -> None:
    """Withdraw a report, with the reason. It can still be read, but nothing is compared with it any more."""
    still = SavedReport.objects.standing().filter(pk=report.pk)
    report.withdrawn_at, report.withdrawn_by, report.withdrawn_why = now, by, why
    report.full_clean(exclude=["content"])
    still.update(withdrawn_at=now, withdrawn_by=by, withdrawn_why=why)
