"""The texts of mails to schools that the administrator can change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from outbox.texts import Part, Placeholder, TextSet
from schools.actions.handover import WELCOME
from schools.actions.replies import DECLINED
from schools.mailing import samples
from schools.mailing.invited import CHANGED as OCCASION_CHANGED
from schools.mailing.invited import INVITED
from schools.mailing.telling import CHANGED

# Placeholders that several mails have.
SCHOOL = Placeholder("school", "skola", _("the school's name"))
TOPIC = Placeholder("topic", "ämne", _("the session's topic"))
_TOPICS = Placeholder("topics", "antal", _("how many topics have changed, such as “3 topics”"))
_TITLE = Placeholder("title", "tillfälle", _("the occasion's title"))
_DAY = Placeholder("day", "dag", _("the day, such as “Tue 15 Sep, wk 38”"))
_ROLE = Placeholder("role", "roll", _("the role at the school, such as “contact person”"))
_WEEK = Placeholder("week", "vecka", _("the week that the school had proposed"))

SUBJECT = _("Subject")
OPENING = _("First paragraph")

SCHOOL_TEXTS = (
    TextSet(
        CHANGED,
        (
            Part("subject", SUBJECT, _("New time: %(topic)s, %(school)s"), (TOPIC, SCHOOL), ("topic",), is_line=True),
            Part(
                "opening",
                OPENING,
                _("The plan at %(school)s has changed. If the new time works, you need not do anything."),
                (SCHOOL, TOPIC),
            ),
            Part(
                "subject-cancelled",
                _("Subject, when there is no new time yet"),
                _("Cancelled: %(topic)s, %(school)s"),
                (TOPIC, SCHOOL),
                ("topic",),
                is_line=True,
            ),
            Part(
                "opening-cancelled",
                _("First paragraph, when there is no new time yet"),
                _("This will not be held at %(school)s. When there is a new time, we write again."),
                (SCHOOL, TOPIC),
            ),
            Part(
                "subject-held",
                _("Subject, when the new time is not needed"),
                _("The new time is withdrawn: %(topic)s, %(school)s"),
                (TOPIC, SCHOOL),
                ("topic",),
                is_line=True,
            ),
            Part(
                "opening-held",
                _("First paragraph, when the new time is not needed"),
                _("The session has been held at %(school)s, and the new time is not needed. You need not do anything."),
                (SCHOOL, TOPIC),
            ),
            Part(
                "subject-several",
                _("Subject, when several topics have changed"),
                _("The plan at %(school)s has changed: %(topics)s"),
                (_TOPICS, SCHOOL),
                ("topics",),
                is_line=True,
            ),
            Part(
                "opening-several",
                _("First paragraph, when several topics have changed"),
                _("Here is all that has changed. If the new times work, you need not do anything."),
                (_TOPICS, SCHOOL),
            ),
        ),
        samples.changed,
    ),
    TextSet(
        DECLINED,
        (
            Part("subject", SUBJECT, _("The time stays: %(topic)s"), (TOPIC, SCHOOL), ("topic",), is_line=True),
            Part("opening", OPENING, _("Unfortunately %(week)s does not work for the centre."), (_WEEK,)),
            Part(
                "opening-without-week",
                _("First paragraph, when the school had proposed no week"),
                _("The centre has not found another week."),
            ),
        ),
        samples.declined,
    ),
    TextSet(
        WELCOME,
        (
            Part("subject", SUBJECT, _("You are now %(role)s at %(school)s"), (_ROLE, SCHOOL), ("role",), is_line=True),
            Part("closing", _("A paragraph of your own"), "", (_ROLE, SCHOOL), may_be_empty=True),
            Part(
                "coming",
                _("What comes next"),
                _("The reminders of sessions come to you from now on. If the plan changes we write."),
                is_line=True,
            ),
        ),
        samples.welcome,
    ),
    TextSet(
        INVITED,
        (
            Part(
                "subject",
                SUBJECT,
                _("Invitation: %(title)s, %(day)s"),
                (_TITLE, _DAY),
                ("title", "day"),
                is_line=True,
            ),
            Part("opening", OPENING, _("You are invited. Say whether you come, and how many you will be."), (_TITLE,)),
            Part(
                "after",
                _("Last paragraph"),
                _("The file that goes with the mail puts it in your calendar."),
                may_be_empty=True,
            ),
        ),
        samples.invited,
    ),
    TextSet(
        OCCASION_CHANGED,
        (
            Part("subject", SUBJECT, _("New time or place: %(title)s"), (_TITLE,), ("title",), is_line=True),
            Part(
                "opening",
                OPENING,
                _("Something has changed. Answer again, if the change means that you can or cannot come."),
                (_TITLE,),
            ),
            Part(
                "subject-cancelled",
                _("Subject, when it is cancelled"),
                _("Cancelled: %(title)s"),
                (_TITLE,),
                ("title",),
                is_line=True,
            ),
            Part(
                "opening-cancelled",
                _("First paragraph, when it is cancelled"),
                _("It will not be held. You need not do anything."),
                (_TITLE,),
            ),
            Part(
                "subject-taken-back",
                _("Subject, when the invitation is taken back"),
                _("You need not come: %(title)s"),
                (_TITLE,),
                ("title",),
                is_line=True,
            ),
            Part(
                "opening-taken-back",
                _("First paragraph, when the invitation is taken back"),
                _("The invitation is taken back. If you think that it is a mistake, answer this mail."),
                (_TITLE,),
            ),
        ),
        samples.occasion_changed,
    ),
)
