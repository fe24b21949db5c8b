"""How well single rows with a fault are told from clean ones, by the integrity score and others.

``python -m benchmarks.breast_ood`` prints markdown tables. Each split is stratified by diagnosis:
60 % of the cases fit the detectors, 20 % stay clean, 20 % are spoilt. A row that the fault happens
to leave as it was (ten times 0) is left out. Standard errors are those of the mean over splits.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import Planted, fault
from core.breast_cancer.integrity import (
    FLAG_LEVEL,
    IntegrityReference,
    blamed,
    fit_reference,
    unit_guesses,
)
from core.breast_cancer.linear import fit_linear
from core.breast_cancer.zscore import fit_zmonitor
from core.stats.binary import auc

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Score = Callable[[Floats], Floats]

INTEGRITY = "integrity"


@dataclasses.dataclass(frozen=True)
class Case:
    """One line of the table: a fault, how it is planted, and the goal for the integrity score."""

    label: str
    key: str
    severity: float
    goal: float | None = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


OWN = {"per_row": True}
CHOSEN_ON = (
    Case("unit x 0.1, one column", "unit", 0.1, 0.99, OWN),
    Case("unit x 10, one column", "unit", 10, 0.99, OWN),
    Case("unit / 2.54, one column", "unit", 1 / 2.54, 0.99, OWN),
    Case("unit x 2.54, one column", "unit", 2.54, 0.99, OWN),
    Case("offset of 1 sd, one column", "bias", 1, 0.94, OWN),
    Case("offset of 0.5 sd, three columns", "bias", 0.5, 0.96, {"columns": 3, "per_row": True}),
    Case("shuffled, one column", "shuffle", 1, 0.82, OWN),
    Case("shuffled, three columns", "shuffle", 3, 0.97, OWN),
    Case("shuffled within the diagnosis, all", "shuffle_class", 30, None),
    Case("mean and worst radius exchanged", "swap", 1, 0.99,
         {"columns": ["mean_radius", "worst_radius"]}),
    Case("noise of 0.25 sd, all columns", "noise", 0.25, 0.99),
    Case("proportional noise of 10 %", "noise_share", 0.1, None),
    Case("3 of 30 cells imputed", "impute", 3, 0.95),
    Case("10 of 30 cells imputed", "impute", 10, None),
    Case("stuck, one column", "stuck", 1, 0.84, OWN),
    Case("made-up rows (one Gaussian)", "synthetic", 1, None),
    Case("80 % malignant (should be 0.5)", "prevalence", 0.8, 0.5),
)  # fmt: skip
CONFIRMATION = (
    Case("gain of 15 %, two columns", "gain", 0.15, None, OWN),
    Case("rounded to 0.5 sd, all columns", "rounding", 0.5),
    Case("mean and worst texture exchanged", "swap", 1, None,
         {"columns": ["mean_texture", "worst_texture"]}),
    Case("mean and worst symmetry exchanged", "swap", 1, None,
         {"columns": ["mean_symmetry", "worst_symmetry"]}),
    Case("any two columns exchanged", "swap_any", 1, None, OWN),
    Case("stuck, two columns", "stuck", 2, None, OWN),
    Case("offset of 2 sd, one column", "bias", 2, None, OWN),
    Case("unit x 25.4, one column", "unit", 25.4, None, OWN),
    Case("shuffled, two columns", "shuffle", 2, None, OWN),
    Case("1 of 30 cells imputed", "impute", 1),
    Case("larger nuclei (should be 0.5)", "size", 1),
    Case("20 % malignant (should be 0.5)", "prevalence", 0.2),
)  # fmt: skip
BLAME = (
    Case("unit x 0.1", "unit", 0.1, 0.98, OWN),
    Case("unit x 10", "unit", 10, 0.98, OWN),
    Case("unit / 2.54", "unit", 1 / 2.54, 0.98, OWN),
    Case("unit x 2.54", "unit", 2.54, 0.98, OWN),
    Case("unit x 25.4", "unit", 25.4, 0.98, OWN),
    Case("unit x 1,000", "unit", 1000, 0.98, OWN),
    Case("offset of 1 sd", "bias", 1, 0.85, OWN),
    Case("shuffled, one column", "shuffle", 1, 0.70, OWN),
    Case("stuck, one column", "stuck", 1, None, OWN),
)
SILENT = (
    Case("none", "unit", 1),
    Case("unit x 10, one column", "unit", 10, 0.005, OWN),
    Case("unit x 0.1, one column", "unit", 0.1, 0.005, OWN),
    Case("unit x 2.54, one column", "unit", 2.54, 0.005, OWN),
    Case("unit / 2.54, one column", "unit", 1 / 2.54, 0.005, OWN),
    Case("unit x 25.4, one column", "unit", 25.4, 0.005, OWN),
    Case("unit / 25.4, one column", "unit", 1 / 25.4, 0.005, OWN),
    Case("offset of 1 sd, three columns", "bias", 1, None, {"columns": 3, "per_row": True}),
    Case("shuffled, three columns", "shuffle", 3, None, OWN),
    Case("noise of 0.5 sd, all columns", "noise", 0.5),
    Case("10 of 30 cells imputed", "impute", 10),
    Case("80 % malignant", "prevalence", 0.8),
)


@dataclasses.dataclass(frozen=True)
class Split:
    """Rows of one split and where they come from."""

    number: int
    fit: NDArray[np.intp]
    clean: NDArray[np.intp]
    spoilt: NDArray[np.intp]


def splits(y: Labels, count: int, seed: int) -> Iterator[Split]:
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        parts: list[list[NDArray[np.intp]]] = [[], [], []]
        for label in (0, 1):
            members = rng.permutation(np.nonzero(y == label)[0])
            cuts = [round(0.6 * len(members)), round(0.8 * len(members))]
            for part, rows in zip(parts, np.split(members, cuts), strict=True):
                part.append(rows)
        yield Split(number, *(np.concatenate(part) for part in parts))


def detectors(X: Floats, y: Labels, seed: int) -> dict[str, Score]:
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import NearestNeighbors

    reference = fit_reference(X)
    mean, sd = X.mean(axis=0), X.std(axis=0, ddof=1)
    monitor = fit_zmonitor(X, y)
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(X)

    def logs(rows: Floats) -> Floats:
        z: Floats = (np.log(rows + reference.offset) - reference.mean) / reference.scale
        return z

    neighbours = NearestNeighbors(n_neighbors=5).fit(logs(X))
    precision = reference.precision
    return {
        "max abs z": lambda r: np.abs((r - mean) / sd).max(axis=1),
        "mean abs z": lambda r: np.abs((r - mean) / sd).mean(axis=1),
        "original health": lambda r: -monitor.assess(r).health,
        "log max abs z": lambda r: np.abs(logs(r)).max(axis=1),
        "isolation forest": lambda r: -forest.score_samples(r),
        "5 neighbours (log)": lambda r: neighbours.kneighbors(logs(r))[0].mean(axis=1),
        "Mahalanobis (log)": lambda r: np.einsum("ij,jk,ik->i", logs(r), precision, logs(r)),
        INTEGRITY: reference.score,
    }


def plant(case: Case, X: Floats, y: Labels, rng: np.random.Generator) -> tuple[Planted, Floats]:
    """Return the planted table, and its rows that count as spoilt."""
    planted = fault(case.key).apply(X, case.severity, rng, y=y, **case.options)
    is_fault = fault(case.key).kind == "fault"
    return planted, planted.X[planted.rows] if is_fault else planted.X


def fpr_at_95(clean: Floats, spoilt: Floats) -> float:
    return float(np.mean(clean >= np.quantile(spoilt, 0.05, method="lower")))


def row_level(cases: tuple[Case, ...], count: int, seed: int) -> list[list[str]]:
    cohort = wdbc()
    found: dict[tuple[str, str], list[float]] = {}
    for split in splits(cohort.y, count, seed):
        scores = detectors(cohort.X[split.fit], cohort.y[split.fit], split.number)
        clean = {name: score(cohort.X[split.clean]) for name, score in scores.items()}
        for i, case in enumerate(cases):
            rng = np.random.default_rng([seed, split.number, i])
            _, rows = plant(case, cohort.X[split.spoilt], cohort.y[split.spoilt], rng)
            labels = np.repeat([0, 1], [len(split.clean), len(rows)])
            for name, score in scores.items():
                values = score(rows)
                found.setdefault((case.label, name), []).append(
                    auc(labels, np.concatenate([clean[name], values]))
                )
                if name == INTEGRITY:
                    found.setdefault((case.label, "FPR at 95 % TPR"), []).append(
                        fpr_at_95(clean[name], values)
                    )
    columns = [*scores, "FPR at 95 % TPR"]
    head = ["fault", *columns, "goal"]
    lines = [[c.label, *(text(found[c.label, n]) for n in columns), goal(c)] for c in cases]
    return [head, *lines]


def blame_level(count: int, seed: int) -> list[list[str]]:
    cohort = wdbc()
    hits: dict[str, list[float]] = {case.label: [] for case in BLAME}
    guesses: dict[str, list[float]] = {case.label: [] for case in BLAME}
    for split in splits(cohort.y, count, seed):
        reference = fit_reference(cohort.X[split.fit])
        for i, case in enumerate(BLAME):
            rng = np.random.default_rng([seed, split.number, i])
            planted, rows = plant(case, cohort.X[split.spoilt], cohort.y[split.spoilt], rng)
            hit, guess = named(reference, planted, rows, case)
            hits[case.label].append(hit)
            guesses[case.label].append(guess)
    head = ["fault", "column named", "unit named", "goal (column)"]
    return [
        head,
        *([c.label, text(hits[c.label]), text(guesses[c.label]), goal(c)] for c in BLAME),
    ]


def named(
    reference: IntegrityReference, planted: Planted, rows: Floats, case: Case
) -> tuple[float, float]:
    """Return how often the column is named, and the unit; NaN where there is none."""
    residuals = reference.residuals(rows)
    columns, _ = blamed(reference, rows, residuals)
    each = np.arange(len(rows))
    hit = float(planted.cells[planted.rows][each, columns].mean())
    if case.key != "unit":
        return hit, math.nan
    factor = max(case.severity, 1 / case.severity)
    expected = f"{'x' if case.severity > 1 else '/'} {factor:,g}"
    guesses = unit_guesses(reference, columns, rows[each, columns], residuals[each, columns])
    return hit, float(np.mean(guesses == expected))


def clean_flags(count: int, seed: int) -> list[list[str]]:
    cohort = wdbc()
    rates: dict[str, list[float]] = {k: [] for k in ("all", "malignant", "benign", "gap")}
    original: dict[str, list[float]] = {k: [] for k in rates}
    for split in splits(cohort.y, count, seed):
        rest = np.concatenate([split.clean, split.spoilt])
        reference = fit_reference(cohort.X[split.fit])
        flagged = reference.p_value(reference.score(cohort.X[rest])) <= FLAG_LEVEL
        monitor = fit_zmonitor(cohort.X[split.fit], cohort.y[split.fit])
        drifting = monitor.assess(cohort.X[rest]).drifting
        for store, verdict in ((rates, flagged), (original, drifting)):
            ill = cohort.y[rest] == 1
            store["all"].append(float(verdict.mean()))
            store["malignant"].append(float(verdict[ill].mean()))
            store["benign"].append(float(verdict[~ill].mean()))
            store["gap"].append(float(verdict[ill].mean() - verdict[~ill].mean()))
    head = ["clean held-out rows flagged", *rates]
    return [
        head,
        [INTEGRITY, *(text(v) for v in rates.values())],
        ["original: drifting", *(text(v) for v in original.values())],
    ]


def silent_misses(count: int, seed: int) -> list[list[str]]:
    """Malignant rows called benign (p < 0.5) and not flagged, as a share of the malignant rows."""
    cohort = wdbc()
    names = ("accuracy", "flagged", "silent: integrity", "silent: any z >= 3", "silent: drifting")
    found: dict[str, list[list[float]]] = {case.label: [] for case in SILENT}
    for split in splits(cohort.y, count, seed):
        X, y = cohort.X[split.fit], cohort.y[split.fit]
        model, reference, monitor = fit_linear(X, y, 1.0), fit_reference(X), fit_zmonitor(X, y)
        rest = np.concatenate([split.clean, split.spoilt])
        for i, case in enumerate(SILENT):
            rng = np.random.default_rng([seed, split.number, i])
            planted, _ = plant(case, cohort.X[rest], cohort.y[rest], rng)
            truth = cohort.y[rest][planted.origin]
            called = model.log_odds(planted.X) >= 0
            flagged = reference.p_value(reference.score(planted.X)) <= FLAG_LEVEL
            verdicts = monitor.assess(planted.X)
            missed = ~called[truth == 1]
            found[case.label].append(
                [
                    float(np.mean(called == truth)),
                    float(flagged.mean()),
                    *(
                        float(np.mean(missed & ~seen[truth == 1]))
                        for seen in (flagged, verdicts.critical, verdicts.drifting)
                    ),
                ]
            )
    head = ["fault", *names, "goal (silent)"]
    return [
        head,
        *([c.label, *map(text, zip(*found[c.label], strict=True)), goal(c)] for c in SILENT),
    ]


def text(values: Any) -> str:
    sample = np.asarray(values, dtype=float)
    if np.isnan(sample).all():
        return ""
    return f"{sample.mean():.3f} ({sample.std(ddof=1) / math.sqrt(len(sample)):.3f})"


def goal(case: Case) -> str:
    return "" if case.goal is None else f"{case.goal:g}"


def markdown(title: str, lines: list[list[str]]) -> str:
    head, *rest = lines
    rows = [head, ["---"] * len(head), *rest]
    return "\n".join([f"\n**{title}**\n", *(f"| {' | '.join(row)} |" for row in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--silent-splits", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count, seed = arguments.splits, arguments.seed
    print(f"{count} splits, mean (standard error); seed {seed}")
    print(markdown("AUROC, faults the score was chosen on", row_level(CHOSEN_ON, count, seed)))
    print(markdown("AUROC, faults it was not chosen on", row_level(CONFIRMATION, count, seed)))
    print(markdown("Column and unit named", blame_level(count, seed)))
    print(markdown("False alarms", clean_flags(count, seed)))
    silent = silent_misses(arguments.silent_splits, seed)
    print(markdown(f"Silent misses, {arguments.silent_splits} splits", silent))


if __name__ == "__main__":
    main()
