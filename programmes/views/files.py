"""Handing out uploaded files, which have no address of their own."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from programmes.material import TYPES, suffix_of


def hand_out(file: FieldFile, *, name: str) -> FileResponse:
    """The file to download, under a name without its ending. Raises ``Http404`` if there is none."""
    suffix = suffix_of(file.name or "")
    file_type = TYPES.get(suffix)
    if file_type is None:
        raise Http404(_("There is no file."))
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file is missing.")) from error
    return FileResponse(content, as_attachment=True, filename=f"{name}{suffix}", content_type=file_type.media_type)
