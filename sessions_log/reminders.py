"""Which mails are due and have not been made: sessions that approach, logs that are missing, a term's plan, and the
rest of what ``sessions_log/reminding/kinds.py`` lists.

``due(now)`` selects what is due *and has not been made*. A run that was missed is caught up with, a run that is
repeated does nothing, and what is too late by then is kept as skipped, with its reason. Of many who run at once, one
makes each mail. When a session's reminders come is in ``reminding/steps.py``, which mails they become in
``reminding/gathering.py``; which are on, and their lead times, the centre sets for each programme and year.
"""

from __future__ import annotations

import datetime as dt

from sessions_log.reminding.contacts import lost_contacts_asked
from sessions_log.reminding.invitations import invitations_asked
from sessions_log.reminding.next_year import next_year_asked
from sessions_log.reminding.once import make_once
from sessions_log.reminding.runs import Run
from sessions_log.reminding.sessions import make_session_reminders
from sessions_log.reminding.term_plans import plans_asked
from sessions_log.reminding.topics import topics_asked

# Each of these gives mails that are made once, under a key; reminders of sessions have a ledger instead.
ASKERS = (plans_asked, topics_asked, invitations_asked, lost_contacts_asked, next_year_asked)


def due(now: dt.datetime) -> int:
    """Make the mails that are due and have not been made, and record those that are too late. Gives how many were
    made."""
    run = Run(now)
    return make_once(ASKERS, run) + make_session_reminders(run)
