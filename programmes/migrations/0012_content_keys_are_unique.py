"""No two rows of the content have the same key."""

import uuid

from django.db import migrations, models


def key_of(name):
    field = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    return migrations.AlterField(model_name=name, name="key", field=field)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0011_content_kept_once")]

    operations = [key_of(name) for name in ("concept", "contentitem", "encounter", "scenario")]
