"""The comparison of a page as a call: on the command line, in Python, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.tables import to_csv
from pages._shared import calls
from pages._shared.call import Call
from pages._trust.calls import query, read_arguments
from pages._trust.subject import Subject

Pair = tuple[Subject, Subject]
FILE = "pair.csv"
ONE_FOR_BOTH = ("label", "pred", "positive", "threshold")


def pair_csv(pair: Pair) -> bytes:
    """Return outcome and probability by each of two models of the suite, one row a case."""
    first, second = (one.held for one in pair)
    if first is None or second is None:
        return b""
    outcome = np.array(first.classes, dtype=object)[first.y]
    return to_csv(pd.DataFrame({"outcome": outcome, "first": first.p, "second": second.p}))


def call(pair: Pair) -> Call:
    """Return the comparison of two models in every form it has."""
    files, asked = _files(pair), _asked(pair)
    python = "from pathlib import Path\n\nfrom core.trust import compare, read_table\n"
    for name, file, one in zip(("first", "second"), files, asked, strict=True):
        python += f"\nfile = Path({file!r})\n{name}, _ = read_table(file.read_bytes()"
        python += f", name=file.name{read_arguments(one)})"
    python += "\nprint(compare(first, second))"
    if _told_apart(*asked) or "drop_bad" in asked[0] | asked[1]:
        # Command line and HTTP take one outcome, one threshold, and whole rows.
        return Call("", python=python)
    shared = calls.record({name: asked[0].get(name) for name in (*ONE_FOR_BOTH, "prob")})
    if files[0] != files[1]:
        same = asked[0].get("prob") == asked[1].get("prob")
        command = ("trust", "compare", *files, *_options(shared), "--json") if same else ()
        return Call("", python=python, command=command)
    shared["prob_other"] = asked[1]["prob"]
    command = ("trust", "compare", files[0], *_options(shared), "--json")
    return Call("/v1/trust/compare", shared, file=files[0], python=python, command=command)


def _files(pair: Pair) -> tuple[str, str]:
    first, second = pair
    if first.held is not None:
        return FILE, FILE
    if first.file == second.file and first.key[:2] != second.key[:2]:
        return first.file, f"other/{second.file}"  # two files of one name lie in two folders
    return first.file, second.file


def _asked(pair: Pair) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return columns and settings of either model."""
    first, second = (
        {name: value for name, value in query(one).items() if name not in ("group", "date")}
        for one in pair
    )
    if pair[0].held is not None:
        first["prob"], second["prob"] = ["first"], ["second"]
    return first, second


def _told_apart(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return any(first.get(name) != second.get(name) for name in ONE_FOR_BOTH)


def _options(asked: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        word
        for name, values in asked.items()
        for value in values
        for word in (f"--{name.replace('_', '-')}", value)
    )
