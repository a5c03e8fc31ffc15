"""Puts a page's charts into a PDF as pictures, each SVG with its own styles and patterns, and its words as alt text.

WeasyPrint applies neither the page's styles nor another SVG's patterns to an SVG in a page; a picture needs none.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import escape, strip_tags

SVG = re.compile(r"<svg\b([^>]*)>(.*?)</svg>", re.DOTALL)
SAID = re.compile(r'aria-label="([^"]*)"')
WORDS = re.compile(r"<title[^>]*>.*?</title>\s*<desc[^>]*>(.*?)</desc>", re.DOTALL)
HEIGHT = re.compile(r'height="(\d+)"')
# A legend's swatch, in pixels.
SWATCH = (24, 14)
# Higher pictures are charts; lower ones are bars in a table.
HIGH = 100


def with_pictures(html: str, width: int) -> str:
    """The HTML with each SVG replaced by a picture; charts become ``width`` pixels wide."""
    return SVG.sub(lambda found: _picture(found[1], found[2], width), html)


def _picture(attributes: str, inner: str, width: int) -> str:
    height = HEIGHT.search(attributes)
    size = (width, int(height[1])) if height else SWATCH
    said = SAID.search(attributes)
    described = WORDS.search(inner)
    alt = said[1] if said else escape(strip_tags(described[1])) if described else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}"><style>{_styles()}</style>{_patterns()}{WORDS.sub("", inner)}</svg>'
    )
    data = base64.b64encode(svg.encode()).decode()
    style = "drawn drawn-high" if size[1] > HIGH else "drawn"
    return f'<img class="{style}" src="data:image/svg+xml;base64,{data}" alt="{alt}">'


@cache
def _styles() -> str:
    return Path(str(finders.find("drawn.css"))).read_text()


@cache
def _patterns() -> str:
    return (
        "<defs>"
        + "".join(re.findall(r"<pattern.*?</pattern>", render_to_string("_sprite.html"), re.DOTALL))
        + "</defs>"
    )
