"""Loads the reference files into the catalogue.

The digest of each loaded field is kept. A field whose digest differs has been edited by somebody, and is left alone; so
is a row that somebody has removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from programmes.models import LoadedField
from programmes.models.keeping import Versioned
from programmes.reference.files import FOLDERS, SHAPES, BrokenReference, Row, Shape, read_folders


@dataclass
class Report:
    """The result of a loading: rows made, fields updated, and what was left alone because somebody had edited or
    removed it."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return _("Reference content: new rows %(created)d, updated fields %(updated)d, kept edits %(kept)d.") % {
            "created": len(self.created),
            "updated": len(self.updated),
            "kept": len(self.kept),
        }


def load(folder: Path | None = None) -> Report:
    """Load a folder's files, or those of every app, all or nothing. Raises ``BrokenReference`` if they are wrong."""
    rows = read_folders([folder] if folder else FOLDERS)
    try:
        with transaction.atomic():
            return _Loading().load(rows)
    except IntegrityError as error:
        raise BrokenReference(
            [_("Something in the files has a number or a name that is already taken: %(error)s") % {"error": error}]
        ) from error


def digest(value: Any) -> str:
    """The SHA-256 of a field's value. Line endings are ignored, since browsers change them."""
    plain = "\n".join(value.strip().splitlines()) if isinstance(value, str) else value
    return hashlib.sha256(json.dumps(plain, default=str, ensure_ascii=False).encode()).hexdigest()


class _Ledger:
    """The digests of the latest loading, read once and written once."""

    def __init__(self) -> None:
        known = LoadedField.objects.all()
        self._records = {(record.model, record.key, record.field): record for record in known}
        self._rows = {(record.model, record.key) for record in self._records.values()}
        self._new: list[LoadedField] = []
        self._changed: list[LoadedField] = []

    def knows(self, row: Row) -> bool:
        """Whether the row has ever been loaded."""
        return (row.shape.name, row.key) in self._rows

    def of(self, row: Row, name: str) -> str | None:
        record = self._records.get((row.shape.name, row.key, name))
        return record.digest if record else None

    def note(self, row: Row, name: str) -> None:
        value = digest(row.values[name])
        record = self._records.get((row.shape.name, row.key, name))
        if record is None:
            self._new.append(LoadedField(model=row.shape.name, key=row.key, field=name, digest=value))
        elif record.digest != value:
            record.digest = value
            self._changed.append(record)

    def save(self) -> None:
        LoadedField.objects.bulk_create(self._new)
        LoadedField.objects.bulk_update(self._changed, ["digest"])


def _next_version(instance: models.Model) -> list[str]:
    """Raise the version of a row that has one, so that a form that is open does not overwrite what was loaded."""
    if not isinstance(instance, Versioned):
        return []
    instance.version += 1
    return ["version"]


class _Loading:
    """One loading: all rows of a shape at a time, since rows refer to rows of the shapes before theirs."""

    def __init__(self) -> None:
        self.report = Report()
        self.ledger = _Ledger()
        self.existing: dict[type[models.Model], dict[str, Any]] = {}

    def load(self, rows: Iterable[Row]) -> Report:
        rows = list(rows)
        for shape in SHAPES:
            self._load_shape(shape, [row for row in rows if row.shape is shape])
        self.ledger.save()
        return self.report

    def _load_shape(self, shape: Shape, rows: list[Row]) -> None:
        known = self.existing[shape.model] = _existing(shape)
        new = {}
        for row in rows:
            if row.key in known:
                self._update(row, known[row.key])
            elif self.ledger.knows(row) or self._is_orphan(row):
                self.report.kept.append(f"{shape.name} {row.key}")
            else:
                new[row.key] = self._make(row)
        shape.model._default_manager.bulk_create(new.values())
        known.update(new)

    def _is_orphan(self, row: Row) -> bool:
        """Whether the row refers to a row that somebody has removed."""
        return any(
            model and value not in self.existing[model]
            for model, value in ((row.link(name), value) for name, value in row.values.items())
        )

    def _make(self, row: Row) -> models.Model:
        made = row.shape.model(slug=row.slug)
        for name in row.values:
            self._set(row, made, name)
        self.report.created.append(f"{row.shape.name} {row.key}")
        return made

    def _update(self, row: Row, instance: models.Model) -> None:
        changed = [name for name in row.values if self._differs(row, instance, name)]
        for name in changed:
            self._set(row, instance, name)
        if changed:
            instance.save(update_fields=[*changed, *_next_version(instance)])
            self.report.updated += [f"{row.shape.name} {row.key}.{name}" for name in changed]

    def _differs(self, row: Row, instance: models.Model, name: str) -> bool:
        """Whether the file has a new value for a field that nobody has edited."""
        current = digest(_value(row, instance, name))
        if current == digest(row.values[name]):
            self.ledger.note(row, name)
            return False
        if current == self._untouched(row, name):
            return True
        self.report.kept.append(f"{row.shape.name} {row.key}.{name}")
        return False

    def _untouched(self, row: Row, name: str) -> str:
        """The digest that a field has if nobody has edited it: that of the last loading, or of the model's default."""
        return self.ledger.of(row, name) or digest(row.shape.model._meta.get_field(name).get_default())  # type: ignore[union-attr]

    def _set(self, row: Row, instance: models.Model, name: str) -> None:
        linked = row.link(name)
        value = row.values[name]
        setattr(instance, name, self.existing[linked][value] if linked else value)
        self.ledger.note(row, name)


def _existing(shape: Shape) -> dict[str, Any]:
    """The rows in the database by their key in the files."""
    rows = shape.model._default_manager.select_related(*(shape.links or ()))
    return {_key(row): row for row in rows}


def _key(instance: Any) -> str:
    section = getattr(instance, "section", None)
    return f"{section.slug}/{instance.slug}" if section else str(instance.slug)


def _value(row: Row, instance: models.Model, name: str) -> Any:
    """A field's present value, in the form in which files write it."""
    value = getattr(instance, name)
    return value.slug if row.link(name) and value else value
