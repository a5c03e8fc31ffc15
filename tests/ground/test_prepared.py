"""Questions that are asked often on a connection are prepared in PostgreSQL, and answered the same as before."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import CentreRole
from schools.models import School, SchoolMembership, Term
from vpc_portal import prepared

JOINED = "SELECT s.name FROM schools_school s JOIN schools_district d ON d.id = s.district_id WHERE "

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(connection.ensure_connection() or connection.connection, "names"), reason="x"),
]
