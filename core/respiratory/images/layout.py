"""How the pixels of a DICOM file lie in its bytes, checked before anything is decoded."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from core.errors import InputError
from core.respiratory.images.limits import MAX_DECODED, check_pixels, refusal, size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GREY = ("MONOCHROME1", "MONOCHROME2")
RGB = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
PALETTE = "PALETTE COLOR"


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """What the header says of the pixels.

    Attributes
    ----------
    name : str
        The file, for the refusals.
    rows, columns, samples, frames : int
        Size of the image, values a pixel, images in the file.
    allocated, stored, high : int
        Bits a value takes, bits it uses, number of the highest of these.
    signed : bool
        Whether values may be negative.
    photometric : str
        What the values mean, such as ``"MONOCHROME2"``.
    """

    name: str
    rows: int
    columns: int
    samples: int
    frames: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame when not compressed."""
        bits = self.rows * self.columns * self.samples * self.allocated
        return math.ceil(bits / 12 if self.photometric == "YBR_FULL_422" else bits / 8)


def read_layout(name: str, data: Dataset) -> Layout:
    """Return how the pixels lie.

    Raises
    ------
    InputError
        If an element is missing or impossible, or the image is too large.
    """
    rows, columns = _whole(name, data, "Rows"), _whole(name, data, "Columns")
    check_pixels(name, columns, rows)
    allocated = _whole(name, data, "BitsAllocated")
    stored = _whole(name, data, "BitsStored", allocated)
    layout = Layout(
        name=name,
        rows=rows,
        columns=columns,
        samples=_whole(name, data, "SamplesPerPixel", 1),
        frames=_whole(name, data, "NumberOfFrames", 1),
        allocated=allocated,
        stored=stored,
        high=_whole(name, data, "HighBit", stored - 1),
        signed=_whole(name, data, "PixelRepresentation", 0) == 1,
        photometric=str(data.get("PhotometricInterpretation") or "").strip().upper(),
    )
    for found, what in _impossible(layout):
        if found:
            raise refusal(name, f"states {what}, which is not read here. Export the film as PNG.")
    return layout


def code(text: object) -> str:
    """Return a code string of a DICOM file as it may be shown: capitals, digits, at most 16.

    A value with a caret is a person's name in the wrong place and is dropped.

    Examples
    --------
    >>> code(" chest "), code("Doe^John")
    ('CHEST', '')
    """
    upper = str(text or "").strip().upper()
    if "^" in upper:
        return ""
    return "".join(c for c in upper if c.isascii() and (c.isalnum() or c in " _-"))[:16].strip()


def _impossible(layout: Layout) -> list[tuple[bool, str]]:
    bits, wide = layout.stored, layout.allocated
    samples = 3 if layout.photometric in RGB else 1
    known = layout.photometric in (*GREY, *RGB, PALETTE)
    stated = code(layout.photometric) or "no value"
    return [
        (wide not in (1, 8, 16, 32, 64), f"{wide} as BitsAllocated"),
        (not 1 <= bits <= wide, f"{bits} as BitsStored of {wide} BitsAllocated"),
        (layout.high != bits - 1, f"{layout.high} as HighBit of {bits} BitsStored"),
        (layout.frames < 1, f"{layout.frames} as NumberOfFrames"),
        (not known, f"{stated} as PhotometricInterpretation"),
        (layout.samples != samples, f"{layout.samples} as SamplesPerPixel with {stated}"),
        (
            layout.frame_bytes > MAX_DECODED,
            f"pixels of {size(layout.frame_bytes)} where {size(MAX_DECODED)} are the most",
        ),
    ]


def _whole(name: str, data: Dataset, keyword: str, absent: int | None = None) -> int:
    try:
        value = data.get(keyword)
        if value is None:
            value = absent
        if value is None:
            raise refusal(name, f"lacks {keyword}, without which its pixels have no meaning.")
        return int(value)
    except InputError:
        raise
    except Exception:  # a value the library cannot convert, or several values
        raise refusal(
            name, f"has a {keyword} that is not one whole number; export it again."
        ) from None
