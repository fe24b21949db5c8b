"""How good the reasons are: exactness, LIME, curves, the model's boundary, and how long they take.

``python -m benchmarks.breast_why`` prints one JSON document; ``--every 10`` takes each tenth case.
Times of searches are processor time, because other jobs may share the machine.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer import neighbours
from core.breast_cancer.counterfactual import Counterfactual, counterfactual
from core.breast_cancer.curves import Others, sensitivity_curve
from core.breast_cancer.data import wdbc
from core.breast_cancer.explain import Explanation, explain
from core.breast_cancer.geometry import sentences, violations
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES, measure_of
from core.breast_cancer.score import score_case
from core.stats.intervals import wilson

Cases = NDArray[np.intp]

FEW_COLUMNS = 4
STRICT = 0.01
OFF_GOAL = 0.10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take every n-th case")
    parser.add_argument("--threshold", type=float, default=None, help="default: the one in use")
    chosen = parser.parse_args()
    cohort, loaded = wdbc(), models()
    threshold = chosen.threshold or loaded.operating.threshold
    called = expit(loaded.champion.log_odds(cohort.X)) >= threshold
    malignant = np.nonzero(called & (cohort.y == 1))[0][:: chosen.every]
    benign = np.nonzero(~called)[0][:: chosen.every]
    held = np.nonzero(cohort.held)[0][:: chosen.every]
    figures = {
        "artifact": loaded.tag,
        "threshold": threshold,
        "geometry": _geometry(),
        "additivity": _additivity(),
        "explanation": _explanations(held),
        "curves, held-out cases": _curves(held),
        "boundary, malignant and called so": _boundary(malignant, threshold),
        "boundary, not called malignant": _boundary(benign, threshold),
        "one case in ms": _times(held),
    }
    print(json.dumps(figures, indent=2))


def _geometry() -> dict[str, Any]:
    X = wdbc().X
    broken = np.logical_or.reduce([mask for mask, _ in violations(X)])
    return {"cases that keep every rule": _share(~broken)}


def _additivity() -> dict[str, float]:
    X, loaded = wdbc().X, models()
    linear = loaded.champion.base + loaded.champion.contributions(X).sum(axis=1)
    votes = loaded.forest.base + loaded.forest.contributions(X).sum(axis=1)
    return {
        "rows": len(X),
        "largest error, linear, log-odds": float(
            np.abs(linear - loaded.champion.log_odds(X)).max()
        ),
        "largest error, forest, share of votes": float(np.abs(votes - loaded.forest.raw(X)).max()),
    }


def _explanations(cases: Cases) -> dict[str, Any]:
    found = [explain(_record(i)) for i in cases]
    limes = [part.lime for part in found if part.lime]
    tested = [part.check.replacement for part in found if part.check.replacement]
    methods = [part.methods for part in found if part.methods]
    return {
        "cases": len(found),
        "LIME R2, median": _median(lime.r2 for lime in limes),
        "LIME R2, least": min(lime.r2 for lime in limes),
        "LIME R2 of .8 or more": _share([lime.r2 >= 0.8 for lime in limes]),
        "LIME three strongest columns, mean Jaccard over seeds": _mean(x.top3 for x in limes),
        "LIME five strongest columns, mean Jaccard over seeds": _mean(x.top5 for x in limes),
        "LIME and exact share the three strongest measurements": _mean(x.overlap for x in methods),
        "LIME and exact agree": _share([part.verdict == "agree" for part in methods]),
        "linear and forest share the three strongest": _mean(x.families.overlap for x in found),
        "linear and forest agree": _share([part.families.verdict == "agree" for part in found]),
        "replacement area": _mean(part.area for part in tested),
        "replacement area, random order": _mean(part.random_area for part in tested),
        "random orders beaten": _mean(part.beaten for part in tested),
        "deletion, largest error": max(part.check.deletion for part in found),
        "columns against the sign of their measurement": _mean(_opposed(part) for part in found),
    }


def _opposed(found: Explanation) -> float:
    """Return the share of columns that pull against their own measurement."""
    totals = {share.measure: share.log_odds for share in found.measures}
    signs = [
        np.sign(column.log_odds) != np.sign(totals[measure_of(column.feature).name])
        for column in found.contributions
    ]
    return float(np.mean(signs))


def _curves(cases: Cases) -> dict[str, Any]:
    fitting = [i for i in cases if not score_case(_record(i)).flagged]
    figures: dict[str, Any] = {"cases": len(cases), "of which fit together": len(fitting)}
    for others in get_args(Others):
        for name, chosen in (("all", cases), ("those that fit together", fitting)):
            p = [
                np.array(sensitivity_curve(_record(i), feature, others).ood_p)
                for i in chosen
                for feature in FEATURES.names
            ]
            flat = np.concatenate(p)
            off = np.array([np.mean(curve <= FLAG_LEVEL) for curve in p])
            figures[f"{others}, {name}"] = {
                "points": len(flat),
                "off at 5 %": float(np.mean(flat <= FLAG_LEVEL)),
                "off at 1 %": float(np.mean(flat <= STRICT)),
                "curves with at most a tenth off at 5 %": _share(off <= OFF_GOAL),
            }
    return figures


def _boundary(cases: Cases, threshold: float) -> dict[str, Any]:
    found, spent = [], []
    for i in cases:
        began = time.process_time()
        found.append(counterfactual(_record(i), threshold=threshold))
        spent.append(1000 * (time.process_time() - began))
    crossed = [part for part in found if part.status == "found"]
    return {
        "cases": len(found),
        "crosses, and holds when scored again": _share(
            [_holds(i, part) for i, part in zip(cases, found, strict=True)]
        ),
        "fits together afterwards (p above .05)": _share(
            [(part.ood_p_after or 0.0) > FLAG_LEVEL for part in found]
        ),
        "measurements": _spread([len(part.measurements) for part in crossed]),
        "four measurements or fewer": _share(
            [part.status == "found" and len(part.measurements) <= 4 for part in found]
        ),
        "columns": _spread([len(part.moved) for part in crossed]),
        "four columns or fewer": _share(
            [part.status == "found" and len(part.moved) <= FEW_COLUMNS for part in found]
        ),
        "sum of changes, standard deviations": _spread([part.distance or 0.0 for part in crossed]),
        "largest change, standard deviations": _spread(
            [max(abs(change.deviations) for change in part.moved) for part in crossed]
        ),
        "distance over bound": _spread(
            [(part.distance or 0.0) / (part.bound or 1.0) for part in crossed]
        ),
        "fewest measurements proven": _share([part.fewest for part in found]),
        "every column proven needed": _share([part.irreducible for part in found]),
        "forest on the other side as well": _share([_forest_crosses(part) for part in crossed]),
        "programs": _spread([part.programs for part in found]),
        "processor ms": _spread(spent),
    }


def _holds(case: int, found: Counterfactual) -> bool:
    """Score the changed case again, from the values shown."""
    record = _record(case) | {change.feature: change.after for change in found.moved}
    again = score_case(record, found.threshold)
    crossed = (again.p >= found.threshold) != (found.p_before >= found.threshold)
    return found.status == "found" and crossed and not again.flagged and not sentences(record)


def _forest_crosses(found: Counterfactual) -> bool:
    after = found.forest_p_after
    return after is not None and (after >= found.threshold) == (found.side == "malignant")


def _times(cases: Cases) -> dict[str, Any]:
    def whole(record: dict[str, float]) -> None:
        score_case(record)
        explain(record, lime=False)
        neighbours.case_mix(record)

    records = [_record(i) for i in cases]
    ways: dict[str, Callable[[dict[str, float]], object]] = {
        "score": score_case,
        "reasons without LIME": lambda record: explain(record, lime=False),
        "nearest cases": neighbours.case_mix,
        "all three": whole,
        "curve": lambda record: sensitivity_curve(record, "worst_area"),
        "reasons with LIME": explain,
    }
    return {name: _spread(_clock(way, records)) for name, way in ways.items()}


def _clock(
    way: Callable[[dict[str, float]], object], records: Sequence[dict[str, float]]
) -> list[float]:
    way(records[0])
    spent = []
    for record in records:
        began = time.perf_counter()
        way(record)
        spent.append(1000 * (time.perf_counter() - began))
    return spent


def _record(case: int) -> dict[str, float]:
    return dict(zip(FEATURES.names, wdbc().X[case].tolist(), strict=True))


def _share(hits: Iterable[bool] | NDArray[np.bool_]) -> dict[str, float]:
    counted = [bool(hit) for hit in hits]
    found = wilson(sum(counted), len(counted))
    return {
        "estimate": round(found.estimate, 4), "low": round(found.low, 4),
        "high": round(found.high, 4), "n": found.n,
    }  # fmt: skip


def _spread(values: Sequence[float]) -> dict[str, float]:
    median, high = np.quantile(values, (0.5, 0.95))
    return {"p50": round(float(median), 2), "p95": round(float(high), 2),
            "max": round(float(max(values)), 2), "n": len(values)}  # fmt: skip


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 4)


def _median(values: Iterable[float]) -> float:
    return round(float(np.median(list(values))), 4)


if __name__ == "__main__":
    main()
