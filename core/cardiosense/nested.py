"""Nested cross-validation: every choice is made inside the outer training fold."""

from __future__ import annotations

import csv
import dataclasses
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cardiosense import data
from core.cardiosense.routed import route, route_sets
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.tuning import FAMILIES, Family, Tuned, tune
from core.stats.prediction_sets import Conformal, fit_conformal
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

OUTER_FOLDS = 5
REPEATS = 20
CONFORMAL_LEVEL = 0.9
PLAIN = "plain-logistic"
DECIMALS = 5

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class OutOfFold:
    """What one kind of model said about patients it had never seen.

    Attributes
    ----------
    p : ndarray, shape (repeats, n)
        Calibrated probabilities.
    healthy, disease : ndarray of bool, shape (repeats, n)
        Whether the label stays in the conformal prediction set.
    """

    p: Floats
    healthy: NDArray[np.bool_]
    disease: NDArray[np.bool_]

    @classmethod
    def empty(cls, repeats: int, n: int) -> OutOfFold:
        """Return a record to be filled fold by fold."""
        return cls(
            np.full((repeats, n), np.nan),
            np.zeros((repeats, n), dtype=bool),
            np.zeros((repeats, n), dtype=bool),
        )


def run(
    cohort: data.Cohort,
    *,
    repeats: int = REPEATS,
    families: tuple[Family, ...] = FAMILIES,
    plain: bool = True,
    seed: int = 0,
) -> dict[str, OutOfFold]:
    """Cross-validate the whole training procedure on one cohort.

    In every outer fold, tuning, calibration and conformal thresholds see the training patients
    only, and all models share the folds. ``"<family>-13"`` is the production route: a patient
    without slope, ca or thal is scored by the fold's 10-feature model.

    Parameters
    ----------
    cohort : Cohort
        The patients.
    repeats : int
        Number of 5-fold partitions.
    families : tuple of {"logistic", "xgboost"}
        Kinds of model to run.
    plain : bool
        Whether to run the logistic model without severity as well, as ``"plain-logistic-13"``.
    seed : int
        Repeat r partitions with seed + r.

    Returns
    -------
    dict of str to OutOfFold
    """
    jobs: list[tuple[str, Family, Labels]] = [(f, f, cohort.severity) for f in families]
    if plain:
        jobs.append((PLAIN, "logistic", cohort.y))
    results = {
        f"{label}-{width}": OutOfFold.empty(repeats, cohort.n)
        for label, _, _ in jobs
        for width in (13, 10)
    }
    for repeat in range(repeats):
        folds = assign_folds(cohort.y, OUTER_FOLDS, seed + repeat)
        for fold in range(OUTER_FOLDS):
            held = folds == fold
            inner_seed = 1000 * (seed + repeat) + 10 * fold
            for label, family, severity in jobs:
                full, core = _tune_both(family, cohort, severity, ~held, inner_seed)
                _record(results, label, repeat, held, cohort, (full, core))
        log.info("nested repeat %d of %d done", repeat + 1, repeats)
    return results


def _tune_both(
    family: Family, cohort: data.Cohort, severity: Labels, train: NDArray[np.bool_], seed: int
) -> tuple[Tuned, Tuned]:
    full, core = (
        tune(family, cohort.matrix(features)[train], severity[train], features, seed)
        for features in (DIAGNOSTIC.names, CORE_NAMES)
    )
    return full, core


def _record(
    results: dict[str, OutOfFold],
    label: str,
    repeat: int,
    held: NDArray[np.bool_],
    cohort: data.Cohort,
    pair: tuple[Tuned, Tuned],
) -> None:
    full, core = pair
    values = cohort.matrix(DIAGNOSTIC.names)[held]
    sets = [_thresholds(tuned, cohort.y[~held]) for tuned in pair]
    p = np.round(route(values, full.model, core.model), DECIMALS)
    _write(results[f"{label}-13"], repeat, held, p, route_sets(values, p, sets[0], sets[1]))
    p = np.round(route(values, core.model, core.model), DECIMALS)
    _write(results[f"{label}-10"], repeat, held, p, sets[1].possible(p))


def _thresholds(tuned: Tuned, y: Labels) -> Conformal:
    return fit_conformal(tuned.oof, y, CONFORMAL_LEVEL)


def _write(
    target: OutOfFold,
    repeat: int,
    held: NDArray[np.bool_],
    p: Floats,
    possible: NDArray[np.bool_],
) -> None:
    target.p[repeat, held] = p
    target.healthy[repeat, held], target.disease[repeat, held] = possible.T


def save(results: dict[str, OutOfFold], path: Path) -> None:
    """Store the predictions as CSV: one line a model, repeat and quantity, one column a patient.

    The quantity ``p`` is the probability; ``set`` is 0 (empty), 1 (no disease), 2 (disease) or
    3 (both possible).
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        n = next(iter(results.values())).p.shape[1]
        writer.writerow(["model", "repeat", "quantity", *range(1, n + 1)])
        for name, oof in results.items():
            codes = oof.healthy + 2 * oof.disease
            for repeat in range(len(oof.p)):
                writer.writerow([name, repeat, "p", *(f"{p:.{DECIMALS}f}" for p in oof.p[repeat])])
                writer.writerow([name, repeat, "set", *codes[repeat]])


def read(path: Path) -> dict[str, OutOfFold]:
    """Read the predictions stored by :func:`save`."""
    lines: dict[tuple[str, str], list[list[float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for name, _, quantity, *values in rows:
            lines.setdefault((name, quantity), []).append([float(v) for v in values])
    found = {}
    for name in dict.fromkeys(name for name, _ in lines):
        codes = np.array(lines[name, "set"]).astype(np.int64)
        found[name] = OutOfFold(np.array(lines[name, "p"]), codes % 2 == 1, codes >= 2)
    return found
