"""What each figure means, in words: for the page of definitions, the tiles' titles and the columns of the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

DOSE = _("Dose: Durlak and DuPre (2008)")
ORDER = _("Fidelity to the programme: Berkel and others (2011)")
REACH = _("Reach: RE-AIM, Glasgow and others (1999)")
ADOPTION = _("Adoption: RE-AIM, Glasgow and others (1999)")
OWN = _("The portal's own")


@dataclass(frozen=True)
class Definition:
    """A figure in words. ``rows`` says what its link leads to: the sessions, classes or schools that it counts.

    A number that is not a share has no denominator.
    """

    key: str
    title: Text
    what: Text
    numerator: Text
    denominator: Text
    unknown: Text
    source: Text
    caveat: Text
    rows: str = "sessions"

    @property
    def is_share(self) -> bool:
        return bool(self.denominator)


ALL = (
    Definition(
        "pace",
        _("Pace"),
        _("Where the work should be by now, and where it is."),
        _("sessions held"),
        _("sessions that should have been held by the day"),
        _("sessions that await a log"),
        DOSE,
        _("A good sum can hide a school that stands still: look at the schools, too."),
    ),
    Definition(
        "dose",
        _("Dose"),
        _("How much of the whole year's work has been done."),
        _("sessions held"),
        _("the year's sessions: what the programme requires of each group, times the target groups"),
        _("sessions that await a log"),
        DOSE,
        _("Low until June, since the whole year is the denominator: during the year the pace tells more."),
    ),
    Definition(
        "on_time",
        _("On time"),
        _("Whether the base sessions are held when they are meant to be."),
        _(
            "base sessions held in their window: for classes the topic's month, "
            "for staff the six weeks that end with it"
        ),
        _("base sessions that should have been held by the day"),
        _("base sessions that await a log"),
        ORDER,
        _("Says nothing of the extra sessions, which have no month of their own."),
    ),
    Definition(
        "staff_first",
        _("Staff first"),
        _("Whether the staff go through a topic before the pupils meet it."),
        _("pupil sessions whose staff group had the same topic on an earlier day"),
        _("pupil sessions held"),
        _("pupil sessions where the staff session awaits a log, or no topic is chosen"),
        ORDER,
        _(
            "Rests on the sessions that are held: a school that holds few can still have a high share. "
            "When a staff group has ended during the year, what it went through counts for all the school's classes."
        ),
    ),
    Definition(
        "reach",
        _("Pupils reached"),
        _("How many of the pupils that the programme is for have met it."),
        _("pupils in classes that have had at least one session"),
        _("pupils in all target classes, also at schools without a plan"),
        _("pupils in classes where only sessions without a log could count"),
        REACH,
        _(
            "That a class has had a session does not say that each pupil was there. "
            "A class whose size is not told adds no pupils."
        ),
        rows="classes",
    ),
    Definition(
        "full_dose",
        _("Full dose"),
        _("How many classes have had all of it."),
        _("classes where every session due so far is held; when the year is over, every session required"),
        _("all target classes"),
        _("classes where only logs are missing for that"),
        DOSE,
        _("Until the year is over it means every session due so far: it can fall as more become due."),
        rows="classes",
    ),
    Definition(
        "adherence",
        _("Adherence"),
        _("How much of a session is done when it is held."),
        _("parts that the logs say were done"),
        _("parts of the sessions held, where the topic has parts"),
        _("nothing: only what is logged is counted"),
        ORDER,
        _("Rests on what those who led the session say, and only on topics whose parts are written down."),
    ),
    Definition(
        "adoption",
        _("Active schools"),
        _("How many of the schools that the programme is for work with it."),
        _("schools that have held at least one session"),
        _("schools with classes in the programme's grades"),
        _("schools where only sessions without a log could count"),
        ADOPTION,
        _("One session is enough to count as active."),
        rows="schools",
    ),
    Definition(
        "reporting",
        _("Logged in time"),
        _("How far the other figures can be trusted."),
        _("sessions logged at most seven days after their week"),
        _("sessions that should have been held by the day and were not cancelled beforehand"),
        _("sessions without a log whose seven days have not passed"),
        OWN,
        _("A session cancelled beforehand needs no log and is not counted."),
    ),
    Definition(
        "reminders",
        _("Logged after a reminder"),
        _("Whether the reminders of missing logs work."),
        _("sessions that somebody was reminded of and that have been logged since"),
        _("sessions whose week has passed and that somebody was reminded of"),
        _("nothing: what is not logged yet counts as not logged"),
        OWN,
        _("That a log comes after a reminder does not show that it came because of it."),
        rows="reminded",
    ),
)
# Counts that are not shares.
NUMBERS = (
    Definition(
        "lost",
        _("Sessions that did not take place"),
        _("Why sessions are lost, and whether they get a new time."),
        _("sessions cancelled or not held whose week has passed by the day, by the reason that was given"),
        "",
        _("nothing: a session without a log is not counted as lost"),
        OWN,
        _(
            "The reason is the one that somebody chose from a short list. "
            "A place that was lost twice counts under both reasons."
        ),
    ),
    Definition(
        "line",
        _("Sessions since the year's start"),
        _("How the year's work has grown month by month, beside the plan and last year."),
        _(
            "sessions held by the end of the month, by the day on which they were held; "
            "in the plan the sessions that should have been held by then, by their week"
        ),
        "",
        _("sessions that await a log are in the plan, and not among those held"),
        OWN,
        _("A session that has been moved is in the plan where it stands now."),
    ),
    Definition(
        "mentors",
        _("Pupil mentors"),
        _("How many year-9 pupils are mentors to younger pupils."),
        _("pupils in the groups of pupil mentors that exist on the day, by the groups' sizes"),
        "",
        _("groups whose size is not told add none"),
        OWN,
        _("A number of places, not of persons who came: the portal knows no pupil."),
        rows="mentors",
    ),
    Definition(
        "mentees",
        _("Pupils in the classes"),
        _("How many pupils the pupil mentors' sessions are for."),
        _("pupils in the classes in the programme's grades, by the classes' sizes"),
        "",
        _("classes whose size is not told add none"),
        OWN,
        _("Those who have met it are counted as pupils reached."),
        rows="classes",
    ),
    Definition(
        "supervision",
        _("Supervision"),
        _("How often those who lead the pupil mentors have had supervision."),
        _("occasions of supervision that were held in the school year, by the day"),
        "",
        _("occasions whose day has passed and of which nobody has said whether they were held"),
        OWN,
        _(
            "The year is counted from 1 July. An occasion for the whole centre has a row of its own, "
            "and is counted in no district."
        ),
        rows="occasions",
    ),
    Definition(
        "trained",
        _("Trained"),
        _("How many have taken part in a training, by the organisation that they come from."),
        _("how many came, added up over the trainings that were held in the school year, by the day"),
        "",
        _("trainings whose day has passed and of which nobody has said whether they were held"),
        OWN,
        _(
            "The year is counted from 1 July. Somebody who came to two trainings counts twice: no names are kept. "
            "In a district those count who came from its schools, and those who came from elsewhere to trainings "
            "at them."
        ),
        rows="occasions",
    ),
    Definition(
        "measures",
        _("Measures"),
        _("What the partners have undertaken to do."),
        _("measures that a partner carries out, alone or together with others, as they stand today"),
        "",
        _("nothing"),
        OWN,
        _("A measure that several carry out together counts once for each of them."),
        rows="measures",
    ),
)
# What studies say that the effect depends on and the logs tell of; shown beside the studies.
PRACTICE = (
    Definition(
        "adapted",
        _("Shortened or adapted"),
        _("How often a session is not held as written."),
        _("sessions held that the log says were shortened or adapted for the group"),
        _("sessions that the logs say were held"),
        _("sessions whose log does not say whether they were changed"),
        ORDER,
        _("An adaptation can be wise: look at the reasons before judging."),
    ),
    Definition(
        "prepared",
        _("Time to prepare was enough"),
        _("How often those who lead a session have had the time that they needed to prepare."),
        _("sessions held where the log says that there was time enough to prepare; partly does not count"),
        _("sessions that the logs say were held"),
        _("sessions whose log does not say"),
        OWN,
        _("What those who led the session say themselves."),
    ),
    Definition(
        "split",
        _("Held in divided groups"),
        _("How often the group is divided, so that it is small."),
        _("sessions held where the log says that the group was divided"),
        _("sessions that the logs say were held"),
        _("sessions whose log does not say"),
        OWN,
        _("A group that was small from the start need not be divided."),
    ),
)
DEFINITIONS: Mapping[str, Definition] = {definition.key: definition for definition in (*ALL, *NUMBERS, *PRACTICE)}
