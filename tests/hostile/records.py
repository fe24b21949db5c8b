"""JSON records of one person or case, and documents that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core.breast_cancer import case_presets
from core.cardiosense import diagnostic_presets, prevention_presets
from tests.hostile.made import Hostile, damaged

GOOD: dict[str, dict[str, Any]] = {
    "cardiosense": dict(diagnostic_presets()[0].values),
    "prevention": dict(prevention_presets()[0].values),
    "breast-cancer": dict(case_presets()[0].values),
}
LITERALS = {
    "nan": "NaN",
    "infinity": "Infinity",
    "overflow": "1e999",
    "digits-5000": "9" * 5000,
    "minus-digits-5000": "-" + "9" * 5000,
    "denormal": "5e-324",
    "minus-zero": "-0.0",
    "number-as-text": '"63"',
    "text": '"sixty"',
    "text-empty": '""',
    "surrogate": '"\\ud800"',
    "nul": '"\\u0000"',
    "true": "true",
    "null": "null",
    "list": "[63]",
    "object": '{"value": 63}',
    "list-deep": "[" * 11 + "]" * 11,
    "negative": "-63",
    "far": "1e12",
    "almost-code": "1.0000001",
}


def files() -> Iterator[Hostile]:
    """Yield every hostile record."""
    for like, good in GOOD.items():
        for name, content in _made(good):
            yield Hostile("record", like, name, content)
        for name, content in damaged(f"record {like}", json.dumps(good).encode(), 24):
            yield Hostile("record", like, name, content)


def _made(good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    first, *others = good
    for name, literal in LITERALS.items():
        yield f"{first}-{name}", with_literal({**good, first: "@"}, literal)
    for kind in ("text", "nan", "list", "true", "negative"):
        for field in others[:6]:
            yield f"{field}-{kind}", with_literal({**good, field: "@"}, LITERALS[kind])
    every: dict[str, Any] = {
        "null": None,
        "text": "x",
        "list": [],
        "object": {},
        "minus": -1,
        "zero": 0,
        "true": True,
    }
    for name, value in every.items():
        yield f"all-{name}", json.dumps(dict.fromkeys(good, value)).encode()
    yield from documents(json.dumps(good), first)


def with_literal(document: Any, literal: str) -> bytes:
    """Return a document as JSON with the text ``"@"`` replaced by a literal."""
    return json.dumps(document).replace('"@"', literal).encode()


def documents(text: str, key: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a JSON document must not be."""
    yield "empty", b""
    yield "blank", b" \n"
    for name, other in {
        "null": "null",
        "number": "1",
        "text": '"x"',
        "list": f"[{text}]",
        "true": "true",
        "open": "{",
        "two": text + text,
        "comma": text[:-1] + ",}",
        "single-quotes": text.replace('"', "'"),
        "comment": text + "//",
        "lines": text + "\n" + text,
        "cut": text[: len(text) // 2],
    }.items():
        yield f"document-{name}", other.encode()
    yield "key-twice", f'{text[:-1]}, "{key}": 1}}'.encode()
    yield "key-unknown", f'{text[:-1]}, "nothing": 1}}'.encode()
    yield "key-prototype", f'{text[:-1]}, "__proto__": {{"a": 1}}}}'.encode()
    yield "key-surrogate", f'{text[:-1]}, "\\ud800": 1}}'.encode()
    yield "key-capital", text.replace(f'"{key}"', f'"{key.upper()}"').encode()
    yield (
        "keys-2000",
        json.dumps({**json.loads(text), **{f"k{i}": i for i in range(2000)}}).encode(),
    )
    for codec in ("utf-16", "utf-32", "utf-8-sig"):
        yield f"encoding-{codec}", text.encode(codec)
    yield "encoding-cut", text.encode()[:-1] + b"\xe2"
    yield "deep-lists", b"[" * 30_000 + b"]" * 30_000
    yield "deep-objects", b'{"a":' * 5000 + b"1" + b"}" * 5000
    yield "deep-open", b"[" * 60_000
    yield "text-long", (text[:-1] + f', "note": "{"x" * 60_000}"}}').encode()
