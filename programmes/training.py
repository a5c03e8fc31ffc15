"""Which trainings a partner has taken part in. The app above that knows of occasions registers how to find them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from programmes.models import PartnerOrganisation


@dataclass(frozen=True)
class PartnerTraining:
    """A training that a partner's people have taken part in: only how many, never who."""

    on: dt.date
    title: str
    taken_part: int


TrainingOf = Callable[[PartnerOrganisation], Iterable[PartnerTraining]]
_sources: list[TrainingOf] = []


def add_partner_training(source: TrainingOf) -> None:
    """Called in ``AppConfig.ready()`` by the app that knows of trainings."""
    _sources.append(source)


def partner_training(partner: PartnerOrganisation) -> list[PartnerTraining]:
    """A partner's trainings, the latest first."""
    found = [training for source in _sources for training in source(partner)]
    return sorted(found, key=lambda training: training.on, reverse=True)
