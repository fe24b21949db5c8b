"""The same networks trained otherwise: with other seeds, and without the Cohen collection.

Without it, the whole Cohen collection is an external test: no film, patient or hospital of it was
seen. Each training is fitted and judged by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.respiratory.decision import COVID, Operating, probabilities
from core.respiratory.evaluate import measures
from core.respiratory.evaluate.fit import fit_operating
from core.respiratory.evaluate.network_figures import (
    cohen,
    cohen_figures,
    in_source,
    three,
    three_threshold,
)
from core.respiratory.evaluate.table import Films, read_films, read_seeds
from core.respiratory.schema import SINGLE, Network
from core.stats.binary import auc

SEEDS_FILE = "seeds.csv"
REFERENCES: Mapping[str, tuple[str, str]] = {
    "single": ("single-source.csv", "The Cohen collection entirely outside, as external test."),
    "single_plain": (
        "single-source-plain.csv",
        "The Cohen collection entirely outside, and nothing done against shortcuts.",
    ),
}
TRAINED_WITH: Mapping[str, str] = {
    "multi": "trained with other patients of the Cohen collection",
    "single": "trained without the Cohen collection",
}
NETWORKS = (Network.ENSEMBLE, *SINGLE)

Figures = dict[str, Any]


def protocol_figures(folder: Path, points: Mapping[Network, Operating]) -> Figures:
    """Return the figures of other seeds and of networks trained without the Cohen collection.

    Parameters
    ----------
    folder : Path
        Model folder. Read are ``seeds.csv`` and the tables of :data:`REFERENCES`, where present.
    points : mapping of Network to Operating
        Of the shipped networks; used for seeds whose validation films are not in the table.
    """
    found: Figures = {}
    for name, (file, what) in REFERENCES.items():
        if (folder / file).is_file():
            found[name] = {"what": what, "in_full": _in_full(read_films(folder / file))}
    if (folder / SEEDS_FILE).is_file():
        found["multi"] = _over_seeds(read_seeds(folder / SEEDS_FILE), points)
    return found


def _over_seeds(seeds: Mapping[int, Films], points: Mapping[Network, Operating]) -> Figures:
    each, own = {}, True
    for seed, films in seeds.items():
        own = bool(len(films.part("val")))
        fitted = fit_operating(films.part("val")) if own else points
        each[seed] = {one: _figures(films, one, fitted) for one in NETWORKS}
    return {
        "seeds": list(seeds),
        "operating": "each seed's own" if own else "that of the shipped networks",
        "networks": {
            network: {
                "by_seed": {str(seed): figures[network] for seed, figures in each.items()},
                "over_seeds": _summary([figures[network] for figures in each.values()]),
            }
            for network in NETWORKS
        },
    }


def _figures(
    films: Films, network: Network, points: Mapping[Network, Operating]
) -> dict[str, float]:
    """Return a handful of figures of one network and seed."""
    inside, outside = in_source(films), cohen(films)
    proba = probabilities(network, inside.logits, points)
    fewer, of_three = three(inside, proba)
    found = {
        "accuracy_three": float(np.mean(of_three.argmax(axis=1) == fewer.y)),
        "accuracy_four": float(np.mean(proba.argmax(axis=1) == inside.y)),
        "covid_auc": _auc(inside, proba[:, COVID]),
        "ece": measures.calibration_of(inside.y, proba)["ece"],
    }
    if len(outside):
        found["cohen_auc"] = _auc(outside, probabilities(network, outside.logits, points)[:, COVID])
    validation = films.part("val")
    if len(validation):
        alerted = of_three[:, COVID] >= three_threshold(validation, network, points)
        ill = fewer.y == COVID
        found["covid_recall"] = float(alerted[ill].mean())
        found["covid_specificity"] = float((~alerted[~ill]).mean())
    return found


def _auc(films: Films, p: measures.Floats) -> float:
    return auc((films.y == COVID).astype(np.int64), p)


def _summary(seeds: list[dict[str, float]]) -> Figures:
    return {
        name: {
            "mean": float(np.mean([one[name] for one in seeds])),
            "lowest": min(one[name] for one in seeds),
            "highest": max(one[name] for one in seeds),
            "seeds": len(seeds),
        }
        for name in seeds[0]
    }


def _in_full(films: Films) -> Figures:
    """Return in-source and Cohen figures side by side, with intervals."""
    points = fit_operating(films.part("val"))
    inside, outside = in_source(films), cohen(films)
    found: Figures = {}
    for network in NETWORKS:
        proba = probabilities(network, inside.logits, points)
        fewer, of_three = three(inside, proba)
        found[network] = {
            "in_source": {
                "three": measures.performance(fewer, of_three),
                "four": measures.performance(inside, proba),
                "alert": measures.at_threshold(inside, proba[:, COVID], points[network].threshold),
            },
            "cohen": cohen_figures(outside, network, points),
        }
    return {"networks": found}
