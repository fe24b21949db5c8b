"""Text tables: the template of each system, written as no table should be."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.apple_sales import sales_example, sales_template
from core.breast_cancer import case_template, example_batch
from core.breast_cancer.schema import FEATURES
from core.cardiosense import batch_template
from core.tables import to_csv
from core.trust import template
from tests.hostile.made import Hostile, damaged

GOOD = {
    "cardiosense": batch_template(),
    "breast-cancer": case_template(),
    "predictions": template(),
    "sales": sales_template(),
}
COLUMN = {"cardiosense": 0, "breast-cancer": 0, "predictions": 1, "sales": 5}
"""The column that odd cells are put into: one of numbers."""

CELLS = {
    "overflow": "1e999",
    "minus-overflow": "-1e999",
    "denormal": "5e-324",
    "minus-zero": "-0",
    "digits-400": "7" * 400,
    "fraction-digits-400": "0." + "3" * 400,
    "digits-4301": "1" * 4301,
    "exponent-huge": "1e-99999999999",
    "hexadecimal": "0x3F",
    "octal": "0o17",
    "binary": "0b1",
    "underscore": "6_3",
    "arabic-digits": "٦٣",
    "persian-digits": "۶۳",
    "devanagari": "६३",
    "full-width": "６３",
    "superscript": "6³",
    "roman": "ⅬⅩⅢ",
    "vulgar-half": "½",
    "thousands-comma": '"1,063"',
    "thousands-apostrophe": "1'063",
    "thousands-point": "1.063.000",
    "thousands-thin-space": "1\u2009063",
    "decimal-comma": '"63,5"',
    "two-points": "6.3.1",
    "unit": "63 mmHg",
    "unit-stuck": "63mm",
    "percent": "63%",
    "currency": "$63",
    "degree": "63°",
    "nan": "nan",
    "nan-capital": "NaN",
    "nan-sign": "-nan",
    "nan-payload": "nan(0x7)",
    "inf": "inf",
    "infinity": "+Infinity",
    "infinity-sign": "∞",
    "na": "N/A",
    "excel-error": "#REF!",
    "excel-value": "#VALUE!",
    "null": "NULL",
    "none": "None",
    "question": "?",
    "minus-nine": "-9",
    "point": ".",
    "plus": "+",
    "exponent-only": "e5",
    "blank": " ",
    "date": "2024-02-30",
    "date-serial": "45000.5",
    "date-german": "31.12.2024",
    "time": "12:61",
    "boolean": "TRUE",
    "formula": "=1+62",
    "formula-plus": "+62+1",
    "formula-at": "@SUM(A1)",
    "dde": "=cmd|'/C calc'!A0",
    "formula-tab": "\t=1+1",
    "right-to-left": "\u202e36",
    "left-to-right": "\u200e63",
    "zero-width": "6\u200b3",
    "soft-hyphen": "6\u00ad3",
    "joiner": "6\u20603",
    "no-break": "\u00a063",
    "byte-order-mark": "\ufeff63",
    "emoji": "🫀",
    "combining": "6\u0301" * 40,
    "zalgo": "6" + "\u0489" * 99,
    "line-separator": "6\u20283",
    "next-line": "6\u00853",
    "bell": "6\x073",
    "escape": "\x1b[31m63",
    "delete": "6\x7f3",
    "nul": "6\x003",
    "unit-separator": "6\x1f3",
    "quoted-newline": '"6\n3"',
    "quote-inside": '6"3',
    "quote-after": '"63"x',
    "quotes-doubled": '"""63"""',
    "backslash": "6\\3",
    "html": "<script>alert(1)</script>",
    "sql": "1; DROP TABLE x;--",
    "path": "../../etc/passwd",
    "template": "{{7*7}}",
    "printf": "%s%n",
    "json": '"{""a"":1}"',
    "list": "[63]",
    "long": "x" * 100_000,
    "minus-sign": "−63",
    "en-dash": "–63",
    "sign-after": "63-",
    "parentheses": "(63)",
    "complex": "6+3j",
    "range": "60-65",
    "less-than": "<63",
    "plus-minus": "63±2",
    "times-ten": "6×10²",
}


def files() -> Iterator[Hostile]:
    """Yield every hostile text table."""
    for like, good in GOOD.items():
        text = good.decode()
        for part in (_cells(text, like), _encodings(text), _lines(text), _headers(text)):
            for name, content in part:
                yield Hostile("csv", like, name, content)
        for name, content in damaged(like, good, 24):
            yield Hostile("csv", like, f"template-{name}", content)
    for like, example in _examples().items():
        for name, content in damaged(f"example {like}", example, 12):
            yield Hostile("csv", like, f"example-{name}", content)


def _examples() -> dict[str, bytes]:
    """Return a good file of each system, long enough for a whole answer."""
    rng = np.random.default_rng(10)
    p = np.round(rng.uniform(0, 1, 240), 4)
    site = np.where(np.arange(240) % 3 == 0, "north", "south")
    predictions = {
        "outcome": (rng.uniform(0, 1, 240) < p).astype(int),
        "probability": p,
        "site": site,
    }
    return {
        "cardiosense": to_csv(pd.concat([pd.read_csv(io.BytesIO(GOOD["cardiosense"]))] * 20)),
        "breast-cancer": to_csv(pd.DataFrame(example_batch("clean"), columns=list(FEATURES.names))),
        "predictions": to_csv(pd.DataFrame(predictions)),
        "sales": to_csv(sales_example("signal").frame),
    }


def _cells(text: str, like: str) -> Iterator[tuple[str, bytes]]:
    head, first, *rest = text.splitlines()
    for name, cell in CELLS.items():
        cells = first.split(",")
        cells[COLUMN[like]] = cell
        lines = (head, ",".join(cells), *rest)
        yield f"cell-{name}", "\n".join(lines).encode("utf-8", "surrogatepass")


def _encodings(text: str) -> Iterator[tuple[str, bytes]]:
    for codec in (
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-be",
        "utf-7",
        "cp500",
    ):
        yield f"encoding-{codec}", text.encode(codec)
    wide = text.encode("utf-16")
    yield "encoding-utf-16-odd", wide[:-1]
    yield "encoding-utf-16-lone-surrogate", b"\xff\xfe\x00\xdc" + text.encode("utf-16-le")
    yield "encoding-utf-16-big", b"\xfe\xff" + text.encode("utf-16-be")
    yield "encoding-two-marks", b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode()
    yield "encoding-mark-in-the-middle", text.replace("\n", "\n\ufeff").encode()
    yield "encoding-cp1252", text.replace("\n", ",Größe\u20ac\n", 1).encode("cp1252")
    yield "encoding-latin-1", text.replace("\n", ",Größe\n", 1).encode("latin-1")
    yield "encoding-undefined-in-cp1252", text.encode() + b"\x81\x8d"
    yield "encoding-overlong", text.encode() + b"\xc0\xaf"
    yield "encoding-surrogate", text.replace("\n", ",\ud800\n", 1).encode("utf-8", "surrogatepass")
    yield "encoding-above-unicode", text.encode() + b"\xf4\x90\x80\x80"
    yield "encoding-cut-letter", text.rstrip("\n").encode() + b"\xe2\x82"
    yield "encoding-changes", text.encode() + text.encode("utf-16-le")
    yield "nul-between", b"\0".join(bytes([one]) for one in text.encode())
    yield "nul-tail", text.encode() + bytes(4096)
    yield "nul-start", b"\0" + text.encode()


def _lines(text: str) -> Iterator[tuple[str, bytes]]:
    head, *rows = text.splitlines()
    for name, end in {
        "crlf": "\r\n",
        "cr": "\r",
        "lfcr": "\n\r",
        "crcrlf": "\r\r\n",
        "form-feed": "\f",
        "vertical-tab": "\v",
        "next-line": "\x85",
        "paragraph": "\u2029",
    }.items():
        yield f"ends-{name}", text.replace("\n", end).encode()
    yield (
        "ends-mixed",
        "".join(a + b for a, b in zip((head, *rows), "\n\r" * 99, strict=False)).encode(),
    )
    for name, other in {
        "semicolon": ";",
        "tab": "\t",
        "pipe": "|",
        "colon": ":",
        "space": " ",
        "caret": "^",
    }.items():
        yield f"delimiter-{name}", text.replace(",", other).encode()
    yield "delimiter-changes", "\n".join((head, *(row.replace(",", ";") for row in rows))).encode()
    yield (
        "decimal-signs-mixed",
        "\n".join((head, *(row.replace(".", ",") if i % 2 else row for i, row in enumerate(rows))))
        .replace(",", ";")
        .encode(),
    )
    yield "quote-never-closed", text.replace("\n", '\n"', 1).encode()
    yield "quote-never-closed-in-header", f'"{text}'.encode()
    yield "quotes-only", b'"' * 1001
    yield (
        "rows-ragged",
        "\n".join(row + "," * (i % 3) for i, row in enumerate((head, *rows))).encode(),
    )
    yield "rows-short", "\n".join((head, *(row.rpartition(",")[0] for row in rows))).encode()
    yield "rows-all-short", (head + "\n1" * 500).encode()
    yield "rows-blank", text.replace("\n", "\n\n\n").encode()
    yield "rows-of-commas", (text + ("," * head.count(",") + "\n") * 50).encode()
    yield "rows-repeated-header", (text + text).encode()
    yield "rows-many-blank", text.encode() + b"\n" * 150_000
    yield "rows-none", f"{head}\n".encode()
    yield "rows-none-no-end", head.encode()
    yield "header-none", "\n".join(rows).encode()
    yield "header-after-comment", f"# exported\n# by hand\n{text}".encode()
    yield "header-after-blank", f"\n\n\n{text}".encode()
    yield "excel-sep-line", f"sep=,\n{text}".encode()
    yield "footer-total", f"{text}Total,5\n".encode()
    yield "line-of-200-kB", f"{head}\n{'1,' * 100_000}\n".encode()


def _headers(text: str) -> Iterator[tuple[str, bytes]]:
    head, *rows = text.splitlines()
    names = head.split(",")
    yield from _renamed(names, rows)
    wide = ",".join((head, *(f"c{i}" for i in range(10_000))))
    yield "columns-10000", "\n".join((wide, *(row + ",1" * 10_000 for row in rows[:1]))).encode()
    yield "columns-10000-empty-names", (head + "," * 10_000 + "\n").encode()
    yield "columns-10000-no-rows", f"{wide}\n".encode()
    long = ",".join((head, "y" * 100_000))
    yield "column-name-100-kB", "\n".join((long, *(f"{row},1" for row in rows))).encode()


def _renamed(names: list[str], rows: list[str]) -> Iterator[tuple[str, bytes]]:
    first, second = names[0], names[1]
    swapped = {
        "duplicate": [first, first, *names[2:]],
        "duplicate-by-case": [first, first.upper(), *names[2:]],
        "empty": ["", *names[1:]],
        "all-empty": [""] * len(names),
        "spaces": [f"  {name}  " for name in names],
        "cyrillic-look-alike": [
            first.replace("a", "а").replace("o", "о").replace("e", "е"),
            *names[1:],
        ],
        "full-width": [f"{chr(ord(first[0]) + 0xFEE0)}{first[1:]}", *names[1:]],
        "zero-width": [f"{first}\u200b", *names[1:]],
        "soft-hyphen": [f"{first[0]}\u00ad{first[1:]}", *names[1:]],
        "turkish-i": [name.replace("i", "İ") for name in names],
        "decomposed": [f"{first}e\u0301", f"{first}é", *names[2:]],
        "right-to-left": [f"\u202e{first}", *names[1:]],
        "newline": [f'"{first}\n"', *names[1:]],
        "formula": [f"={first}", *names[1:]],
        "numbers": [str(i) for i in range(len(names))],
        "reversed": names[::-1],
        "swapped": [second, first, *names[2:]],
        "all-alike": [first] * len(names),
        "python-words": ["__class__", "index", *names[2:]],
        "output-names": [*names[:-3], "decision", "flags", "model"],
        "percent": [f"%{first}%", *names[1:]],
        "markdown": [f"**{first}** [x](http://127.0.0.1)", *names[1:]],
        "one-missing": [*names[:-1], "weight"],
    }
    for name, header in swapped.items():
        yield f"header-{name}", "\n".join((",".join(header), *rows)).encode()
