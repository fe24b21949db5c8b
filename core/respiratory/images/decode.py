"""One file becomes one radiograph, or a sentence."""

from __future__ import annotations

import dataclasses
import hashlib

from core.errors import InputError
from core.respiratory.images import dicom, kinds, raster
from core.respiratory.images.limits import check_bytes, quiet, refusal, size
from core.respiratory.schema import Radiograph


def read_image(name: str, content: bytes) -> Radiograph:
    """Decode an image file, by its content and never by its name.

    PNG, JPEG, DICOM, BMP, TIFF, WebP and GIF are read; of several images in a file the first.
    More than 1,024 pixels a side are averaged down. Nothing that identifies a person is taken
    from a DICOM file.

    Parameters
    ----------
    name : str
        What the user calls the file.
    content : bytes
        The file.

    Raises
    ------
    InputError
        If the file is empty, too large, damaged, cut short, or no image; the sentence begins with
        the file's name.
    """
    check_bytes(name, content)
    with quiet():
        found = _decoded(name, content)
    return dataclasses.replace(found, sha256=hashlib.sha256(content).hexdigest())


def _decoded(name: str, content: bytes) -> Radiograph:
    kind = kinds.raster(content)
    if kinds.is_dicom(content) or (not kind and kinds.may_be_bare_dicom(content)):
        return _attempted(name, content, "DICOM")
    if not kind:
        raise refusal(name, f"is {kinds.described(content)}.")
    return _attempted(name, content, kind)


def _attempted(name: str, content: bytes, kind: str) -> Radiograph:
    try:
        return dicom.read(name, content) if kind == "DICOM" else raster.read(name, content, kind)
    except InputError:
        raise
    except Exception:  # what damaged data raise is open, and their text may quote the file
        raise refusal(
            name,
            f"begins like a {kind} file, but its {size(len(content))} are damaged or cut short; "
            "copy or export it again.",
        ) from None
