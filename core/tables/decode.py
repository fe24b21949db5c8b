"""Bytes to text: size, binary formats and encodings, each refusal with its place."""

from __future__ import annotations

import codecs
from pathlib import Path

from core.errors import InputError
from core.tables.limits import MAX_BYTES, refusal

_FORMATS = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
)
UTF16 = (
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
_CONTROL = bytes([*range(0x09), *range(0x0E, 0x20)])
_EDGE = 100
_EXPORT = "Export the table as CSV (UTF-8) and give that file."


def load_bytes(source: bytes | Path, name: str) -> bytes:
    """Return the content of a source.

    Raises
    ------
    InputError
        If the file cannot be opened, is empty, or exceeds ``MAX_BYTES``.
    """
    if isinstance(source, Path):
        try:
            size = source.stat().st_size
            data = source.read_bytes() if size <= MAX_BYTES else b""
        except (OSError, ValueError) as error:
            raise unreadable(name, error) from error
    else:
        data, size = source, len(source)
    if size > MAX_BYTES:
        message = f"{name} has {size:,} bytes; the limit is {MAX_BYTES:,}."
        raise refusal("too-large", message, "Split the table into smaller files.")
    if not data.strip():
        raise _empty(name)
    return data


def unreadable(name: str, error: Exception) -> InputError:
    """Return the refusal of a file that the system does not open."""
    reason = getattr(error, "strerror", None) or str(error)
    message = f"{name} cannot be opened ({reason})."
    return refusal("unreadable", message, "Check the path and the permissions.")


def to_utf8(data: bytes, name: str) -> tuple[bytes, str, tuple[str, ...]]:
    """Turn the content of a text file into UTF-8.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        How the messages call the file.

    Returns
    -------
    tuple of bytes, str and tuple of str
        UTF-8 without byte-order mark, the encoding of the file, and notes for the reader.

    Raises
    ------
    InputError
        If the content is of another format, damaged, empty, or holds control characters.
    """
    refuse_binary(data, name)
    utf8, encoding, notes = _transcode(data, name)
    if has_control_characters(utf8):
        raise control_refusal(utf8, name)
    if not utf8.strip():
        raise _empty(name)
    refuse_markup(utf8[:_EDGE], utf8[-_EDGE:], name)
    return utf8, encoding, notes


def refuse_binary(start: bytes, name: str) -> None:
    """Refuse a file that begins like one of another format than text.

    Raises
    ------
    InputError
    """
    for magic, kind in _FORMATS:
        if start.startswith(magic):
            raise refusal("format", f"{name} is {kind}, not a text table.", _EXPORT)


def refuse_markup(start: bytes, end: bytes, name: str) -> None:
    """Refuse a text whose edges are those of JSON, HTML or XML.

    Raises
    ------
    InputError
    """
    start, end = start.lstrip(), end.rstrip()
    if start.startswith((b"{", b"[")) and end.endswith((b"}", b"]")):
        raise refusal("format", f"{name} is JSON, not a table.", _EXPORT)
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise refusal("format", f"{name} is HTML or XML, not a table.", _EXPORT)


def _transcode(data: bytes, name: str) -> tuple[bytes, str, tuple[str, ...]]:
    for mark, codec, label in UTF16:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(codec)
            except UnicodeDecodeError as error:
                message = f"{name} is damaged {label} at byte {error.start + len(mark)}."
                raise refusal("encoding", message, "Save it again as UTF-8.") from error
            return text.encode(), label, (f"Read as {label}.",)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return _western_to_utf8(data, error.start)
    return data.removeprefix(codecs.BOM_UTF8), "UTF-8", ()


def _western_to_utf8(data: bytes, byte: int) -> tuple[bytes, str, tuple[str, ...]]:
    try:
        text, label = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, label = data.decode("latin-1"), "Latin-1"
    note = (
        f"Not UTF-8 (byte {byte}), so read as {label}: check accented letters,"
        " or save the file as UTF-8."
    )
    return text.encode(), label, (note,)


def has_control_characters(utf8: bytes) -> bool:
    """Return whether a text holds characters that no text table has."""
    return len(utf8.translate(None, _CONTROL)) < len(utf8)


def count_lines(utf8: bytes) -> int:
    """Return the number of line ends in a text, of whatever kind."""
    lines = utf8.count(b"\n")
    if b"\r" in utf8:
        lines += utf8.count(b"\r") - utf8.count(b"\r\n")
    return lines


def control_refusal(utf8: bytes, name: str, first_line: int = 1) -> InputError:
    """Return the refusal that names the first control character of a text, and its line."""
    position = next(at for at, byte in enumerate(utf8) if byte in _CONTROL)
    line = first_line + count_lines(utf8[:position])
    code = utf8[position]
    message = f"{name} holds the control character {code:#04x} in line {line}."
    fix = f"The file is binary or damaged. {_EXPORT}"
    if code == 0 and position <= 1:
        fix = "The file looks like UTF-16 without a byte-order mark: save it as UTF-8."
    return refusal("binary", message, fix, value=f"{code:#04x}")


def _empty(name: str) -> InputError:
    return refusal("empty", f"{name} is empty.", "Give a header line and data rows.")
