"""What a page's parts say of each other by id, and which of them takes focus."""

from __future__ import annotations

import re

NAMED = re.compile(r'\bid="([^"]+)"')
POINTS = re.compile(r' (?:for|aria-describedby|aria-labelledby)="([^"]+)"')
FIELD = re.compile(r'<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"')
SUMMARY = re.compile(r'<li><a href="#([^"]*)">')


def pointed_at_in_vain(page: str) -> set[str]:
    """The ids that labels and descriptions name, and that are not there."""
    return {one for names in POINTS.findall(page) for one in names.split()} - set(NAMED.findall(page))


def summary_leads_nowhere(page: str) -> set[str]:
    """Where the links of the errors' summary lead, and nothing takes focus."""
    return set(SUMMARY.findall(page)) - set(FIELD.findall(page))
