"""Forecasts of Apple's quarters, and whether bands and alarms keep their promises.

``python -m benchmarks.apple_forecast --runs 200`` prints one JSON document:

* ``mase``: every model on every reported series, at each horizon;
* ``later``: forecasts of FY2019 beside what was reported;
* ``coverage``: held-out coverage over 500 splits of synthetic tables;
* ``pipeline``: the whole procedure on simulated series of 16 quarters, with the choice among
  models: coverage of the next four quarters, and false alarms beside the stated rate;
* ``alarms``: the rules alone on exchangeable scores of three laws.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.apple_sales import FORECAST_SERIES, anomalies_frame, forecast, forecast_frame
from core.apple_sales import later_figures as later
from core.stats.anomaly import against_earlier, against_reference
from core.stats.conformal_trial import coverage_trial
from core.stats.intervals import wilson

Floats = NDArray[np.float64]
Process = Callable[[int, np.random.Generator], Floats]

QUARTERS, AHEAD = 16, 4
SEASON = np.array([0.35, -0.1, -0.25, 0.0])
NOISE = 0.06


def stable(n: int, rng: np.random.Generator) -> Floats:
    """Return a fixed season and trend with independent errors."""
    t = np.arange(n)
    return np.asarray(
        np.exp(10 + 0.01 * t + SEASON[t % 4] + NOISE * rng.standard_normal(n)), dtype=np.float64
    )


def airline(n: int, rng: np.random.Generator) -> Floats:
    """Return a series whose level and season wander: (0,1,1)(0,1,1) with both -0.5."""
    burn = 40
    e = 0.5 * NOISE * rng.standard_normal(n + burn + 5)
    w = e[5:] - 0.5 * e[4:-1] - 0.5 * e[1:-4] + 0.25 * e[:-5]
    y = np.zeros(n + burn)
    for i in range(5, n + burn):
        y[i] = y[i - 1] + y[i - 4] - y[i - 5] + w[i]
    y = y[burn:] - y[burn]
    # A double difference lets trends run away; what is left is the wandering, not the size.
    t = np.arange(n)
    y = y - np.polyval(np.polyfit(t, y, 1), t)
    return np.asarray(np.exp(10 + y + SEASON[t % 4]), dtype=np.float64)


def share(hits: int, n: int) -> dict[str, Any]:
    return wilson(hits, n).to_dict()


def mase_table() -> list[dict[str, Any]]:
    return [
        {
            "series": series,
            "model": one.slug,
            "horizon": one.horizon,
            "n": one.n,
            "mase": round(one.mase, 3) if one.n else None,
            "naive_mase": round(one.naive_mase, 3) if one.n else None,
            "failed": one.failed,
            "verdict": one.verdict,
        }
        for series in FORECAST_SERIES
        for one in forecast(series).scores
    ]


def later_table() -> list[dict[str, Any]]:
    return [
        {"series": series, **check.to_dict()}
        for series in FORECAST_SERIES
        for check in later(forecast(series)).checks
    ]


def pipeline(process: Process, runs: int, rate: float, level: float) -> dict[str, Any]:
    held, alarms = np.zeros(AHEAD, dtype=int), 0
    expected = 0.0
    for run in range(runs):
        rng = np.random.default_rng([7, run])
        whole = pd.Series(process(QUARTERS + AHEAD, rng))
        made = forecast_frame(whole.iloc[:QUARTERS], level=level)
        for h, one in enumerate(made.ahead):
            held[h] += bool(one.band.holds(float(whole.iloc[QUARTERS + h])))
        found = anomalies_frame(whole.iloc[:QUARTERS], rate=rate)
        alarms += len(found.flagged)
        expected += found.expected_false_alarms
    return {
        "runs": runs,
        "level": level,
        "promised": [one.band.promised for one in made.ahead],
        "coverage": [share(int(hits), runs) for hits in held],
        "rate": rate,
        "false_alarms": alarms,
        "stated": expected,
        "ratio": alarms / expected,
    }


def alarm_table(runs: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    laws: dict[str, Callable[..., Any]] = {
        "normal": rng.standard_normal,
        "cauchy": rng.standard_cauchy,
        "uniform": rng.uniform,
    }
    rows = []
    for law, draw in laws.items():
        for rate in (0.05, 0.1):
            earlier = [against_earlier(np.abs(draw(size=60)), rate) for _ in range(runs)]
            family = [
                against_reference(np.abs(draw(size=20)), np.abs(draw(size=399)), rate)
                for _ in range(runs)
            ]
            flagged = sum(int(one.flagged.sum()) for one in earlier)
            stated = sum(one.expected for one in earlier)
            rows.append(
                {
                    "law": law,
                    "rate": rate,
                    "runs": runs,
                    "flagged": flagged,
                    "stated": stated,
                    "ratio": flagged / stated,
                    "point_rate": share(int(sum(f.flagged.sum() for f in family)), 20 * runs),
                    "family_rate": share(int(sum(f.together.any() for f in family)), runs),
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulated series and null runs")
    runs = parser.parse_args().runs
    warnings.simplefilter("error")
    found = {
        "mase": mase_table(),
        "later": later_table(),
        "coverage": [coverage_trial(500, 0.9, seed).to_dict() for seed in range(5)],
        "pipeline": {
            process.__name__: pipeline(process, runs, 0.1, 0.9) for process in (stable, airline)
        },
        "alarms": alarm_table(10 * runs),
    }
    print(json.dumps(found, indent=1, allow_nan=False))


if __name__ == "__main__":
    main()
