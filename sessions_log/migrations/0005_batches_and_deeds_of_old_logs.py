"""Logs from before there were batches are each a deed of their own, and say their deed in a column."""

from django.db import migrations, models


def tell_apart(apps, schema_editor):
    apps.get_model("sessions_log", "SessionLog").objects.update(batch=models.F("key"))
    revision = apps.get_model("sessions_log", "LogRevision")
    for kept in revision.objects.iterator():
        kept.deed = kept.before.get("deed", "change")
        if "rating" in kept.before:
            kept.before["responsiveness"] = kept.before.pop("rating")
        kept.save(update_fields=["deed", "before"])


class Migration(migrations.Migration):
    dependencies = [("sessions_log", "0004_logging_in_the_corridor")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop, elidable=True)]
