"""Nested cross-validation: every choice is made inside the outer training fold.

It runs over all 569 cases and fits everything again, so it measures the procedure; the shipped
models are trained by the same procedure on the cases that are not held out.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.model import OUT_OF_FOLD, models
from core.breast_cancer.operating import choose
from core.breast_cancer.tuning import FAMILIES, Family, Tuned, tune
from core.stats.prediction_sets import fit_conformal
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

OUTER_FOLDS = 5
REPEATS = 20
CONFORMAL_LEVEL = 0.95
DECIMALS = 5

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class OutOfFold:
    """What one kind of model said about cases it had never seen.

    Attributes
    ----------
    p : ndarray, shape (repeats, n)
        Calibrated probabilities of malignancy.
    benign, malignant : ndarray of bool, shape (repeats, n)
        Whether the label stays in the conformal prediction set.
    called : ndarray of bool, shape (repeats, n)
        Whether the case is called malignant at the threshold chosen in its outer training fold.
    """

    p: Floats
    benign: Mask
    malignant: Mask
    called: Mask

    @classmethod
    def empty(cls, repeats: int, n: int) -> OutOfFold:
        """Return a record to be filled fold by fold."""
        blank = np.zeros((repeats, n), dtype=bool)
        return cls(np.full((repeats, n), np.nan), blank, blank.copy(), blank.copy())


def run(
    X: Floats,
    y: Labels,
    *,
    repeats: int = REPEATS,
    families: Sequence[Family] = FAMILIES,
    seed: int = 0,
) -> dict[str, OutOfFold]:
    """Cross-validate the whole training procedure.

    In every outer fold, tuning, scaling, calibration, conformal thresholds and the operating
    threshold see the training cases only, and all models share the folds.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Complete cases.
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    repeats : int
        Number of 5-fold partitions.
    families : sequence of {"logistic", "svm", "forest"}
        Kinds of model to run.
    seed : int
        Repeat r partitions with seed + r.

    Returns
    -------
    dict of str to OutOfFold
    """
    results = {str(family): OutOfFold.empty(repeats, len(y)) for family in families}
    for repeat in range(repeats):
        folds = assign_folds(y, OUTER_FOLDS, seed + repeat)
        for fold in range(OUTER_FOLDS):
            held = folds == fold
            for family in families:
                tuned = tune(family, X[~held], y[~held], 1000 * (seed + repeat) + 10 * fold)
                _record(results[family], repeat, held, tuned, X, y)
        log.info("nested repeat %d of %d done", repeat + 1, repeats)
    return results


def _record(target: OutOfFold, repeat: int, held: Mask, tuned: Tuned, X: Floats, y: Labels) -> None:
    smallest = 10.0**-DECIMALS  # rounding must not make a model certain
    p = np.clip(np.round(expit(tuned.log_odds(X[held])), DECIMALS), smallest, 1 - smallest)
    target.p[repeat, held] = p
    target.called[repeat, held] = p >= choose(y[~held], tuned.oof)
    sets = fit_conformal(tuned.oof, y[~held], CONFORMAL_LEVEL)
    target.benign[repeat, held], target.malignant[repeat, held] = sets.possible(p).T


def save(results: dict[str, OutOfFold], path: Path) -> None:
    """Store the predictions as CSV: one line a model, repeat and quantity, one column a case.

    The quantity ``p`` is the probability; ``set`` is 0 (empty), 1 (benign), 2 (malignant) or 3
    (both possible); ``call`` is 1 where the case is called malignant.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        n = next(iter(results.values())).p.shape[1]
        writer.writerow(["model", "repeat", "quantity", *range(1, n + 1)])
        for name, oof in results.items():
            codes, calls = oof.benign + 2 * oof.malignant, oof.called.astype(np.int64)
            for repeat in range(len(oof.p)):
                writer.writerow([name, repeat, "p", *(f"{p:.{DECIMALS}f}" for p in oof.p[repeat])])
                writer.writerow([name, repeat, "set", *codes[repeat]])
                writer.writerow([name, repeat, "call", *calls[repeat]])


@functools.cache
def stored() -> dict[str, OutOfFold]:
    """Return the predictions that the suite's own model card rests on."""
    return read(models().artifact.path(OUT_OF_FOLD))


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
        called = np.array(lines[name, "call"]) == 1
        found[name] = OutOfFold(np.array(lines[name, "p"]), codes % 2 == 1, codes >= 2, called)
    return found
