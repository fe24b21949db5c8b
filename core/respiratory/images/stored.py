"""The stored values of a DICOM file's first frame, decoded within limits."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import InputError
from core.respiratory.images.layout import Layout
from core.respiratory.images.limits import MAX_SCANS, refusal, scans, size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

NATIVE = {
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
}
RLE = "1.2.840.10008.1.2.5"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
# One decoder each, so that what can be read does not depend on what else is installed
PLUGINS = {
    RLE: "pydicom",
    "1.2.840.10008.1.2.4.50": "pillow",
    JPEG_EXTENDED: "pillow",
    "1.2.840.10008.1.2.4.90": "pillow",
    "1.2.840.10008.1.2.4.91": "pillow",
}
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_CONVERT = "Decompress it (dcmdjpeg, dcmdjpls or gdcmconv --raw) or export it as PNG."
_SLACK = 256  # bytes a packed segment may hold beyond its plane: padding, one last run


def keyword_of_pixels(data: Dataset) -> str:
    """Return which element holds the pixels; empty if none does."""
    return next((keyword for keyword in PIXELS if data.get(keyword)), "")


def decode(data: Dataset, layout: Layout) -> NDArray[Any]:
    """Return the first frame's stored values.

    Returns
    -------
    values : (rows, columns) or (rows, columns, 3) array
        Integers or floats as stored; luma and chroma are converted to RGB.

    Raises
    ------
    InputError
        If the transfer syntax has no decoder here, or the data do not fit the header.
    """
    from pydicom.pixels.decoders.base import get_decoder

    syntax = data.file_meta.TransferSyntaxUID
    _check_decodable(layout, syntax)
    _check_data(data, layout, syntax)
    try:
        values, _ = get_decoder(syntax).as_array(
            data, index=0, decoding_plugin=PLUGINS.get(syntax, "")
        )
    except Exception:  # what damaged data raise is open, and their text may quote the file
        raise _damaged(layout, syntax) from None
    return np.asarray(values)


def _check_decodable(layout: Layout, syntax: UID) -> None:
    known = syntax in NATIVE or syntax in PLUGINS
    deep = syntax == JPEG_EXTENDED and layout.stored != 8
    if deep or not known:
        bits = f" with {layout.stored} bits" if deep else ""
        what = f"stores its pixels as {_named(syntax)}{bits}, which cannot be decoded here."
        raise refusal(layout.name, f"{what} {_CONVERT}")


def _named(syntax: UID) -> str:
    """Return a transfer syntax by its name, an unknown one by its digits."""
    if syntax.is_transfer_syntax and syntax.name != str(syntax):
        return str(syntax.name)
    return "".join(c for c in str(syntax) if c in "0123456789.")[:64] or "an unnamed syntax"


def _damaged(layout: Layout, syntax: UID) -> InputError:
    return refusal(
        layout.name,
        f"holds pixels ({_named(syntax)}) that are damaged or do not fit its header "
        f"({layout.columns} x {layout.rows}, {layout.samples} x {layout.allocated} bits); "
        "export it again.",
    )


def _check_data(data: Dataset, layout: Layout, syntax: UID) -> None:
    """Compare what is there with what the header announces, before memory is taken for it."""
    raw = data[keyword_of_pixels(data)].value
    if syntax not in NATIVE:
        try:
            fits = _fits(raw, layout, syntax)
        except Exception:  # as above
            fits = False
        if not fits:
            raise _damaged(layout, syntax)
    elif len(raw) < layout.frame_bytes * layout.frames:
        raise refusal(
            layout.name,
            f"is cut short: it holds {size(len(raw))} of the "
            f"{size(layout.frame_bytes * layout.frames)} that its {layout.columns} x {layout.rows}"
            " pixels need; copy or export it again.",
        )


def _fits(raw: bytes, layout: Layout, syntax: UID) -> bool:
    from pydicom.encaps import get_frame

    frame = get_frame(raw, 0, number_of_frames=layout.frames)
    if syntax == RLE:
        return _unpacked_fits(frame, layout.rows * layout.columns)
    with Image.open(io.BytesIO(frame), formats=("JPEG", "JPEG2000")) as image:
        return image.size == (layout.columns, layout.rows) and scans(frame) <= MAX_SCANS


def _unpacked_fits(frame: bytes, plane: int) -> bool:
    """Return whether no segment is or unpacks to much more than its plane, without unpacking it."""
    count = min(int.from_bytes(frame[:4], "little"), 15)
    bounds = [*np.frombuffer(frame[4:64], dtype="<u4")[:count].tolist(), len(frame)]
    segments = [frame[start:end] for start, end in itertools.pairwise(bounds)]
    most = plane + _SLACK
    return all(len(part) <= 2 * most and unpacked(part, most) <= most for part in segments)


def unpacked(segment: bytes, limit: int) -> int:
    """Return how many bytes a PackBits segment unpacks to; counting ends beyond ``limit``.

    Source: DICOM PS3.5, G.3.1.
    """
    position, total = 0, 0
    while position < len(segment) and total <= limit:
        head = segment[position]
        position += head + 2 if head < 128 else 2 if head > 128 else 1
        total += head + 1 if head < 128 else 257 - head if head > 128 else 0
    return total
