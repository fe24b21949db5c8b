"""Every statement on the published seed and on fresh ones.

``python -m benchmarks.foundations_checks``; times are of one process with one thread.
"""

from __future__ import annotations

import argparse
import collections
import statistics

import numpy as np
from scipy.stats import kstest

from core import foundations
from core.foundations import SEED, Kind, Row

RUNS = 5


def published() -> None:
    """Print counts, and the time of the whole registry."""
    runs = [foundations.verify() for _ in range(RUNS)]
    rows = runs[0].rows
    for topic in foundations.topics():
        own = [row for row in rows if row.page == topic.key]
        kinds = collections.Counter(str(row.reading.kind) for row in own if row.reading)
        told = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
        print(f"{topic.title}: {len(own)} statements ({told}), "
              f"{sum(row.passed for row in own)} hold, {sum(row.seconds for row in own):.2f} s; "
              f"{len(topic.breaks)} switches, {len(topic.errata)} errata, "
              f"{len(topic.questions)} questions")  # fmt: skip
    times = [run.seconds for run in runs]
    print(f"All on seed {SEED}: {runs[0].passed} of {len(rows)} hold; median of {RUNS} runs "
          f"{statistics.median(times):.2f} s, slowest {max(times):.2f} s, slowest statement "
          f"{max(row.seconds for row in rows):.2f} s")  # fmt: skip
    told_z = [abs(row.reading.z) for row in rows if row.reading and row.reading.z is not None]
    print(f"Simulations: {len(told_z)}, largest |z| {max(told_z):.2f}")


def fresh(seeds: int) -> None:
    """Print how often a true statement turns red, and whether standard errors are honest."""
    limit = foundations.fresh_limit(seeds)
    zs: list[float] = []
    precision: list[float] = []
    red = looks = 0
    for seed in range(SEED + 1, SEED + 1 + seeds):
        for row in foundations.verify(seed=seed).rows:
            looks += 1
            red += not _holds(row, limit)
            if row.reading is not None and row.reading.kind is Kind.SAMPLED:
                zs.append(row.reading.z or 0.0)
                precision.append((row.reading.standard_error or 0.0) / row.reading.scale)
    print(f"{seeds} fresh seeds: {looks} checks, {red} red (limit for simulations "
          f"|z| <= {limit:.2f})")  # fmt: skip
    beyond = sum(abs(z) > 3 for z in zs)
    print(f"z of {len(zs)} simulations: mean {np.mean(zs):+.3f}, standard deviation "
          f"{np.std(zs, ddof=1):.3f}, {beyond} beyond 3, p against a standard normal "
          f"{kstest(zs, 'norm').pvalue:.2f}")  # fmt: skip
    print(f"Standard error relative to the claim: median {np.median(precision):.2%}, "
          f"largest {max(precision):.2%}")  # fmt: skip


def wrong() -> None:
    """Print how many hypotheses and errors fail as they must."""
    broken = [foundations.broken(one) for one in foundations.breaks()]
    refuted = [foundations.refute(one) for one in foundations.errata()]
    print(f"Switches: {sum(one.as_predicted for one in broken)} of {len(broken)} fail as predicted")
    print(f"Errata: {sum(one.refuted for one in refuted)} of {len(refuted)} refuted")


def _holds(row: Row, limit: float) -> bool:
    return row.reading is not None and row.reading.within(limit).passed


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="number of fresh seeds")
    asked = parser.parse_args()
    published()
    fresh(asked.seeds)
    wrong()


if __name__ == "__main__":
    main()
