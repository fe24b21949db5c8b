"""Archives in a batch: opened entry by entry, within limits, never on disk."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from core.errors import InputError
from core.respiratory.images import kinds
from core.respiratory.images.limits import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED,
    RATIO_FROM,
    refusal,
    shown,
    size,
)

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others inflate past any limit at once
_OUTSIDE = re.compile(r"^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)")

Item = tuple[str, bytes | InputError]


def expand(files: Iterable[tuple[str, bytes]]) -> Iterator[Item]:
    """Yield every file of a batch; a zip archive gives its entries, one at a time.

    Parameters
    ----------
    files : iterable of (name, content)
        What the user handed over, in order.

    Yields
    ------
    name : str
        The file's name; an entry is called ``archive.zip/folder/film.png``.
    content : bytes or InputError
        The bytes, or why there are none: encrypted, nested, too large, damaged, or with a name
        that points outside the archive. The other entries and files still come.

    Notes
    -----
    Folders, hidden files and what macOS adds (``__MACOSX``) are passed over.
    """
    for name, content in files:
        if kinds.is_zip(content):
            yield from _entries(name, content)
        else:
            yield name, content


def _entries(name: str, content: bytes) -> Iterator[Item]:
    opened = _opened(name, content)
    if isinstance(opened, InputError):
        yield name, opened
        return
    with opened as archive:
        wanted = [info for info in archive.infolist() if _wanted(info)]
        if not wanted:
            yield name, refusal(name, "is a zip archive without files; pack the films again.")
        left = MAX_UNPACKED
        for info in wanted[:MAX_ENTRIES]:
            if left <= 0:
                yield name, _too_much(name)
                return
            item = _entry(archive, name, info)
            left -= len(item[1]) if isinstance(item[1], bytes) else 0
            yield item
            del item  # the next entry is read when this one can be forgotten
        if len(wanted) > MAX_ENTRIES:
            yield name, _too_many(name, len(wanted))


def _opened(name: str, content: bytes) -> zipfile.ZipFile | InputError:
    # Counted before the library builds an object for each
    if content.count(_DIRECTORY_ENTRY) > 4 * MAX_ENTRIES:
        return _too_many(name, content.count(_DIRECTORY_ENTRY))
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # damaged directories raise many things
        return refusal(
            name,
            f"is a zip archive ({size(len(content))}) that is cut short or damaged: its directory "
            "cannot be read. Copy or pack it again.",
        )


def _too_many(name: str, n: int) -> InputError:
    return refusal(
        name,
        f"holds {n:,} files; of an archive the first {MAX_ENTRIES:,} are read. Split it.",
    )


def _too_much(name: str) -> InputError:
    return refusal(
        name, f"unpacks to more than {size(MAX_UNPACKED)}; the rest of it is not read. Split it."
    )


def _wanted(info: zipfile.ZipInfo) -> bool:
    parts = [part for part in re.split(r"[/\\]", info.filename) if part]
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    # is_dir() of the library fails at an entry without a name
    return not (info.filename.endswith("/") or hidden or "__MACOSX" in parts)


def _entry(archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo) -> Item:
    label = f"{shown(name)}/{shown(info.filename)}"
    reason = _reason_against(info)
    if reason:
        return label, InputError(f"{label} {reason}")
    try:
        with archive.open(info) as stream:
            content = stream.read(MAX_BYTES + 1)
    except Exception:  # a damaged entry raises many things
        return label, InputError(
            f"{label} is damaged: its checksum or its compressed data are wrong. Pack it again."
        )
    if len(content) > MAX_BYTES:
        return label, InputError(f"{label} {_large(len(content))}")
    if kinds.is_zip(content):
        return label, InputError(f"{label} is an archive inside an archive; unpack it first.")
    return label, content


def _reason_against(info: zipfile.ZipInfo) -> str:
    """Return why an entry is not even opened, empty if it may be."""
    if _OUTSIDE.search(info.filename):
        return "has a name that points outside its archive; rename it and pack it again."
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; unpack it with its password, then pack it without one."
    if info.compress_type not in _METHODS:
        return (
            f"is compressed by method {info.compress_type}, which is not read here; "
            "pack it as an ordinary zip (deflate)."
        )
    if info.file_size > MAX_BYTES:
        return _large(info.file_size)
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
        return (
            f"unpacks from {size(info.compress_size)} to {size(info.file_size)}, more than "
            f"{MAX_RATIO} for 1, as no film does; give the file itself."
        )
    return ""


def _large(n: int) -> str:
    return f"unpacks to {size(n)}; a file may have {size(MAX_BYTES)}. Export it smaller."
