"""How a letter looks: as plain text, and as HTML that survives Outlook and a phone.

Written in Python and not as templates: a sender writes two of these for every mail, and a template takes twenty times
as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outbox.letters import Letter, Link, Section

_FONT = "font-family:Arial,Helvetica,sans-serif"
_LINE = "margin:0 0 16px;font-size:17px;line-height:26px"
_LAST_LINE = "margin:0 0 20px;font-size:17px;line-height:26px"
_TABLE = 'cellpadding="0" cellspacing="0" border="0"'
_HEAD_CELL = f"{_FONT};font-size:14px;color:#48585e"
_CELL = f"{_FONT};border-top:1px solid #ddd5c6;font-size:16px;line-height:22px"


def as_text(letter: Letter) -> str:
    return "".join(_text_parts(letter)).strip() + "\n"


def _text_parts(letter: Letter) -> Iterator[str]:
    yield f"{letter.greeting}\n"
    for section in letter.sections:
        yield f"\n{section.heading}\n" if section.heading else "\n"
        yield from (f"\n{paragraph}\n" for paragraph in section.paragraphs)
        if section.rows:
            yield "\n"
            yield from (f"  {what}: {when}\n" for what, when in section.rows)
        yield from (f"\n{link.text}:\n{link.url}\n" for link in (section.button, section.link) if link)
        yield from (f"\n{paragraph}\n" for paragraph in section.after)
    if letter.signature:
        yield "\n"
        yield from (f"{line}\n" for line in letter.signature)
    yield f"\n-- \n{settings.CENTRE_NAME}\n"
    if settings.DEMO:
        yield " ".join(_example_data()) + "\n"
    yield from (f"\n{said}\n" for said in (letter.why, letter.coming) if said)
    yield from (f"\n{link.text}:\n{link.url}\n" for link in letter.foot_links)


def _example_data() -> tuple[str, str]:
    return _("Example data."), _("Everything here is made up.")


def as_html(letter: Letter) -> str:
    centre = escape(settings.CENTRE_NAME)
    return f"""<!doctype html>
<html lang="{get_language()}"><head><meta charset="utf-8">\
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(letter.subject)}</title></head>
<body style="margin:0;padding:0;background:#faf7f1">
<div style="display:none;max-height:0;overflow:hidden">{escape(letter.preheader)}</div>
<div role="main"><table role="presentation" width="100%" {_TABLE} style="background:#faf7f1"><tr><td align="center">
<!--[if mso]><table role="presentation" width="560" {_TABLE}><tr><td><![endif]-->
<table role="presentation" width="100%" {_TABLE} style="max-width:560px;background:#ffffff">
<tr><td style="{_FONT};background:#0c5560;color:#ffffff;padding:14px 20px;font-size:16px;line-height:22px">\
<b>{centre}</b></td></tr>
{_demo()}<tr><td style="{_FONT};padding:24px 20px 8px;color:#1b2a2f">
{_sections(letter)}{_signature(letter.signature)}</td></tr>
{_foot(letter)}</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table></div></body></html>
"""


def _demo() -> str:
    if not settings.DEMO:
        return ""
    what, why = (escape(said) for said in _example_data())
    style = f"{_FONT};background:#f6c79b;color:#1b2a2f;padding:5px 20px;font-size:14px;line-height:18px"
    return f'<tr><td style="{style}"><b>{what}</b> {why}</td></tr>\n'


def _sections(letter: Letter) -> str:
    """One section has the mail's only heading; above several stands the subject."""
    if len(letter.sections) == 1:
        [section] = letter.sections
        return _opening(section.heading or letter.subject, letter.greeting) + _inside(section)
    opening = _opening(letter.subject, letter.greeting) if letter.sections else ""
    return opening + "".join(_subheading(section.heading) + _inside(section) for section in letter.sections)


def _opening(heading: str, greeting: str) -> str:
    style = f"{_FONT};margin:0 0 12px;font-size:25px;line-height:31px;font-weight:bold;color:#1b2a2f"
    return f'<h1 style="{style}">{escape(heading)}</h1>\n<p style="{_LINE}">{escape(greeting)}</p>\n'


def _subheading(heading: str) -> str:
    style = (
        f"{_FONT};margin:0;padding:18px 0 12px;border-top:1px solid #ddd5c6;"
        "font-size:21px;line-height:27px;font-weight:bold;color:#1b2a2f"
    )
    return f'<h2 style="{style}">{escape(heading)}</h2>\n' if heading else ""


def _inside(section: Section) -> str:
    paragraphs = "".join(f'<p style="{_LINE}">{escape(one)}</p>\n' for one in section.paragraphs)
    rows = _rows(section) if section.rows else ""
    after = "".join(_after(one, is_first=not number) for number, one in enumerate(section.after))
    return paragraphs + rows + _to_press(section.button, section.link) + after


def _rows(section: Section) -> str:
    what, when = section.columns
    rows = "".join(
        f'<tr><td style="{_CELL};padding:10px 12px 10px 0;color:#48585e;vertical-align:top">{escape(one)}</td>'
        f'<td style="{_CELL};padding:10px 0;color:#1b2a2f"><b>{escape(other)}</b></td></tr>\n'
        for one, other in section.rows
    )
    return (
        f'<table width="100%" {_TABLE} style="margin:0 0 20px">\n'
        f'<tr><td style="{_HEAD_CELL};padding:0 12px 8px 0"><b>{escape(what)}</b></td>'
        f'<td style="{_HEAD_CELL};padding:0 0 8px"><b>{escape(when)}</b></td></tr>\n{rows}</table>\n'
    )


def _to_press(button: Link | None, link: Link | None) -> str:
    pressed = ""
    if button:
        style = (
            f"{_FONT};display:block;padding:15px 20px;font-size:18px;line-height:24px;"
            "font-weight:bold;color:#ffffff;text-decoration:none"
        )
        pressed = (
            f'<table role="presentation" width="100%" {_TABLE}><tr><td align="center"'
            f' style="background:#0c5560;border-radius:8px">{_link(button, style)}</td></tr></table>\n'
        )
    if link:
        words = _link(link, "color:#0c5560;display:inline-block;padding:8px 0")
        return f'{pressed}<p style="margin:14px 0 20px;font-size:17px;line-height:26px;text-align:center">{words}</p>\n'
    return f'{pressed}<p style="margin:0;font-size:20px;line-height:20px">&nbsp;</p>\n' if button else ""


def _after(paragraph: str, *, is_first: bool) -> str:
    style = f"{_LAST_LINE};border-top:1px solid #ddd5c6;padding-top:18px" if is_first else _LAST_LINE
    return f'<p style="{style}">{escape(paragraph)}</p>\n'


def _signature(lines: Sequence[str]) -> str:
    return f'<p style="{_LAST_LINE}">{"<br>".join(map(escape, lines))}</p>\n' if lines else ""


def _foot(letter: Letter) -> str:
    """Why the mail came, what comes next, and the ways to say no."""
    said = "".join(f'<p style="margin:0 0 8px">{escape(one)}</p>\n' for one in (letter.why, letter.coming) if one)
    style = "color:#083e47;display:inline-block;padding:4px 0"
    if letter.foot_links:
        said += f'<p style="margin:0">{"<br>".join(_link(link, style) for link in letter.foot_links)}</p>\n'
    if not said:
        return ""
    look = f"{_FONT};background:#f1ebe0;padding:16px 20px 22px;font-size:14px;line-height:21px;color:#1b2a2f"
    return f'<tr><td style="{look}">\n{said}</td></tr>\n'


def _link(link: Link, style: str) -> str:
    return f'<a href="{escape(link.url)}" style="{style}">{escape(link.text)}</a>'
