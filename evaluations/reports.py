"""Saved reports: the last one to compare with, and all of it as sheets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.spreadsheets import Sheet
from evaluations.cells import LONGEST_NAME, sheet_of
from evaluations.changes import Earlier
from evaluations.freezing import board_content
from evaluations.frozen import Content, ProgrammePart, UnknownFormat, read_back
from evaluations.models import SavedReport
from evaluations.selection import Selection
from evaluations.since_saved import since_saved
from evaluations.tables import since_table

# The characters that fit on one line of the leadership's text on paper.
LINE = 80
# Characters that a sheet's name must not contain.
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")


def last_report(selection: Selection) -> SavedReport | None:
    """The latest board report of the same programme, school year and district from before the selection's day.

    For a reader who sees totals only, the latest that is open to them. Its content is read when needed.
    """
    found = SavedReport.objects.standing().filter(
        kind=SavedReport.Kind.BOARD,
        programme=selection.programme_year.programme.slug,
        year=selection.year.slug,
        district=selection.district.slug if selection.district else "",
        as_of__lt=selection.as_of,
    )
    return (found.filter(open_to_partners=True) if selection.totals_only else found).without_content().first()


def since_last_report(selection: Selection) -> Earlier | None:
    """The figures of the last saved report, to compare the selection's with."""
    return since(last_report(selection))


def since(report: SavedReport | None) -> Earlier | None:
    """A report's figures, to compare others with."""
    report, part = _part_of(report)
    return Earlier(report.as_of, part.numbers, report.get_absolute_url()) if report and part else None


def content_now(selection: Selection) -> Content:
    """What a board report of the selection would contain if it were saved now."""
    report, part = _part_of(last_report(selection))
    return board_content(selection, since(report), part)


def _part_of(report: SavedReport | None) -> tuple[SavedReport | None, ProgrammePart | None]:
    try:
        return (report, read_back(report.content).board) if report else (None, None)
    except UnknownFormat:
        return None, None


def sheets_of(content: Content) -> list[Sheet]:
    """A sheet for each table, with the day and the selection last on every row."""
    several = len(content.parts) > 1
    return [
        dataclasses.replace(
            sheet_of(table, about(content, part)),
            name=_sheet_name(table.title if table.name != "nyckeltal" else _("Overview"), part if several else None),
        )
        for part, table in content.all_tables()
    ]


def since_sheets(report: SavedReport, content: Content, today: dt.date) -> list[Sheet]:
    """The differences that the page shows, as a sheet that says on which day they were compared."""
    since = since_saved(report, content)
    if since is None or not (since.figures or since.tables):
        return []
    table = since_table(since, of_several=not content.is_board)
    return [sheet_of(table, [*about(content, None), (_("Compared"), today.isoformat())])]


def about_report(report: SavedReport) -> Sheet:
    """A sheet about the report itself: when and by whom it was saved, the leadership's words, and whether it is
    withdrawn."""
    rows = [
        [_("Report"), report.title],
        [_("As of"), report.as_of.isoformat()],
        [_("Saved"), f"{timezone.localtime(report.made_at):%Y-%m-%d %H.%M}, {report.made_by.full_name}"],
        [_("The leadership's words"), report.text],
    ]
    if report.withdrawn_at:
        rows.append([_("Withdrawn"), f"{timezone.localtime(report.withdrawn_at):%Y-%m-%d}: {report.withdrawn_why}"])
    return Sheet(_("About the report"), [_("What"), _("Content")], rows)


def about(content: Content, part: ProgrammePart | None) -> list[tuple[str, str]]:
    """What is put last on every row of a report's sheets."""
    only = content.parts[0].programme if content.is_board else ""
    programme = part.programme if part else only or _("All programmes")
    return [
        (_("Programme"), programme),
        (_("School year"), content.year),
        (_("As of"), content.as_of.isoformat()),
        (_("Selected district"), content.district or _("All districts")),
    ]


def _sheet_name(title: str, part: ProgrammePart | None) -> str:
    """The title, with as much of the programme's name as fits; the titles differ within a programme."""
    name = f"{part.programme[: LONGEST_NAME - len(title) - 1]} {title}" if part else title
    return NOT_IN_A_NAME.sub(" ", name)[:LONGEST_NAME].strip()


def lines_of(text: str) -> int:
    """Roughly how many lines a text takes on paper."""
    return sum(max(math.ceil(len(line) / LINE), 1) for line in text.splitlines())
