"""The work of one unit: one image before one network, every figure of every map."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from core.saliency.benchmark.case import Case, Remembered, why
from core.saliency.benchmark.figures import GROUPS, cells
from core.saliency.benchmark.images import (
    Picture,
    film_picture,
    network_of,
    phantom_label,
    phantom_picture,
)
from core.saliency.benchmark.plan import Plan, Source
from core.saliency.benchmark.table import Row, Shard, write_shard
from core.saliency.classifier import Classifier
from core.saliency.schema import Value

MISSING = "Not measured for this map."

opened = functools.cache(network_of)


def write_part(
    path: Path, plan: Plan, network: str, index: int, films: Path | None
) -> dict[str, Any]:
    """Measure one unit and write what was found to ``path``."""
    shard = measured(plan, network, index, films)
    write_shard(path, shard)
    return {"failed": shard.target < 0}


def measured(plan: Plan, network: str, index: int, films: Path | None = None) -> Shard:
    """Return everything a plan measures on one image before one network.

    Whatever fails is part of the result: a map, a group of figures or the whole unit then has rows
    without a value and with the reason.
    """
    try:
        return _measured(plan, opened(network), index, films)
    except Exception as error:  # one unit must not end a run of hours
        return _failed(plan, network, index, why(error))


def _failed(plan: Plan, network: str, index: int, reason: str) -> Shard:
    rows = tuple(_rows(plan, plan.methods, {}, dict.fromkeys(plan.methods, reason)))
    return Shard(network, plan.images[index], label_of(plan, index), -1, 0, rows)


def label_of(plan: Plan, index: int) -> int:
    """Return what an image of a plan shows."""
    films = plan.source is Source.FILMS
    return plan.labels[index] if films else phantom_label(plan.images[index])


def _measured(plan: Plan, network: Classifier, index: int, films: Path | None) -> Shard:
    picture = _picture(plan, network, index, films)
    asked = Remembered(network)
    target = int(asked.logits(picture.image[None])[0].argmax())
    case = Case(plan, picture, network, asked, target)
    found: dict[tuple[str, str, str], Value] = {}
    missing = {key: one for key, one in case.made.items() if isinstance(one, str)}
    for group in plan.groups:
        try:
            found.update({figure[:3]: figure[3] for figure in GROUPS[group](case)})
        except Exception as error:  # the other groups still count
            reason = Value.undefined(why(error))
            own = cells(plan, group)
            found.update({(method, *cell): reason for method in case.maps for cell in own})
    forwards = asked.forwards + sum(one.forwards for one in case.maps.values())
    rows = tuple(_rows(plan, tuple(case.made), found, missing))
    return Shard(network.key, picture.name, picture.label, target, forwards, rows)


def _picture(plan: Plan, network: Classifier, index: int, films: Path | None) -> Picture:
    name = plan.images[index]
    if plan.source is Source.PHANTOMS:
        return phantom_picture(name, network)
    return film_picture(name, plan.labels[index], network, films or Path())


def _rows(
    plan: Plan,
    methods: tuple[str, ...],
    found: dict[tuple[str, str, str], Value],
    missing: dict[str, str],
) -> list[Row]:
    rows = []
    for method in methods:
        none = Value.undefined(missing.get(method, MISSING))
        for metric, context in cells(plan):
            value = found.get((method, metric, context), none)
            rows.append(Row(method, metric, context, value.value, value.reason))
    return rows
