"""The tests' settings for a worker and a beat in processes of their own: the test's database as it stands, a clock
that can be moved, and short intervals."""

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

BELL = True
# The tests' counts of tries lie in memory: there is no table to remove them from.
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": 1.0, "options": {"expires": 30}}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
    if entry["task"] != "accounts.tasks.forget_what_has_ended"
}
# A task whose worker was killed comes back within seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "visibility_timeout": 5,
    "unacked_restore_interval": 1,
}
CELERY_TASK_TIME_LIMIT = 4
