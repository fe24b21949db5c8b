"""How often either drift lamp alarms for nothing, and how often it sees a fault in a batch.

``python -m benchmarks.breast_drift --repeats 1000 --power-repeats 200`` prints markdown tables.

Every repeat divides the 569 cases anew: 285 become the reference, with integrity reference,
champion and out-of-fold log-odds refitted; the batch is drawn without replacement from the other
284. So many rows do not exist for n = 1,000: there, reference (285) and batch are drawn without
replacement from 100,000 cases of the smoothed-bootstrap generator fitted to all cases. Faults of
one or three columns strike the same columns in every row of a batch. Intervals are Wilson 95 %.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.drift import drift
from core.breast_cancer.drift_reference import DriftReference
from core.breast_cancer.drift_result import DriftReport
from core.breast_cancer.faults import Planted, fault
from core.breast_cancer.generator import fit_generator
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.linear import fit_linear
from core.stats.intervals import wilson
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Counts = dict[str, list[bool]]

N_REFERENCE, PENALTY, FOLDS = 285, 1.0, 5
NULL_SIZES, LARGE, POOL = (25, 50, 100, 200), 1000, 100_000
INTEGRITY, MIX, COLUMN = "integrity", "case mix", "column named"


@dataclasses.dataclass(frozen=True)
class Case:
    """A fault and how it is planted; a star marks those without a goal."""

    label: str
    key: str
    severity: float
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


CASES = (
    Case("x 0.1, one column", "unit", 0.1),
    Case("/ 2.54, one column", "unit", 1 / 2.54),
    Case("offset of 1 sd, one column", "bias", 1),
    Case("offset of 0.5 sd, three columns", "bias", 0.5, {"columns": 3}),
    Case("shuffled, three columns", "shuffle", 3),
    Case("shuffled within the diagnosis, all", "shuffle_class", 30),
    Case("mean and worst radius exchanged", "swap", 1,
         {"columns": ["mean_radius", "worst_radius"]}),
    Case("noise of 0.25 sd", "noise", 0.25),
    Case("proportional noise of 10 %", "noise_share", 0.1),
    Case("3 of 30 cells imputed", "impute", 3),
    Case("scale off by 15 %, two columns *", "gain", 0.15),
    Case("shuffled, one column *", "shuffle", 1),
    Case("stuck, one column *", "stuck", 1),
    Case("rounded to 0.5 sd *", "rounding", 0.5),
    Case("1 of 30 cells missing *", "missing", 1),
)  # fmt: skip


def refitted(X: Floats, y: Labels, seed: int) -> DriftReference:
    """Make a reference of these cases as training does: nothing else has been seen."""
    folds, log_odds = assign_folds(y, FOLDS, seed), np.empty(len(y))
    for fold in range(FOLDS):
        out = folds == fold
        log_odds[out] = fit_linear(X[~out], y[~out], PENALTY).log_odds(X[out])
    champion = fit_linear(X, y, PENALTY)
    return DriftReference(
        X, fit_reference(X), log_odds, champion.log_odds, float(y.mean()), "refitted"
    )


def splits(repeats: int, seed: int) -> Iterator[tuple[DriftReference, Floats, Labels, Any]]:
    cohort = wdbc()
    for number in range(repeats):
        rng = np.random.default_rng([seed, number])
        order = rng.permutation(cohort.n)
        own, rest = order[:N_REFERENCE], order[N_REFERENCE:]
        reference = refitted(cohort.X[own], cohort.y[own], number)
        yield reference, cohort.X[rest], cohort.y[rest], rng


def note(counts: Counts, report: DriftReport) -> None:
    counts[INTEGRITY].append(bool(report.integrity.alarm))
    counts[MIX].append(bool(report.case_mix.alarm))
    for test in report.tests:
        counts[test.name].append(test.alarm)


def false_alarms(repeats: int, beside: int, seed: int) -> dict[str, Counts]:
    """Draw batches with nothing wrong; the tests beside the lamps run in the first repeats only."""
    found: dict[str, Counts] = {str(n): defaultdict(list) for n in (*NULL_SIZES, LARGE)}
    for number, (reference, X, _, rng) in enumerate(splits(repeats, seed)):
        for n in NULL_SIZES:
            rows = X[rng.choice(len(X), n, replace=False)]
            note(found[str(n)], drift(rows, reference=reference, extra=number < beside))
    # A single draw is balanced: parts of a small one would not be independent.
    pool = fit_generator(wdbc().X, wdbc().y).draw(POOL, seed)
    for number in range(repeats):
        rng = np.random.default_rng([seed, number, LARGE])
        chosen = rng.choice(POOL, N_REFERENCE + LARGE, replace=False)
        X, y = pool[0][chosen], pool[1][chosen]
        reference = refitted(X[:N_REFERENCE], y[:N_REFERENCE], number)
        report = drift(X[N_REFERENCE:], reference=reference, extra=number < beside)
        note(found[str(LARGE)], report)
    return found


def power(n: int, share: float, repeats: int, beside: int, seed: int) -> dict[str, Counts]:
    found: dict[str, Counts] = {case.label: defaultdict(list) for case in CASES}
    for number, (reference, X, y, rng) in enumerate(splits(repeats, seed + 1)):
        for case in CASES:
            rows = rng.choice(len(X), n, replace=False)
            planted = fault(case.key).apply(
                X[rows], case.severity, rng, share=share, y=y[rows], **case.options
            )
            report = drift(planted.X, reference=reference, extra=number < beside)
            note(found[case.label], report)
            if report.integrity.alarm:
                found[case.label][COLUMN].append(names_a_column(report, planted))
    return found


def names_a_column(report: DriftReport, planted: Planted) -> bool:
    return bool(report.top_columns) and report.top_columns[0].column in planted.columns


def other_mix(repeats: int, beside: int, seed: int) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for number, (reference, X, y, rng) in enumerate(splits(repeats, seed + 2)):
        for share, n in ((0.8, 25), (0.8, 100), (1.0, 25), (1.0, 100)):
            rows = fault("prevalence").apply(X, share, rng, y=y, size=n).X
            counts = found.setdefault(f"{share:.0%} malignant, n = {n}", defaultdict(list))
            note(counts, drift(rows, reference=reference, extra=number < beside))
    return found


def table(title: str, found: dict[str, Counts]) -> str:
    """Return alarm rates, one line a batch: lamps with intervals, then every test by itself."""
    names = list(dict.fromkeys(name for counts in found.values() for name in counts))
    lamps = [name for name in (INTEGRITY, MIX, COLUMN) if name in names]
    names = lamps + [name for name in names if name not in lamps]
    lines = [["", *(name.replace("|", "\\|") for name in names)], ["---"] * (len(names) + 1)]
    for label, counts in found.items():
        lines.append([label, *(rate(counts[name], name in lamps) for name in names)])
    return "\n".join([f"\n**{title}**\n", *(f"| {' | '.join(line)} |" for line in lines)])


def rate(alarms: list[bool], interval: bool) -> str:
    if not alarms:
        return ""
    found = wilson(sum(alarms), len(alarms))
    text = f"{found.estimate:.3f}"
    return f"{text} [{found.low:.3f}, {found.high:.3f}]" if interval else text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--power-repeats", type=int, default=200)
    parser.add_argument("--beside", type=int, default=30, help="repeats with the other tests")
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    print(f"{a.repeats} null and {a.power_repeats} shifted repeats, {a.beside} with the tests "
          f"beside the lamps; reference {N_REFERENCE}; seed {a.seed}")  # fmt: skip
    print(table("False alarms, by rows", false_alarms(a.repeats, a.beside, a.seed)), flush=True)
    for n, share in ((25, 1.0), (100, 0.1)):
        title = f"Power, n = {n}, {share:.0%} of the rows spoilt (* no goal)"
        print(table(title, power(n, share, a.power_repeats, a.beside, a.seed)), flush=True)
    print(table("Another mix of cases", other_mix(a.power_repeats, a.beside, a.seed)))


if __name__ == "__main__":
    main()
