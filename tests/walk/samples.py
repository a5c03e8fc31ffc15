"""Every address of the portal: what it needs in its place, and who may come in.

Roles: C centre coordinator (samira), K the school's coordinator (jonas), P its contact person (elin), L leadership
(maria), A administrator (adam), B a partner's representative (lena). Who has left, and who has an account but no
role, come in where it says so.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from evaluations.actions import save_report
from evaluations.frozen import fingerprint, to_json
from evaluations.models import IndicatorImport, SavedReport, SurveyRound
from evaluations.reports import content_now
from evaluations.selection import selected
from evaluations.surveys.actions import plan_surveys, start_round
from outbox.actions import enqueue
from outbox.models import Message
from outbox.own_links import own_token, stop_token
from programmes.models import (
    Commitment,
    Concept,
    ContentItem,
    ContentSection,
    Encounter,
    PartnerContact,
    Programme,
    Scenario,
)
from schools.actions.calendar import make_school_year
from schools.actions.feeds import make_feed
from schools.actions.groups import end_group
from schools.actions.occasions import Guest, invite, plan_occasion
from schools.actions.plans import open_programme_year
from schools.actions.runs import start_run
from schools.mailing.invitations import make_token
from schools.mailing.links import Scope, make_link
from schools.models import OccasionInvitation, PlannedSession, School, SchoolMembership, SchoolYear
from sessions_log.actions import log_as_planned, remove_log
from sessions_log.session_links import session_link
from tests.conftest import AUTUMN_DAY, NOW
from tests.town import TODAY

Args = Callable[[SimpleNamespace, School], list[Any]]
ALL_SEE, OPEN, PUBLIC = "CKPLA", "open", "public"


@dataclass(frozen=True)
class Sample:
    """``get`` and ``post`` name the roles that come in; of_school: those who don't see the school get 404, and with
    unseen so do those who see it and don't come in; of_partner: whoever may not write for the partner gets 404, and
    the partner is the representative's own at Lindängsskolan."""

    name: str
    args: Args
    get: str
    post: str
    of_school: bool = False
    of_partner: bool = False
    unseen: bool = False


def nothing(town: SimpleNamespace, school: School) -> list[Any]:
    return []


def slug(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug]


def slug_and_year(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, town.year.slug]


def year(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.year.slug]


def next_year(town: SimpleNamespace, school: School) -> list[Any]:
    """The school year that follows, to which classes move up."""
    known = SchoolYear.objects.filter(starts_on__gt=town.year.ends_on).first()
    if known is None:
        days = {"starts_on": dt.date(2027, 8, 17), "autumn_ends_on": dt.date(2027, 12, 17)}
        days |= {"spring_starts_on": dt.date(2028, 1, 10), "ends_on": dt.date(2028, 6, 9)}
        known = make_school_year(**days, by=town.samira)
    return [known.slug]


def slug_and_next_year(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, *next_year(town, school)]


def term(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, town.year.slug, "ht"]


def due(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.due[school.slug].uuid]


def ahead(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.ahead[school.slug].uuid]


def a_batch(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.ahead[school.slug].changes.first().batch]


def a_run(town: SimpleNamespace, school: School) -> list[Any]:
    """Plans that somebody has asked to be laid out, and that nobody has laid out yet."""
    said = {"rules": town.taget_year, "digests": {school: "seen"}, "from_day": TODAY, "by": town.samira, "now": NOW}
    return [town.year.slug, start_run(**said).uuid]


def person(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, school.people.order_by("pk").first().pk]


def membership(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, SchoolMembership.objects.filter(person__school=school, ends_on=None).first().pk]


def group(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, school.groups.first().pk]


def ended_group(town: SimpleNamespace, school: School) -> list[Any]:
    one = school.groups.last()
    end_group(group=one, last_day=TODAY, by=town.samira, now=NOW)
    return [school.slug, one.pk]


def way_out(town: SimpleNamespace, school: School) -> list[Any]:
    open_programme_year(programme=Programme.objects.get(slug="mvp"), year=town.year, by=town.samira)
    return [school.slug, town.year.slug, school.groups.classes().first().pk]


def closed(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.year.closed_periods.first().pk]


def an_account(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.elin.pk]


def a_role(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.maria.centre_roles.get().pk]


def a_token(town: SimpleNamespace, school: School) -> list[Any]:
    return [urlsafe_base64_encode(force_bytes(town.elin.pk)), default_token_generator.make_token(town.elin)]


def a_mail(town: SimpleNamespace, school: School) -> list[Any]:
    key, elin = "a mail for the walk", town.elin
    enqueue(kind="digest", address=elin.email, user=elin, once_key=key, now=timezone.now())
    return [Message.objects.get(once_key=key).uuid]


def own(town: SimpleNamespace, school: School) -> list[Any]:
    """The link to Elin's settings of her mails."""
    return [own_token(town.elin, TODAY)]


def own_reminder(town: SimpleNamespace, school: School) -> list[Any]:
    key, elin = "a reminder for the walk", town.elin
    enqueue(kind="session-approaching", address=elin.email, user=elin, once_key=key, now=timezone.now())
    return [*own(town, school), Message.objects.get(once_key=key).uuid]


def logged(town: SimpleNamespace, school: School) -> list[Any]:
    """A session that has a log."""
    if school == town.lindang:
        return [town.logged.session.uuid]
    session = town.due[school.slug]
    log_as_planned(session=session, key=session.uuid, by=town.samira, now=NOW)
    return [session.uuid]


def removed(town: SimpleNamespace, school: School) -> list[Any]:
    """A session whose log has been removed, and what was kept of it."""
    session = town.due[school.slug]
    kept = session.log_revisions.first()
    if kept is None:
        log = log_as_planned(session=session, key=session.uuid, by=town.samira, now=NOW)
        kept = remove_log(log=log, reason="Fel klass.", by=town.samira, now=NOW)
    return [session.uuid, kept.pk]


def by_leader(town: SimpleNamespace, school: School) -> list[Any]:
    """The link of the one who holds a session, where the school logs by link."""
    session = PlannedSession.objects.select_related("participation__school").get(pk=town.due[school.slug].pk)
    School.objects.filter(pk=school.pk).update(logs_by_link=True)
    session.leader = school.people.exclude(email="").first()
    session.save()
    return [session_link(session).split("/passlank/")[1].split("/")[0]]


def by_contact(*more: Args) -> Args:
    """A mail's link of the school's contact person, and what stands after it."""

    def args(town: SimpleNamespace, school: School) -> list[Any]:
        contacts = SchoolMembership.objects.contacts().active(TODAY).filter(person__school=school)
        token = make_link(contacts.first(), Scope, TODAY)
        return [token, *(part for each in more for part in each(town, school))]

    return args


def by_coordinator(*more: Args) -> Args:
    """The same of Lindängsskolan's coordinator, wherever the visitor comes from: a link knows its own school."""

    def args(town: SimpleNamespace, school: School) -> list[Any]:
        token = make_link(SchoolMembership.objects.get(person__user=town.jonas), Scope, TODAY)
        return [token, *(part for each in more for part in each(town, town.lindang))]

    return args


def a_feed(town: SimpleNamespace, school: School) -> list[Any]:
    """The address of the school's calendar, made by its contact person: it opens for whoever has it."""
    contact = SchoolMembership.objects.contacts().active(TODAY).filter(person__school=school).first()
    return [make_feed(school=school, key=uuid.uuid4(), by=contact.person.user, now=NOW)[1]]


def topic(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.topic.slug]


def reply(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.replies.get().uuid]


def section(town: SimpleNamespace, school: School) -> list[Any]:
    return ["valdspyramiden"]


def a_row(town: SimpleNamespace, school: School) -> list[Any]:
    """The pyramid's top, with a file."""
    row = ContentItem.objects.filter(section__slug="valdspyramiden").first()
    if row is None:
        row = ContentItem.objects.create(section=ContentSection.objects.get(slug="valdspyramiden"), slug="toppen")
    if not row.file:
        row.file.save("om.pdf", ContentFile(b"%PDF-1.7"))
    return ["valdspyramiden", row.slug]


def an_encounter(town: SimpleNamespace, school: School) -> list[Any]:
    row, _made = Encounter.objects.get_or_create(
        slug="att-ta-bort",
        defaults={"who": "Någon", "what": "Något", "lane": "around", "first_stage": 1, "last_stage": 1},
    )
    return [row.slug]


def a_concept(town: SimpleNamespace, school: School) -> list[Any]:
    row, _made = Concept.objects.get_or_create(
        slug="norm", defaults={"term": "norm", "meaning": "En **oskriven** regel."}
    )
    return [row.slug]


def a_scenario(town: SimpleNamespace, school: School) -> list[Any]:
    mvp = Programme.objects.get(slug="mvp")
    said = {"programme": mvp, "title": "I korridoren", "text": "Någon bryter en norm.", "questions": "Vad gör du?"}
    row, _made = Scenario.objects.get_or_create(slug="i-korridoren", defaults=said)
    return [row.slug]


def a_scenario_made(town: SimpleNamespace, school: School) -> list[Any]:
    a_scenario(town, school)
    return []


def occasion(town: SimpleNamespace, school: School) -> list[Any]:
    """An occasion of today at the school, to which its contact person and somebody else are invited."""
    said = {"kind": "abc", "school": school, "date": TODAY, "by": town.samira, "now": NOW}
    made = plan_occasion(key=uuid.uuid5(uuid.NAMESPACE_URL, school.slug), **said)
    contact = SchoolMembership.objects.contacts().active(TODAY).filter(person__school=school).first()
    guests = [Guest("Pia Polis", "pia@polisen.example", "police")]
    invite(occasion=made, people=[contact.person], guests=guests, by=town.samira, now=NOW)
    return [made.uuid]


def invitation(town: SimpleNamespace, school: School) -> list[Any]:
    """The occasion, and the contact person's invitation to it."""
    [known] = occasion(town, school)
    return [known, OccasionInvitation.objects.get(occasion__uuid=known, school=school).pk]


def own_invitation(town: SimpleNamespace, school: School) -> list[Any]:
    """What the contact person's link leads to."""
    return [OccasionInvitation.objects.get(pk=invitation(town, school)[1]).uuid]


def guests_token(town: SimpleNamespace, school: School) -> list[Any]:
    [known] = occasion(town, school)
    return [make_token(OccasionInvitation.objects.get(occasion__uuid=known, person=None))]


def measure(town: SimpleNamespace, school: School) -> list[Any]:
    """The representative's own, and another partner's."""
    return [(town.own if school == town.lindang else town.others).uuid]


def partner(town: SimpleNamespace, school: School) -> list[Any]:
    return [(town.homes if school == town.lindang else town.police).slug]


def contact(town: SimpleNamespace, school: School) -> list[Any]:
    [slug] = partner(town, school)
    return [slug, PartnerContact.objects.get(partner__slug=slug).pk]


def commitment(town: SimpleNamespace, school: School) -> list[Any]:
    [slug] = partner(town, school)
    return [slug, Commitment.objects.get(partner__slug=slug).pk]


def finding(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.finding.uuid]


def goal(town: SimpleNamespace, school: School) -> list[Any]:
    return [town.goal.uuid]


def an_import(town: SimpleNamespace, school: School) -> list[Any]:
    """Values that have been read in, and one that the source no longer gives."""
    change = ["Anmälda våldsbrott", "Botkyrka", 2023, None, 1220.5]
    said = {"kind": "kolada", "at": NOW, "by": town.samira, "changes": [change], "gone": [change]}
    return [IndicatorImport.objects.get_or_create(uuid=uuid.UUID(int=9), defaults=said)[0].uuid]


def a_survey(town: SimpleNamespace, school: School) -> SurveyRound:
    """The staff's survey before, of the school's staff group."""
    plan_surveys(participation=town.plans[school.slug], audiences=["staff"], by=town.samira)
    found: SurveyRound = SurveyRound.objects.with_names().at(school).filter(wave__when="before").first()
    return found


def survey_round(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, a_survey(town, school).pk]


def open_survey(town: SimpleNamespace, school: School) -> list[Any]:
    return [school.slug, _opened(town, school).pk]


def survey_code(town: SimpleNamespace, school: School) -> list[Any]:
    return [_opened(town, school).code]


def _opened(town: SimpleNamespace, school: School) -> SurveyRound:
    one = a_survey(town, school)
    return one if one.code else start_round(one=one, by=town.samira, now=timezone.now())


def survey_wave(town: SimpleNamespace, school: School) -> list[Any]:
    return [a_survey(town, town.lindang).wave_id]


def sample(
    name: str,
    args: Args,
    get: str,
    post: str = "",
    *,
    of_school: bool = False,
    of_partner: bool = False,
    unseen: bool = False,
) -> Sample:
    return Sample(name, args, get, post or get, of_school, of_partner, unseen)


# Some addresses are only read, some only sent to: the other verb answers 405, whoever asks.
NO_GET, NO_POST = "no get", "no post"
# Opens for nobody with a browser: whoever calls signs what they say.
SIGNED = "signed"


def report(town: SimpleNamespace, school: School) -> list[Any]:
    """A saved report that is open to the partners."""
    made = SavedReport.objects.first()
    if made is None:
        selection = selected({}, TODAY)
        assert selection
        content = content_now(selection)
        seen, said = fingerprint(to_json(content)), {"text": "Hösten har börjat.", "key": uuid.UUID(int=78)}
        made = save_report(selection=selection, content=content, seen=seen, **said, by=town.maria, now=NOW)
        SavedReport.objects.update(open_to_partners=True)
    return [made.uuid]


SAMPLES = [
    # Signing in.
    sample("account_login", nothing, PUBLIC),
    sample("account_request_login_code", nothing, PUBLIC),
    sample("account_confirm_login_code", nothing, PUBLIC),
    sample("account_signup", nothing, PUBLIC, NO_POST),
    sample("account_logout", nothing, PUBLIC),
    sample("account_inactive", nothing, PUBLIC, NO_POST),
    sample("accounts:choose-password", a_token, PUBLIC),
    sample("account_reauthenticate", nothing, OPEN),
    sample("account_change_password", nothing, OPEN),
    sample("account_set_password", nothing, OPEN),
    sample("start", nothing, OPEN),
    sample("health", nothing, PUBLIC, NO_POST),
    # Accounts.
    sample("accounts:administration", nothing, "A"),
    sample("accounts:account-list", nothing, "A"),
    sample("accounts:account-add", nothing, "A"),
    sample("accounts:account-change", an_account, "A"),
    sample("accounts:account-close", an_account, "A"),
    sample("accounts:account-reopen", lambda town, school: [town.closed.pk], NO_GET, "A"),
    sample("accounts:password-link", an_account, NO_GET, "A"),
    sample("accounts:role-add", an_account, "A"),
    sample("accounts:role-end", a_role, "A"),
    # Mails.
    sample("outbox:message-list", nothing, "CA", NO_POST),
    sample("outbox:message-detail", a_mail, "CA", NO_POST),
    sample("outbox:message-hold", a_mail, NO_GET, "CA"),
    sample("outbox:message-at-once", a_mail, NO_GET, "CA"),
    sample("outbox:message-release", a_mail, NO_GET, "CA"),
    sample("outbox:message-resend", a_mail, NO_GET, "CA"),
    sample("outbox:text-list", nothing, "A", NO_POST),
    sample("outbox:text-change", lambda town, school: ["plan-changed"], "A"),
    sample("outbox:text-try", lambda town, school: ["plan-changed"], NO_GET, "A"),
    sample("outbox:bounce-hook", nothing, NO_GET, SIGNED),
    sample("outbox:address-works", nothing, NO_GET, "CA"),
    sample("outbox:pause", nothing, NO_GET, "CA"),
    sample("outbox:resume", nothing, NO_GET, "CA"),
    sample("outbox:hold-all", nothing, NO_GET, "CA"),
    sample("outbox:release-all", nothing, NO_GET, "CA"),
    # What the work rests on.
    sample("programmes:ground", nothing, PUBLIC, NO_POST),
    sample("programmes:section-detail", section, PUBLIC, NO_POST),
    sample("programmes:section-change", section, "CA"),
    sample("programmes:item-add", section, "CA"),
    sample("programmes:item-detail", a_row, PUBLIC, NO_POST),
    sample("programmes:item-change", a_row, "CA"),
    sample("programmes:item-file", a_row, PUBLIC, NO_POST),
    sample("programmes:item-remove", a_row, "CA"),
    sample("programmes:item-checked", a_row, NO_GET, "CA"),
    sample("programmes:evaluation-library", nothing, PUBLIC, NO_POST),
    sample("programmes:whole", nothing, PUBLIC, NO_POST),
    sample("programmes:encounter-add", nothing, "CA"),
    sample("programmes:encounter-change", lambda town, school: ["elever-f-5"], "CA"),
    sample("programmes:encounter-remove", an_encounter, "CA"),
    # The catalogue.
    sample("programmes:programme-list", nothing, OPEN, NO_POST),
    sample("programmes:programme-detail", lambda town, school: ["taget"], OPEN, NO_POST),
    sample("programmes:programme-change", lambda town, school: ["taget"], "CA"),
    sample("programmes:topic-detail", lambda town, school: [town.topic.slug], OPEN, NO_POST),
    sample("programmes:topic-material", lambda town, school: [town.topic.slug], OPEN, NO_POST),
    sample("programmes:topic-change", topic, "CA"),
    sample("programmes:topic-version", lambda town, school: [town.topic.slug, 1], OPEN, NO_POST),
    sample("programmes:search", nothing, OPEN, NO_POST),
    sample("programmes:handbook", nothing, OPEN, NO_POST),
    sample("programmes:concept-list", nothing, OPEN, NO_POST),
    sample("programmes:concept-detail", a_concept, OPEN, NO_POST),
    sample("programmes:concept-add", nothing, "CA"),
    sample("programmes:concept-change", a_concept, "CA"),
    sample("programmes:concept-remove", a_concept, "CA"),
    sample("programmes:scenario-sheets", a_scenario_made, OPEN, NO_POST),
    sample("programmes:scenario-detail", a_scenario, OPEN, NO_POST),
    sample("programmes:scenario-add", nothing, "CA"),
    sample("programmes:scenario-change", a_scenario, "CA"),
    sample("programmes:scenario-remove", a_scenario, "CA"),
    sample("outbox:preferences", nothing, OPEN),
    sample("outbox:own-mails", own, PUBLIC),
    sample("outbox:own-later", own_reminder, PUBLIC),
    sample("outbox:stop", lambda town, school: [stop_token(town.elin, "log-missing", AUTUMN_DAY)], PUBLIC),
    # Schools and people.
    sample("schools:own-school", nothing, OPEN),
    sample("schools:school-list", nothing, "CLA"),
    sample("schools:school-add", nothing, "CA"),
    sample("schools:unit-import", nothing, "CA"),
    sample("schools:school-detail", slug, ALL_SEE, NO_POST, of_school=True),
    sample("schools:school-history", slug, ALL_SEE, NO_POST, of_school=True),
    sample("schools:school-change", slug, "CA", of_school=True),
    sample("schools:school-close", slug, "CA", of_school=True),
    sample("schools:school-pause", slug, "CA", of_school=True),
    sample("schools:school-resume", slug, NO_GET, "CA", of_school=True),
    sample("schools:school-reopen", slug, NO_GET, "CA", of_school=True),
    sample("schools:person-add", slug, "CA", of_school=True),
    sample("schools:person-change", person, "CA", of_school=True),
    sample("schools:person-remove", person, "CA", of_school=True),
    sample("schools:membership-add", person, "CA", of_school=True),
    sample("schools:membership-end", membership, "CA", of_school=True),
    sample("schools:membership-hand-over", membership, "CA", of_school=True),
    sample("schools:note-list", slug, "CKLA", NO_POST, of_school=True, unseen=True),
    sample("schools:note-add", slug, "CKA", of_school=True),
    # The calendar, groups, and classes from a file.
    sample("schools:year-list", nothing, "CLA"),
    sample("schools:year-add", nothing, "CA"),
    sample("schools:year-detail", year, "CLA"),
    sample("schools:year-change", year, "CA"),
    sample("schools:year-close", year, "C"),
    sample("schools:year-reopen", year, NO_GET, "C"),
    sample("schools:school-year", slug_and_year, ALL_SEE, of_school=True),
    sample("schools:calendar-import", year, "CA"),
    sample("schools:stray-list", year, "CKLA", "CK"),
    sample("schools:closed-add", year, "CA"),
    sample("schools:closed-change", closed, "CA"),
    sample("schools:closed-remove", closed, "CA"),
    sample("schools:class-import", year, "CA"),
    sample("schools:school-data-import", year, "CA"),
    sample("schools:class-import-template", lambda town, school: [town.year.slug, "csv"], "CA"),
    sample("schools:group-list", slug_and_year, ALL_SEE, of_school=True),
    sample("schools:mentor-matching", slug_and_year, ALL_SEE, "CA", of_school=True),
    sample("schools:group-add", slug_and_year, "CA", of_school=True),
    sample("schools:group-change", group, "CA", of_school=True),
    sample("schools:group-end", group, "CA", of_school=True),
    sample("schools:group-reopen", ended_group, NO_GET, "CA", of_school=True),
    sample("schools:moving-up-school", slug_and_next_year, "CA", of_school=True),
    sample("schools:moving-up-all", next_year, "CA"),
    # Plans.
    sample("schools:term-plan", slug, ALL_SEE, NO_POST, of_school=True),
    sample("schools:term-plan-of", term, ALL_SEE, NO_POST, of_school=True),
    sample("schools:term-plan-confirm", term, NO_GET, "P", of_school=True),
    sample("schools:term-plan-pdf", term, ALL_SEE, NO_POST, of_school=True),
    sample("schools:term-plan-workbook", term, ALL_SEE, NO_POST, of_school=True),
    sample("schools:plan-draft", slug_and_year, "C", of_school=True),
    sample("schools:way-out", way_out, NO_GET, "C", of_school=True),
    sample("schools:plan-adjust", slug_and_year, NO_GET, "C", of_school=True),
    sample("schools:topic-choice", slug_and_year, "CKP", of_school=True),
    sample("schools:plan-all", year, "CLA", "C"),
    sample("schools:plan-settings", year, "C"),
    sample("schools:topic-recommend", year, "C"),
    sample("schools:plan-run", a_run, "CLA", NO_POST),
    sample("schools:plan-run-continue", a_run, NO_GET, "C"),
    sample("schools:plan-run-undo", a_run, NO_GET, "C"),
    sample("schools:session-detail", ahead, ALL_SEE, NO_POST, of_school=True),
    sample("schools:session-move", ahead, "CK", of_school=True),
    sample("schools:session-cancel", ahead, "CK", of_school=True),
    sample("schools:session-swap", ahead, "CK", of_school=True),
    sample("schools:session-leader", ahead, "CK", of_school=True),
    sample("schools:sessions-move", term, "CK", of_school=True),
    sample("schools:undo", a_batch, NO_GET, "CK", of_school=True),
    sample("schools:conflict-list", nothing, "CK", NO_POST),
    sample("schools:session-time", ahead, "P", of_school=True),
    # The co-operation.
    sample("programmes:cooperation", nothing, OPEN, NO_POST),
    sample("programmes:partner-detail", partner, OPEN, NO_POST),
    sample("programmes:contact-add", partner, "CAB", of_partner=True),
    sample("programmes:contact-change", contact, "CAB", of_partner=True),
    sample("programmes:contact-remove", contact, "CAB", of_partner=True),
    sample("programmes:commitment-add", partner, "CAB", of_partner=True),
    sample("programmes:commitment-change", commitment, "CAB", of_partner=True),
    sample("programmes:commitment-remove", commitment, "CAB", of_partner=True),
    sample("programmes:measure-list", nothing, OPEN, NO_POST),
    sample("programmes:measure-detail", measure, OPEN, NO_POST),
    sample("programmes:measure-add", nothing, "CAB"),
    sample("programmes:measure-change", measure, "CAB", of_partner=True),
    sample("programmes:measure-follow-up", measure, "CAB", of_partner=True),
    sample("programmes:follow-up-report", nothing, OPEN, NO_POST),
    sample("programmes:follow-up-workbook", nothing, OPEN, NO_POST),
    sample("programmes:finding-list", nothing, OPEN, NO_POST),
    sample("programmes:finding-add", nothing, "CA"),
    sample("programmes:finding-change", finding, "CA"),
    sample("programmes:finding-file", finding, OPEN, NO_POST),
    sample("programmes:goal-list", nothing, OPEN, NO_POST),
    sample("programmes:goal-add", nothing, "CA"),
    sample("programmes:goal-change", goal, "CA"),
    # Occasions.
    sample("schools:occasion-list", nothing, ALL_SEE, NO_POST),
    sample("schools:occasion-add", nothing, "CKA"),
    sample("schools:occasion-untrained", nothing, ALL_SEE, NO_POST),
    sample("schools:going-on", nothing, ALL_SEE, NO_POST),
    sample("schools:occasion-detail", occasion, ALL_SEE, NO_POST, of_school=True),
    sample("schools:occasion-change", occasion, "CKA", of_school=True),
    sample("schools:occasion-invite", occasion, "CKA", of_school=True),
    sample("schools:occasion-take-back", invitation, NO_GET, "CKA", of_school=True),
    sample("schools:occasion-cancel", occasion, "CKA", of_school=True),
    sample("schools:occasion-attendance", occasion, "CKA", of_school=True),
    sample("schools:occasion-answer", occasion, "P", of_school=True),
    sample("schools:invitation", guests_token, PUBLIC),
    sample("schools:link-occasion", by_contact(own_invitation), PUBLIC),
    # Calendars to subscribe to.
    sample("schools:feed-list", nothing, "CKP", NO_POST),
    sample("schools:feed-make", nothing, NO_GET, "CKP"),
    sample("schools:feed-schools", nothing, "C"),
    sample("schools:feed-revoke", nothing, NO_GET, "CKP"),
    sample("schools:feed", a_feed, PUBLIC, NO_POST),
    sample("schools:link-feed", by_contact(), PUBLIC),
    sample("schools:link-feed-revoke", by_contact(), NO_GET, PUBLIC),
    # What schools answer, signed in and by a mail's link.
    sample("schools:reply-list", nothing, "CK", NO_POST),
    sample("schools:reply-accept", reply, NO_GET, "CK", of_school=True),
    sample("schools:reply-decline", reply, NO_GET, "CK", of_school=True),
    sample("schools:link-plan", by_contact(), PUBLIC, NO_POST),
    sample("schools:link-plan-pdf", by_contact(), PUBLIC, NO_POST),
    sample("schools:link-confirm", by_contact(), NO_GET, PUBLIC),
    sample("schools:link-time", by_contact(ahead), PUBLIC),
    sample("schools:link-topics", by_contact(), PUBLIC),
    sample("schools:link-material", by_contact(topic), PUBLIC, NO_POST),
    sample("schools:link-mail", by_contact(), PUBLIC, NO_POST),
    sample("schools:link-not-me", by_contact(), PUBLIC),
    sample("sessions_log:link-log", by_coordinator(), PUBLIC, NO_POST),
    sample("sessions_log:link-log-as-planned", by_coordinator(due), NO_GET, PUBLIC),
    sample("sessions_log:link-log-form", by_coordinator(due), PUBLIC),
    sample("sessions_log:link-kept", by_coordinator(), PUBLIC),
    sample("sessions_log:link-session", by_leader, PUBLIC, NO_POST),
    sample("sessions_log:link-session-as-planned", by_leader, NO_GET, PUBLIC),
    sample("sessions_log:link-session-form", by_leader, PUBLIC),
    sample("sessions_log:link-session-kept", by_leader, PUBLIC),
    # Logging.
    sample("sessions_log:start", nothing, "CKPBLA left nobody", NO_POST),
    sample("sessions_log:awaiting", nothing, "CKPB left nobody", NO_POST),
    sample("sessions_log:log-form", due, "CK", of_school=True),
    sample("sessions_log:log-as-planned", due, NO_GET, "CK", of_school=True),
    sample("sessions_log:log-several", nothing, NO_GET, "CKPB left nobody"),
    # Whose logs they are is asked in tests/sessions_log: here there are none to take back.
    sample("sessions_log:log-undo", lambda town, school: [uuid.UUID(int=77)], NO_GET, OPEN),
    sample("sessions_log:log-remove", logged, "CK", of_school=True),
    sample("sessions_log:log-restore", removed, NO_GET, "CK", of_school=True),
    sample("sessions_log:session-sheet", due, ALL_SEE, NO_POST, of_school=True),
    sample("sessions_log:kept-logs", nothing, OPEN),
    sample("sessions_log:session-mails", ahead, "CA", NO_POST, of_school=True),
    sample("sessions_log:reminding-now", nothing, "CA", NO_POST),
    sample("sessions_log:reminding-rules", year, "CA"),
    # Figures.
    sample("evaluations:overview", nothing, "CLAB", NO_POST),
    sample("evaluations:districts", nothing, "CLA", NO_POST),
    sample("evaluations:school", slug, "CLA", NO_POST),
    sample("evaluations:group", group, "CLA", NO_POST),
    sample("evaluations:topic", topic, "CLA", NO_POST),
    sample("evaluations:programmes", nothing, "CLA", NO_POST),
    sample("evaluations:terms", nothing, "CLAB", NO_POST),
    sample("evaluations:mvp", nothing, "CLAB", NO_POST),
    sample("evaluations:partners", nothing, "CLAB", NO_POST),
    sample("evaluations:occasion-list", nothing, "CLA", NO_POST),
    sample("evaluations:targets", nothing, "LA"),
    sample("evaluations:session-list", nothing, "CLA", NO_POST),
    sample("evaluations:class-list", nothing, "CLA", NO_POST),
    sample("evaluations:school-list", nothing, "CLA", NO_POST),
    sample("evaluations:reminding", nothing, "CLA", NO_POST),
    sample("evaluations:export", nothing, "CLA", NO_POST),
    sample("evaluations:definitions", nothing, "CLAB", NO_POST),
    sample("evaluations:workbook", nothing, "CLA", NO_POST),
    # Saved reports.
    sample("evaluations:report-list", nothing, "CLAB", NO_POST),
    sample("evaluations:report-add", nothing, "L"),
    sample("evaluations:report-add-year", nothing, "L"),
    sample("evaluations:report-detail", report, "CLAB", NO_POST),
    sample("evaluations:report-pdf", report, "CLAB", NO_POST),
    sample("evaluations:report-workbook", report, "CLAB", NO_POST),
    sample("evaluations:report-csv", report, "CLAB", NO_POST),
    sample("evaluations:report-text", report, "L"),
    sample("evaluations:report-withdraw", report, "LA"),
    # What changed, and what others have found.
    sample("results:indicator-list", nothing, "CLAB", NO_POST),
    sample("results:indicator-add", nothing, "CA"),
    sample("results:indicator-detail", lambda town, school: ["gymnasieexamen-rapporten"], "CLAB", NO_POST),
    sample("results:indicator-change", lambda town, school: ["gymnasieexamen-rapporten"], "CA"),
    sample("results:import-list", nothing, "CLA", NO_POST),
    sample("results:import-detail", an_import, "CLA", NO_POST),
    sample("results:kolada-import", nothing, "CA"),
    sample("results:table-import", nothing, "CA"),
    sample("results:table-template", lambda town, school: ["csv"], "CA", NO_POST),
    sample("results:study-list", nothing, "CLAB", NO_POST),
    sample("results:study-add", nothing, "CA"),
    sample("results:study-change", lambda town, school: ["fou-sodertorn-2019"], "CA"),
    # Surveys: a round does not exist for those who may not run it.
    sample("surveys:enter", nothing, PUBLIC, NO_POST),
    sample("surveys:answer", survey_code, PUBLIC),
    sample("surveys:index", nothing, "CKPLAB", NO_POST),
    sample("surveys:results", nothing, "CKPLAB", NO_POST),
    sample("surveys:export", nothing, "CKPLAB", NO_POST),
    sample("surveys:school", slug, ALL_SEE, "CKP", of_school=True),
    sample("surveys:round", open_survey, "CKP", NO_POST, of_school=True, of_partner=True),
    sample("surveys:count", open_survey, "CKP", NO_POST, of_school=True, of_partner=True),
    sample("surveys:start", survey_round, NO_GET, "CKP", of_school=True, of_partner=True),
    sample("surveys:close", open_survey, NO_GET, "CKP", of_school=True, of_partner=True),
    sample("surveys:end", survey_wave, NO_GET, "C", of_partner=True),
]
