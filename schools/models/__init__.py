"""Schools, their people, calendar and groups, and what is planned there."""

from schools.models.calendar import ClosedPeriod, SchoolYear, Term
from schools.models.departures import Departure
from schools.models.drafts import DraftAdjustment, PlanRun, PlanRunSchool, TopicRecommendation
from schools.models.feeds import CalendarFeed
from schools.models.groups import Group
from schools.models.occasions import (
    CancelReason,
    Occasion,
    OccasionAttendance,
    OccasionInvitation,
    OccasionKind,
    Organisation,
)
from schools.models.people import SchoolMembership, SchoolNote, SchoolPerson
from schools.models.places import District, School
from schools.models.plan_changes import PlanChange, PlanConfirmation
from schools.models.plans import (
    Participation,
    PlannedSession,
    ProgrammeYear,
    TopicChoice,
)
from schools.models.replies import ReplyReason, SchoolReply

__all__ = [
    "CalendarFeed",
    "CancelReason",
    "ClosedPeriod",
    "Departure",
    "District",
    "DraftAdjustment",
    "Group",
    "Occasion",
    "OccasionAttendance",
    "OccasionInvitation",
    "OccasionKind",
    "Organisation",
    "Participation",
    "PlanChange",
    "PlanConfirmation",
    "PlanRun",
    "PlanRunSchool",
    "PlannedSession",
    "ProgrammeYear",
    "ReplyReason",
    "School",
    "SchoolMembership",
    "SchoolNote",
    "SchoolPerson",
    "SchoolReply",
    "SchoolYear",
    "Term",
    "TopicChoice",
    "TopicRecommendation",
]
