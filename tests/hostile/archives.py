"""Zip archives of films: bombs, names that climb out, directories that lie."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator

from tests.core.respiratory.film_files import film, ramp, saved
from tests.hostile.made import Hostile, damaged, zipped

NAMES = {
    "parent": "../evil.png",
    "parents": "../../../../etc/cron.d/evil",
    "absolute": "/etc/passwd",
    "drive": "C:\\evil.png",
    "unc": "\\\\host\\share\\evil.png",
    "backslash-parent": "..\\evil.png",
    "hidden": ".evil.png",
    "folder": "evil/",
    "newline": "a\nb.png",
    "nul": "a\0b.png",
    "right-to-left": "a\u202egnp.exe",
    "emoji": "🫀.png",
    "empty": "",
    "device": "NUL.png",
    "stream": "a.png:evil",
    "long": "x" * 60_000 + ".png",
    "dot": ".",
    "spaces": "   ",
    "macos": "__MACOSX/._a.png",
    "formula": "=cmd.png",
    "html": "<img src=x onerror=alert(1)>.png",
    "percent": "%2e%2e%2fa.png",
}


def files() -> Iterator[Hostile]:
    """Yield every hostile archive."""
    small = saved(ramp(32, 32))
    for name, entry in NAMES.items():
        yield Hostile("archive", "respiratory", f"name-{name}", zipped({entry: small}))
    for part in (_bombs(small), _lies(small)):
        for name, content in part:
            yield Hostile("archive", "respiratory", name, content)
    two = zipped({"a.png": small, "b/c.dcm": film(ramp(32, 32))})
    for name, content in damaged("archive", two, 30):
        yield Hostile("archive", "respiratory", name, content)


def _bombs(small: bytes) -> Iterator[tuple[str, bytes]]:
    yield "bomb-70-MB-of-zeros", zipped({"a.png": bytes(70_000_000)})
    yield "bomb-two-of-60-MB", zipped({f"{i}.png": bytes(60_000_000) for i in range(2)})
    inner = zipped({"a.png": bytes(1_000_000)})
    yield "nested", zipped({"inner.zip": inner})
    yield "nested-thrice", zipped({"a.zip": zipped({"b.zip": inner})})
    yield (
        "entries-10000-empty",
        zipped({f"{i}.png": b"" for i in range(10_000)}, zipfile.ZIP_STORED),
    )
    yield "entries-10000-hidden", zipped({f".{i}": b"" for i in range(10_000)}, zipfile.ZIP_STORED)
    yield "entries-40-alike", _repeated("a.png", small, 40)
    yield "entries-none", zipped({})
    yield "folders-only", zipped({"a/": b"", "b/": b""})
    for name, method in {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}.items():
        yield f"method-{name}", zipped({"a.png": small}, method)
        yield f"method-{name}-bomb", zipped({"a.png": bytes(70_000_000)}, method)
    yield (
        "not-films",
        zipped({"a.txt": b"hello", "b.csv": b"a,b\n1,2\n", "c.exe": b"MZ" + bytes(60)}),
    )
    yield "overlapping", _overlapping(small)


def _lies(small: bytes) -> Iterator[tuple[str, bytes]]:
    good = zipped({"a.png": small})
    directory = good.index(b"PK\x01\x02")
    yield "crc-wrong", good[:14] + b"\0\0\0\0" + good[18:]
    yield "crc-wrong-in-both", _patched(good, (14, directory + 16), b"\1\2\3\4")
    yield "encrypted", _patched(good, (6, directory + 8), b"\x01\x00")
    yield "encrypted-strongly", _patched(good, (6, directory + 8), b"\x41\x00")
    yield "method-99", _patched(good, (8, directory + 10), b"\x63\x00")
    yield "size-too-small", _patched(good, (22, directory + 24), b"\x05\0\0\0")
    yield "size-zero", _patched(good, (22, directory + 24), bytes(4))
    yield "size-4-GB", _patched(good, (22, directory + 24), b"\xff\xff\xff\xfe")
    yield "compressed-size-4-GB", _patched(good, (18, directory + 20), b"\xff\xff\xff\xfe")
    yield "name-not-utf-8", good.replace(b"a.png", b"\xff\xfe.pn")
    yield "name-differs", good[:30] + b"b" + good[31:]
    yield "version-255", _patched(good, (4, directory + 6), b"\xff\xff")
    yield "directory-missing", good[:directory]
    yield "directory-offset-wrong", good[:-6] + struct.pack("<I", 2**31) + good[-2:]
    yield "entries-65535-declared", good[:-14] + b"\xff\xff\xff\xff" + good[-10:]
    yield "comment-cut", good[:-2] + b"\xff\xff"
    yield "bytes-before", b"MZ" + bytes(500) + good
    yield "bytes-after", good + bytes(500)
    yield "multi-disk", good[:-18] + b"\x05\0\x05\0" + good[-14:]
    yield "extra-field-lie", _patched(good, (28,), b"\xff\xff")
    yield "start-alone", b"PK\x03\x04"
    yield "end-alone", b"PK\x05\x06" + bytes(18)
    yield "directory-marks-25000", b"PK\x03\x04" + b"PK\x01\x02" * 25_000
    yield (
        "zip-64-lie",
        good[:-22] + b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16) + good[-22:],
    )


def _patched(good: bytes, places: tuple[int, ...], value: bytes) -> bytes:
    made = bytearray(good)
    for at in places:
        made[at : at + len(value)] = value
    return bytes(made)


def _repeated(name: str, content: bytes, times: int) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for _ in range(times):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _overlapping(small: bytes) -> bytes:
    """Return an archive whose directory names one entry many times, as quines and bombs do."""
    good = zipped({"a.png": small})
    start, end = good.index(b"PK\x01\x02"), good.index(b"PK\x05\x06")
    entry, times = good[start:end], 50
    tail = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, times, times, len(entry) * times, start, 0
    )
    return good[:start] + entry * times + tail
