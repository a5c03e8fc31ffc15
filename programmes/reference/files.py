"""Reads the reference files, and refuses what is wrong in them before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from programmes.models import (
    ContentItem,
    ContentSection,
    Encounter,
    PartnerOrganisation,
    PoliticalProblem,
    Programme,
    SessionTopic,
    StrategicArea,
)

FOLDER = Path(__file__).parent


class BrokenReference(Exception):  # noqa: N818 - said of the files, in the plural it is a list of errors
    """The files cannot be loaded. ``errors`` has a sentence for each thing to correct."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True)
class Shape:
    """How rows of a model are written in files: under which name, and with which fields."""

    name: str
    model: type[models.Model]
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    # Fields that refer to another row by its slug, and that row's model.
    links: Mapping[str, type[models.Model]] | None = None

    @property
    def fields(self) -> frozenset[str]:
        return self.required | self.optional


@dataclass(frozen=True)
class Row:
    """A row as a file gives it. The value of a link is the slug of the row that it refers to."""

    shape: Shape
    key: str
    values: Mapping[str, Any]
    where: str

    @property
    def slug(self) -> str:
        return self.key.rpartition("/")[2]

    def link(self, field: str) -> type[models.Model] | None:
        """The model that a field refers to, if it is a link."""
        return (self.shape.links or {}).get(field)


PARTNERS = Shape("partners", PartnerOrganisation, frozenset({"name", "position"}))
AREAS = Shape("areas", StrategicArea, frozenset({"name", "position"}))
PROBLEMS = Shape("problems", PoliticalProblem, frozenset({"number", "text"}))
PROGRAMMES = Shape(
    "programmes",
    Programme,
    frozenset({"name", "kind", "status", "position"}),
    frozenset({"audience", "summary", "rhythm", "lowest_grade", "highest_grade"}),
)
SECTIONS = Shape(
    "sections",
    ContentSection,
    frozenset({"title", "position"}),
    frozenset({"part", "intro", "source", "programme"}),
    {"programme": Programme},
)
ITEMS = Shape(
    "items",
    ContentItem,
    frozenset({"section", "position"}),
    frozenset({"heading", "text", "body", "link", "detail", "comparison", "checked_on"}),
    {"section": ContentSection},
)
TOPICS = Shape(
    "topics",
    SessionTopic,
    frozenset({"programme", "kind", "number", "title"}),
    frozenset({"month", "aim", "preparation"}),
    {"programme": Programme},
)
ENCOUNTERS = Shape(
    "encounters",
    Encounter,
    frozenset({"lane", "who", "first_stage", "last_stage", "position"}),
    frozenset({"programme", "what", "level", "mentors_stage", "trace"}),
    {"programme": Programme},
)
# PyYAML's loader in C is some ten times as fast, but not every build of PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Shapes are loaded in this order: what is referred to comes before what refers to it. Apps above add theirs.
SHAPES = [PARTNERS, AREAS, PROBLEMS, PROGRAMMES, SECTIONS, ITEMS, TOPICS, ENCOUNTERS]
FOLDERS = [FOLDER]


def add_reference(folder: Path, *shapes: Shape) -> None:
    """Add the folder of an app above this one, with rows of its own models."""
    SHAPES.extend(shapes)
    FOLDERS.append(folder)


def read_folders(folders: Iterable[Path]) -> list[Row]:
    """Every row in the folders' files, checked. Raises ``BrokenReference`` with everything that is wrong."""
    rows: list[Row] = []
    errors: list[str] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            for written in _rows_in(path):
                rows.append(_checked(written))
        except BrokenReference as broken:
            errors += broken.errors
    errors += _errors_between(rows) if not errors else []
    if errors:
        raise BrokenReference(errors)
    return rows


def _rows_in(path: Path) -> Iterator[Row]:
    """A file's rows as written, each section followed by its items."""
    at_the_top = {shape.name: shape for shape in SHAPES if shape is not ITEMS}
    for name, entries in _content_of(path).items():
        if name not in at_the_top:
            raise BrokenReference([_("%(where)s: “%(name)s” is not known.") % {"where": path.name, "name": name}])
        for place, entry in enumerate(_list(entries, f"{path.name}: {name}"), 1):
            where = f"{path.name}: {name} {place}"
            values = _mapping(entry, where)
            items = values.pop("items", []) if name == SECTIONS.name else []
            yield _row(at_the_top[name], values, where)
            yield from _items_of(str(values.get("slug")), items, where)


def _items_of(section: str, items: Any, where: str) -> Iterator[Row]:
    for place, entry in enumerate(_list(items, where), 1):
        here = f"{where}, {ITEMS.name} {place}"
        yield _row(ITEMS, {**_mapping(entry, here), "section": section, "position": place}, here, within=f"{section}/")


def _row(shape: Shape, written: dict[str, Any], where: str, within: str = "") -> Row:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in written.items()}
    return Row(shape, f"{within}{values.pop('slug', '')}", values, where)


def _content_of(path: Path) -> dict[str, Any]:
    try:
        return _mapping(yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER), path.name)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrokenReference(
            [_("%(where)s cannot be read: %(error)s") % {"where": path.name, "error": error}]
        ) from error


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BrokenReference([_("%(where)s: fields with names were expected.") % {"where": where}])
    return {str(name): inner for name, inner in value.items()}


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BrokenReference([_("%(where)s: a list was expected.") % {"where": where}])
    return value


def _checked(row: Row) -> Row:
    """The row with its values as the model stores them."""
    errors = [
        _("%(where)s: “%(name)s” is not known.") % {"where": row.where, "name": name}
        for name in sorted(row.values.keys() - row.shape.fields)
    ] + [
        _("%(where)s: “%(name)s” is missing.") % {"where": row.where, "name": name}
        for name in sorted(row.shape.required - row.values.keys())
    ]
    if errors:
        raise BrokenReference(errors)
    _clean(row, "slug", row.slug)
    values = {name: str(value) if row.link(name) else _clean(row, name, value) for name, value in row.values.items()}
    return Row(row.shape, row.key, values, row.where)


def _clean(row: Row, name: str, value: Any) -> Any:
    field: models.Field[Any, Any] = row.shape.model._meta.get_field(name)  # type: ignore[assignment]
    try:
        return field.clean(value, None)
    except ValidationError as error:
        raise BrokenReference([f"{row.where}: {name}: {message}" for message in error.messages]) from error


def _errors_between(rows: list[Row]) -> Iterator[str]:
    """What is wrong between rows: given twice, a reference to nothing, a base topic without a month."""
    known: set[tuple[Any, ...]] = set()
    named = {(row.shape.model, row.key) for row in rows}
    for row in rows:
        for identity in _identities(row):
            if identity in known:
                yield _("%(where)s: “%(name)s” is there twice.") % {"where": row.where, "name": row.key}
            known.add(identity)
        for name, value in row.values.items():
            if row.link(name) and (row.link(name), value) not in named:
                yield _("%(where)s: “%(name)s” is not known.") % {"where": row.where, "name": value}
        if row.values.get("kind") == SessionTopic.Kind.BASE and not row.values.get("month"):
            yield _("%(where)s: a base session needs its month.") % {"where": row.where}


def _identities(row: Row) -> Iterator[tuple[Any, ...]]:
    """What must be unique to a row: its key and, for a topic, its number."""
    yield row.shape.name, row.key
    if row.shape is TOPICS:
        yield tuple(row.values[name] for name in ("programme", "kind", "number"))
