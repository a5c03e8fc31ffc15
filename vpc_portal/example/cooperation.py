"""What the example's partners have found, want, do and have followed up. Everything is made up."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.models import User
from programmes.actions import cooperation
from programmes.actions.measures import MeasureEntry, add_measure, follow_up
from programmes.models import Goal, Measure, PartnerOrganisation, PoliticalProblem, SituationFinding, StrategicArea
from vpc_portal.example.logs import at_hour

NAMESPACE = uuid.UUID("5b1b9a1e-8f0e-4a56-9d2b-6d3c3c0f7a41")
WEEK = dt.timedelta(weeks=1)

CONTACTS = {
    "botkyrka-kommun": ("Nils Arvid", "Trygghetssamordnare"),
    "botkyrkabyggen": ("Lena Strid", "Trygghetschef"),
    "lokalpolisomrade-botkyrka": ("Rakel Ström", "Kommunpolis"),
    "sodertorns-brandforsvarsforbund": ("Ivar Lo", "Säkerhetssamordnare"),
}
COMMITMENTS = {
    "botkyrka-kommun": ("Exempel: leder arbetet och håller samman lägesbilden.", "Exempel: skolorna kör TÅGET."),
    "botkyrkabyggen": ("Exempel: trygghetsronder i våra områden varje termin.", "Exempel: lokaler för träffar."),
    "lokalpolisomrade-botkyrka": ("Exempel: delar aktuell bild av brott var fjortonde dag.",),
    "sodertorns-brandforsvarsforbund": ("Exempel: besöker skolor och möter unga i vardagen.",),
}
FINDINGS = (
    ("otrygghet", "Unga känner sig otrygga på väg hem", "Exempel. Störst skillnad vid torg och stationer på kvällen."),
    ("vittnen", "Få vittnar om våld bland unga", "Exempel. Många säger att de inte vet vem de ska vända sig till."),
)
GOALS = (
    ("trygg-vag", "Fler unga är trygga hela vägen hem", "Exempel. Vi följer det i enkäterna vartannat år."),
    ("agera", "Fler vågar och kan agera", "Exempel. Vuxna och unga vet vad de kan göra när de ser våld."),
)


def make_cooperation(today: dt.date, by: User, representative: User) -> None:
    """Contacts, commitments, findings, goals and five measures: late, ahead, planned, done and stopped."""
    partners = {partner.slug: partner for partner in PartnerOrganisation.objects.all()}
    own = partners["botkyrkabyggen"]
    started = today - 60 * WEEK
    cooperation.give_partner_membership(user=representative, partner=own, starts_on=started, by=by)
    written = at_hour(started, 10)
    for slug, partner in partners.items():
        _introduce(slug, partner, by, written)
    _carry_out(_why(started, by, written), partners, today, by)


def _key(*names: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, " ".join(names))


def _introduce(slug: str, partner: PartnerOrganisation, by: User, now: dt.datetime) -> None:
    name, title = CONTACTS[slug]
    email = f"{name.lower().replace(' ', '.').replace('ö', 'o')}@{slug}.example"
    said = {"name": name, "title": title, "email": email, "phone": "08-000 00 00"}
    cooperation.add_contact(partner=partner, **said, key=_key("contact", slug), by=by, now=now)
    for text in COMMITMENTS[slug]:
        cooperation.add_commitment(partner=partner, text=text, key=_key(slug, text), by=by, now=now)


Why = dict[str, tuple[SituationFinding, Goal]]


def _why(day: dt.date, by: User, now: dt.datetime) -> Why:
    """What was found, each with the goal that answers it."""
    why: Why = {}
    for (name, found, text), (_slug, title, aim) in zip(FINDINGS, GOALS, strict=True):
        finding = cooperation.add_finding(found_on=day, title=found, text=text, key=_key(found), by=by, now=now)
        why[name] = (finding, cooperation.add_goal(title=title, text=aim, key=_key(title), by=by, now=now))
    return why


def _carry_out(why: Why, partners: dict[str, PartnerOrganisation], today: dt.date, by: User) -> None:
    town, homes = partners["botkyrka-kommun"], partners["botkyrkabyggen"]
    police, fire = partners["lokalpolisomrade-botkyrka"], partners["sodertorns-brandforsvarsforbund"]
    rounds = _measure("Trygghetsronder i bostadsområden", [homes, police], why["otrygghet"], today - 40 * WEEK, by)
    _followed(rounds, today - 26 * WEEK, today - 2 * WEEK, "Ljusare vid två gångvägar. Ett torg återstår.", by)
    lamps = _measure("Bättre belysning längs skolvägar", [town, homes], why["otrygghet"], today - 20 * WEEK, by)
    _followed(lamps, today - 8 * WEEK, today + 6 * WEEK, "Sträckorna är valda tillsammans med skolorna.", by)
    _measure("Öppna kvällar för unga i områdets lokaler", [homes], why["vittnen"], today + 4 * WEEK, by)
    visits = _measure("Brandmän möter unga på fritidsgården", [fire, town], why["vittnen"], today - 50 * WEEK, by)
    _followed(visits, today - 5 * WEEK, None, "Alla tre gårdar har haft sina träffar.", by, status="done")
    camera = _measure("Kamera vid torget", [police], why["otrygghet"], today - 45 * WEEK, by)
    reason = "Tillstånd gavs inte. Pengarna går till belysning."
    _followed(camera, today - 30 * WEEK, None, "Ansökan avslogs.", by, status="stopped", reason=reason)


def _measure(
    title: str, owners: list[PartnerOrganisation], why: tuple[SituationFinding, Goal], starts_on: dt.date, by: User
) -> Measure:
    areas = StrategicArea.objects.filter(slug__in=["trygghetsskapande", "valdsforebyggande"])[: len(owners)]
    entry = MeasureEntry(
        title=title,
        description="Exempel. Vad som görs, var och av vem står här.",
        starts_on=starts_on,
        owners=owners,
        areas=list(areas),
        problems=list(PoliticalProblem.objects.filter(number=4)),
        finding=why[0],
        goal=why[1],
        next_follow_up=starts_on + 8 * WEEK,
    )
    return add_measure(entry=entry, key=_key("measure", title), by=by, now=at_hour(starts_on, 10))


def _followed(
    measure: Measure,
    on: dt.date,
    next_on: dt.date | None,
    note: str,
    by: User,
    *,
    status: str = "going_on",
    reason: str = "",
) -> None:
    follow_up(
        measure=measure,
        on=on,
        note=f"Exempel. {note}",
        status=status,
        stop_reason=reason,
        next_follow_up=next_on,
        key=_key("follow-up", measure.title),
        version=measure.version,
        by=by,
        now=at_hour(on, 15),
    )
