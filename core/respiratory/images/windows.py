"""What a DICOM file says of how its values are to be shown: modality LUT, VOI LUT, window.

The rules are those of DICOM PS3.3, C.11.1 (Modality LUT) and C.11.2 (VOI LUT).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.respiratory.images import scale
from core.respiratory.schema import Pixels

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_BLOCK = 2**20  # values looked up at a time, to spare memory
FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """The values shown between black and white.

    Attributes
    ----------
    centre, width : float
        In the units that the modality LUT gives.
    function : {"LINEAR", "LINEAR_EXACT", "SIGMOID"}
        How values inside become grey.
    """

    centre: float
    width: float
    function: str = "LINEAR"

    @property
    def valid(self) -> bool:
        """Whether the standard allows it."""
        least = 1.0 if self.function == "LINEAR" else math.ulp(0.0)
        finite = math.isfinite(self.centre) and math.isfinite(self.width)
        return finite and self.width >= least and self.function in FUNCTIONS

    def shown(self, values: Pixels) -> Pixels:
        """Return values as grey from 0 to 1."""
        centre, width = self.centre, self.width
        if self.function == "SIGMOID":
            inside = np.clip((values - np.float32(centre)) * np.float32(-4 / width), -80, 80)
            return np.asarray(1 / (1 + np.exp(inside)), dtype=np.float32)
        if self.function == "LINEAR":
            centre, width = centre - 0.5, width - 1
        if width == 0:
            return (values > centre).astype(np.float32)
        grey = values - np.float32(centre)
        grey /= np.float32(width)
        grey += np.float32(0.5)
        return np.clip(grey, 0, 1, out=grey)


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A lookup table.

    Attributes
    ----------
    first : int
        Stored value that the first entry is for; lower ones get the first entry, those past the
        end the last.
    bits : int
        Bits an entry may use.
    entries : (n,) array
        What values become.
    """

    first: int
    bits: int
    entries: Pixels

    def apply(self, values: NDArray[Any]) -> Pixels:
        """Return the entry of every value; fractions are rounded."""
        flat = values.reshape(-1)
        found = np.empty(flat.size, dtype=self.entries.dtype)
        for start in range(0, flat.size, _BLOCK):
            part = flat[start : start + _BLOCK].astype(np.float64)
            index = np.rint(np.clip(part, self.first, self.first + self.entries.size - 1))
            found[start : start + _BLOCK] = self.entries[index.astype(np.int64) - self.first]
        return found.reshape(values.shape)


def rescaled(data: Dataset, stored: NDArray[Any]) -> Pixels:
    """Return stored values in the modality's units: by its table, else by slope and intercept.

    Raises
    ------
    ValueError
        If a table does not have the entries it announces, or slope or intercept is no number.
    """
    lookup = read_table(data, "ModalityLUTSequence")
    if lookup is not None:
        return lookup.apply(stored)
    slope = _number(data.get("RescaleSlope"))
    intercept = _number(data.get("RescaleIntercept"))
    values = stored.astype(np.float32)
    if slope is None or intercept is None:
        return values
    if not (math.isfinite(slope) and math.isfinite(intercept)) or slope == 0:
        raise ValueError("rescale")
    values *= np.float32(slope)
    values += np.float32(intercept)
    return values


def shown(
    data: Dataset, values: Pixels, padding: NDArray[np.bool_] | None, full: float | None = None
) -> scale.Grey:
    """Return values as grey from 0 to 1, with the notes of how.

    The VOI table comes first, then the first window, then the full range if it is stated, then
    the percentiles of what is not padding. A window that leaves a single grey value of an image
    that has several is not followed.

    Parameters
    ----------
    data : Dataset
        The header.
    values : (height, width) array
        In the modality's units.
    padding : (height, width) array of bool, or None
        Pixels that show nothing.
    full : float, optional
        Value of white in a file that is ready for display as it is.

    Raises
    ------
    ValueError
        If a table is broken, or no value is a number.
    """
    lookup = read_table(data, "VOILUTSequence")
    if lookup is not None:
        entries = lookup.entries / np.float32(2**lookup.bits - 1)
        grey = dataclasses.replace(lookup, entries=entries.clip(0, 1)).apply(values)
        return scale.Grey(grey, notes=("Shown through the file's VOI table.",))
    window = read_window(data)
    seen = values if padding is None else values[~padding]
    if window is None and full is not None:
        return scale.Grey(scale.stretched(values, 0, full))
    if window is None:
        return _by_percentiles(values, seen, "The file names no window")
    words = f"window {window.centre:g} / {window.width:g} ({window.function})"
    if not window.valid:
        return _by_percentiles(values, seen, f"The file's {words} is not a valid one")
    grey = window.shown(values)
    if _flat(grey if padding is None else grey[~padding]) and not _flat(seen):
        return _by_percentiles(values, seen, f"The file's {words} would show a single grey")
    return scale.Grey(grey, notes=(f"Shown through the file's {words}.",))


def read_window(data: Dataset) -> Window | None:
    """Return the first window a file names, or ``None``; one that is no number has NaN."""
    if data.get("WindowCenter") is None or data.get("WindowWidth") is None:
        return None
    centre, width = _number(data.WindowCenter), _number(data.WindowWidth)
    if centre is None or width is None:
        return None
    function = str(data.get("VOILUTFunction") or "LINEAR").strip().upper()
    known = function if function in FUNCTIONS else "of an unknown function"
    return Window(centre, width, known)


def read_table(data: Dataset, sequence: str) -> Table | None:
    """Return the first table of a sequence, or ``None`` if there is none.

    Raises
    ------
    ValueError
        If it does not have the entries it announces.
    """
    item = next(iter(data.get(sequence) or ()), None)
    if item is None or item.get("LUTDescriptor") is None or item.get("LUTData") is None:
        return None
    return table(item.LUTDescriptor, item.LUTData, big=data.original_encoding[1] is False)


def table(descriptor: Sequence[Any], raw: Any, big: bool) -> Table:
    """Return a lookup table from its descriptor (entries, first value, bits) and its data.

    Raises
    ------
    ValueError
        If it does not have the entries it announces.
    """
    count, first, bits = (int(part) for part in descriptor)
    count = count or 2**16
    if not 1 <= bits <= 16:
        raise ValueError("bits")
    entries = _entries(raw, count, big)
    if entries.size < count:
        raise ValueError("entries")
    return Table(first, bits, entries[:count].astype(np.float32))


def _entries(raw: Any, count: int, big: bool) -> NDArray[Any]:
    if not isinstance(raw, bytes):
        return np.atleast_1d(np.asarray(raw, dtype=np.float32))
    if len(raw) < 2 * count:
        return np.frombuffer(raw, dtype=np.uint8)
    return np.frombuffer(raw[: 2 * count], dtype=">u2" if big else "<u2")


def _by_percentiles(values: Pixels, seen: Pixels, why: str) -> scale.Grey:
    low, high = scale.span(seen if seen.size else values)
    note = f"{why}; shown from the 0.5th to the 99.5th percentile, {low:g} to {high:g}."
    return scale.Grey(scale.stretched(values, low, high), notes=(note,))


def _flat(values: Pixels) -> bool:
    return values.size == 0 or bool(values.max() == values.min())


def _number(value: Any) -> float | None:
    """Return the first of one or several numbers; ``None`` where there is none."""
    several = isinstance(value, (list, tuple)) or hasattr(value, "insert")
    first = next(iter(value), None) if several else value
    return None if first is None or first == "" else float(first)
