"""Files kept with the content: which types are allowed, judged by their content and not by their name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

LARGEST_MB = 10
LARGEST = LARGEST_MB * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODT = "application/vnd.oasis.opendocument.text"


@dataclass(frozen=True)
class FileType:
    """A type of file: its name, its media type, and how to recognise its content."""

    name: str
    media_type: str
    is_content: Callable[[IO[bytes]], bool]


def _is_pdf(file: IO[bytes]) -> bool:
    return file.read(5) == b"%PDF-"


def _is_odt(file: IO[bytes]) -> bool:
    # OpenDocument 1.2, part 3, 3.3: the package's first entry is its media type in plain text.
    return file.read(4) == b"PK\x03\x04" and file.read(80)[26:].startswith(b"mimetype" + _ODT.encode())


def _is_office_file_with(entry: str) -> Callable[[IO[bytes]], bool]:
    """An Office Open XML file: a zip that lists this entry. Nothing is unpacked."""

    def is_content(file: IO[bytes]) -> bool:
        try:
            with zipfile.ZipFile(file) as package:
                return entry in package.namelist()
        except Exception:  # zipfile can raise anything on a broken list of entries
            return False

    return is_content


TYPES = {
    ".pdf": FileType("PDF", "application/pdf", _is_pdf),
    ".docx": FileType("DOCX", f"{_OFFICE}wordprocessingml.document", _is_office_file_with("word/document.xml")),
    ".pptx": FileType("PPTX", f"{_OFFICE}presentationml.presentation", _is_office_file_with("ppt/presentation.xml")),
    ".odt": FileType("ODT", _ODT, _is_odt),
}


def suffix_of(name: str) -> str:
    return PurePath(name).suffix.lower()


def check_material(file: File[bytes]) -> None:
    """Raise ``ValidationError`` if a file may not be kept."""
    file_type = TYPES.get(suffix_of(file.name or ""))
    if file_type is None:
        raise ValidationError(_("Choose a file of the type PDF, DOCX, PPTX or ODT."), code="file_type")
    if file.size > LARGEST:
        raise ValidationError(
            _("The file is larger than %(megabytes)d MB. Make it smaller, then try again."),
            code="file_size",
            params={"megabytes": LARGEST_MB},
        )
    if not _content_is(file_type, file):
        raise ValidationError(
            _("The file is not a %(type)s file, though its name says so. Save it again as %(type)s."),
            code="file_content",
            params={"type": file_type.name},
        )


def open_file(stored: FieldFile, name: str) -> FileResponse:
    """An uploaded file to download under a name of our own. Raises ``Http404`` if there is none."""
    file_type = TYPES.get(suffix_of(stored.name or ""))
    if file_type is None:
        raise Http404(_("There is no file."))
    try:
        file = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file is missing.")) from error
    filename = f"{name}{suffix_of(stored.name or '')}"
    return FileResponse(file, as_attachment=True, filename=filename, content_type=file_type.media_type)


def discard_on_commit(storage: Storage, name: str) -> None:
    """Remove a file that no row has any more, on commit, since it cannot be rolled back."""
    transaction.on_commit(partial(storage.delete, name))


def _content_is(file_type: FileType, file: File[bytes]) -> bool:
    """Read the file's content and rewind it for whoever saves it."""
    file.seek(0)
    found = file_type.is_content(file)
    file.seek(0)
    return found
