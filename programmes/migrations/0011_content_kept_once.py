"""The content's rows have the key of the form that made them, and a version that says whether somebody was quicker."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MADE = ("concept", "contentitem", "encounter", "scenario")
CHANGED = (*MADE, "contentsection", "programme", "sessiontopic")


def give_keys(apps, schema_editor):
    for name in MADE:
        for row in apps.get_model("programmes", name).objects.iterator():
            row.key = uuid.uuid4()
            row.save(update_fields=["key"])


def kept_once(name):
    yield migrations.AddField(name, "key", models.UUIDField(editable=False, null=True))
    yield migrations.AddField(name, "content_digest", models.CharField(blank=True, editable=False, max_length=64))


def versioned(name):
    yield migrations.AddField(name, "version", models.PositiveIntegerField(default=1, editable=False))
    yield migrations.AddField(
        name, "changed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last changed")
    )
    yield migrations.AddField(
        name,
        "changed_by",
        models.ForeignKey(
            blank=True,
            editable=False,
            null=True,
            on_delete=django.db.models.deletion.SET_NULL,
            related_name="+",
            to=settings.AUTH_USER_MODEL,
            verbose_name="last changed by",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("programmes", "0010_parts_that_topics_have_no_more"),
    ]

    operations = [
        *(field for name in MADE for field in kept_once(name)),
        *(field for name in CHANGED for field in versioned(name)),
        migrations.RunPython(give_keys, migrations.RunPython.noop, elidable=True),
    ]
