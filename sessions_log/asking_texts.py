"""The texts of mails that ask for something once, which the administrator can change, and samples to preview them
on."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.centre import coordinator
from outbox.models import Message
from outbox.texts import Part, Placeholder, Sample, TextSet
from programmes.models import SessionTopic
from schools.mailing.samples import SHOWN, coming_sessions, invitations_shown, mail_to, role_of, sessions_and_readers
from schools.mailing.texts import OPENING, SCHOOL, SUBJECT
from schools.models import OccasionInvitation, PlannedSession, School, SchoolMembership, SchoolYear
from sessions_log.models import ReminderItem
from sessions_log.reminding.next_year import to_prepare, without_next_year
from sessions_log.reminding.roles import Roles

KIND = ReminderItem.Kind

_TOPICS = Placeholder("topics", "ämnen", _("how many topics, such as “2 topics”"))
_WEEK = Placeholder("week", "vecka", _("the week of the first session without a topic"))
_PROGRAMME = Placeholder("programme", "program", _("the programme's name"))
_TITLE = Placeholder("title", "tillfälle", _("the occasion's title"))
_DAY = Placeholder("day", "dag", _("the day, such as “Tue 15 Sep, wk 38”"))
_LAST_DAY = Placeholder("day", "dag", _("the school year's last day"))
_YEAR = Placeholder("year", "läsår", _("the school year that comes, such as “2027/28”"))


def topics_samples(now: dt.datetime) -> list[Sample]:
    """Schools as if they had not chosen topics for their coming extra sessions."""
    today = timezone.localdate(now)
    extra = [one for one in coming_sessions(today) if one.topic is None or one.topic.kind == SessionTopic.Kind.EXTRA]
    extra = [one for one in extra if one.week_start > today]

    def sample(first: PlannedSession, membership: SchoolMembership) -> Sample:
        user, part = membership.person.user, first.participation_id

        def write() -> Message:
            rows = PlannedSession.objects.without_outcome().filter(participation=part, week_start__gt=today)
            rows.filter(topic__kind=SessionTopic.Kind.EXTRA).update(topic=None)
            said = {"membership": membership.pk, "participation": part}
            return mail_to(user, user.email if user else "", KIND.TOPICS_UNCHOSEN, said, now)

        return Sample(str(first.uuid), str(first.participation.school), write)

    return [sample(several[0], reader.membership) for several, reader in sessions_and_readers(extra, today)]


def invitation_samples(now: dt.datetime) -> list[Sample]:
    """Invitations as if nobody at the school had answered."""

    def sample(row: OccasionInvitation, role: SchoolMembership) -> Sample:
        user = role.person.user

        def write() -> Message:
            at_school = OccasionInvitation.objects.filter(occasion=row.occasion, school=row.school)
            at_school.update(answer=None, answered_at=None, coming=None)
            said = {"membership": role.pk, "invitation": row.pk}
            return mail_to(user, user.email if user else "", KIND.INVITATION, said, now)

        return Sample(str(row.uuid), f"{row.occasion}, {row}", write)

    found = [(row, role_of(row, now)) for row in invitations_shown(now)]
    return [sample(row, role) for row, role in found if role is not None]


def no_contact_samples(now: dt.datetime) -> list[Sample]:
    """Schools as if their contact person had left yesterday."""
    today, by = timezone.localdate(now), coordinator(timezone.localdate(now))

    def sample(school: School) -> Sample:
        def write() -> Message:
            rows = SchoolMembership.objects.contacts().filter(person__school=school)
            rows.filter(starts_on__gt=today).delete()
            rows.active(today).update(ends_on=today - dt.timedelta(days=1))
            return mail_to(by, by.email if by else "", KIND.NO_CONTACT, {"school": school.pk}, now)

        return Sample(school.slug, str(school), write)

    ahead = PlannedSession.objects.upcoming(today).values("participation__school")
    schools = School.objects.open_on(today).filter(pk__in=ahead).order_by("name")[:SHOWN]
    return [sample(school) for school in schools] if by else []


def next_year_centre_samples(now: dt.datetime) -> list[Sample]:
    today, by = timezone.localdate(now), coordinator(timezone.localdate(now))
    year = SchoolYear.objects.at(today)
    if by is None or year is None or year.ends_on < today or not to_prepare(year):
        return []
    return [Sample(year.slug, str(year), lambda: mail_to(by, by.email, KIND.NEXT_YEAR_CENTRE, {"year": year.pk}, now))]


def next_year_school_samples(now: dt.datetime) -> list[Sample]:
    """Schools as if their groups for the next year were missing."""
    today, roles = timezone.localdate(now), Roles(timezone.localdate(now))
    year = SchoolYear.objects.at(today)
    if year is None or year.ends_on < today:
        return []

    def sample(membership: SchoolMembership, year: SchoolYear) -> Sample:
        user, said = membership.person.user, {"membership": membership.pk, "year": year.pk}
        address = user.email if user else ""
        return Sample(
            str(membership.pk),
            str(membership.person.school),
            lambda: mail_to(user, address, KIND.NEXT_YEAR_SCHOOL, said, now),
        )

    schools = without_next_year(year).open_on(today).values_list("pk", flat=True)
    found = [one for school in schools for one in roles.readers(school)[:1] if one.person.user]
    return [sample(one, year) for one in found[:SHOWN]]


ASKING_TEXTS = (
    TextSet(
        KIND.TOPICS_UNCHOSEN,
        (
            Part(
                "subject",
                SUBJECT,
                _("Choose your topics: %(topics)s left at %(school)s"),
                (_TOPICS, SCHOOL, _WEEK),
                ("school",),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _("You choose the extra topics of %(programme)s yourselves. The first session is in %(week)s."),
                (_PROGRAMME, _WEEK, _TOPICS, SCHOOL),
            ),
            Part(
                "second",
                _("Second paragraph"),
                _("It takes a few minutes, and whoever holds the session has time to prepare."),
                (SCHOOL,),
                may_be_empty=True,
            ),
        ),
        topics_samples,
    ),
    TextSet(
        KIND.INVITATION,
        (
            Part(
                "subject",
                SUBJECT,
                _("Are you coming? %(title)s, %(day)s"),
                (_TITLE, _DAY, SCHOOL),
                ("title", "day"),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _("Nobody at %(school)s has answered the invitation. A no is a good answer, too."),
                (SCHOOL, _TITLE),
            ),
        ),
        invitation_samples,
    ),
    TextSet(
        KIND.NO_CONTACT,
        (
            Part("subject", SUBJECT, _("%(school)s has no contact person"), (SCHOOL,), ("school",), is_line=True),
            Part(
                "opening",
                OPENING,
                _("Nobody there confirms the plan now. Ring, and ask who takes over."),
                (SCHOOL,),
            ),
        ),
        no_contact_samples,
    ),
    TextSet(
        KIND.NEXT_YEAR_CENTRE,
        (
            Part("subject", SUBJECT, _("Prepare next school year"), is_line=True),
            Part(
                "opening",
                OPENING,
                _(
                    "The school year ends %(day)s. With the calendar and the programmes' settings in place,"
                    " the schools can be planned before the summer."
                ),
                (_LAST_DAY,),
            ),
        ),
        next_year_centre_samples,
    ),
    TextSet(
        KIND.NEXT_YEAR_SCHOOL,
        (
            Part(
                "subject",
                SUBJECT,
                _("%(school)s in %(year)s: what changes?"),
                (SCHOOL, _YEAR),
                ("school",),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _(
                    "We plan %(year)s. Tell us which classes there will be, who is contact person,"
                    " and which times suit you. What stays as it is needs no more than a yes."
                ),
                (_YEAR, SCHOOL),
            ),
        ),
        next_year_school_samples,
    ),
)
