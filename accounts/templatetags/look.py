"""How the portal writes days, weeks and numbers, and draws icons. Loaded in every template
(``OPTIONS["builtins"]``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Hashable, Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.base import FilterExpression, Parser, Token
from django.template.defaulttags import querystring
from django.urls import get_script_prefix
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
NBSP = "\u00a0"
# How many different values of WHAT are kept.
MOST_KEPT = 100


@register.tag
def once(parser: Parser, token: Token) -> Once:
    """``{% once %}…{% endonce %}`` renders its content once per process, for what is the same on every page, such as
    the foot.

    ``{% once WHAT %}…{% endonce %}`` renders it once for each value of WHAT, and every time where WHAT is empty.
    """
    _name, *what = token.split_contents()
    inside = parser.parse(("endonce",))
    parser.delete_first_token()
    return Once(inside, parser.compile_filter(what[0]) if what else None)


class Once(template.Node):
    """Content that is rendered once per language and kept while the process lives.

    Without WHAT it is rendered with an empty context, so that nothing about the reader can be kept and shown to
    another.
    """

    def __init__(self, inside: template.NodeList, what: FilterExpression | None) -> None:
        self.nodelist, self.what = inside, what
        self.kept: dict[tuple[Hashable, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        what = self.what.resolve(context) if self.what else ""
        if self.what and not what:
            return self.nodelist.render(context)
        key = (get_language(), get_script_prefix(), what)
        if key not in self.kept:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = self.nodelist.render(context) if self.what else self._for_nobody(context)
        return self.kept[key]

    def _for_nobody(self, context: template.Context) -> SafeString:
        of_nobody = template.Context()
        assert context.template is not None
        with of_nobody.bind_template(context.template):
            return self.nodelist.render(of_nobody)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite: held, nolog, notheld, moved, cancelled, planned, calendar, print and so on."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag(takes_context=True)
def to_page(context: template.Context, number: int, of: str = "") -> str:
    """The address of another page of the list. On a page with several lists, ``of`` is the name of the one meant."""
    address: str = querystring(context, None, **{of or "sida": number})
    return f"{address}#h-{of}" if of else address


@register.simple_tag
def status_badge(status: str, label: str = "") -> SafeString:
    """A session's state as shape and word. ``status`` is a ``PlannedSession.Status`` or its value."""
    return badge(str(status), label or getattr(status, "label", str(status)))


def badge(status: str, label: str) -> SafeString:
    """A state as shape and word: the icon's name, and what stands beside it."""
    return format_html('<span class="status status-{}">{}{}</span>', status, icon(status), label)


@register.simple_tag
def choice_rows(field: BoundField) -> SafeString:
    """A question's answers as rows that are easy to hit with a thumb. Built here: rendering a template for each takes
    half of a form's time."""
    rows = ((option.id_for_label, _attributes(option.data), option.choice_label) for option in field)
    return format_html_join("", '<label class="choice" for="{}"><input{}><span>{}</span></label>', rows)


@register.filter
def first_id(field: BoundField) -> str:
    """The id that a link to a field leads to: its input, or for a group of choices the first of them."""
    return field.id_for_label or next((option.id_for_label for option in field if option.id_for_label), field.auto_id)


def _attributes(answer: Mapping[str, Any]) -> SafeString:
    return flatatt({"type": answer["type"], "name": answer["name"], "value": str(answer["value"]), **answer["attrs"]})


@register.filter
def week_no(day: dt.date) -> str:
    """v. 38"""
    return f"v.{NBSP}{day.isocalendar().week}"


@register.filter(expects_localtime=True)
def short_day(day: dt.date) -> str:
    """tis 15 sep"""
    return date_format(day, "D j b").replace(" ", NBSP)


@register.filter(expects_localtime=True)
def day_and_week(day: dt.date) -> str:
    """tis 15 sep, v. 38"""
    return f"{short_day(day)}, {week_no(day)}"


@register.filter
def days_to(first: dt.date, last: dt.date) -> str:
    """mån 26 okt – fre 30 okt, or tors 6 maj"""
    return short_day(first) if first == last else f"{short_day(first)} – {short_day(last)}"


@register.filter
def weeks_to(first: dt.date, last: dt.date) -> str:
    """v. 52–1, or v. 44"""
    weeks = (first.isocalendar().week, last.isocalendar().week)
    return week_no(first) if weeks[0] == weeks[1] else f"{week_no(first)}–{weeks[1]}"


@register.filter(expects_localtime=True)
def day_of_year(day: dt.date) -> str:
    """tis 15 sep 2026, v. 38"""
    return f"{short_day(day)}{NBSP}{day.year}, {week_no(day)}"


@register.filter
def week_span(monday: dt.date) -> str:
    """7–11 sep, or 28 sep–2 okt: the school days of a week."""
    friday = monday + dt.timedelta(days=4)
    first = date_format(monday, "j") if monday.month == friday.month else date_format(monday, "j b")
    return f"{first}–{date_format(friday, 'j b')}".replace(" ", NBSP)


@register.filter
def week_and_span(monday: dt.date) -> str:
    """v. 38, 14–18 sep"""
    return f"{week_no(monday)}, {week_span(monday)}"


@register.filter
def grouped(number: int) -> str:
    """2 033, with a space that does not break."""
    return f"{number:,}".replace(",", NBSP)


@register.filter(expects_localtime=True)
def clock(time: dt.time) -> str:
    """09.10"""
    return f"{time:%H.%M}"


@register.filter
def breakable(address: str) -> SafeString:
    """An e-mail address that in a narrow column breaks before the @ or a dot instead of within a word."""
    return mark_safe(escape(address).replace("@", "<wbr>@").replace(".", "<wbr>."))


@register.filter
def in_list(value: object, values: Container[object]) -> bool:
    """Whether a value is among some others, for use inside ``{% with %}``, where ``in`` cannot be used."""
    return value in values
