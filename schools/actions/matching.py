"""Which pupil mentors meet which class."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.groups import raise_versions
from schools.models import Group, School, SchoolYear


@transaction.atomic
def match_mentors(*, school: School, year: SchoolYear, matches: Mapping[Group, Group | None], by: User) -> None:
    """Match each class with its pupil mentors, or with none; mentors can meet several classes.

    Raises ``ValidationError`` when a group is another school's, another year's, or of the wrong kind.
    """
    for group, mentors in matches.items():
        ours = all((one.school_id, one.year_id) == (school.pk, year.pk) for one in (group, mentors) if one)
        if not ours or not group.is_class or (mentors and mentors.kind != Group.Kind.MENTORS):
            raise ValidationError(_("Choose among the school's own pupil mentors."))
        group.mentors = mentors
    Group.objects.bulk_update(matches, ["mentors"])
    raise_versions(school=school, year=year)
