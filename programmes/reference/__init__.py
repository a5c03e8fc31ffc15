"""The reference content: readable files, one a subject, and the loading that never overwrites what someone edited.

``source/`` keeps the text that the files rest on, and how its unreadable lines were read.
"""

from programmes.reference.files import FOLDER, BrokenReference, Shape, add_reference
from programmes.reference.loading import Report, load

__all__ = ["FOLDER", "BrokenReference", "Report", "Shape", "add_reference", "load"]
