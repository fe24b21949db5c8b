"""Pictures that break decoders: cut, flipped, oversized, misnamed, and DICOM files that lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from tests.core.respiratory.film_files import dataset, film, ramp, saved, written
from tests.hostile.made import Hostile, damaged


def files() -> Iterator[Hostile]:
    """Yield every hostile picture."""
    for kind, good in _good().items():
        for name, content in damaged(f"image {kind}", good, 12):
            yield Hostile("image", "respiratory", f"{kind}-{name}", content)
    for part in (_pixels(), _png(), _polyglots(), _oriented(), _dicom()):
        for name, content in part:
            yield Hostile("image", "respiratory", name, content)


def _good() -> dict[str, bytes]:
    grey = Image.fromarray(ramp(96, 128))
    several = {"save_all": True, "append_images": [Image.fromarray(ramp(96, 128)[::-1])]}
    return {
        "png": saved(grey),
        "jpeg": saved(grey, "JPEG"),
        "jpeg-progressive": saved(grey, "JPEG", progressive=True),
        "gif": saved(grey, "GIF", **several),
        "bmp": saved(grey, "BMP"),
        "tiff": saved(grey, "TIFF", compression="tiff_lzw"),
        "webp": saved(grey.convert("RGB"), "WEBP"),
        "dicom": film(ramp(96, 128)),
    }


def _pixels() -> Iterator[tuple[str, bytes]]:
    for width, height in ((1, 1), (1, 60_000), (60_000, 1), (2, 2), (5000, 3)):
        for kind in ("PNG", "TIFF", "BMP"):
            yield (
                f"{width}x{height}-{kind.lower()}",
                saved(Image.new("L", (width, height), 90), kind),
            )
    for mode in ("1", "LA", "RGB", "RGBA", "P", "I;16"):
        yield f"mode-{mode.replace(';', '')}", saved(Image.new(mode, (64, 64), 1))
    for mode in ("CMYK", "YCbCr"):
        yield f"mode-{mode}", saved(Image.new(mode, (64, 64)), "JPEG")
    for mode in ("F", "CMYK", "LAB"):
        yield f"mode-{mode}-tiff", saved(Image.new(mode, (64, 64)), "TIFF")
    for name, value in {"nan": np.nan, "infinite": np.inf, "huge": 3e38}.items():
        yield f"tiff-of-{name}", saved(np.full((64, 64), value, np.float32), "TIFF")
    half = np.where(ramp(64, 64) > 99, np.nan, ramp(64, 64)).astype(np.float32)
    yield "tiff-partly-nan", saved(half, "TIFF")
    for name, value in {"black": 0, "white": 255}.items():
        yield f"all-{name}", saved(np.full((224, 224), value, np.uint8))
    yield "transparent", saved(Image.new("RGBA", (64, 64), (9, 9, 9, 0)))
    yield (
        "animated-300-frames",
        saved(
            Image.new("L", (8, 8)),
            "GIF",
            save_all=True,
            append_images=[Image.new("L", (8, 8), i % 256) for i in range(300)],
        ),
    )
    yield (
        "webp-animated",
        saved(
            Image.new("RGB", (8, 8)),
            "WEBP",
            save_all=True,
            append_images=[Image.new("RGB", (8, 8), (i, 0, 0)) for i in range(9)],
        ),
    )
    yield (
        "jpeg-of-200-scans",
        _scans(saved(Image.fromarray(ramp(64, 64)), "JPEG", progressive=True)),
    )


def _scans(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xda")
    return jpeg[:start] + jpeg[start:-2] * 200 + b"\xff\xd9"


def _png() -> Iterator[tuple[str, bytes]]:
    for name, (width, height) in {
        "bomb": (30_000, 30_000),
        "zero": (0, 5),
        "largest": (2**31 - 1, 2**31 - 1),
        "minus": (2**32 - 1, 1),
        "gigapixel-line": (2**30, 1),
    }.items():
        yield f"png-declares-{name}", png(width, height)
    yield "png-bomb-by-construction", png(6300, 6300, zlib.compress(bytes(6301 * 6300), 9))
    yield "png-pixels-missing", png(64, 64, zlib.compress(b"\0" * 10))
    yield "png-pixels-not-deflated", png(64, 64, b"no zlib")
    yield (
        "png-text-bomb",
        png(8, 8, extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))),
    )
    yield (
        "png-profile-bomb",
        png(8, 8, extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))),
    )
    yield (
        "png-profile-broken",
        png(8, 8, extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(b"no profile"))),
    )
    yield "png-palette-empty", png(8, 8, kind=3, extra=chunk(b"PLTE", b""))
    yield "png-palette-missing", png(8, 8, kind=3)
    yield "png-bits-3", png(8, 8, bits=3)
    yield "png-colour-7", png(8, 8, kind=7)
    yield "png-two-headers", png(8, 8, extra=png(8, 8)[8:33])
    yield "png-chunk-of-4-GB", png(8, 8, extra=struct.pack(">I4s", 2**32 - 1, b"tEXt"))
    yield "png-crc-wrong", png(8, 8)[:29] + b"\0\0\0\0" + png(8, 8)[33:]


def png(
    width: int,
    height: int,
    data: bytes | None = None,
    *,
    kind: int = 0,
    bits: int = 8,
    extra: bytes = b"",
) -> bytes:
    """Return a PNG written chunk by chunk, whatever its header claims."""
    pixels = zlib.compress(bytes((min(width, 64) + 1) * min(height, 64))) if data is None else data
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = (chunk(b"IHDR", head), extra, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _polyglots() -> Iterator[tuple[str, bytes]]:
    good = saved(ramp(64, 64))
    yield "png-then-zip", good + b"PK\x03\x04" + bytes(60)
    yield "png-then-html", good + b"<script>alert(1)</script>"
    yield "jpeg-then-php", saved(ramp(64, 64), "JPEG") + b"<?php system('id'); ?>"
    yield "gif-then-script", saved(Image.fromarray(ramp(64, 64)), "GIF") + b"/*alert(1)*/"
    yield "pdf-before-png", b"%PDF-1.7\n" + good
    yield "dicom-preamble-exe", b"MZ" + film()[2:]
    yield "dicom-preamble-tiff", b"II*\0" + film()[4:]
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "svg-entities", b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>"
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n"
    yield "ppm", b"P5 8 8 255\n" + bytes(64)
    yield "ico", saved(Image.fromarray(ramp(64, 64)), "ICO")
    yield "pcx", saved(Image.fromarray(ramp(64, 64)), "PCX")
    yield "tga", saved(Image.fromarray(ramp(64, 64)), "TGA")
    for name, start in {
        "png": b"\x89PNG\r\n\x1a\n",
        "jpeg": b"\xff\xd8\xff",
        "gif": b"GIF89a",
        "bmp": b"BM",
        "tiff": b"II*\0",
        "webp": b"RIFF\0\0\0\0WEBP",
        "dicom": bytes(128) + b"DICM",
    }.items():
        yield f"{name}-start-alone", start
        yield f"{name}-start-and-ones", start + b"\xff" * 300


def _oriented() -> Iterator[tuple[str, bytes]]:
    image = Image.fromarray(ramp(40, 80))
    for orientation in (*range(0, 10), 65_535):
        exif = Image.Exif()
        exif[274] = orientation
        yield f"jpeg-orientation-{orientation}", saved(image, "JPEG", exif=exif)
    yield "jpeg-exif-of-noise", saved(image, "JPEG", exif=b"Exif\0\0" + bytes(range(250)))
    yield (
        "jpeg-exif-loop",
        saved(
            image,
            "JPEG",
            exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
        ),
    )
    for name, profile in {
        "noise": bytes(range(200)),
        "empty": b"x",
        "cut": b"\0\0\x02\x0cADBE" + bytes(30),
    }.items():
        yield f"jpeg-profile-{name}", saved(image, "JPEG", icc_profile=profile)
    yield "tiff-two-pages", saved(image, "TIFF", save_all=True, append_images=[image, image])
    yield "tiff-page-loop", _tiff_loop()


def _tiff_loop() -> bytes:
    tiff = bytearray(saved(ramp(16, 16), "TIFF"))
    at = struct.unpack("<I", tiff[4:8])[0]
    entries = struct.unpack("<H", tiff[at : at + 2])[0]
    end = at + 2 + 12 * entries
    tiff[end : end + 4] = struct.pack("<I", at)
    return bytes(tiff)


def _dicom() -> Iterator[tuple[str, bytes]]:
    yield "dicom-no-pixels", film(PixelData=None)
    yield "dicom-no-rows", film(Rows=None)
    yield "dicom-no-photometric", film(PhotometricInterpretation=None)
    elements: dict[str, dict[str, Any]] = {
        "rows-zero": {"Rows": 0},
        "rows-65535": {"Rows": 65_535},
        "rows-one-more": {"Rows": 61},
        "columns-zero": {"Columns": 0},
        "sides-65535": {"Rows": 65_535, "Columns": 65_535},
        "frames-9999": {"NumberOfFrames": 9999},
        "frames-minus": {"NumberOfFrames": -2},
        "frames-zero": {"NumberOfFrames": 0},
        "samples-3": {"SamplesPerPixel": 3},
        "samples-0": {"SamplesPerPixel": 0},
        "photometric-unknown": {"PhotometricInterpretation": "HOLOGRAM"},
        "palette-missing": {"PhotometricInterpretation": "PALETTE COLOR"},
        "bits-1": {"BitsAllocated": 1, "BitsStored": 1},
        "bits-64": {"BitsAllocated": 64},
        "bits-stored-above": {"BitsStored": 99},
        "high-bit-40": {"HighBit": 40},
        "window-width-zero": {"WindowCenter": 1, "WindowWidth": 0},
        "window-width-minus": {"WindowCenter": 1, "WindowWidth": -5},
        "window-huge": {"WindowCenter": "1e30", "WindowWidth": "1e-30"},
        "slope-zero": {"RescaleSlope": 0, "RescaleIntercept": 1},
        "slope-huge": {"RescaleSlope": "1e38", "RescaleIntercept": "-1e38"},
        "slope-minus": {"RescaleSlope": -1, "RescaleIntercept": 0},
        "ct": {"Modality": "CT"},
        "foot": {"BodyPartExamined": "FOOT"},
        "lateral": {"ViewPosition": "LL"},
        "identity-inverse": {"PresentationLUTShape": "INVERSE"},
        "pixels-empty": {"PixelData": b""},
        "pixels-odd": {"PixelData": b"\0" * 7},
        "burned-in": {"BurnedInAnnotation": "YES"},
    }
    for name, changed in elements.items():
        yield f"dicom-{name}", film(**changed)
    yield "dicom-padding-everything", film(np.full((60, 80), 7, np.uint16), PixelPaddingValue=7)
    yield (
        "dicom-multi-frame",
        film(np.zeros((60, 80), np.uint8), NumberOfFrames=3, PixelData=bytes(3 * 60 * 80)),
    )
    for name, syntax in {
        "implicit": ImplicitVRLittleEndian,
        "deflated": DeflatedExplicitVRLittleEndian,
        "big-endian": ExplicitVRBigEndian,
    }.items():
        yield f"dicom-{name}", written(dataset(), syntax)
    for name, syntax in {
        "jpeg": JPEGBaseline8Bit,
        "jpeg-2000": JPEG2000,
        "jpeg-ls": JPEGLSLossless,
        "rle": RLELossless,
        "mpeg": MPEG2MPML,
    }.items():
        yield (
            f"dicom-{name}-noise",
            written(dataset(ramp(), PixelData=encapsulate([bytes(range(250))])), syntax),
        )
    jpeg = encapsulate([saved(ramp(8, 8), "JPEG")])
    yield "dicom-jpeg-of-another-size", written(dataset(ramp(), PixelData=jpeg), JPEGBaseline8Bit)
    good = film()
    yield "dicom-syntax-unknown", good.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0")
    yield (
        "dicom-charset-unknown",
        film(SpecificCharacterSet="ISO_IR 192").replace(b"ISO_IR 192", b"ISO_IR 999"),
    )
    yield "dicom-without-preamble", good[132:]
    yield "dicom-vr-length-lie", good.replace(b"CS\x02\x00DX", b"CS\xff\xffDX")
    yield "dicom-vr-unknown", good.replace(b"CS\x02\x00DX", b"ZZ\x02\x00DX")
    yield "dicom-sequence-endless", good[:-4] + b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff"
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    meta = written(dataset(), DeflatedExplicitVRLittleEndian)[:350]
    yield "dicom-deflate-bomb", meta + bomb.compress(bytes(90_000_000)) + bomb.flush()
