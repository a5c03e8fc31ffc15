"""The reference content for tests that need some: read from its files once, then put back row by row."""

from __future__ import annotations

from programmes import reference
from programmes.models import LoadedField
from programmes.reference.files import SHAPES
from tests import remembering
from tests.remembering import Rows, remembered

_rows: Rows = {}


@remembered
def the_reference_content() -> None:
    """All that the files say. Where it has been loaded there is nothing to do: what is edited stays as it is."""
    if LoadedField.objects.exists():
        return
    models = [LoadedField, *(shape.model for shape in SHAPES)]
    if any(model._default_manager.exists() for model in models):
        reference.load()
    elif _rows:
        remembering.write(_rows)
    else:
        reference.load()
        _rows.update(remembering.rows_of(model._meta.db_table for model in models))
