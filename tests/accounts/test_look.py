"""What the tags that stand on every page write, and what they keep."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from accounts.addresses import address_of
from accounts.forms import RoleForm
from accounts.templatetags.look import NBSP, day_of_year
from schools.forms.occasions import AnswerForm
from tests.pointing import SUMMARY, pointed_at_in_vain, summary_leads_nowhere

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A form in which something is filled in.
FORM = re.compile(r'<form class="form-part[^>]*>')


def said(template: Template, **context: object) -> str:
    return template.render(Context(context))


def test_what_is_written_once_is_written_in_each_language():
    template = Template("{% once %}{% translate 'Sign out' %}{% endonce %}")
    with translation.override("sv"):
        swedish = said(template)
    with translation.override("en"):
        assert said(template) == "Sign out"
    with translation.override("sv"):
        assert said(template) == swedish == "Logga ut"


def test_what_is_written_once_knows_nothing_of_who_reads_and_of_the_page():
    template = Template("{{ name }}: {% once %}{{ name }}{{ csrf_token }}{% include '_brand.html' %}{% endonce %}")
    first = said(template, name="Elin", csrf_token="hemligt")
    assert first.startswith("Elin: <svg")
    assert said(template, name="Jonas") == first.replace("Elin", "Jonas")


def test_what_is_the_same_for_some_is_written_once_for_them_and_each_time_for_others():
    template = Template("{% once kind %}{{ kind }}: {{ name }}{% endonce %}")
    assert said(template, kind="class", name="7A") == "class: 7A"
    assert said(template, kind="class", name="7B") == "class: 7A"
    assert said(template, kind="staff", name="Lag 7") == "staff: Lag 7"
    assert said(template, kind="", name="7B") == ": 7B"
    assert said(template, kind="", name="7C") == ": 7C"


def test_a_day_of_another_year_says_its_year_before_its_week():
    with translation.override("sv"):
        assert day_of_year(dt.date(2026, 9, 15)).replace(NBSP, " ") == "tis 15 sep 2026, v. 38"


@pytest.mark.parametrize("name", ["schools:session-detail", "schools:session-move", "sessions_log:log-as-planned"])
def test_a_rows_address_is_what_reverse_gives(name):
    for row in (uuid.uuid4(), uuid.uuid4()):
        assert address_of(name, row) == reverse(name, args=[row])


class ManyForm(forms.Form):
    """Boxes, with a help of their own, and a question that nobody can answer."""

    several = forms.MultipleChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, help_text="En eller flera."
    )
    none = forms.ChoiceField(choices=[], widget=forms.RadioSelect)
    day = forms.DateField(help_text="En dag.")


@pytest.mark.parametrize("form", [AnswerForm({}), RoleForm({}), ManyForm({})])
def test_a_form_with_errors_says_which_field_has_which(form: forms.Form):
    page = said(Template("{% load crispy_forms_tags %}{{ form|crispy }}"), form=form)
    assert pointed_at_in_vain(page) == set()
    described = set(re.findall(r'aria-describedby="([^"]+)"', page))
    for name in form.errors:
        help_too = f"id_{name}_helptext " if form[name].help_text else ""
        assert f"{help_too}id_{name}_error" in described


def test_the_link_of_an_error_leads_to_a_questions_first_answer():
    template = Template("{% load crispy_forms_tags %}{{ form|crispy }}")
    answer, many = said(template, form=AnswerForm({})), said(template, form=ManyForm({}))
    assert SUMMARY.findall(answer) == ["id_answer_0"]
    assert summary_leads_nowhere(answer) == set()
    assert SUMMARY.findall(many) == ["id_several_0", "id_none", "id_day"]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (dt.date(2026, 10, 26), dt.date(2026, 10, 30), "mån 26 okt – fre 30 okt, v. 44"),
        (dt.date(2026, 12, 21), dt.date(2027, 1, 8), "mån 21 dec – fre 8 jan, v. 52–1"),
        (dt.date(2027, 5, 6), dt.date(2027, 5, 6), "tors 6 maj, v. 18"),
    ],
)
def test_days_in_a_row_are_written_with_their_weeks(first: dt.date, last: dt.date, words: str):
    template = Template("{{ first|days_to:last }}, {{ first|weeks_to:last }}")
    with translation.override("sv"):
        assert said(template, first=first, last=last).replace(NBSP, " ") == words


def test_what_is_wrong_in_a_form_is_said_by_the_portal_and_not_by_the_browser():
    """The browser says it in its own language, and of one field at a time."""
    forms_of = {path.name: FORM.findall(path.read_text()) for path in TEMPLATES.rglob("*.html")}
    asked = [(name, tag) for name, tags in forms_of.items() for tag in tags if 'method="post"' in tag]
    assert len(asked) > 50
    assert [name for name, tag in asked if "novalidate" not in tag] == []
