"""Reading a JSON document without guessing: one encoding, no repeated keys, no runaway values."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from core.errors import InputError, Problem

MAX_DEPTH = 12
MAX_DIGITS = 300

# Possessive: a text of escapes would otherwise be kept a hundredfold, to go back to.
_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]')


def loads(data: bytes, name: str, deepest: int = MAX_DEPTH) -> Any:
    """Read a JSON document.

    NaN and Infinity are let through as numbers, so that the field that holds them refuses them
    by name.

    Parameters
    ----------
    data : bytes
        The document, UTF-8.
    name : str
        What the findings call the document, such as ``"body"``.
    deepest : int, default MAX_DEPTH
        Levels of nesting that are read.

    Raises
    ------
    InputError
        If the bytes are not UTF-8, not JSON, nested too deeply, or repeat a key.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start} is not UTF-8."
        raise _refusal(name, "not-utf-8", message, "Save or send the JSON as UTF-8.") from None
    _require_shallow(text, name, deepest)
    try:
        return json.loads(text, parse_int=_integer, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        message = f"This is not JSON: {error.msg} at character {error.pos}."
        raise _refusal(name, "not-json", message, "Give one JSON object.") from None


def _integer(literal: str) -> int | float:
    # A longer literal is no measurement; as infinity it is refused under its field's name.
    return int(literal) if len(literal) <= MAX_DIGITS else float(literal)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        key = Counter(key for key, _ in pairs).most_common(1)[0][0]
        message = "The key is given more than once."
        raise _refusal(key, "repeated-key", message, "Give each key once.")
    return content


def _require_shallow(text: str, name: str, deepest: int) -> None:
    """Refuse a document nested too deeply, under the key at the top that leads there.

    The text is scanned before it is parsed, because Python versions differ in how deep a document
    their parser takes.
    """
    depth, key = 0, name
    for found in _STRUCTURE.finditer(text):
        mark = found[0]
        if mark in "{[":
            depth += 1
            if depth > deepest:
                message = f"The value is nested more than {deepest} levels deep."
                fix = "Give plain numbers in the documented form."
                raise _refusal(key, "nested", message, fix)
        elif mark in "}]":
            depth -= 1
        elif depth == 1:
            key = mark[1:-1]


def _refusal(name: str, rule: str, message: str, fix: str) -> InputError:
    return InputError.from_problems((Problem(name, "", rule, message, fix),))
