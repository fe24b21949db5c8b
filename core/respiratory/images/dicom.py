"""DICOM files: what describes the picture is read, what describes a person is not."""

from __future__ import annotations

import dataclasses
import io
import logging
import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.respiratory.images import scale, stored, windows
from core.respiratory.images.layout import GREY, PALETTE, Layout, code, read_layout
from core.respiratory.images.limits import MAX_BYTES, refusal, size
from core.respiratory.schema import Radiograph

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# pydicom logs values it finds odd; what matters of them is said in notes and refusals
logging.getLogger("pydicom").propagate = False

TAGS = [
    "SOPClassUID",
    "Modality",
    "BodyPartExamined",
    "ViewPosition",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "PixelAspectRatio",
    "PresentationLUTShape",
    "RescaleSlope",
    "RescaleIntercept",
    "ModalityLUTSequence",
    "VOILUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "PixelData",
    "FloatPixelData",
    "DoubleFloatPixelData",
]
# Modalities of single projections, whose several frames may be stood for by the first
PROJECTIONS = {"", "CR", "DX", "DR", "RG", "XR", "PX", "IO", "MG", "XA", "RF", "OT", "SC"}
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_EXPLICIT_META = b"\x00" * 128 + b"DICM\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
_MOST_UNEQUAL = 4.0  # sides of a pixel; beyond it the spacing is taken for an error


def read(name: str, content: bytes) -> Radiograph:
    """Return the first frame of a DICOM file as a radiograph, without its hash.

    Parameters
    ----------
    name : str
        What the user calls the file.
    content : bytes
        The file, with or without preamble.

    Raises
    ------
    InputError
        If the file is damaged, holds no pixels, is too large, is a stack of slices, or its
        transfer syntax cannot be decoded here.
    """
    data = _parsed(name, content)
    _check_pixels_present(name, data)
    layout = read_layout(name, data)
    modality = code(data.get("Modality"))
    notes = _first_of(name, layout.frames, modality)
    values = stored.decode(data, layout)
    try:
        aspect, unequal = _aspect(data)
        grey = _grey(data, layout, values, aspect)
    except Exception:  # a value the library cannot convert, or a table that is broken
        raise refusal(
            name,
            "has a rescale, window, lookup table or pixel spacing that is broken, or no valid "
            "pixel; export it again or as PNG.",
        ) from None
    return Radiograph(
        file=name,
        sha256="",
        pixels=np.ascontiguousarray(grey.pixels),
        kind="DICOM",
        width=layout.columns,
        height=layout.rows,
        colour=grey.colour,
        modality=modality,
        body_part=code(data.get("BodyPartExamined")),
        view=code(data.get("ViewPosition")),
        notes=notes + grey.notes + unequal,
    )


def _parsed(name: str, content: bytes) -> Dataset:
    """Return the header and the raw pixels, and nothing else of the file."""
    from pydicom import dcmread

    source = _inflated(name, content) if _DEFLATED in content else content
    try:
        data = dcmread(io.BytesIO(source), force=True, specific_tags=TAGS)
        if not data.file_meta.get("TransferSyntaxUID"):
            data.file_meta.TransferSyntaxUID = _guessed_syntax(data)
    except Exception:  # what damaged data raise is open, and their text may quote the file
        raise refusal(
            name,
            f"is a DICOM file ({size(len(content))}) whose header is damaged; export it again.",
        ) from None
    return data


def _guessed_syntax(data: Dataset) -> Any:
    from pydicom import uid

    implicit, little = data.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def _inflated(name: str, content: bytes) -> bytes:
    """Return a deflated file as a plain one; the library would inflate without a limit."""
    start = 132 if content[128:132] == b"DICM" else 0
    first = content[start : start + 12]  # how many bytes of header follow, uncompressed
    if not first.startswith(b"\x02\x00\x00\x00"):
        raise refusal(
            name,
            "is a deflated DICOM file that does not say where its header ends; export it again.",
        )
    begin = start + 12 + int.from_bytes(first[8:], "little")
    try:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        body = inflater.decompress(content[begin:], MAX_BYTES + 1)
    except zlib.error:
        raise refusal(
            name, "is a deflated DICOM file whose data are damaged; export it again."
        ) from None
    if len(body) > MAX_BYTES:
        raise refusal(
            name, f"inflates to more than {size(MAX_BYTES)}; export it as PNG or at a lower size."
        )
    if body[:2] == b"\x02\x00":  # a second file header could name a second deflation
        raise refusal(name, "is a deflated DICOM file with two headers; export it again.")
    return _EXPLICIT_META + body


def _check_pixels_present(name: str, data: Dataset) -> None:
    if stored.keyword_of_pixels(data):
        return
    if not len(data) and not data.file_meta.get("MediaStorageSOPClassUID"):
        raise refusal(name, "begins like a DICOM file but holds none of its elements.")
    raise refusal(
        name,
        f"is a DICOM file without pixels ({_kind_of_object(data)}); "
        "choose the file of the study that holds the image.",
    )


def _kind_of_object(data: Dataset) -> str:
    from pydicom.uid import UID

    stated = data.file_meta.get("MediaStorageSOPClassUID") or data.get("SOPClassUID") or ""
    found = UID(str(stated))
    named = str(found.name) if found.name != str(found) else "of an unknown class"
    modality = code(data.get("Modality"))
    return f"{named}, modality {modality}" if modality else named


def _first_of(name: str, frames: int, modality: str) -> tuple[str, ...]:
    if frames == 1:
        return ()
    if modality not in PROJECTIONS:
        raise refusal(
            name,
            f"holds {frames:,} frames of modality {modality}: a stack of slices or a sequence, not"
            " a radiograph. Give a single frontal film (modality CR or DX).",
        )
    return (f"The file holds {frames:,} frames; only the first is read.",)


def _grey(data: Dataset, layout: Layout, values: NDArray[Any], aspect: float) -> scale.Grey:
    if layout.photometric not in GREY:
        colours = _looked_up(data, values) if layout.photometric == PALETTE else values
        bits = 8 if layout.photometric == PALETTE else layout.stored
        target = scale.fitted(layout.columns, layout.rows, aspect)
        return scale.from_rgb(Image.fromarray(_eight_bits(colours, bits)), target)
    padding = _padding(data, layout, values)
    full = _ready_to_show(data, layout)
    grey = windows.shown(data, windows.rescaled(data, values), padding, full)
    grey = _upright(data, layout.photometric, padding, grey)
    return dataclasses.replace(grey, pixels=scale.reduced(grey.pixels, aspect))


def _ready_to_show(data: Dataset, layout: Layout) -> float | None:
    """Return the value of white if 8 bits are stored as they are to be seen, as captures are."""
    slope, intercept = data.get("RescaleSlope"), data.get("RescaleIntercept")
    told = data.get("ModalityLUTSequence") or (slope, intercept) not in ((None, None), (1, 0))
    return None if told or layout.signed or layout.stored > 8 else float(2**layout.stored - 1)


def _upright(
    data: Dataset, photometric: str, padding: NDArray[np.bool_] | None, grey: scale.Grey
) -> scale.Grey:
    """Make air dark and padding black."""
    pixels, notes = grey.pixels, grey.notes
    np.nan_to_num(pixels, copy=False, nan=0.0)
    inverse = data.get("PresentationLUTShape") == "INVERSE"
    if photometric == "MONOCHROME1":
        pixels = np.subtract(np.float32(1), pixels, out=pixels)
        notes += ("The file stores white as low values (MONOCHROME1); grey is inverted back.",)
    elif inverse:
        notes += ("The file asks for MONOCHROME2 and for an inverse display; the former is kept.",)
    if padding is not None and padding.any():
        pixels[padding] = 0
        notes += (f"Padding, {padding.mean():.1%} of the image, is shown black.",)
    return scale.Grey(pixels, notes=notes)


def _padding(data: Dataset, layout: Layout, values: NDArray[Any]) -> NDArray[np.bool_] | None:
    stated = data.get("PixelPaddingValue")
    if stated is None or values.dtype.kind not in "iu":
        return None
    other = data.get("PixelPaddingRangeLimit")
    ends = [_as_stored(int(end), layout) for end in (stated, stated if other is None else other)]
    return (values >= min(ends)) & (values <= max(ends))


def _as_stored(value: int, layout: Layout) -> int:
    """Return a padding value as the pixels write it: files often give it the other sign."""
    turn = 1 << layout.allocated
    if layout.signed and value >= turn // 2:
        return value - turn
    return value + turn if not layout.signed and value < 0 else value


def _looked_up(data: Dataset, values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the colours of an image; segmented palettes are not asked for and so refused."""
    big = data.original_encoding[1] is False
    colours = []
    for colour in ("Red", "Green", "Blue"):
        prefix = f"{colour}PaletteColorLookupTable"
        table = windows.table(data[f"{prefix}Descriptor"].value, data[f"{prefix}Data"].value, big)
        entries = np.rint(table.entries * (255 / (2**table.bits - 1))).clip(0, 255)
        eight = dataclasses.replace(table, entries=entries.astype(np.uint8))
        colours.append(eight.apply(values))
    return np.asarray(np.stack(colours, axis=-1))


def _eight_bits(values: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """Return the upper 8 bits of values, fewer bits stretched to 8."""
    if bits > 8:
        values = values >> (bits - 8)
    elif bits < 8:
        values = values * (255 // (2**bits - 1))
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def _aspect(data: Dataset) -> tuple[float, tuple[str, ...]]:
    """Return a pixel's height over its width, with a note if it is not square."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
        stated = data.get(keyword)
        if stated is None or len(stated) != 2:
            continue
        high, wide = (float(side) for side in stated)
        if not (math.isfinite(high) and math.isfinite(wide) and high > 0 and wide > 0):
            continue
        ratio = high / wide
        if abs(ratio - 1) <= 0.01:
            return 1.0, ()
        if 1 / _MOST_UNEQUAL <= ratio <= _MOST_UNEQUAL:
            return ratio, (f"Its pixels are {ratio:.3g} times as high as wide; made square.",)
    return 1.0, ()
