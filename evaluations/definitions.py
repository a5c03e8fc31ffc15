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
    """A figure in words. ``rows`` says what it leads to: the sessions, classes or schools that it counts."""

    key: str
    title: Text
    what: Text
    numerator: Text
    denominator: Text
    unknown: Text
    source: Text
    rows: str = "sessions"


ALL = (
    Definition(
        "pace",
        _("Pace"),
        _("Where the work should be by now, and where it is."),
        _("sessions held"),
        _("sessions that should have been held by the day"),
        _("sessions that await a log"),
        DOSE,
    ),
    Definition(
        "dose",
        _("Dose"),
        _("How much of the whole year's work has been done."),
        _("sessions held"),
        _("the year's sessions: what the programme requires of each group, times the target groups"),
        _("sessions that await a log"),
        DOSE,
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
    ),
    Definition(
        "staff_first",
        _("Staff first"),
        _("Whether the staff go through a topic before the pupils meet it."),
        _("pupil sessions whose staff group had the same topic on an earlier day"),
        _("pupil sessions held"),
        _("pupil sessions where the staff session awaits a log, or no topic is chosen"),
        ORDER,
    ),
    Definition(
        "reach",
        _("Pupils reached"),
        _("How many of the pupils that the programme is for have met it."),
        _("pupils in classes that have had at least one session"),
        _("pupils in all target classes, also at schools without a plan"),
        _("pupils in classes where only sessions without a log could count"),
        REACH,
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
    ),
    Definition(
        "adoption",
        _("Active schools"),
        _("How many of the schools that the programme is for work with it."),
        _("schools that have held at least one session"),
        _("schools with classes in the programme's grades"),
        _("schools where only sessions without a log could count"),
        ADOPTION,
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
    ),
)
DEFINITIONS: Mapping[str, Definition] = {definition.key: definition for definition in ALL}
