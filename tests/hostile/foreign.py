"""Files of nobody's: what people choose by mistake, offered to every door."""

from __future__ import annotations

import gzip
import io
import random
import sqlite3
import tarfile
from collections.abc import Iterator

from tests.hostile.made import Hostile, zipped


def files() -> Iterator[Hostile]:
    """Yield every foreign file."""
    for name, content in _made():
        yield Hostile("foreign", "", name, content)


def _made() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "one-byte", b"\n"
    yield "one-nul", b"\0"
    yield "spaces", b" " * 5000
    yield "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</JavaScript(app.alert(1))>>endobj\n"
    yield "exe", b"MZ\x90\0" + bytes(200)
    yield "elf", b"\x7fELF\x02\x01\x01" + bytes(200)
    yield "mach-o", b"\xcf\xfa\xed\xfe" + bytes(200)
    yield "html", b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
    yield "html-table", b"<table><tr><td>age</td></tr><tr><td>63</td></tr></table>"
    yield (
        "xml-bomb",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    )
    yield (
        "xml-outside",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
    )
    yield "json", b'{"age": 63}'
    yield "json-lines", b'{"age": 63}\n{"age": 64}\n'
    yield "yaml-object", b"!!python/object/apply:os.system ['id']\n"
    yield "toml", b"[patient]\nage = 63\n"
    yield "pickle", b"cos\nsystem\n(S'id'\ntR."
    yield "pickle-4", b"\x80\x04\x95\x10\0\0\0\0\0\0\0]."
    yield (
        "numpy",
        b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
    )
    yield "hdf5", b"\x89HDF\r\n\x1a\n" + bytes(100)
    yield "shell-script", b"#!/bin/sh\nrm -rf /\n"
    yield "rtf", b"{\\rtf1 age}"
    yield "mp3", b"ID3\x03" + bytes(100)
    yield "mp4", b"\0\0\0\x18ftypmp42" + bytes(100)
    yield "gzip", gzip.compress(b"age,sex\n63,1\n", mtime=0)
    yield "gzip-bomb", gzip.compress(bytes(40_000_000), mtime=0)
    yield "old-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "excel", zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    yield "word", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    yield "tar", _tar()
    yield "sqlite", _database()
    yield "arrow", b"ARROW1\0\0" + bytes(64)
    yield "orc", b"ORC" + bytes(64)
    yield "avro", b"Obj\x01" + bytes(64)
    yield "torch", zipped({"archive/data.pkl": b"\x80\x02]."})
    yield "7z", b"7z\xbc\xaf\x27\x1c" + bytes(64)
    yield "rar", b"Rar!\x1a\x07\x01\0" + bytes(64)
    yield "eicar-like", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}"
    yield "utf-16-words", "to whom it may concern".encode("utf-16")
    yield "prose", b"It was the best of times, it was the worst of times\n" * 50
    for index in range(12):
        rng = random.Random(f"noise {index}")
        yield f"noise-{index}", rng.randbytes(rng.choice((3, 64, 700, 9000)))
    for index in range(8):
        rng = random.Random(f"ascii {index}")
        yield f"ascii-{index}", bytes(rng.choices(b'0123456789,;\n\r"\t|.-x{}[]:', k=400))


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("../evil")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


def _database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (age)")
    found = bytes(connection.serialize())
    connection.close()
    return found
