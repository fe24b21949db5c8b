"""Representation: whether the model's inner view of the rows tells the classes apart."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError
from core.plain import finite
from core.stats.delong import auc_area
from core.stats.intervals import Interval, undefined
from core.stats.linear_probe import linear_probe
from core.stats.representation import (
    Distances,
    cka,
    cka_debiased,
    class_distances,
    effective_rank,
    neighbour_purity,
    principal_coordinates,
    standardised,
)
from core.stats.row_order import content_order
from core.stats.score_table import score_table
from core.trust.predictions import Finding, Floats, Labels, Predictions

MOST_ROWS = 5_000
"""Rows that are looked at; from more, a random subsample is drawn."""

DISTANCE_ROWS = 2_000
"""Rows between all of which distances are averaged, and points of the chart."""

MOST_AXES = 256
"""Principal axes that are kept of a wider representation."""

FEWEST = 5
"""Rows that a class must have to be looked at."""

NEIGHBOURS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """How alike the representation is to another view of the same rows.

    Attributes
    ----------
    name : str
        The other view.
    n : int
        Rows.
    plain, debiased : float
        Linear centred kernel alignment, and the same with unbiased estimates; the first is lifted
        by chance where there are few rows. NaN where it is undefined.
    """

    name: str
    n: int
    plain: float
    debiased: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class RepresentationPanel:
    """What the representation holds of the classes.

    Attributes
    ----------
    n, n_used : int
        Rows, and those that were looked at.
    dimensions : int
        Columns of the representation.
    classes : tuple of str
        Classes that were looked at.
    left_out : tuple of str
        Classes with fewer than five rows among those looked at.
    probe : Interval
        Balanced accuracy of a linear classifier on held-out rows.
    probe_chance : float
        Its mean over shuffled labels.
    probe_gain : Interval
        The difference.
    probe_p : float or None
        Share of shuffled labels that do at least as well.
    probe_auc : Interval
        With two classes, the area under the ROC curve of the held-out scores.
    purity_gain : Interval
        Share of the ten nearest neighbours that are of the row's class, minus chance.
    effective_rank : float
        Directions over which the rows spread.
    distances : Distances or None
        Mean distances within and between classes, and the silhouette, as details: classes can be
        told apart perfectly with a low silhouette.
    alignments : tuple of Alignment
        With the classes, and with the numeric features if there are any.
    plane : ndarray, shape (m, 2)
        Up to 2,000 rows in the two widest principal axes.
    plane_class : ndarray of int, shape (m,)
        Their classes, as positions among ``classes``.
    reason : str
        Why classes cannot be compared; empty otherwise.
    """

    n: int
    n_used: int
    dimensions: int
    classes: tuple[str, ...]
    left_out: tuple[str, ...]
    probe: Interval
    probe_chance: float
    probe_gain: Interval
    probe_p: float | None
    probe_auc: Interval
    purity_gain: Interval
    effective_rank: float
    distances: Distances | None
    alignments: tuple[Alignment, ...]
    plane: Floats
    plane_class: Labels
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        distances = None if self.distances is None else _plain(self.distances)
        return {
            "n": self.n,
            "n_used": self.n_used,
            "dimensions": self.dimensions,
            "classes": list(self.classes),
            "left_out": list(self.left_out),
            "probe": self.probe.to_dict(),
            "probe_chance": finite(self.probe_chance),
            "probe_gain": self.probe_gain.to_dict(),
            "probe_p": self.probe_p,
            "probe_auc": self.probe_auc.to_dict(),
            "purity_gain": self.purity_gain.to_dict(),
            "effective_rank": finite(self.effective_rank),
            "distances": distances,
            "alignments": [_plain(one) for one in self.alignments],
            "plane": self.plane.tolist(),
            "plane_class": self.plane_class.tolist(),
            "reason": self.reason,
        }


def representation_panel(predictions: Predictions, seed: int = 0) -> RepresentationPanel:
    """Measure what the representation in the context holds of the classes.

    Columns are standardised before distances and fits. The order of the rows does not matter.

    Parameters
    ----------
    predictions : Predictions
        With an embedding in its context.
    seed : int
        Seed of the subsample, the folds and the shuffles.

    Raises
    ------
    InputError
        If there is no embedding.
    """
    embedding = predictions.context.embedding
    if embedding is None:
        raise InputError("embedding is missing. Give the model's inner representation of each row.")
    rows = _sample(embedding, predictions.y, seed)
    raw, outcome = embedding[rows], predictions.y[rows]
    counts = np.bincount(outcome, minlength=len(predictions.classes))
    kept = np.flatnonzero(counts >= FEWEST)
    few = np.flatnonzero((counts > 0) & (counts < FEWEST))
    inside = np.isin(outcome, kept)
    rows, raw, y = rows[inside], raw[inside], np.searchsorted(kept, outcome[inside])
    x = standardised(raw) if len(raw) else raw
    panel = RepresentationPanel(
        n=predictions.n,
        n_used=len(y),
        dimensions=embedding.shape[1],
        classes=tuple(predictions.classes[i] for i in kept),
        left_out=tuple(predictions.classes[i] for i in few),
        **_undefined(len(y)),
        effective_rank=effective_rank(raw) if len(raw) else math.nan,
        reason=_reason(len(kept), x),
    )
    if panel.reason:
        return panel
    coordinates = principal_coordinates(x, MOST_AXES)
    features = predictions.context.features
    other = None if features is None else _numbers(features.iloc[rows])
    return _measured(panel, raw, coordinates, y, other, seed)


def representation_findings(panel: RepresentationPanel) -> tuple[Finding, ...]:
    """Judge whether a linear probe beats shuffled labels.

    A probe that does not is no evidence against the model: there is no p value for the opposite.
    """
    reason = panel.reason
    if not reason:
        reason = (
            f"The probe's balanced accuracy is {panel.probe.text()}, against "
            f"{panel.probe_chance:.3f} with shuffled labels."
        )
    return (
        Finding(
            id="representation.probe",
            area="representation",
            claim="A linear probe of the representation tells the classes apart better than "
            "shuffled labels do.",
            measured=panel.probe_gain,
            p_met=panel.probe_p,
            p_broken=None,
            reason=reason,
        ),
    )


def _undefined(n: int) -> dict[str, Any]:
    nothing = undefined(n, "classes cannot be compared")
    return {
        "probe": nothing,
        "probe_chance": math.nan,
        "probe_gain": nothing,
        "probe_p": None,
        "probe_auc": nothing,
        "purity_gain": nothing,
        "distances": None,
        "alignments": (),
        "plane": np.empty((0, 2)),
        "plane_class": np.empty(0, dtype=np.int64),
    }


def _reason(classes: int, x: Floats) -> str:
    if classes < 2:
        return f"Fewer than two classes have {FEWEST} rows or more with a representation."
    return "" if x.shape[1] else "The representation is the same for every row."


def _measured(
    panel: RepresentationPanel,
    raw: Floats,
    x: Floats,
    y: Labels,
    features: Floats | None,
    seed: int,
) -> RepresentationPanel:
    probe = linear_probe(x, y, seed=seed)
    auc = undefined(len(y), "defined for two classes")
    if probe.score is not None:
        area = auc_area(score_table(y == 1, probe.score))
        auc = auc if area is None else area.interval
    alignments = [_alignment("classes", raw, np.eye(len(panel.classes))[y])]
    if features is not None and features.shape[1]:
        alignments.append(_alignment("numeric features", raw, features))
    few = slice(DISTANCE_ROWS)
    plane = np.zeros((len(x[few]), 2))
    plane[:, : x.shape[1]] = x[few, :2]
    return dataclasses.replace(
        panel,
        probe=probe.balanced_accuracy,
        probe_chance=probe.chance,
        probe_gain=probe.gain,
        probe_p=probe.p,
        probe_auc=auc,
        purity_gain=neighbour_purity(x, y, min(NEIGHBOURS, len(x) - 1)),
        distances=class_distances(x[few], y[few]) if len(np.unique(y[few])) > 1 else None,
        alignments=tuple(alignments),
        plane=plane,
        plane_class=y[few],
    )


def _sample(embedding: Floats, y: Labels, seed: int) -> NDArray[np.intp]:
    """Return positions of at most :data:`MOST_ROWS` random rows, whatever their order."""
    order = content_order([embedding, y])
    picked = np.random.default_rng(seed).permutation(len(order))[:MOST_ROWS]
    return order[picked]


def _numbers(features: pd.DataFrame) -> Floats:
    """Return the numeric columns without missing values, standardised."""
    numeric = features.select_dtypes(["number", "bool"]).to_numpy(dtype=np.float64, na_value=np.nan)
    return standardised(numeric[:, np.isfinite(numeric).all(axis=0)])


def _alignment(name: str, raw: Floats, other: Floats) -> Alignment:
    return Alignment(name, len(raw), cka(raw, other), cka_debiased(raw, other))


def _plain(part: Alignment | Distances) -> dict[str, Any]:
    return {
        key: finite(value) if isinstance(value, float) else value
        for key, value in dataclasses.asdict(part).items()
    }
