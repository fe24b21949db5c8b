"""The image door: a file of any kind becomes a radiograph, or a sentence that says why not."""

from __future__ import annotations

from core.respiratory.images.archive import expand
from core.respiratory.images.decode import read_image
from core.respiratory.images.kinds import READABLE
from core.respiratory.images.limits import MAX_BYTES, MAX_ENTRIES, MAX_PIXELS

__all__ = ["MAX_BYTES", "MAX_ENTRIES", "MAX_PIXELS", "READABLE", "expand", "read_image"]
