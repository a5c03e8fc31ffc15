"""People, notes and closed days have the key of the form that made them, as occasions and answers have."""

import uuid

from django.db import migrations, models


def give_keys(apps, schema_editor):
    for name in ("SchoolPerson", "SchoolNote", "ClosedPeriod"):
        for row in apps.get_model("schools", name).objects.iterator():
            row.key = uuid.uuid4()
            row.save(update_fields=["key"])


def digest_of(name):
    field = models.CharField(blank=True, editable=False, max_length=64)
    return migrations.AddField(model_name=name, name="content_digest", field=field)


def key_of(name):
    field = models.UUIDField(editable=False, null=True)
    return migrations.AddField(model_name=name, name="key", field=field)


class Migration(migrations.Migration):
    dependencies = [("schools", "0012_reminders_paused")]

    operations = [
        *(digest_of(name) for name in ("schoolperson", "schoolnote", "closedperiod")),
        *(key_of(name) for name in ("schoolperson", "schoolnote", "closedperiod")),
        migrations.RunPython(give_keys, migrations.RunPython.noop, elidable=True),
    ]
