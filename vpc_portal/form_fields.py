"""Fields of forms, written at once: what Django's own small templates say, without running them for each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData

INPUTS = (
    "checkbox checkbox_option color date datetime email hidden input input_option number password radio_option search"
    " tel text time url"
)
Widget = Mapping[str, Any]


class WrittenFields(TemplatesSetting):
    """Writes inputs, selects and text areas itself, the same as Django's templates but for space between options; all
    else goes through its template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = _WRITTEN.get(template_name)
        if write is None or context["widget"].get("wrap_label"):
            return super().render(template_name, context, request)
        return write(context["widget"])


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{_as_text(value)}"'
    return f'<input type="{conditional_escape(widget["type"])}"{_name(widget)}{said}{_attributes(widget)}>'


def _text_area(widget: Widget) -> str:
    return f"<textarea{_name(widget)}{_attributes(widget)}>\n{_shown(widget['value'] or '')}</textarea>"


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return f"<select{_name(widget)}{_attributes(widget)}>{groups}\n</select>"


def _group(name: Any, options: list[Widget]) -> str:
    written = "".join(f"\n  {_option(option)}" for option in options)
    return f'\n  <optgroup label="{_shown(name)}">{written}\n  </optgroup>' if name else written


def _option(option: Widget) -> str:
    return f'<option value="{_as_text(option["value"])}"{_attributes(option)}>{_shown(option["label"])}</option>'


def _name(widget: Widget) -> str:
    return f' name="{conditional_escape(widget["name"])}"'


def _attributes(widget: Widget) -> str:
    """Those that are ``True`` stand by their name alone, those that are ``False`` not at all."""
    said = widget["attrs"].items()
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_as_text(value)}"'
        for name, value in said
        if value is not False
    )


def _as_text(value: Any) -> str:
    """A value as it is sent back: never as the language writes numbers and days."""
    return str(value) if isinstance(value, SafeData) else escape(str(value))


def _shown(value: Any) -> str:
    """A text as it is read. Labels of forms are texts; whoever makes one of a number says how it is written."""
    return conditional_escape(str(value))


_WRITTEN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in INPUTS.split()},
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _text_area,
}
