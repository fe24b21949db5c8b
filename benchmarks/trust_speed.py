"""How fast the suite computes what trustlens 0.5.0 computes, in one process and one thread.

``OMP_NUM_THREADS=1 python -m benchmarks.trust_speed`` prints a markdown table. Both sides start
from the same raw arrays: outcomes, probabilities and attributes as whole numbers. Ours codes the
attributes and computes every calibration, failure and bias figure and the Trust Score; theirs is
the eight metric functions that its ``analyze`` calls and ``compute_trust_score``, without the
report around them. The last column adds the sentences on where the original misleads, which have
no counterpart. Runs alternate, the least processor time counts (both sides use one thread, and
other programs do not count), and the figures of both must agree before anything is timed. Needs
the reference requirements. Below 10,000 rows a run is ten in a row.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.trust.original.score import trust_score
from core.trust.original.view import OriginalView, as_seen, original_figures, original_view
from core.trust.predictions import Context, Floats, Grouping, Labels, Predictions

ATTRIBUTES = {"sex": 2, "age band": 5, "site": 10}
CLOSE, ROUNDED = 1e-12, 5e-5
SMALL, SMALL_RUNS = 10_000, 10


@dataclasses.dataclass(frozen=True)
class Raw:
    """What either side is given."""

    name: str
    y: Labels
    proba: Floats
    called: Labels
    attributes: dict[str, NDArray[np.int64]]


def synthetic(n: int, seed: int) -> Raw:
    rng = np.random.default_rng(seed)
    p = rng.beta(1.0, 1.5, n)
    y = (rng.random(n) < p).astype(np.int64)
    return _raw(f"synthetic, {n:,} rows, 2 classes", y, np.column_stack([1 - p, p]), rng)


def breast_cancer(seed: int) -> Raw:
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(data.target))[:171]
    score = (data.data[rows, 0] - 14.1) / 1.2 + rng.normal(0, 0.5, 171)
    p = 1 / (1 + np.exp(score))
    return _raw("breast cancer, 171 rows, 2 classes", data.target[rows].astype(np.int64),
                np.column_stack([1 - p, p]), rng)  # fmt: skip


def digits(seed: int) -> Raw:
    from sklearn.datasets import load_digits

    y = load_digits().target.astype(np.int64)
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1, (len(y), 10)) + 3 * np.eye(10)[y]
    proba = np.exp(score)
    return _raw("digits, 1,797 rows, 10 classes", y, proba / proba.sum(axis=1, keepdims=True), rng)


def _raw(name: str, y: Labels, proba: Floats, rng: np.random.Generator) -> Raw:
    attributes = {key: rng.integers(0, levels, len(y)) for key, levels in ATTRIBUTES.items()}
    return Raw(name, y, proba, np.argmax(proba, axis=1), attributes)


def parsed(raw: Raw) -> Predictions:
    groups = []
    for name, values in raw.attributes.items():
        index, levels = pd.factorize(values, sort=True)
        groups.append(Grouping(name, tuple(map(str, levels)), index))
    names = tuple(map(str, range(raw.proba.shape[1])))
    return Predictions(raw.y, raw.proba, raw.called, names, None, Context(groups=tuple(groups)))


def ours(raw: Raw) -> object:
    return trust_score(original_figures(as_seen(parsed(raw))))


def explained(raw: Raw) -> OriginalView:
    return original_view(parsed(raw))


def theirs(raw: Raw) -> tuple[dict[str, Any], Any]:
    from trustlens.metrics import bias, calibration, failure
    from trustlens.trust_score import compute_trust_score

    y, proba, called = raw.y, raw.proba, raw.called
    if proba.shape[1] == 2:
        hit, p = y, proba[:, 1]
        brier = calibration.brier_score(y, p)
    else:
        hit, p = (y == called).astype(float), np.max(proba, axis=1)
        brier = float(np.mean(np.sum((proba - np.eye(proba.shape[1])[y]) ** 2, axis=1)))
    results: dict[str, Any] = {
        "calibration": {
            "brier_score": brier,
            "ece": calibration.expected_calibration_error(hit, p),
            "reliability_curve": calibration.reliability_curve(hit, p),
        },
        "failure": {
            "misclassification_summary": failure.misclassification_summary(y, called, proba),
            "confidence_gap": failure.confidence_gap(y, called, proba),
        },
        "bias": {
            "class_imbalance": bias.class_imbalance_report(y),
            "subgroup_performance": bias.subgroup_performance(y, called, raw.attributes),
        },
    }
    if proba.shape[1] == 2:
        results["bias"]["equalized_odds"] = bias.equalized_odds(y, called, raw.attributes)
    return results, compute_trust_score(results)


def check(raw: Raw) -> None:
    """Stop unless both sides agree: 1e-12, and half a unit of the fourth decimal where rounded."""
    view, (results, score) = explained(raw), theirs(raw)
    if view.score is None or view.calibration is None or view.failure is None or view.bias is None:
        raise SystemExit(f"{raw.name}: no score")
    calibration, gap = results["calibration"], results["failure"]["confidence_gap"]
    _close(view.calibration.brier, calibration["brier_score"], CLOSE)
    _close(view.calibration.ece, calibration["ece"], CLOSE)
    _close(list(zip(*view.calibration.curve, strict=True)), calibration["reliability_curve"], CLOSE)
    _close(view.failure.gap, gap["gap"], ROUNDED)
    _close(view.failure.correct_histogram, gap["correct_hist"], 0)
    _close(view.failure.error_histogram, gap["incorrect_hist"], 0)
    for entry in view.failure.classes:
        other = results["failure"]["misclassification_summary"][int(entry.label)]
        _close(entry.errors, other["n_misclassified"], 0)
        _close(entry.mean_confidence, other["avg_misclassification_confidence"], ROUNDED)
    for attribute in view.bias.attributes:
        levels = results["bias"]["subgroup_performance"][attribute.name]
        rates = results["bias"].get("equalized_odds", {}).get(attribute.name, {})
        for group in attribute.groups:
            _close(group.accuracy, levels[group.level]["accuracy"], ROUNDED)
            _close(group.macro_f1, levels[group.level]["f1"], ROUNDED)
            if rates:
                _close([group.tpr, group.fpr],
                       [rates[group.level][rate] for rate in ("tpr", "fpr")], ROUNDED)  # fmt: skip
    if (view.score.score, view.score.grade) != (score.score, score.grade):
        raise SystemExit(f"{raw.name}: the scores differ")


def _close(found: Any, expected: Any, tolerance: float) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=0, atol=tolerance
    )


def seconds(work: tuple[Callable[[], object], ...], repeats: int, inner: int) -> list[float]:
    """Return the least processor time of each piece of work, each run ``inner`` times in turn."""
    least = [float("inf")] * len(work)
    for _ in range(repeats):
        for i, piece in enumerate(work):
            began = time.process_time()
            for _ in range(inner):
                piece()
            least[i] = min(least[i], (time.process_time() - began) / inner)
    return least


def original(repeats: int, seed: int) -> None:
    """Print how the view compares with the package."""
    goals = {100_000: "20x, 40 ms", 1_000_000: "12x", 171: "50x", 1_797: "50x"}
    print(f"\nLeast of {repeats} alternating runs, one thread, {platform.processor() or 'CPU'}.\n")
    print("| data | trustlens 0.5.0, ms | suite, ms | ratio | goal | with explanations, ms |")
    print("|---|---|---|---|---|---|")
    for raw in (
        breast_cancer(seed),
        digits(seed),
        synthetic(100_000, seed),
        synthetic(1_000_000, seed),
    ):
        check(raw)
        work = tuple(functools.partial(way, raw) for way in (theirs, ours, explained))
        slow, fast, full = seconds(work, repeats, SMALL_RUNS if len(raw.y) < SMALL else 1)
        print(
            f"| {raw.name}, {len(ATTRIBUTES)} attributes, {sum(ATTRIBUTES.values())} groups "
            f"| {1e3 * slow:.1f} | {1e3 * fast:.2f} | {slow / fast:.0f}x | {goals[len(raw.y)]} "
            f"| {1e3 * full:.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    original(arguments.repeats, arguments.seed)


if __name__ == "__main__":
    main()
