"""PNG, JPEG, BMP, TIFF, WebP and GIF, read by Pillow within limits."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from core.respiratory.images import scale
from core.respiratory.images.limits import MAX_SCANS, check_pixels, refusal, scans
from core.respiratory.schema import Pixels, Radiograph

_FORMATS = {"JPEG": ("JPEG", "MPO")}
_GREY = ("1", "L")
_ORIENTATION = 274  # EXIF tags, which TIFF shares
_BITS, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0

_TURNS: dict[int, tuple[str, Callable[[Pixels], Pixels]]] = {
    2: ("mirrored", np.fliplr),
    3: ("turned by 180°", lambda p: p[::-1, ::-1]),
    4: ("flipped upside down", np.flipud),
    5: ("mirrored along its diagonal", lambda p: p.T),
    6: ("turned by 90° clockwise", lambda p: np.rot90(p, -1)),
    7: ("mirrored along its other diagonal", lambda p: p[::-1, ::-1].T),
    8: ("turned by 90° anticlockwise", lambda p: np.rot90(p, 1)),
}


def read(name: str, content: bytes, kind: str) -> Radiograph:
    """Return an image as a radiograph, without its hash.

    Parameters
    ----------
    name : str
        What the user calls the file.
    content : bytes
        The file.
    kind : str
        Its format by its first bytes; no other decoder is tried.

    Raises
    ------
    InputError
        If the header declares too many pixels, or no value is a number.
    Exception
        Whatever Pillow raises at damaged data; the caller says so in a sentence.
    """
    with Image.open(io.BytesIO(content), formats=_FORMATS.get(kind, (kind,))) as image:
        width, height = image.size
        check_pixels(name, width, height)
        if kind == "JPEG" and scans(content) > MAX_SCANS:
            raise refusal(
                name,
                f"has {scans(content):,} scans where a JPEG of a film has about ten; export it as "
                "an ordinary JPEG or as PNG.",
            )
        target = scale.fitted(width, height)
        notes = _first_frame(image) + _depth_lost(content, kind)
        image.draft(None, target)
        image.load()
        grey = _grey(name, image, target)
        turn, turned = _upright(image, grey.pixels)
    return Radiograph(
        file=name,
        sha256="",
        pixels=np.ascontiguousarray(turned),
        kind=kind,
        width=width,
        height=height,
        colour=grey.colour,
        notes=notes + grey.notes + turn,
    )


def _first_frame(image: Image.Image) -> tuple[str, ...]:
    if getattr(image, "is_animated", False):
        return ("The file holds several images; only the first is read.",)
    return ()


def _depth_lost(content: bytes, kind: str) -> tuple[str, ...]:
    if kind == "PNG" and content[24] == 16 and content[25] != 0:
        return ("Of the 16 bits a channel the upper 8 are read.",)
    return ()


def _grey(name: str, image: Image.Image, target: tuple[int, int]) -> scale.Grey:
    if image.mode.startswith("I") or image.mode == "F":
        return _deep(name, image)
    if image.has_transparency_data:
        return _on_black(image, target)
    if image.mode in _GREY:
        return scale.from_eight_bits(image.convert("L"), target)
    grey = scale.from_rgb(image.convert("RGB"), target)
    note = () if image.mode in ("RGB", "P") else (f"Its colours are stored as {image.mode}.",)
    return dataclasses.replace(grey, notes=note)


def _on_black(image: Image.Image, target: tuple[int, int]) -> scale.Grey:
    """Lay an image on black: a transparent pixel has no grey value, and air is black."""
    layered = image.convert("RGBA")
    if image.size != target:
        layered = layered.resize(target, Image.Resampling.BOX)
    channels = np.asarray(layered.convert("RGBa"))  # colours times opacity, as seen on black
    seen = Image.fromarray(np.ascontiguousarray(channels[..., :3]))
    clear = float((channels[..., 3] < 255).mean())
    note = (f"{clear:.1%} of it is transparent and shown on black.",) if clear else ()
    return dataclasses.replace(scale.from_rgb(seen, target), notes=note)


def _deep(name: str, image: Image.Image) -> scale.Grey:
    """Scale more than 8 bits to grey.

    By the range the type can hold if its upper half is used, else by percentiles, because 12 bits
    are often stored in 16 without a word about it.
    """
    values = np.asarray(image)
    full = _full_scale(image)
    top, bottom = float(np.nanmax(values)), float(np.nanmin(values))
    if bottom >= 0 and full / 2 < top <= full:
        low, high = 0.0, full
        how = f"Values are scaled by their full range, 0 to {full:,.0f}."
    else:
        low, high = _percentiles(name, values)
        how = f"Values are scaled by their 0.5th and 99.5th percentile, {low:,.6g} and {high:,.6g}."
    pixels = scale.stretched(values, low, high)
    if not _white_is_zero(image):
        return scale.Grey(scale.reduced(pixels), notes=(how,))
    inverted = "The file stores white as 0; grey is inverted back."
    return scale.Grey(scale.reduced(1 - pixels), notes=(how, inverted))


def _percentiles(name: str, values: NDArray[Any]) -> tuple[float, float]:
    try:
        return scale.span(values)
    except ValueError:
        raise refusal(
            name, "holds no value that is a number (all are NaN or infinite); export it again."
        ) from None


def _full_scale(image: Image.Image) -> float:
    """Return the largest value the file's type can hold; infinite for 32-bit integers."""
    if image.mode == "F":
        return 1.0
    if not image.mode.startswith("I;16"):
        return float("inf")
    bits = image.tag_v2.get(_BITS, (16,)) if _is_tiff(image) else (16,)
    return float(2 ** int(bits[0]) - 1)


def _white_is_zero(image: Image.Image) -> bool:
    # Pillow inverts 1 to 8 bits itself
    return _is_tiff(image) and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO


def _is_tiff(image: Image.Image) -> TypeGuard[TiffImagePlugin.TiffImageFile]:
    return isinstance(image, TiffImagePlugin.TiffImageFile)


def _upright(image: Image.Image, pixels: Pixels) -> tuple[tuple[str, ...], Pixels]:
    """Turn an image as its EXIF data say, noting it."""
    found = image.getexif().get(_ORIENTATION)
    turn = _TURNS.get(found) if isinstance(found, int) else None
    if turn is None:
        return (), pixels
    word, act = turn
    return (f"It is {word}, as its EXIF orientation says.",), act(pixels)
