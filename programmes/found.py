"""The catalogue's entries in the search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programmes.models import (
    Concept,
    ContentItem,
    ContentSection,
    Goal,
    Measure,
    PartnerContact,
    PartnerOrganisation,
    Programme,
    Scenario,
    SessionTopic,
    SituationFinding,
)
from programmes.search import Entry, Source


def _topics(user: Any, today: dt.date) -> Iterator[Entry]:
    for topic in SessionTopic.objects.select_related("programme").prefetch_related("parts"):
        parts = " ".join(part.title for part in topic.parts.all())
        text = (
            f"{topic.programme} {topic.get_kind_display()} {topic.month_name} {topic.aim} {topic.preparation} {parts}"
        )
        yield Entry(topic.title, topic.get_absolute_url(), text)


def _programmes(user: Any, today: dt.date) -> Iterator[Entry]:
    for one in Programme.objects.all():
        yield Entry(one.name, one.get_absolute_url(), f"{one.audience} {one.summary}")


def _concepts(user: Any, today: dt.date) -> Iterator[Entry]:
    for one in Concept.objects.all():
        yield Entry(one.term, one.get_absolute_url(), f"{one.forms} {one.meaning}")


def _materials(user: Any, today: dt.date) -> Iterator[Entry]:
    for topic in SessionTopic.objects.exclude(material="").prefetch_related("versions"):
        news = " ".join(version.news for version in topic.versions.all())
        yield Entry(str(_("Material: %(topic)s")) % {"topic": topic}, topic.get_absolute_url(), news)
    for scenario in Scenario.objects.all():
        yield Entry(scenario.title, scenario.get_absolute_url(), f"{scenario.text} {scenario.questions}")


def _ground(user: Any, today: dt.date) -> Iterator[Entry]:
    for section in ContentSection.objects.all():
        yield Entry(section.title, section.get_absolute_url(), section.intro)
    for item in ContentItem.objects.select_related("section"):
        yield Entry(str(item), item.get_absolute_url(), f"{item.section} {item.text} {item.detail} {item.body}")


def _cooperation(user: Any, today: dt.date) -> Iterator[Entry]:
    """Partners with their contacts, measures, findings and goals, for those who are signed in."""
    for partner in PartnerOrganisation.objects.prefetch_related("commitments"):
        yield Entry(partner.name, partner.get_absolute_url(), " ".join(one.text for one in partner.commitments.all()))
    for measure in Measure.objects.all():
        yield Entry(measure.title, measure.get_absolute_url(), measure.description)
    for finding in SituationFinding.objects.all():
        yield Entry(finding.title, f"{reverse('programmes:finding-list')}#{finding.uuid}", finding.text)
    for goal in Goal.objects.all():
        yield Entry(goal.title, f"{reverse('programmes:goal-list')}#{goal.uuid}", goal.text)


def _contacts(user: Any, today: dt.date) -> Iterator[Entry]:
    for one in PartnerContact.objects.select_related("partner"):
        yield Entry(f"{one.name}, {one.partner}", one.partner.get_absolute_url(), f"{one.title} {one.email}")


SOURCES = [
    Source(_("Session topics"), _topics),
    Source(_("Programmes and trainings"), _programmes),
    Source(_("Concepts"), _concepts),
    Source(_("Material and scenarios"), _materials),
    Source(_("The ground of the work"), _ground),
    Source(_("Co-operation"), _cooperation),
    Source(_("Contacts at the partners"), _contacts),
]
