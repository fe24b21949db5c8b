"""Files that a batch upload must survive, built in memory: name to content.

``hostile_files()`` covers encodings, structure, cells, foreign formats and seeded damage to a
good file. Some are harmless oddities that must be scored, most must be refused.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal"
ROW = "63,1,1,145,233,1,2,150,0,2.3,3,0,6"
GOOD = f"{HEADER}\n{ROW}\n67,1,4,160,286,0,2,108,1,1.5,2,3,3\n"

_CELLS = {
    "huge": "9" * 400,
    "overflow": "1e999",
    "negative-overflow": "-1e999",
    "tiny": "5e-324",
    "nan": "NaN",
    "infinity": "Infinity",
    "hexadecimal": "0x3F",
    "underscore": "6_3",
    "fraction": "63/1",
    "full-width-digits": "６３",
    "arabic-digits": "٦٣",
    "superscript": "6³",
    "minus-sign": "−63",
    "decimal-comma": '"63,0"',
    "thousands": '"1,063"',
    "space-inside": "6 3",
    "no-break-space": "\u00a063",
    "zero-width-space": "\u200b63",
    "right-to-left": "\u202e36",
    "words": "sixty-three",
    "true": "True",
    "json": '"{""age"": 63}"',
    "list": "[63]",
    "date": "1963-01-01",
    "formula": "=1+62",
    "formula-plus": "+63+0",
    "formula-minus": "-63-0",
    "formula-at": "@SUM(A1)",
    "formula-dde": "\"=cmd|' /C calc'!A0\"",
    "formula-link": '"=HYPERLINK(""http://127.0.0.1"",""x"")"',
    "sql": "'; DROP TABLE patients;--",
    "html": "<script>alert(1)</script>",
    "template": "{{7*7}}",
    "path": "../../etc/passwd",
    "emoji": "🫀",
    "combining": "e\u0301" * 50,
    "line-separator": "6\u20283",
    "next-line": "6\u00853",
    "quoted-newline": '"6\n3"',
    "quoted-return": '"6\r3"',
    "doubled-quotes": '"""63"""',
    "nested-quotes": '"a ""b ""c"" d"""',
    "quote-inside": '6"3',
    "text-after-quote": '"63"x',
    "blank": " ",
    "tab": "\t",
    "question": "?",
    "point": ".",
    "dash": "-",
    "minus-nine": "-9",
    "percent": "63%",
    "unit": "63 years",
    "long": "x" * 1_000_000,
    "long-number": "6" + "0" * 1_000_000,
    "long-quoted": '"' + "y,\n" * 300_000 + '"',
    "printf": "%s%s%n",
    "byte-order-mark": "\ufeff63",
    "surrogate-escape": "\\ud800",
}


def hostile_files() -> dict[str, bytes]:
    """Return every file of the corpus."""
    parts = (_encodings(), _structures(), _cells(), _headers(), _formats(), _damage())
    return {name: content for part in parts for name, content in part}


def _encodings() -> Iterator[tuple[str, bytes]]:
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp500"):
        yield f"codec-{codec}", GOOD.encode(codec)
    whole = GOOD.encode("utf-16")
    for cut in (1, 2, 3, 5, 101, len(whole) - 1):
        yield f"utf-16-cut-{cut}", whole[:cut]
    yield "utf-16-odd-surrogate", b"\xff\xfe\x00\xd8" + GOOD.encode("utf-16-le")
    yield "utf-16-big-endian", b"\xfe\xff" + GOOD.encode("utf-16-be")
    yield "double-bom", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode()
    yield "latin-1-name", f"{HEADER},Größe\n{ROW},1\n".encode("latin-1")
    yield "undefined-in-cp1252", GOOD.encode() + b"\x81\x8d\x8f"
    yield "cut-utf-8", f"{HEADER},note\n{ROW},é".encode()[:-1]
    yield "overlong-utf-8", GOOD.encode() + b"\xc0\xaf"
    yield "nul-in-cell", GOOD.replace("145", "1\x0045").encode()
    yield "nul-in-header", GOOD.replace("chol", "ch\x00ol").encode()
    yield "nul-tail", GOOD.encode() + b"\0" * 100
    for code in (0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1A, 0x1B, 0x7F):
        yield f"control-{code:#04x}", GOOD.replace("145", f"14{chr(code)}5").encode()


def _structures() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "one-byte", b"a"
    yield "spaces", b"   "
    yield "line-ends", b"\n\r\n\r\n\n"
    yield "tabs", b"\t\t\t\n\t\t\t\n"
    yield "commas", b",,,,\n,,,,\n"
    yield "header-only", HEADER.encode()
    yield "header-and-line-end", f"{HEADER}\n".encode()
    yield "no-header", f"{ROW}\n{ROW.replace('63', '64')}\n".encode()
    yield "no-final-line-end", GOOD.strip().encode()
    for name, end in (("crlf", "\r\n"), ("cr", "\r"), ("lfcr", "\n\r")):
        yield f"ends-{name}", GOOD.replace("\n", end).encode()
    yield "ends-mixed", f"{HEADER}\r\n{ROW}\n{ROW}\r{ROW}\r\n".encode()
    for name, delimiter in (("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("colon", ":")):
        yield f"delimiter-{name}", GOOD.replace(",", delimiter).encode()
    yield "delimiter-changes", f"{HEADER}\n{ROW.replace(',', ';')}\n".encode()
    yield (
        "decimal-mixed",
        (GOOD.replace(",", ";") + ROW.replace(",", ";").replace(".", ",")).encode(),
    )
    yield "excel-sep-line", f"sep=,\n{GOOD}".encode()
    yield "comment-line", f"# patients\n{GOOD}".encode()
    yield "short-row", f"{GOOD}63,1\n".encode()
    yield "long-row", f"{GOOD}{ROW},1\n".encode()
    yield "trailing-delimiter", GOOD.replace("\n", ",\n").encode()
    yield "trailing-delimiter-in-rows", f"{HEADER}\n{ROW},\n".encode()
    yield "all-rows-ragged", HEADER.encode() + b"\n1,2" * 5000
    yield "blank-lines", GOOD.replace("\n", "\n\n\n").encode()
    yield "row-of-blanks", f"{GOOD}{',' * 12}\n".encode()
    yield "repeated-header", f"{GOOD}{GOOD}".encode()
    yield "open-quote", GOOD.replace("145", '"145').encode()
    yield "open-quote-in-header", f'"{GOOD}'.encode()
    yield "only-quotes", b'"' * 101
    yield "quoted-everything", ("\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()
    )).encode()  # fmt: skip
    yield "single-quotes", GOOD.replace("63", "'63'").encode()
    yield "backslash-quotes", GOOD.replace("63", '\\"63\\"').encode()
    yield "many-columns", (",".join(f"c{i}" for i in range(5000)) + "\n").encode()
    yield "one-long-line", b"x," * 600_000
    yield "one-long-word", b"x" * 1_200_000
    yield "many-blank-lines", GOOD.encode() + b"\n" * 1_000_000
    yield "scored-before", f"{HEADER},p_disease\n{ROW},0.5\n".encode()
    yield "recoded-copy", f"{HEADER},target\n37,1,2,130,250,0,1,187,0,3.5,0,0,2,1\n" \
        f"57,0,0,120,354,0,1,163,1,0.6,2,0,2,1\n".encode()  # fmt: skip


def _cells() -> Iterator[tuple[str, bytes]]:
    tail = ROW.split(",", 1)[1]
    for name, cell in _CELLS.items():
        yield f"cell-{name}", f"{HEADER}\n{cell},{tail}\n{ROW}\n".encode()
        if len(cell) < 1000:
            yield f"name-{name}", f"{HEADER},{cell}\n{ROW},1\n".encode()


def _headers() -> Iterator[tuple[str, bytes]]:
    for name, header in {
        "duplicated": HEADER.replace("chol", "age"),
        "ambiguous-case": HEADER.replace("chol", "AGE"),
        "ambiguous-alias": HEADER.replace("chol", "SBP"),
        "upper-case": HEADER.upper(),
        "spaced": HEADER.replace(",", " , "),
        "quoted": '"' + HEADER.replace(",", '","') + '"',
        "aliases": HEADER.replace("sex", "Gender").replace("cp", "Chest-Pain Type"),
        "unnamed": HEADER.replace("chol", ""),
        "two-unnamed": HEADER.replace("chol", "").replace("exang", ""),
        "long-names": HEADER + "".join(f",{'y' * 50_000}{i}" for i in range(9)),
        "no-age-among-many": HEADER[1:] + "".join(f",{'y' * 1000}{i}" for i in range(900)),
        "no-age": HEADER.replace("age", "weight"),
        "nothing-known": ",".join("abcdefghijklm"),
        "numbers": ",".join(map(str, range(13))),
        "reversed": ",".join(reversed(HEADER.split(","))),
        "full-width": HEADER.replace("age", "ａｇｅ"),
        "newline": HEADER.replace("age", '"age\n"'),
        "formula": HEADER.replace("thal", "=thal"),
        "output-name": HEADER.replace("thal", "decision"),
    }.items():
        padding = ",1" * (header.count(",") - HEADER.count(","))
        yield f"header-{name}", f"{header}\n{ROW}{padding}\n".encode()


def _formats() -> Iterator[tuple[str, bytes]]:
    yield "json-object", json.dumps({"age": 63}).encode()
    yield "json-list", json.dumps([{"age": 63, "sex": 1}]).encode()
    yield "json-lines", b'{"age": 63}\n{"age": 64}\n'
    yield "json-nested", ("[" * 50_000 + "]" * 50_000).encode()
    yield "html", b"<!DOCTYPE html><html><body><table></table></body></html>"
    yield "xml", b"<?xml version='1.0'?><rows/>"
    yield "yaml", b"age: 63\nsex: 1\n"
    yield "gzip", gzip.compress(GOOD.encode(), mtime=0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("patients.csv", GOOD)
    yield "zip", archive.getvalue()
    yield "png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40)
    yield "jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(40)
    yield "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    yield "old-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "sqlite", b"SQLite format 3\0" + bytes(84)
    yield "elf", b"\x7fELF\x02\x01\x01" + bytes(40)
    yield "pickle", b"\x80\x04\x95\x10\0\0\0\0\0\0\0]."
    columns = {
        name: [float(cell)] for name, cell in zip(HEADER.split(","), ROW.split(","), strict=True)
    }
    yield "parquet", _parquet(columns)
    yield "parquet-cut", _parquet(columns)[:-30]
    yield (
        "parquet-flipped",
        bytes(byte ^ (255 * (60 < i < 90)) for i, byte in enumerate(_parquet(columns))),
    )
    yield "parquet-magic-only", b"PAR1"
    yield "parquet-both-magics", b"PAR1\0\0\0\0PAR1"
    yield "parquet-bad-length", b"PAR1\xff\xff\xff\x7fPAR1"
    yield "parquet-nested", _parquet({"age": [[63.0]]})
    yield "parquet-binary", _parquet({"age": [b"\xff"]})
    yield "parquet-booleans", _parquet({**columns, "sex": [True]})
    yield "parquet-nulls", _parquet({name: pa.array([None], pa.float64()) for name in columns})
    yield "parquet-without-rows", _parquet({name: pa.array([], pa.float64()) for name in columns})
    yield "parquet-without-columns", _parquet({})


def _damage() -> Iterator[tuple[str, bytes]]:
    rng = random.Random(20240501)
    good = GOOD.encode()
    for index in range(12):
        yield f"random-bytes-{index}", rng.randbytes(rng.choice((1, 7, 64, 4096)))
    for index in range(12):
        yield f"random-ascii-{index}", bytes(rng.choices(b'0123456789,;\n\r"\t|.-x', k=200))
    for index in range(24):
        damaged = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.choice(b'",;\n\r\t |9-\xff\x00=')
        yield f"damaged-{index}", bytes(damaged)
    for index in range(8):
        yield f"cut-{index}", good[: rng.randrange(1, len(good))]


def _parquet(columns: dict) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()
