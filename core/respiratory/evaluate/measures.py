"""How good a network's probabilities are: figures with intervals and sample sizes.

Throughout, ``y`` holds the true columns, shape (n,), and ``proba`` calibrated probabilities, shape
(n, k), of the first k findings. Every proportion has a Wilson interval over films; where several
films come from one patient, an interval that resamples patients stands beside it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.errors import NotEnoughDataError
from core.respiratory.decision import COVID, Operating
from core.respiratory.evaluate.table import Films
from core.respiratory.schema import LABELS, Label
from core.stats.binary import auc
from core.stats.calibration import ece, ece_null_quantile
from core.stats.cluster_bootstrap import cluster_bootstrap
from core.stats.confusion import balanced_accuracy, confusion, macro_f1
from core.stats.delong import auc_area
from core.stats.intervals import Interval, undefined, wilson
from core.stats.mean_loss import FLOOR, brier_losses, log_losses, mean_loss
from core.stats.operating_point import operating_point
from core.stats.paired import mean_difference, proportion_difference
from core.stats.score_table import score_table
from core.stats.selective import risk_coverage

COVERAGES = (1.0, 0.9, 0.8, 0.7)
POINTS = 100
OPACITY = LABELS.index(Label.OPACITY)
N_BOOT = 1000
SEED = 0

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]
Figures = dict[str, Any]


def without_opacity(proba: Floats) -> Floats:
    """Return the probabilities with the logit of Lung Opacity removed, shape (n, 3)."""
    kept = proba[:, :OPACITY]
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


def performance(films: Films, proba: Floats) -> Figures:
    """Return accuracy, recalls, precisions, confusion, AUC of COVID-19, losses and calibration.

    Parameters
    ----------
    films : Films
        At least one; its labels lie among the columns of ``proba``.
    proba : ndarray, shape (n, k)
        Calibrated probabilities.
    """
    y, k = films.y, proba.shape[1]
    called = proba.argmax(axis=1)
    table = confusion(y, called, k)
    right = called == y
    return {
        "n": len(films),
        "patients": len(np.unique(films.cluster)),
        "findings": list(LABELS[:k]),
        "accuracy": _both(right, films.cluster),
        "balanced_accuracy": balanced_accuracy(table).to_dict(),
        "macro_f1": macro_f1(table).to_dict(),
        "recall": _by_finding(np.diagonal(table), table.sum(axis=1), "no such film"),
        "precision": _by_finding(np.diagonal(table), table.sum(axis=0), "never called"),
        "confusion": table.tolist(),
        "covid_auc": covid_auc(films, proba[:, COVID]),
        "log_loss": mean_loss(log_losses(y, proba), -float(np.log(FLOOR))).to_dict(),
        "brier": mean_loss(brier_losses(y, proba), 2.0).to_dict(),
        "calibration": calibration_of(y, proba),
    }


def covid_auc(films: Films, p: Floats) -> Figures:
    """Return the AUC of COVID-19 against every other film, over films and over patients."""
    ill = films.y == COVID
    area = auc_area(score_table(ill, p))
    over_films = undefined(len(ill), "one class only") if area is None else area.interval
    counts = {"positives": int(ill.sum()), "negatives": int((~ill).sum())}
    over_patients = _clustered(auc, (ill.astype(np.int64), p), films.cluster)
    return {"films": over_films.to_dict(), "patients": over_patients.to_dict(), **counts}


def calibration_of(y: Labels, proba: Floats) -> Figures:
    """Return the expected calibration error of the called finding, ten bins of equal width.

    ``null_95`` is what a perfectly calibrated network stays below in 95 % of samples this large.
    """
    called = proba.argmax(axis=1)
    top = proba[np.arange(len(y)), called]
    right = (called == y).astype(np.int64)
    return {"ece": ece(right, top), "null_95": ece_null_quantile(top), "n": len(y)}


def at_threshold(films: Films, p: Floats, threshold: float) -> Figures:
    """Return recall and specificity of the COVID-19 alert, with intervals over patients too."""
    ill, called = films.y == COVID, p >= threshold
    point = operating_point(ill, called)
    return {
        "threshold": threshold,
        **{name: getattr(point, name) for name in ("hits", "misses", "alarms", "spared")},
        "recall": _both(called[ill], films.cluster[ill]),
        "specificity": _both(~called[~ill], films.cluster[~ill]),
    }


def by_source(films: Films, proba: Floats, threshold: float) -> list[Figures]:
    """Return, for each source and finding, how its films are called.

    ``called_covid`` and ``alerted`` are false alarms where the finding is not COVID-19.
    """
    called = proba.argmax(axis=1)
    rows = []
    for source in np.unique(films.source):
        for place in np.unique(films.y[films.source == source]):
            here = (films.source == source) & (films.y == place)
            calls = np.bincount(called[here], minlength=len(LABELS))
            rows.append({
                "source": str(source),
                "finding": str(LABELS[place]),
                "n": int(here.sum()),
                "patients": len(np.unique(films.cluster[here])),
                "recall": _share(called[here] == place).to_dict(),
                "called_covid": _share(called[here] == COVID).to_dict(),
                "alerted": _share(proba[here, COVID] >= threshold).to_dict(),
                "calls": dict(zip(LABELS, calls.tolist(), strict=True)),
            })  # fmt: skip
    return rows


def sets(films: Films, proba: Floats, point: Operating) -> Figures:
    """Return coverage of the prediction sets, over all films and by finding, and their sizes."""
    kept = point.sets(proba)
    covered = kept[np.arange(len(films)), films.y]
    size = kept.sum(axis=1)
    single = size == 1
    return {
        "level": point.level,
        "score": point.score,
        "coverage": _both(covered, films.cluster),
        "by_finding": {
            label: {
                "coverage": _share(covered[films.y == place]).to_dict(),
                "size": float(size[films.y == place].mean()) if (films.y == place).any() else None,
                "validation_films": point.counts[place],
            }
            for place, label in enumerate(LABELS)
        },
        "single": _share(single).to_dict(),
        "empty": _share(size == 0).to_dict(),
        "accuracy_of_single": _share(covered[single]).to_dict(),
        "size": float(size.mean()),
    }


def selective(films: Films, proba: Floats) -> Figures:
    """Return the accuracy on the most confident films, and the curve of risk by coverage."""
    confidence = proba.max(axis=1)
    right = proba.argmax(axis=1) == films.y
    order = np.argsort(-confidence, kind="stable")
    rows = []
    for coverage in COVERAGES:
        taken = order[: round(coverage * len(order))]
        rows.append(
            {"coverage": coverage, "n": len(taken), "confidence": float(confidence[taken[-1]]),
             "accuracy": _share(right[taken]).to_dict()}
        )  # fmt: skip
    return {"rows": rows, "curve": _curve(right, confidence)}


def _curve(right: Flags, confidence: Floats) -> Figures:
    """Return the curve of risk by coverage at :data:`POINTS` of its points, and its area."""
    found = risk_coverage(score_table(right, confidence))
    kept = np.unique(np.linspace(0, len(found.coverage) - 1, POINTS).round().astype(int))
    lines = {name: getattr(found, name)[kept] for name in ("coverage", "risk", "low", "high")}
    return {**lines, "area": found.area.to_dict()}


def compared(films: Films, first: Floats, second: Floats) -> Figures:
    """Return the first network's figures minus the second's, on the same films.

    The p value is McNemar's, exact: whether the films that one alone calls right split evenly.
    """
    one, other = (proba.argmax(axis=1) == films.y for proba in (first, second))
    only_one, only_other = int(np.sum(one & ~other)), int(np.sum(other & ~one))
    apart = only_one + only_other
    losses = [log_losses(films.y, proba) for proba in (first, second)]
    return {
        "accuracy": proportion_difference(one, other).to_dict(),
        "accuracy_patients": _clustered(
            lambda a, b: float(a.mean() - b.mean()), (one, other), films.cluster
        ).to_dict(),
        "only_first_right": only_one,
        "only_second_right": only_other,
        "mcnemar_p": float(binomtest(only_one, apart).pvalue) if apart else 1.0,
        "log_loss": mean_difference(losses[0], losses[1]).to_dict(),
    }


def _both(flags: Flags, cluster: NDArray[np.str_]) -> Figures:
    """Return a proportion with its Wilson interval, and one that resamples patients."""
    clustered = _clustered(lambda f: float(f.mean()), (flags,), cluster)
    return {"films": _share(flags).to_dict(), "patients": clustered.to_dict()}


def _clustered(
    statistic: Any, arrays: tuple[NDArray[Any], ...], cluster: NDArray[np.str_]
) -> Interval:
    def of(rows: Labels) -> Floats:
        return np.array([statistic(*(array[rows] for array in arrays))])

    try:
        (found,) = cluster_bootstrap(of, cluster, N_BOOT, SEED)
        return dataclasses.replace(found, n=len(cluster))
    except NotEnoughDataError as problem:
        return undefined(len(cluster), str(problem))


def _share(flags: Flags) -> Interval:
    return wilson(int(flags.sum()), len(flags)) if len(flags) else undefined(0, "no film")


def _by_finding(hits: Labels, of: Labels, why: str) -> Figures:
    return {
        str(LABELS[place]): (wilson(int(k), int(n)) if n else undefined(0, why)).to_dict()
        for place, (k, n) in enumerate(zip(hits, of, strict=True))
    }
