"""No two rows have the same key."""

import uuid

from django.db import migrations, models


def key_of(name):
    field = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    return migrations.AlterField(model_name=name, name="key", field=field)


def digest_of(name):
    field = models.CharField(blank=True, editable=False, max_length=64)
    return migrations.AlterField(model_name=name, name="content_digest", field=field)


class Migration(migrations.Migration):
    dependencies = [("schools", "0013_sent_once")]

    operations = [
        *(key_of(name) for name in ("schoolperson", "schoolnote", "closedperiod", "occasion", "schoolreply")),
        *(digest_of(name) for name in ("occasion", "schoolreply")),
    ]
