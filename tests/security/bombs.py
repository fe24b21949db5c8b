"""Small files that ask for a great deal, or for what nobody may have, made in memory.

Every generator yields ``(name, content)``. The files of :func:`programs` would run a command if
anything unpickled them: it creates the file named by ``MARK``, so that a test sees it. ``TMPDIR``
says where, so that of several runs each sees its own.
"""

from __future__ import annotations

import bz2
import io
import json
import pickle
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.core.saliency import onnx_files as wire

MARK = Path(tempfile.gettempdir()) / "suite-upload-was-executed"
MIB = 2**20
Bombs = Iterator[tuple[str, bytes]]


class _Command:
    """What an attacker pickles: a command for whoever unpickles it."""

    def __reduce__(self):
        return Path.touch, (MARK,)


def programs() -> Bombs:
    """Formats that can carry code, or are read by libraries that once ran some."""
    for protocol in (0, 2, 4, 5):
        yield f"protocol-{protocol}.pkl", pickle.dumps(_Command(), protocol=protocol)
    yield "model.joblib", zlib.compress(pickle.dumps(_Command()))
    yield "model.joblib.bz2", bz2.compress(pickle.dumps(_Command()))
    array = io.BytesIO()
    np.save(array, np.array([_Command()], dtype=object), allow_pickle=True)
    yield "objects.npy", array.getvalue()
    arrays = io.BytesIO()
    np.savez(arrays, x=np.array([_Command()], dtype=object))
    yield "objects.npz", arrays.getvalue()
    yield (
        "model.pt",
        zipped({"archive/data.pkl": pickle.dumps(_Command()), "archive/version": b"3"}),
    )
    yield (
        "model.keras",
        zipped({"config.json": b'{"class_name": "Lambda"}', "model.h5": b"\x89HDF"}),
    )
    yield "weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(1000)
    yield (
        "macro.xlsm",
        zipped({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0", "[Content_Types].xml": XXE}),
    )
    yield "page.html", b"<script>fetch('http://127.0.0.1:1/')</script>"
    yield "script.py", b"import os\nos.system('true')\n"
    yield "program.elf", b"\x7fELF\x02\x01\x01" + bytes(120)
    yield "tags.yaml", b"!!python/object/apply:os.system ['true']\n"


XXE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<rows><row>&a;</row></rows>"
)


def texts() -> Bombs:
    """Text that is endless in one direction, or multiplies when it is expanded."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{lines}]><l>&l11;</l>'
    yield "laughs.xml", laughs.encode()
    yield "outside.xml", XXE
    yield (
        "laughs.svg",
        laughs.replace("<l>", "<svg><text>").replace("</l>", "</text></svg>").encode(),
    )
    yield "one-line.csv", b"age\n" + b"9" * (30 * MIB)
    yield "one-header.csv", b"a" * (20 * MIB) + b"\n1\n"
    yield "too-large.csv", b"age\n" + b"9\n" * (26 * MIB)
    yield "many-columns.csv", b"a," * (16 * MIB) + b"\n"
    yield "many-cells-a-row.csv", b"a,b\n" + b"1," * (16 * MIB)
    yield "many-rows.csv", b"a\n" + b"1\n" * (6 * MIB)
    yield "quotes.csv", b"a,b\n" + b'"' * (16 * MIB)
    yield "open-quote.csv", b'a,b\n1,"' + b"x\n" * (16 * MIB)
    yield "nul.csv", b"a,b\n" + bytes(16 * MIB)
    yield "blank-lines.csv", b"a\n" + b"\n" * (12 * MIB) + b"1\n"
    yield "marks.csv", "a\n".encode("utf-16") + "e\u0301".encode("utf-16-le") * (8 * MIB)
    yield "damaged.csv", b"a\n" + b"\xff" * (16 * MIB)


def documents() -> Bombs:
    """JSON that no parser should follow to its end."""
    yield "arrays.json", b"[" * 100_000 + b"]" * 100_000
    yield "objects.json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "unclosed.json", b"[" * 1_000_000
    yield "digits.json", b'{"age": ' + b"9" * 1_000_000 + b"}"
    yield "exponent.json", b'{"age": 1e' + b"9" * 100_000 + b"}"
    yield "fraction.json", b'{"age": 0.' + b"9" * 1_000_000 + b"}"
    yield "keys.json", json.dumps({f"k{n}": n for n in range(200_000)}).encode()
    yield "same-key.json", b"{" + b",".join([b'"a": 1'] * 200_000) + b"}"
    yield "text.json", b'{"a": "' + b"\\u0000" * 500_000 + b'"}'
    yield "backslashes.json", b'{"a": "' + b"\\" * 1_000_000
    yield "surrogates.json", b'{"a": "\\ud800", "\\udfff": 1}'


def tables() -> Bombs:
    """Parquet that declares, or unpacks to, far more than it has."""
    rows = 5_000_000
    yield "zeros.parquet", _parquet({"age": pa.array(np.zeros(rows, np.float32))}, rows)
    text = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(1_000_000, np.int32)), pa.array(["x" * 10_000])
    )
    yield "dictionary.parquet", _parquet({"age": text}, 1_000_000)
    small = _parquet({"age": pa.array([63.0])}, 1)
    for number, forged in enumerate(_forged_counts(small)):
        yield f"declared-{number}.parquet", forged
    wide = {f"c{n}": pa.array([1], pa.int8()) for n in range(5_000)}
    yield "wide.parquet", _parquet(wide, 1)
    yield "footer.parquet", b"PAR1" + bytes(64) + struct.pack("<I", 2**31 - 1) + b"PAR1"
    nested = pa.array([1.0])
    for _ in range(60):
        nested = pa.ListArray.from_arrays(pa.array([0, len(nested)], pa.int32()), nested)
    yield "nested.parquet", _parquet({"age": nested}, 1)


def _parquet(columns: dict[str, pa.Array], rows: int) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="zstd", row_group_size=rows)
    return out.getvalue()


def _forged_counts(small: bytes) -> Iterator[bytes]:
    """Replace counts in the footer, one byte at a time, by the largest that fits."""
    length = struct.unpack("<I", small[-8:-4])[0]
    start = len(small) - 8 - length
    for place in range(start, len(small) - 8, 7):
        yield small[:place] + b"\x7e" + small[place + 1 :]


def images() -> Bombs:
    """Pictures whose header promises more than a machine holds."""
    for side in (50_000, 2**31 - 1):
        yield f"png-{side}.png", png(side, side)
    yield "png-good-size-zeros.png", png(6_300, 6_300, zlib.compress(bytes(6_301 * 6_300), 9))
    yield "png-text.png", png(8, 8, chunk=(b"zTXt", b"k\0\0" + zlib.compress(bytes(100 * MIB), 9)))
    yield (
        "png-profile.png",
        png(8, 8, chunk=(b"iCCP", b"k\0\0" + zlib.compress(bytes(100 * MIB), 9))),
    )
    yield "gif.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6) + b";"
    yield (
        "bmp.bmp",
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 2**30, 2**30, 1, 24, *[0] * 6),
    )
    yield (
        "bmp-negative.bmp",
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, -5, -(2**31), 1, 24, *[0] * 6),
    )
    yield "webp.webp", b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0\x2f\xff\xff\xff\x0f" + bytes(12)
    yield "tiff-sides.tif", tiff({256: 2**31 - 1, 257: 2**31 - 1, 258: 8, 262: 1, 273: 8, 279: 4})
    yield (
        "tiff-strips.tif",
        tiff({256: 6_000, 257: 6_000, 258: 8, 262: 1, 273: 8, 277: 65_535, 279: 4}),
    )
    yield "tiff-loop.tif", tiff({256: 8, 257: 8, 258: 8, 262: 1, 273: 8, 279: 64}, following=8)
    yield "dicom-sides.dcm", dicom(65_535, 65_535)
    yield "dicom-frames.dcm", dicom(512, 512, frames=2**31 - 1)
    yield "dicom-deflated.dcm", deflated_dicom(bytes(150 * MIB))
    yield "dicom-sequences.dcm", nested_dicom(5_000)
    yield (
        "jpeg-scans.jpg",
        b"\xff\xd8\xff\xc2\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0"
        + b"\xff\xda\0\x08\x01\x01\0\0\0\0" * 500,
    )


def png(
    width: int, height: int, data: bytes = b"", chunk: tuple[bytes, bytes] | None = None
) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    extra = part(*chunk) if chunk else b""
    body = data or zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + extra
        + part(b"IDAT", body)
        + part(b"IEND", b"")
    )


def tiff(tags: dict[int, int], following: int = 0) -> bytes:
    entries = b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items())
    )
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following)


def dicom(
    rows: int, columns: int, frames: int = 1, syntax: bytes = b"1.2.840.10008.1.2.1\0"
) -> bytes:
    def element(group: int, number: int, kind: bytes, value: bytes) -> bytes:
        return struct.pack("<HH2sH", group, number, kind, len(value)) + value

    def short(number: int, value: int) -> bytes:
        return element(0x28, number, b"US", struct.pack("<H", value))

    meta = element(2, 0x10, b"UI", syntax)
    count = str(frames).encode()
    body = short(2, 1) + element(0x28, 4, b"CS", b"MONOCHROME2 ")
    body += element(0x28, 8, b"IS", count + b" " * (len(count) % 2))
    body += short(0x10, rows) + short(0x11, columns) + short(0x100, 16) + short(0x101, 16)
    body += short(0x102, 15) + short(0x103, 0)
    pixels = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, 64) + bytes(64)
    head = element(2, 0, b"UL", struct.pack("<I", len(meta)))
    return bytes(128) + b"DICM" + head + meta + body + pixels


def deflated_dicom(body: bytes) -> bytes:
    whole = dicom(64, 64, syntax=b"1.2.840.10008.1.2.1.99")
    start = 132 + 12 + 8 + 22
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return whole[:start] + packer.compress(whole[start:] + body) + packer.flush()


def nested_dicom(depth: int) -> bytes:
    sequence = struct.pack("<HH2sHI", 0x28, 0x3000, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return dicom(8, 8)[: 132 + 12 + 8 + 20] + (sequence + item) * depth


OUTSIDE = (
    "../../etc/cron.d/x",
    "/etc/passwd",
    "C:\\Windows\\x.png",
    "..\\..\\x.png",
    "a/../../x.png",
    "\\\\server\\share\\x.png",
    "a" * 5_000 + ".png",
    "film\u202egnp.exe",
    "nul\0.png",
)


def archives() -> Bombs:
    """Zip files that unpack to more than fits, to somewhere else, or for ever."""
    kernel = bytes(150 * MIB)
    yield "ratio.zip", zipped({"film.png": kernel})
    yield "lie.zip", _smaller_declared(zipped({"film.png": kernel[: 70 * MIB]}), 70 * MIB, 10)
    del kernel
    inner = zipped({"film.png": bytes(MIB)})
    for _ in range(10):
        inner = zipped({f"{n}.zip": inner for n in range(4)})
    yield "nested.zip", inner
    yield "names.zip", zipped(dict.fromkeys(OUTSIDE, b"\x89PNG"))
    yield "entries.zip", zipped({f"{n}.png": b"" for n in range(60_000)}, zipfile.ZIP_STORED)
    yield "overlap.zip", overlapping(2_000, 10 * MIB)
    yield "counted.zip", b"PK\x05\x06" + b"\0\0\0\0\xff\xff\xff\xff" + b"\xff" * 8 + b"\0\0"
    yield "bzip2.zip", zipped({"film.png": bytes(8 * MIB)}, zipfile.ZIP_BZIP2)
    yield "lzma.zip", zipped({"film.png": bytes(8 * MIB)}, zipfile.ZIP_LZMA)


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def overlapping(entries: int, size: int) -> bytes:
    """Every name of the directory points to the one block of data there is."""
    first = zipped({"00000.png": bytes(size)})
    start = first.index(b"PK\x01\x02")
    entry = first[start : first.index(b"PK\x05\x06")]
    listed = b"".join(entry.replace(b"00000.png", f"{n:05d}.png".encode()) for n in range(entries))
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, entries, entries, len(listed), start, 0)
    return first[:start] + listed + end


def _smaller_declared(archive: bytes, true: int, declared: int) -> bytes:
    return archive.replace(struct.pack("<I", true), struct.pack("<I", declared))


def networks() -> Bombs:
    """ONNX files that reach for other files, foreign code, or all memory and time."""
    pixels = {"pixels": ["n", 1, 16, 16]}
    out = {"logits": ["n", 3]}
    for place in ("../../../../etc/passwd", "/etc/passwd", "weights.bin", "\\\\server\\share"):
        matrix = wire.tensor("m", np.zeros((256, 3), np.float32), elsewhere=place)
        nodes = [wire.node("Flatten", ["pixels"], "f"), wire.node("MatMul", ["f", "m"], "logits")]
        yield (
            f"outside-{place.count('.')}{len(place)}.onnx",
            wire.model(nodes, pixels, out, [matrix]),
        )
    custom = [wire.node("RunShell", ["pixels"], "logits", "evil.corp", command=b"touch x")]
    yield "custom.onnx", wire.model(custom, pixels, out, domains=("", "evil.corp"))
    yield (
        "python.onnx",
        wire.model([wire.node("PyOp", ["pixels"], "logits", "ai.onnx.contrib")], pixels, out),
    )
    yield "loop.onnx", wire.model([wire.node("Loop", ["pixels"], "logits")], pixels, out)
    yield "cut.onnx", wire.classifier()[:-40]
    yield "many-nodes.onnx", wire.field(7, b"\x0a\x00" * (20 * MIB))
    deep = b""
    for _ in range(2_000):
        deep = wire.field(1, wire.field(5, wire.field(6, deep)))
    yield "deep.onnx", wire.field(7, deep)


def hungry_networks() -> Bombs:
    """Small, valid classifiers that take some GiB of memory for one answer."""
    for gib in (3, 64):
        yield f"hungry-{gib}.onnx", _hungry(gib)


def _hungry(gib: int) -> bytes:
    nodes = [
        wire.node("Flatten", ["pixels"], "flat"),
        wire.node("ReduceMean", ["flat"], "mean", keepdims=1),
        wire.node("ConstantOfShape", ["shape"], "large"),
        wire.node("Add", ["large", "mean"], "larger"),
        wire.node("ReduceMean", ["larger", "axis"], "few", keepdims=1),
        wire.node("Concat", ["few", "few", "few"], "logits", axis=1),
    ]
    tensors = [
        wire.tensor("shape", np.array([1, gib * 2**28], np.int64)),
        wire.tensor("axis", np.array([1], np.int64)),
    ]
    return wire.model(nodes, {"pixels": [1, 1, 16, 16]}, {"logits": [1, 3]}, tensors)
