"""Two partners with a measure each, a finding and a goal, and Lena who represents the first of them."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

from django.core.files.base import ContentFile

from programmes.actions import cooperation
from programmes.actions.measures import MeasureEntry, add_measure
from programmes.models import Measure, PartnerOrganisation, StrategicArea
from tests.conftest import NOW, account

START = dt.date(2026, 9, 1)


def with_partners(centre: SimpleNamespace) -> SimpleNamespace:
    """Needs the reference content. The measures' follow-ups: one is late on 17 September 2026, one is ahead."""
    by, key = centre.samira, uuid.uuid4
    centre.homes = PartnerOrganisation.objects.get(slug="botkyrkabyggen")
    centre.police = PartnerOrganisation.objects.get(slug="lokalpolisomrade-botkyrka")
    centre.lena = account("lena")
    cooperation.give_partner_membership(user=centre.lena, partner=centre.homes, starts_on=START, by=by)
    file = ContentFile(b"%PDF-1.4\n%%EOF\n", name="bild.pdf")
    said = {"key": key(), "by": by, "now": NOW}
    centre.finding = cooperation.add_finding(found_on=START, title="Mörka gångvägar", text="Ronden.", file=file, **said)
    centre.goal = cooperation.add_goal(title="Trygga hela vägen hem", key=key(), by=by, now=NOW)
    centre.own = measure(centre, "Trygghetsronder", [centre.homes], next_follow_up=dt.date(2026, 9, 15))
    centre.others = measure(centre, "Kamera vid torget", [centre.police], next_follow_up=dt.date(2026, 12, 1))
    for partner in (centre.homes, centre.police):
        cooperation.add_contact(partner=partner, name="Kim Kontakt", key=key(), by=by, now=NOW)
        cooperation.add_commitment(partner=partner, text="Ställer upp.", key=key(), by=by, now=NOW)
    return centre


def measure(
    centre: SimpleNamespace, title: str, owners: list[PartnerOrganisation], *, next_follow_up: dt.date | None
) -> Measure:
    entry = MeasureEntry(
        title=title,
        starts_on=START,
        owners=owners,
        areas=list(StrategicArea.objects.all()[:1]),
        finding=centre.finding,
        goal=centre.goal,
        status=Measure.Status.GOING_ON,
        next_follow_up=next_follow_up,
    )
    return add_measure(entry=entry, key=uuid.uuid4(), by=centre.samira, now=NOW)
