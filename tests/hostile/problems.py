"""Planning problems in JSON that contradict themselves, or the form."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.apple_problems import FAMILIES, PAIR
from tests.hostile.made import Hostile, damaged
from tests.hostile.records import documents, with_literal

NUMBERS = {
    "minus": "-1",
    "zero": "0",
    "nan": "NaN",
    "infinite": "1e999",
    "minus-infinite": "-Infinity",
    "huge": "1e300",
    "denormal": "5e-324",
    "digits": "9" * 5000,
    "text": '"5"',
    "true": "true",
    "null": "null",
    "list": "[5]",
    "object": "{}",
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "floor-above-ceiling": {"low": 9, "high": 3},
    "floor-above-what-fits": {"low": 1e9},
    "ceiling-below-zero": {"high": -5},
    "share-above-one": {"kind": "share", "cells": ["north"], "high": 7},
    "share-of-nothing": {"kind": "share", "cells": [], "high": 0.5},
    "cell-unknown": {"cells": ["west"], "high": 1},
    "cell-twice": {"cells": ["north", "north"], "high": 1},
    "cell-number": {"cells": [1], "high": 1},
    "kind-unknown": {"kind": "cyclic", "high": 1},
    "region-unknown": {"region": "nowhere", "high": 1},
    "no-limit": {},
    "name-number": {"name": 4, "high": 1},
    "name-long": {"name": "x" * 9000, "high": 1},
    "refers-to-itself": {"name": "More", "cells": ["More"], "high": 1},
}


def files() -> Iterator[Hostile]:
    """Yield every hostile problem."""
    for name, content in _made():
        yield Hostile("problem", "apple-sales", name, content)
    for name, content in damaged("problem", json.dumps(PAIR).encode(), 24):
        yield Hostile("problem", "apple-sales", name, content)


def _made() -> Iterator[tuple[str, bytes]]:
    for field in ("now", "high", "own_risk"):
        for name, literal in NUMBERS.items():
            yield f"{field}-{name}", with_literal(_cell({field: "@"}), literal)
    for field in ("scale", "shift"):
        for name, literal in NUMBERS.items():
            response = {**PAIR["cells"][0]["response"], field: "@"}
            yield f"response-{field}-{name}", with_literal(_cell({"response": response}), literal)
    for name, literal in NUMBERS.items():
        yield (
            f"budget-{name}",
            with_literal({**PAIR, "constraints": [{"name": "Budget", "high": "@"}]}, literal),
        )
        yield f"aversion-{name}", with_literal({**PAIR, "aversion": "@"}, literal)
    for family in (*FAMILIES, "", "nothing", "LOG"):
        yield (
            f"family-{family or 'empty'}-bare",
            json.dumps(_cell({"response": {"family": family}})).encode(),
        )
    for name, row in CONSTRAINTS.items():
        yield (
            f"limit-{name}",
            json.dumps({**PAIR, "constraints": [{"name": "Limit", **row}]}).encode(),
        )
    for key in ("cells", "constraints", "title", "money", "amount"):
        for name, value in {
            "null": None,
            "number": 1,
            "text": "x",
            "empty": [],
            "object": {},
            "nulls": [None],
        }.items():
            yield f"{key}-{name}", json.dumps({**PAIR, key: value}).encode()
    yield from _names()
    yield from documents(json.dumps(PAIR), "cells")


def _names() -> Iterator[tuple[str, bytes]]:
    cells = PAIR["cells"]
    for name, title in {
        "same": "south",
        "empty": "",
        "blank": " ",
        "nul": "a\0",
        "surrogate": "\ud800",
        "right-to-left": "\u202ea",
        "formula": "=1+1",
        "html": "<b>",
        "long": "x" * 9000,
    }.items():
        yield f"cell-name-{name}", json.dumps(_cell({"name": title})).encode()
    yield (
        "cells-3000",
        json.dumps(
            {**PAIR, "cells": [{**cells[0], "name": f"c{i}"} for i in range(3000)]}
        ).encode(),
    )
    yield (
        "constraints-2000",
        json.dumps(
            {**PAIR, "constraints": [{"name": f"r{i}", "high": 10} for i in range(2000)]}
        ).encode(),
    )
    yield "cell-only-one", json.dumps({**PAIR, "cells": cells[:1]}).encode()
    yield "now-above-high", json.dumps(_cell({"now": 50, "high": 1})).encode()
    yield "low-above-high", json.dumps(_cell({"low": 9, "high": 1})).encode()
    yield "exposure-list", json.dumps(_cell({"exposure": ["market"]})).encode()
    yield "exposure-huge", json.dumps(_cell({"exposure": {"market": 1e200}})).encode()


def _cell(changes: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(PAIR)
    made["cells"][0].update(changes)
    return made
