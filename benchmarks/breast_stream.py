"""False alarms and delays of the stream monitor, beside detectors in common use.

``python -m benchmarks.breast_stream --repeats 200`` prints markdown tables; ``--write`` also
stores the figures that the monitor's page shows. Two worlds:

*generated*: reference (512 cases) and stream are drawn without replacement from 100,000 cases of
the smoothed-bootstrap generator fitted to all 569 cases (a single draw of it is balanced, so parts
of a small one would not be independent); a stream without a fault has 5,000 rows, and a fault
begins at row 200 of 1,200. *real*: the table is divided anew for each stream: 285
cases as reference, 284 as the stream; a fault begins at row 100.

A delay counts rows from the first one after the change up to and including the alarm. Streams with
an alarm before the change are left out and counted. Faults of one or three columns strike the same
columns in every row.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.breast_drift import CASES, Case
from core.breast_cancer.data import wdbc
from core.breast_cancer.delays import PATH
from core.breast_cancer.faults import fault
from core.breast_cancer.generator import fit_generator
from core.breast_cancer.integrity import IntegrityReference, fit_reference
from core.breast_cancer.monitor import DriftMonitor
from core.breast_cancer.zscore import zmonitor
from core.stats.intervals import wilson
from core.stats.sequential import ShiryaevRoberts, change_point
from core.stats.stream_baselines import cusum, river_alarm

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Drawn = tuple[IntegrityReference, Floats, Labels]

TARGETS = (1_000, 3_000, 10_000, 30_000, 100_000)
MAIN = 10_000
N_REFERENCE, NULL_ROWS, POOL = 512, 5_000, 100_000
CHANGE, HORIZON = 200, 1_000
REAL_REFERENCE, REAL_CHANGE = 285, 100
SHARES = {1.0: 5, 0.2: 20}
"""Share of rows struck to the tolerance of the change point."""

OTHERS = ("fixed reference", "CUSUM k .5 h 5", "CUSUM k .5 h 20", "PageHinkley", "ADWIN",
          "any absolute z >= 3")  # fmt: skip
WORLD = (
    "Reference (512 cases) and stream drawn from the smoothed-bootstrap generator fitted to the "
    "569 cases; the fault begins at row 200 of 1,200."
)


@dataclasses.dataclass(frozen=True)
class Path:
    """A stream as the monitor saw it, without a stop at the alarm."""

    statistic: Floats
    p: Floats
    monitor: DriftMonitor
    rows: Floats

    def alarm(self, target: float) -> int | None:
        """Return the row at which a monitor with this target would have alarmed."""
        over = np.nonzero(self.statistic >= target)[0]
        return int(over[0]) if len(over) else None


def watch(reference: IntegrityReference, rows: Floats, seed: int) -> Path:
    """Run the monitor with a threshold out of reach: up to a lower one the path is the same."""
    monitor = DriftMonitor(1e12, seed, reference)
    monitor.update(rows)
    trace = monitor.trace()
    return Path(trace.statistic, trace.p, monitor, rows)


def named_column(path: Path, row: int, target: float, seed: int) -> str:
    monitor = DriftMonitor(target, seed, path.monitor.reference)
    monitor.update(path.rows[: row + 1])
    return monitor.alarm.column if monitor.alarm else ""


def others(path: Path, seed: int) -> dict[str, int | None]:
    """Return the first alarm of the other detectors on the scores of the complete rows."""
    trace, calibration = path.monitor.trace(), path.monitor.reference.calibration
    kept = np.nonzero(~trace.incomplete)[0]
    scores = trace.scores[kept]
    z = (scores - calibration.mean()) / calibration.std(ddof=1)
    fixed = ShiryaevRoberts(calibration, MAIN, seed, growing=False)
    fixed.update(scores)
    extreme = np.nonzero(zmonitor().assess(path.rows[kept]).critical)[0]
    found = {
        "fixed reference": fixed.alarm.row if fixed.alarm else None,
        "CUSUM k .5 h 5": cusum(z).alarm,
        "CUSUM k .5 h 20": cusum(z, h=20).alarm,
        "PageHinkley": river_alarm("PageHinkley", scores),
        "ADWIN": river_alarm("ADWIN", scores),
        "any absolute z >= 3": int(extreme[0]) if len(extreme) else None,
    }
    return {name: None if at is None else int(kept[at]) for name, at in found.items()}


def generated(pool: tuple[Floats, Labels], rows: int) -> Callable[[np.random.Generator], Drawn]:
    def draw(rng: np.random.Generator) -> Drawn:
        chosen = rng.choice(len(pool[0]), N_REFERENCE + rows, replace=False)
        X, y = pool[0][chosen], pool[1][chosen]
        return fit_reference(X[:N_REFERENCE]), X[N_REFERENCE:], y[N_REFERENCE:]

    return draw


def real(rng: np.random.Generator) -> Drawn:
    cohort = wdbc()
    order = rng.permutation(cohort.n)
    own, rest = order[:REAL_REFERENCE], order[REAL_REFERENCE:]
    return fit_reference(cohort.X[own]), cohort.X[rest], cohort.y[rest]


def streams(
    draw: Callable[[np.random.Generator], Drawn], repeats: int, seed: int
) -> Iterator[tuple[int, np.random.Generator, Drawn]]:
    for number in range(repeats):
        rng = np.random.default_rng([seed, number])
        yield number, rng, draw(rng)


def without_fault(
    draw: Callable[[np.random.Generator], Drawn], repeats: int, seed: int
) -> dict[str, list[int | None]]:
    found: dict[str, list[int | None]] = defaultdict(list)
    for number, _, (reference, rows, _) in streams(draw, repeats, seed):
        path = watch(reference, rows, number)
        for target in TARGETS:
            found[f"monitor {target:,}"].append(path.alarm(target))
        for name, row in others(path, number).items():
            found[name].append(row)
    return found


@dataclasses.dataclass
class Tally:
    """What became of the streams with one fault."""

    delays: list[float] = dataclasses.field(default_factory=list)
    dated: list[bool] = dataclasses.field(default_factory=list)
    named: list[bool] = dataclasses.field(default_factory=list)
    early: int = 0

    def add(self, row: int | None, change: int) -> bool:
        """Count a stream by its first alarm; return whether that is one after the change."""
        if row is not None and row < change:
            self.early += 1
            return False
        self.delays.append(math.inf if row is None else row - change + 1)
        return row is not None

    def quartiles(self) -> list[float]:
        """Return median, lower and upper quartile; a stream without an alarm counts as infinite."""
        ordered = np.sort(self.delays)
        return [float(np.quantile(ordered, q, method="inverted_cdf")) for q in (0.5, 0.25, 0.75)]


Key = tuple[str, float, str]


def with_fault(
    draw: Callable[[np.random.Generator], Drawn], change: int, repeats: int, seed: int
) -> dict[Key, Tally]:
    found: dict[Key, Tally] = defaultdict(Tally)
    for number, rng, (reference, clean, y) in streams(draw, repeats, seed + 1):
        for case in CASES:
            for share in SHARES:
                plant(found, case, share, (reference, clean, y), change, number, rng)
    return found


def plant(
    found: dict[Key, Tally],
    case: Case,
    share: float,
    drawn: Drawn,
    change: int,
    number: int,
    rng: np.random.Generator,
) -> None:
    reference, clean, y = drawn
    planted = fault(case.key).apply(
        clean[change:], case.severity, rng, share=share, y=y[change:], **case.options
    )
    rows = np.concatenate([clean[:change], planted.X])
    path = watch(reference, rows, number)
    for target in TARGETS:
        row, tally = path.alarm(target), found[case.label, share, f"monitor {target:,}"]
        if tally.add(row, change) and row is not None:
            start = change_point(path.p[: row + 1])
            tally.dated.append(abs(start - change) <= SHARES[share])
            tally.named.append(named_column(path, row, target, number) in planted.columns)
    for name, row in others(path, number).items():
        found[case.label, share, name].add(row, change)


def mixes(
    draw: Callable[[np.random.Generator], Drawn], repeats: int, seed: int
) -> dict[str, list[bool]]:
    """Count alarms in streams that turn from few to many malignant cases, all values right."""
    found: dict[str, list[bool]] = defaultdict(list)
    for number, rng, (reference, X, y) in streams(draw, repeats, seed + 2):
        later = fault("prevalence").apply(X[CHANGE:], 0.8, rng, y=y[CHANGE:]).X
        path = watch(reference, np.concatenate([X[:CHANGE], later]), number)
        for target in TARGETS:
            found[f"monitor {target:,}"].append(path.alarm(target) is not None)
    return found


def share_text(alarms: list[bool]) -> str:
    found = wilson(sum(alarms), len(alarms))
    return f"{found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"


def null_table(title: str, found: dict[str, list[int | None]], rows: int) -> str:
    lines = [["detector", "streams with an alarm", "bound", "median row of the first"]]
    lines.append(["---"] * 4)
    for name, alarms in found.items():
        first = [row for row in alarms if row is not None]
        target = float(name.split()[-1].replace(",", "")) if name.startswith("monitor") else None
        bound = f"{min(1.0, rows / target):.2f}" if target else ""
        middle = f"{np.median(first):.0f}" if first else ""
        lines.append([name, share_text([row is not None for row in alarms]), bound, middle])
    return markdown(title, lines)


def delay_text(tally: Tally) -> str:
    if not tally.delays:
        return "all too early"
    median, low, high = tally.quartiles()
    return f"{median:.0f} ({low:.0f} to {high:.0f})"


def delay_tables(title: str, found: dict[Key, Tally]) -> str:
    main = f"monitor {MAIN:,}"
    parts = []
    for share in SHARES:
        names = [*(f"monitor {target:,}" for target in TARGETS), *OTHERS]
        head = ["fault", *names, "early alarms", "change point within", "column named"]
        lines = [head, ["---"] * len(head)]
        for case in CASES:
            tally = found[case.label, share, main]
            tail = [
                str(tally.early),
                *(share_text(v) if v else "" for v in (tally.dated, tally.named)),
            ]
            cells = [delay_text(found[case.label, share, name]) for name in names]
            lines.append([case.label, *cells, *tail])
        rows = f"{share:.0%} of the rows; median delay (quartiles); change point +-{SHARES[share]}"
        parts.append(markdown(f"{title}, {rows}", lines))
    return "\n".join(parts)


def markdown(title: str, lines: list[list[str]]) -> str:
    return "\n".join([f"\n**{title}**\n", *(f"| {' | '.join(line)} |" for line in lines)])


def stored(
    null: dict[str, list[int | None]], delays: dict[Key, Tally], repeats: int, seed: int
) -> dict[str, Any]:
    """Return the figures that the monitor's page shows."""
    targets = {}
    for target in TARGETS:
        name = f"monitor {target:,}"
        targets[str(target)] = {
            "false_alarms": sum(row is not None for row in null[name]),
            "delays": [
                line(case, share, delays[case.label, share, name])
                for share in SHARES
                for case in CASES
            ],
        }
    streams_seen = len(null[f"monitor {MAIN:,}"])
    return {
        "made_by": f"python -m benchmarks.breast_stream --repeats {repeats} --seed {seed} --write",
        "world": WORLD,
        "null": {"rows": NULL_ROWS, "streams": streams_seen},
        "targets": targets,
    }


def line(case: Case, share: float, tally: Tally) -> dict[str, Any]:
    median, low, high = (q if math.isfinite(q) else None for q in tally.quartiles())
    return {
        "fault": case.key,
        "label": case.label.removesuffix(" *"),
        "share": share,
        "median": median,
        "low": low,
        "high": high,
        "streams": len(tally.delays),
        "alarms": len(tally.dated),
        "dated": sum(tally.dated),
        "tolerance": SHARES[share],
        "named": sum(tally.named),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="store the figures for the page")
    a = parser.parse_args()
    pool = fit_generator(wdbc().X, wdbc().y).draw(POOL, a.seed)
    print(f"{a.repeats} streams each; threshold and least run length {MAIN:,}; seed {a.seed}")
    null = without_fault(generated(pool, NULL_ROWS), a.repeats, a.seed)
    print(null_table(f"No fault, generated, {NULL_ROWS:,} rows", null, NULL_ROWS), flush=True)
    rows = wdbc().n - REAL_REFERENCE
    title = f"No fault, real, {rows} rows"
    print(null_table(title, without_fault(real, a.repeats, a.seed), rows), flush=True)
    mixed = mixes(generated(pool, CHANGE + HORIZON), a.repeats, a.seed)
    lines = [["detector", "streams with an alarm"], ["---"] * 2]
    lines += [[name, share_text(alarms)] for name, alarms in mixed.items()]
    print(markdown("80 % malignant from row 200 on, generated", lines), flush=True)
    delays = with_fault(generated(pool, CHANGE + HORIZON), CHANGE, a.repeats, a.seed)
    print(delay_tables("Generated", delays), flush=True)
    print(delay_tables("Real", with_fault(real, REAL_CHANGE, a.repeats, a.seed)))
    if a.write:
        PATH.parent.mkdir(parents=True, exist_ok=True)
        figures = stored(null, delays, a.repeats, a.seed)
        PATH.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
