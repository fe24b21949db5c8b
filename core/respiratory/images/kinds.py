"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

READABLE = "PNG, JPEG, DICOM, BMP, TIFF, WebP or GIF"

_RASTER = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
)

# Kinds that are met in practice, named so that the refusal can say what to do instead.
_OTHER = (
    (b"PK\x03\x04", "a zip archive inside another or under another roof; unpack it first"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive; unpack it, or pack the films as zip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it, or pack the films as zip"),
    (b"Rar!", "a RAR archive; unpack it, or pack the films as zip"),
    (b"%PDF", "a PDF document; export the image itself"),
    (b"%!PS", "a PostScript document; export the image itself"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document; export the image itself"),
    (b"8BPS", "a Photoshop document; export it as PNG"),
    (b"icns", "an icon; export it as PNG"),
    (b"\x00\x00\x01\x00", "an icon; export it as PNG"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image outside DICOM; export it as PNG"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image outside DICOM; export it as PNG"),
    (b"\x93NUMPY", "a NumPy array; export it as PNG"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_NO_PREAMBLE = (b"\x02\x00", b"\x08\x00", b"\x00\x08")  # groups a DICOM data set begins with


def is_zip(content: bytes) -> bool:
    """Return whether a file is a zip archive, also one that is empty or spans several files."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def is_dicom(content: bytes) -> bool:
    """Return whether a file is DICOM as Part 10 wants it: a preamble, then ``DICM``."""
    return content[128:132] == b"DICM"


def may_be_bare_dicom(content: bytes) -> bool:
    """Return whether a file could be a DICOM data set without its preamble."""
    return content[:2] in _NO_PREAMBLE


def raster(content: bytes) -> str:
    """Return the kind of an image that is not DICOM, empty if it is none of those read here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for magic, kind in _RASTER if content.startswith(magic)), "")


def described(content: bytes) -> str:
    """Return what a file is that cannot be read, as the end of a sentence without its stop."""
    if content[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file; export it as PNG or JPEG"
    if content[344:348] in (b"n+1\x00", b"ni1\x00"):
        return "a NIfTI volume; export one radiograph as PNG"
    if content[:64].lstrip().lower().startswith((b"<svg", b"<?xml", b"<html", b"<!doctype")):
        return "a text with mark-up; export the image as PNG or JPEG"
    named = next((what for magic, what in _OTHER if content.startswith(magic)), "")
    start = content[:4].hex(" ").upper()
    return named or f"not an image (it begins with the bytes {start}); give {READABLE}"
