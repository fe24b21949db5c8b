"""Fit the gate: ``python -m core.respiratory.training.gate_fit models/respiratory/1``.

The films of the train split and pictures that are no films set the heads; validation films
calibrate the distance; films of every source in turn, left out of the fit, set the levels. The
test split is not touched. Deterministic: the same films and trunk give the same files.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.respiratory.gate.features import Scores, distance, score
from core.respiratory.gate.parameters import KINDS, Floats, Levels, Parameters, rounded, write
from core.respiratory.schema import Pixels
from core.respiratory.training.collection import (
    SHARED,
    Collection,
    read_collection,
    with_cohen_inside,
)
from core.respiratory.training.gate_sample import CHANGES, Sample, chosen, encoder, take_sample

Rows = NDArray[np.bool_]

DIMENSIONS = 64
PENALTY = 0.003  # scikit-learn's C: smaller shrinks more
CHILDREN = "kermany"
# The worst left-out source loses this share of its films to each of the two refusals.
LOST = 0.01
OPEN = Levels(0.0, 0.0, np.inf, 0.0, 1.0, 1.0, 1.0)
OOD_ATTENTION = 0.01
HEAD_ATTENTION = 0.5
MIRRORED_ATTENTION = 0.9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A sample with the origin of its films.

    Attributes
    ----------
    sample : Sample
        Features.
    splits, sources : (films,) arrays of str
        Split and source of each film.
    """

    sample: Sample
    splits: NDArray[np.str_]
    sources: NDArray[np.str_]

    @classmethod
    def of(cls, collection: Collection, sample: Sample) -> Data:
        """Join a sample to the collection it was taken of."""
        return cls(sample, np.array([film.split for film in collection.films]), collection.sources)

    def changed(self, name: str, allowed: Rows) -> Pixels:
        """Return the training films after a change, of those allowed."""
        index = chosen(self.splits == "train", name)
        return self.sample.changed[name][allowed[index]]


def fit(data: Data) -> tuple[Parameters, dict[str, Any]]:
    """Return the parameters, and what each left-out source asked of the levels."""
    everything = np.ones(len(data.sources), dtype=bool)
    asked = {source: left_out_levels(data, source) for source in np.unique(data.sources)}
    levels = Levels(
        frontal_refuse=min(min(one["frontal"] for one in asked.values()), HEAD_ATTENTION),
        frontal_attention=HEAD_ATTENTION,
        ood_refuse=max(one["excess"] for one in asked.values()),
        ood_attention=OOD_ATTENTION,
        cropped_attention=HEAD_ATTENTION / 2,
        mirrored_attention=MIRRORED_ATTENTION,
        child_attention=HEAD_ATTENTION,
    )
    fitted = dataclasses.replace(fit_arrays(data, everything), levels=levels)
    return fitted, {"left_out": asked}


def left_out_levels(data: Data, source: str) -> dict[str, float]:
    """Return the levels at which a source that the fit has not seen would lose 1 % of its films."""
    without = fit_arrays(data, data.sources != source)
    own = data.sample.plain[(data.sources == source) & (data.splits != "test")]
    said = score(without, own)
    return {
        "films": len(own),
        "frontal": float(np.quantile(said.kinds[:, 0], LOST)),
        "excess": float(np.quantile(said.excess, 1 - LOST)),
    }


def fit_arrays(data: Data, allowed: Rows) -> Parameters:
    """Return parameters, with every level open, from the films allowed."""
    sample, train = data.sample, allowed & (data.splits == "train")
    plain = sample.plain[train].astype(np.float64)
    mean = rounded("mean", plain.mean(axis=0))
    spread = rounded("spread", plain.std(axis=0) + 1e-3)

    def z(features: Pixels) -> Floats:
        return np.asarray((features.astype(np.float64) - mean) / spread)

    basis, rest = film_basis(z(plain.astype(np.float32)))
    held = z(sample.plain[allowed & (data.splits == "val")])
    kind_weights, kind_bias = _kinds(data, train, z)
    return Parameters(
        token_mean=sample.token_mean,
        token_basis=sample.token_basis,
        mean=mean,
        spread=spread,
        basis=basis,
        rest=rest,
        calibration=np.sort(distance(held, basis, rest)),
        kind_weights=kind_weights,
        kind_bias=kind_bias,
        mirrored=_binary(z(data.changed("mirrored", allowed)), z(sample.plain[train]), "mirrored"),
        child=_children(z(sample.plain[train]), data.sources[train]),
        levels=OPEN,
    )


def film_basis(z: Floats) -> tuple[Floats, float]:
    """Return the first principal directions (d, 64) of films, and what they leave on average."""
    _, vectors = np.linalg.eigh(z.T @ z)
    basis = rounded("basis", vectors[:, ::-1][:, :DIMENSIONS])
    outside = (z**2).sum(axis=1) - ((z @ basis) ** 2).sum(axis=1)
    return basis, float(outside.mean())


def _kinds(data: Data, train: Rows, z: Callable[[Pixels], Floats]) -> tuple[Floats, Floats]:
    from sklearn.linear_model import LogisticRegression

    parts = [(data.sample.plain[train], "upright")]
    parts += [
        (data.changed(name, train), kind) for name, (kind, _) in CHANGES.items() if kind in KINDS
    ]
    parts += [(features, "other") for features in data.sample.others.values()]
    X = np.concatenate([z(features) for features, _ in parts]).astype(np.float32)
    y = np.concatenate([np.full(len(f), KINDS.index(kind)) for f, kind in parts])
    head = LogisticRegression(C=PENALTY, max_iter=150, tol=1e-3).fit(X, y)
    return rounded("kind_weights", head.coef_.T), rounded("kind_bias", head.intercept_)


def _children(z: Floats, sources: NDArray[np.str_]) -> Floats:
    young = sources == CHILDREN
    if not young.any():  # the source is left out: nothing to learn from
        return np.zeros(z.shape[1] + 1)
    return _binary(z[young], z[~young], "child")


def _binary(yes: Floats, no: Floats, name: str) -> Floats:
    from sklearn.linear_model import LogisticRegression

    X = np.concatenate([yes, no]).astype(np.float32)
    y = np.repeat([1, 0], [len(yes), len(no)])
    head = LogisticRegression(C=PENALTY, max_iter=300, tol=1e-4, class_weight="balanced").fit(X, y)
    return rounded(name, np.append(head.coef_[0], head.intercept_))


def judged(scores: Scores, levels: Levels) -> Rows:
    """Return which of n pictures the two refusals of the content turn away."""
    return np.asarray(
        (scores.kinds[:, 0] < levels.frontal_refuse) | (scores.excess > levels.ood_refuse)
    )


def read_data(folder: Path, films: Path, cache: Path | None) -> tuple[Collection, Data]:
    """Return the collection with Cohen's films dealt to the splits, and its features."""
    collection = with_cohen_inside(read_collection(films))
    return collection, Data.of(collection, take_sample(collection, encoder(folder), cache))


def main() -> None:
    """Fit the gate of a model folder from the shared films."""
    parser = argparse.ArgumentParser(description="Fit the input gate of the chest X-ray networks.")
    parser.add_argument("folder", type=Path, help="model folder with vit-trunk.onnx, position.npz")
    parser.add_argument("--films", type=Path, default=SHARED, help="folder with metadata.csv")
    parser.add_argument("--cache", type=Path, help="folder to keep features in between runs")
    given = parser.parse_args()
    _, data = read_data(given.folder, given.films, given.cache)
    fitted, facts = fit(data)
    counts = {split: int((data.splits == split).sum()) for split in np.unique(data.splits)}
    write(given.folder, fitted, {**facts, "films": counts})


if __name__ == "__main__":
    main()
