"""Random inputs for trustlens 0.5.0, its answers in the view's form, and the recording of some.

``python -m tests.trustlens_original`` writes ``tests/data/trustlens_050.json`` anew; it needs the
package (the reference requirements).
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.trust.original.view import OriginalView
from core.trust.predictions import Context, Grouping, Predictions

RECORDED = Path(__file__).parent / "data" / "trustlens_050.json"
TRIED, EACH, LARGEST_RECORDED = 1_500, 4, 30
BLOCKERS = {
    "confidently wrong": "'confidently wrong'",
    "failure": "diagnostic risk",
    "fairness": "fairness",
    "calibration": "poor calibration",
}
_AREAS = ("calibration", "failure", "bias", "representation")


@dataclasses.dataclass
class Drawn:
    """One input as the original takes it."""

    y: np.ndarray
    proba: np.ndarray | None
    called: np.ndarray | None
    k: int
    groups: dict[str, np.ndarray]
    embedding: np.ndarray | None

    def predictions(self) -> Predictions:
        groups = []
        for name, values in self.groups.items():
            levels, index = np.unique(values, return_inverse=True)
            groups.append(Grouping(name, tuple(map(str, levels)), index))
        called = self.called if self.called is not None else np.argmax(self.proba, axis=1)
        threshold = 0.5 if self.k == 2 and self.called is None else None
        context = Context(groups=tuple(groups), embedding=self.embedding)
        names = tuple(str(i) for i in range(self.k))
        return Predictions(self.y, self.proba, called.astype(np.int64), names, threshold, context)

    def to_json(self) -> dict[str, Any]:
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        groups = {name: values.tolist() for name, values in self.groups.items()}
        listed = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in fields.items()}
        return listed | {"groups": groups}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Drawn:
        arrays = ("y", "proba", "called", "embedding")
        parts = {n: None if content[n] is None else np.array(content[n]) for n in arrays}
        groups = {name: np.array(values) for name, values in content["groups"].items()}
        return cls(k=content["k"], groups=groups, **parts)


def draw(seed: int, largest: int = 6_000) -> Drawn:
    """Return an input of any size: good and bad models, ties, few rows, groups, odd calls."""
    rng = np.random.default_rng(seed)
    sizes, shares = [1, 2, 3, 5, 10, 30, 60, 171, 400, 1_500, 5_500], [0.09] * 9 + [0.17, 0.02]
    n = min(int(rng.choice(sizes, p=shares)), largest)
    k = int(rng.choice([2, 2, 2, 3, 5, 12]))
    way = rng.choice(["calibrated", "perfect", "noise", "mostly", "shy", "shy", "shy"])
    proba = _spread(rng, n, k)
    if way == "shy":
        proba, y = _shy(rng, n, k)
    elif way == "perfect":
        y = np.argmax(proba, axis=1)
    elif way == "noise":
        y = rng.integers(0, k, n)
    else:
        y = np.minimum((rng.random(n)[:, None] > proba.cumsum(axis=1)).sum(axis=1), k - 1)
        if way == "mostly":
            y = np.where(rng.random(n) < 0.95, np.argmax(proba, axis=1), y)
    if k > 2 and rng.random() < 0.2:
        y = np.minimum(y, 1)
    called = None
    if rng.random() < 0.3:
        called = (proba[:, 1] >= 0.2).astype(int) if k == 2 else rng.integers(0, k, n)
    groups = {
        f"attribute {j}": np.array([f"level {v}" for v in rng.integers(0, levels, n)])
        for j, levels in enumerate(rng.choice([1, 2, 3, 6, 20], int(rng.integers(0, 4))))
    }
    embedding = None
    if rng.random() < 0.25:
        embedding = rng.normal(0, 1, (n, 3)).round(3) + y[:, None] * rng.choice([0, 1, 3])
    hidden = called is not None and rng.random() < 0.2
    return Drawn(y, None if hidden else proba, called, k, groups, embedding)


def _spread(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    score = rng.normal(0, rng.choice([0.3, 1, 3, 10]), (n, k))
    proba = np.exp(score - score.max(axis=1, keepdims=True))
    proba /= proba.sum(axis=1, keepdims=True)
    # Votes of ten trees: ties at the edges of the bins and between classes.
    decimals = 10 if rng.random() < 0.4 else 10_000
    votes = np.floor(proba * decimals)
    votes[np.arange(n), votes.argmax(axis=1)] += decimals - votes.sum(axis=1)
    return votes / decimals


def _shy(rng: np.random.Generator, n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """A model whose errors are unsure, the only kind that the original does not block."""
    guess, sure = rng.integers(0, k, n), rng.random(n) < rng.uniform(0.3, 1)
    low = round(rng.uniform(max(1 / k, 0.5) + 0.01, 0.6), 3)
    top = np.where(sure, rng.choice([0.9, 0.97, 0.995]), low)
    proba = np.tile(((1 - top) / (k - 1))[:, None], (1, k))
    proba[np.arange(n), guess] = top
    return proba, np.where(sure, guess, rng.integers(0, k, n))


def ask(drawn: Drawn) -> dict[str, Any] | None:
    """Return what the package answers, in the view's form; ``None`` where it raises."""
    from trustlens.api import analyze

    logging.disable(logging.CRITICAL)
    quiet = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(quiet),
            contextlib.redirect_stderr(quiet),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            report = analyze(
                None,
                np.zeros((len(drawn.y), 1)),
                drawn.y,
                y_pred=drawn.called,
                y_prob=drawn.proba,
                sensitive_features=drawn.groups or None,
                embeddings=drawn.embedding,
                verbose=False,
            )
            insights = report._generate_insights()
    except ValueError:
        return None
    finally:
        logging.disable(logging.NOTSET)
    return _plain(_score(report, insights) | _figures(report.results))


def _score(report: Any, insights: list[str]) -> dict[str, Any]:
    score = report.trust_score
    blockers = [name for name, words in BLOCKERS.items() if words in score.verdict]
    assert len(blockers) == int(score.is_blocked)
    return {
        "score": score.score,
        "base": score.base_score,
        "grade": score.grade,
        "blocker": blockers[0] if blockers else None,
        "advice": report.deployment_explanation["verdict"],
        "sub_scores": score.sub_scores,
        "weights": score.weights_used,
        "breakdown": score.breakdown,
        "penalties": score.penalties_applied,
        "patterns": report.patterns,
        "no_bias_claimed": any("No bias detected" in text for text in insights),
    }


def _figures(results: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "ece" in results["calibration"]:
        calibration, gap = results["calibration"], results["failure"]["confidence_gap"]
        summary = results["failure"]["misclassification_summary"]
        found = {
            "brier": calibration["brier_score"],
            "ece": calibration["ece"],
            "curve": list(zip(*calibration["reliability_curve"], strict=True)),
            "gap": gap["gap"],
            "confidence": [gap["correct_confidence_mean"], gap["incorrect_confidence_mean"]],
            "histograms": [gap["correct_hist"], gap["incorrect_hist"]],
            "classes": {
                str(name): [
                    entry["support"],
                    entry["n_misclassified"],
                    entry["error_rate"],
                    entry["avg_misclassification_confidence"],
                    entry["top_mistake_indices"],
                ]
                for name, entry in summary.items()
                if name != "__overall__"
            },
        }
    overall = results["failure"]["misclassification_summary"]["__overall__"]
    found["errors"] = [overall["total_errors"], overall["overall_error_rate"]]
    found["imbalance"] = results["bias"]["class_imbalance"]["imbalance_ratio"]
    found["groups"] = _groups(results["bias"])
    if "representation" in results:
        found["representation"] = list(results["representation"]["separability"].values())
    return found


def _groups(bias: dict[str, Any]) -> dict[str, Any]:
    odds = bias.get("equalized_odds", {})
    found = {}
    for name, levels in bias.get("subgroup_performance", {}).items():
        rates = odds.get(name, {}) if odds.get("status") != "skipped" else {}
        summary, gaps = levels.get("__summary__", {}), rates.get("__summary__", {})
        found[name] = {
            "levels": {
                level: [
                    entry["n_samples"],
                    entry["accuracy"],
                    entry["f1"],
                    rates.get(level, {}).get("tpr"),
                    rates.get(level, {}).get("fpr"),
                ]
                for level, entry in levels.items()
                if level != "__summary__"
            },
            "accuracy": [
                summary.get(key) for key in ("performance_gap", "best_group", "worst_group")
            ],
            "odds": [
                gaps.get(key)
                for key in (
                    "tpr_gap",
                    "tpr_violation",
                    "fpr_gap",
                    "fpr_violation",
                    "best_tpr_group",
                    "worst_tpr_group",
                )
            ],
        }
    return found


def shown(view: OriginalView) -> dict[str, Any] | None:
    """Return the view in the same form; ``None`` where it says that the original fails."""
    if view.score is None or view.failure is None or view.bias is None:
        return None
    found: dict[str, Any] = {
        f.name: getattr(view.score, f.name) for f in dataclasses.fields(view.score)
    }
    failure = view.failure
    if view.calibration:
        found |= {
            "brier": view.calibration.brier,
            "ece": view.calibration.ece,
            "curve": view.calibration.curve,
            "gap": failure.gap,
            "confidence": [failure.correct_confidence, failure.error_confidence],
            "histograms": [failure.correct_histogram, failure.error_histogram],
            "classes": {
                c.label: [c.support, c.errors, c.error_rate, c.mean_confidence, c.most_confident]
                for c in failure.classes
            },
        }
    found["errors"] = [failure.errors, failure.error_rate]
    found["imbalance"] = view.bias.imbalance
    found["groups"] = {
        a.name: {
            "levels": {g.level: [g.n, g.accuracy, g.macro_f1, g.tpr, g.fpr] for g in a.groups},
            "accuracy": [a.accuracy_gap, a.best, a.worst],
            "odds": [
                a.tpr.gap if a.tpr else None,
                a.tpr.flag if a.tpr else None,
                a.fpr.gap if a.fpr else None,
                a.fpr.flag if a.fpr else None,
                a.best_tpr,
                a.worst_tpr,
            ],
        }
        for a in view.bias.attributes
    }
    if view.representation:
        r = view.representation
        found["representation"] = [
            r.silhouette, r.within, r.between, r.ratio, r.n, r.dimensions,
        ]  # fmt: skip
    return _plain(found)


def _plain(value: Any) -> Any:
    """Return lists, dictionaries and Python numbers; NaN and infinity as words."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value


def recorded() -> Iterator[tuple[Drawn, dict[str, Any] | None]]:
    """Return the stored inputs with the package's answers."""
    for case in json.loads(RECORDED.read_text(encoding="utf-8"))["cases"]:
        yield Drawn.from_json(case["input"]), case["answer"]


def record() -> None:
    """Store the first few inputs of each outcome with the package's answers."""
    cases, seen = [], Counter[Any]()
    for seed in range(100_000, 100_000 + TRIED):
        drawn = draw(seed, LARGEST_RECORDED)
        answer = ask(drawn)
        outcome = answer and (answer["grade"], answer["blocker"], answer["no_bias_claimed"])
        seen[outcome] += 1
        if seen[outcome] <= EACH:
            cases.append({"input": drawn.to_json(), "answer": answer})
    content = {"package": "trustlens 0.5.0", "licence": "MIT", "cases": cases}
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    RECORDED.write_text(text.replace('{"input"', '\n{"input"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
