"""What the image door lets through: bytes, pixels, entries; and how it says no."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

from core.errors import InputError

MIB = 2**20
MAX_BYTES = 64 * MIB  # of one file; an uncompressed 16-bit film of 4,300 x 3,500 has 29 MiB
MAX_PIXELS = 40_000_000  # of one image, decoded: half a GB of memory; detectors have 18 million
MAX_DECODED = 3 * MAX_PIXELS  # bytes of one image, decoded
MAX_SIDE = 1024  # of the pixels handed on; the networks see 224
MAX_SCANS = 100  # of one JPEG; each walks over the whole image, and a film has about ten
MAX_NAME = 120

MAX_ENTRIES = 5_000  # of one archive
MAX_UNPACKED = 2 * 1024 * MIB  # of one archive, by the bytes that come out
MAX_RATIO = 200  # bytes out for a byte in; deflated films stay under 20
RATIO_FROM = MIB  # smaller entries may be as repetitive as they like


def shown(name: str) -> str:
    r"""Return a file's name as it may stand in a sentence: printable, one line, not endless.

    Examples
    --------
    >>> shown("film\u202egnp.exe\n")
    'film?gnp.exe?'
    """
    text = "".join(c if c.isprintable() else "?" for c in name).strip() or "the file"
    half = MAX_NAME // 2
    return text if len(text) <= MAX_NAME else f"{text[:half]}…{text[-half:]}"


def refusal(name: str, what: str) -> InputError:
    """Return the error that says what is wrong with a file, its name first."""
    return InputError(f"{shown(name)} {what}")


def size(n: int) -> str:
    """Return a number of bytes as people read it.

    Examples
    --------
    >>> size(1), size(1_200), size(70 * 2**20)
    ('1 byte', '1,200 bytes', '70.0 MiB')
    """
    if n < MIB:
        return "1 byte" if n == 1 else f"{n:,} bytes"
    return f"{n / MIB:,.1f} MiB"


def check_bytes(name: str, content: bytes) -> None:
    """Refuse a file that is empty or too large.

    Raises
    ------
    InputError
        If there are no bytes, or more than ``MAX_BYTES``.
    """
    if not content:
        raise refusal(name, "is empty (0 bytes); copy or export it again.")
    if len(content) > MAX_BYTES:
        raise refusal(
            name,
            f"has {size(len(content))}; a file may have {size(MAX_BYTES)}. "
            "Export it compressed (PNG, or DICOM with JPEG 2000) or at a lower resolution.",
        )


def check_pixels(name: str, width: int, height: int) -> None:
    """Refuse an image by the size its header declares, before anything is decoded.

    Raises
    ------
    InputError
        If a side is 0, or the image has more than ``MAX_PIXELS``.
    """
    if width < 1 or height < 1:
        raise refusal(
            name,
            f"declares a size of {width} x {height} pixels, which holds no image; export it again.",
        )
    if width * height > MAX_PIXELS:
        raise refusal(
            name,
            f"declares {width:,} x {height:,} pixels; an image may have {MAX_PIXELS:,}. "
            "Export it at a lower resolution: the networks see 224 x 224.",
        )


def scans(jpeg: bytes) -> int:
    """Return how many scans a JPEG announces; the marker cannot occur in its coded data."""
    return jpeg.count(b"\xff\xda")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the decoders' warnings to themselves: they quote values of the file.

    What matters in them is said in the door's own notes and refusals.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
