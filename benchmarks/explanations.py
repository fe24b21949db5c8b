"""Explanations in figures: ``python -m benchmarks.explanations`` prints JSON.

Exactness and speed of the contributions, LIME's fit and stability, the agreement of the two, and
how the neighbourhood used here compares with the one of ``lime.lime_tabular``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from core.cardiosense import data
from core.cardiosense.explain import SEEDS, explain
from core.cardiosense.model import RiskModel, models
from core.cardiosense.schema import DIAGNOSTIC
from core.explain.agreement import agreement, seed_stability
from core.explain.attribution import faithfulness, probability_shares
from core.explain.lime_tabular import SAMPLES, fit_lime

PATIENTS = 20
REPEATS = 5


def main() -> None:
    """Measure the four diagnostic models and print the figures."""
    loaded = models()
    chosen = (
        loaded.champion_13, loaded.champion_10, loaded.challenger_13, loaded.challenger_10,
    )  # fmt: skip
    figures = {
        "artifact": loaded.artifact.tag,
        "patients": PATIENTS,
        "seeds": SEEDS,
        "samples": SAMPLES,
        "models": {
            model.name: {"contributions": _contributions(model), "lime": _lime(model)}
            for model in chosen
        },
        "lime_tabular_quartiles": _stock_lime(loaded.champion_13),
        "explain_ms": _explain_times(),
    }
    print(json.dumps(figures, indent=2))


def _contributions(model: RiskModel) -> dict[str, Any]:
    X = _training(model)
    shares = model.contributions(X)
    error = np.abs(model.base + shares.sum(axis=1) - model.log_odds(X)).max()
    in_probability = np.array([probability_shares(model.base, row) for row in shares])
    distance = expit(model.base + shares.sum(axis=1)) - expit(model.base)
    tested = [faithfulness(model.log_odds, X[r], shares[r], X[::3]) for r in _rows(X)]
    return {
        "additivity_log_odds": float(error),
        "additivity_probability": float(np.abs(in_probability.sum(axis=1) - distance).max()),
        "ms_all_rows": _best_ms(lambda: model.contributions(X)),
        "ms_probability_one_row": _best_ms(lambda: probability_shares(model.base, shares[0])),
        "rows": len(X),
        "replacement_area": _mean([part.area for part in tested if part]),
        "replacement_area_random": _mean([part.random_area for part in tested if part]),
        "random_orders_beaten": _mean([part.beaten for part in tested if part]),
    }


def _lime(model: RiskModel) -> dict[str, Any]:
    X = _training(model)
    codes = _codes(model)
    rows = _rows(X)
    start = time.process_time()
    fits = [
        fit_lime(lambda Z: expit(model.log_odds(Z)), X[row], X, codes, seeds=range(SEEDS))
        for row in rows
    ]
    spent = time.process_time() - start
    exact = [probability_shares(model.base, part) for part in model.contributions(X[rows])]
    agreements = [
        agreement(shares, fit.effects.mean(axis=0)) for shares, fit in zip(exact, fits, strict=True)
    ]
    r2 = [float(fit.r2.mean()) for fit in fits]
    return {
        "r2_mean": _mean(r2),
        "r2_min": min(r2),
        "share_r2_80": _mean([value >= 0.8 for value in r2]),
        "top3_jaccard": _mean([seed_stability(fit.effects, 3) for fit in fits]),
        "top5_jaccard": _mean([seed_stability(fit.effects, 5) for fit in fits]),
        "cpu_ms_per_patient": 1000 * spent / len(rows),
        "shapley_top3_overlap": _mean([part.overlap for part in agreements]),
        "shapley_top5_signs": _mean([part.signs for part in agreements]),
        "shapley_spearman": _mean([part.rho or 0.0 for part in agreements]),
        "agree": _mean([part.verdict == "agree" for part in agreements]),
    }


def _stock_lime(model: RiskModel) -> dict[str, float]:
    """Return the fit of ``lime.lime_tabular`` with its default quartiles, for comparison."""
    from lime.lime_tabular import LimeTabularExplainer

    X = _training(model)
    known = X[~np.isnan(X).any(axis=1)]

    def both_classes(Z: np.ndarray) -> np.ndarray:
        p = expit(model.log_odds(Z))
        return np.column_stack([1 - p, p])

    def score(row: np.ndarray) -> float:
        explainer = LimeTabularExplainer(
            known,
            categorical_features=_codes(model),
            feature_selection="none",
            random_state=0,
        )
        found = explainer.explain_instance(
            row, both_classes, num_features=len(row), num_samples=SAMPLES
        )
        return float(found.score)

    scores = [score(row) for row in known[_rows(known)]]
    return {"r2_mean": _mean(scores), "r2_min": min(scores)}


def _explain_times() -> dict[str, float]:
    values = data.site("cleveland").values.iloc[0]
    patient = {str(name): float(value) for name, value in values.items()}
    return {
        "exact_only": _best_ms(lambda: explain(patient, lime=False)),
        "with_lime": _best_ms(lambda: explain(patient)),
    }


def _best_ms(action: Callable[[], object]) -> float:
    """Return the least CPU time of several runs, in milliseconds."""
    spent = []
    for _ in range(REPEATS):
        start = time.process_time()
        action()
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


def _training(model: RiskModel) -> np.ndarray:
    return data.site("cleveland").matrix(model.features)


def _codes(model: RiskModel) -> list[int]:
    return [at for at, name in enumerate(model.features) if DIAGNOSTIC[name].is_code]


def _rows(X: np.ndarray) -> np.ndarray:
    """Return evenly spaced rows, the same for every model."""
    return np.linspace(0, len(X) - 1, PATIENTS).astype(int)


def _mean(values: list[Any]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    main()
