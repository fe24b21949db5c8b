"""A small system for the tests; a module of its own, since workers import it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import Problem
from core.fields import FieldSet, FieldSpec
from core.scale import Answers, Scorer, coded
from core.tables import Validation

FIELDS = FieldSet(
    (
        FieldSpec("a", "A", "", "", low=0, high=100, required=True),
        FieldSpec("b", "B", "", "", low=-10, high=10, seen=(-5, 5), unit="mm"),
    )
)


def answer(found: Validation, wanted: tuple[str, ...], options: Mapping[str, Any]) -> Answers:
    """Double the first field, refuse 13 and say whether the second is known."""
    a, b = found.values.to_numpy().T
    unlucky = np.nonzero(a == 13)[0]
    problem = Problem("a", "13", "unlucky", "13 is unlucky.", "Try 14.")
    said = np.where(np.isnan(b), "unknown", "known").astype(object)
    refused = ~found.ok
    refused[unlucky] = True
    columns = {
        "twice": np.where(refused, np.nan, a * options["times"]),
        "decision": coded(np.where(refused, "refused", said)),
    }
    return Answers(
        {name: columns[name] for name in wanted}, {int(row): (problem,) for row in unlucky}
    )


def scorer(times: float = 2.0) -> Scorer:
    """Return the system."""
    return Scorer(
        system="doubling",
        fields=FIELDS,
        answer=answer,
        columns={"twice": "number", "decision": "text"},
        standard=("twice", "decision"),
        model="doubling/1",
        sha256="00",
        options={"times": times},
    )
