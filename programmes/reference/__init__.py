"""The reference content: readable files, one for each subject, and the loading that never overwrites an edit.

``source/`` has the text that the files are based on, and how its unreadable lines were read.
"""

from programmes.reference.files import FOLDER, BrokenReference, Shape, add_reference
from programmes.reference.loading import Report, load

__all__ = ["FOLDER", "BrokenReference", "Report", "Shape", "add_reference", "load"]
