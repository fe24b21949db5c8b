"""How long the monitor takes to see a fault, for each choice of the run length to a false alarm.

The figures are simulated by ``python -m benchmarks.breast_stream --write`` and stored with the
data; none is typed by hand.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from typing import Any

from core.errors import InputError
from core.runtime.settings import ROOT
from core.stats.intervals import Interval, wilson

PATH = ROOT / "data" / "breast_cancer" / "stream_delays.json"


@dataclasses.dataclass(frozen=True, slots=True)
class Delay:
    """How one fault fared.

    Attributes
    ----------
    fault, label : str
        Key of the fault, and what was planted, in words.
    share : float
        Share of the rows that were struck.
    median, low, high : float
        Median of the rows from the change up to and including the alarm, and the quartiles; streams
        without an alarm within the horizon count as infinite.
    detected : Interval
        Share of the streams with an alarm within the horizon.
    dated : Interval
        Share of the alarms whose change point lies within ``tolerance`` rows of the change.
    tolerance : int
        Rows.
    named : Interval or None
        Share of the alarms that name a spoilt column.
    """

    fault: str
    label: str
    share: float
    median: float
    low: float
    high: float
    detected: Interval
    dated: Interval
    tolerance: int
    named: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """Return the line as plain data; an infinite number of rows becomes ``None``."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in ("median", "low", "high"):
            plain[name] = plain[name] if math.isfinite(plain[name]) else None
        intervals = {k: v.to_dict() for k, v in plain.items() if isinstance(v, Interval)}
        return plain | intervals


@dataclasses.dataclass(frozen=True, slots=True)
class DelayTable:
    """Delays and false alarms for one target.

    Attributes
    ----------
    target_arl : float
        Rows up to a false alarm that were simulated: the smallest simulated number that is not
        below the one asked for, so that delays are not shown too short.
    rows : int
        Length of the streams without a fault.
    false_alarm : Interval
        Share of them with an alarm.
    bound : float
        What that share is proven to stay at or below, on average over references.
    delays : tuple of Delay
        One line for each fault and share of rows.
    world : str
        How the streams were made.
    """

    target_arl: float
    rows: int
    false_alarm: Interval
    bound: float
    delays: tuple[Delay, ...]
    world: str

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain data."""
        return {
            "target_arl": self.target_arl,
            "rows": self.rows,
            "false_alarm": self.false_alarm.to_dict(),
            "bound": self.bound,
            "delays": [delay.to_dict() for delay in self.delays],
            "world": self.world,
        }


def simulated_targets() -> tuple[float, ...]:
    """Return the run lengths that were simulated, ascending."""
    return tuple(sorted(float(target) for target in _stored()["targets"]))


def delay_table(target_arl: float) -> DelayTable:
    """Return false alarms and delays for a run length to a false alarm.

    Raises
    ------
    InputError
        If it is above the largest that was simulated.
    """
    targets = simulated_targets()
    chosen = next((target for target in targets if target >= target_arl), None)
    if chosen is None:
        raise InputError(
            f"Delays were simulated for up to {targets[-1]:,.0f} rows to a false alarm, not for "
            f"{target_arl:,.0f}. Choose one up to that."
        )
    stored = _stored()
    found = stored["targets"][f"{chosen:.0f}"]
    null = stored["null"]
    return DelayTable(
        target_arl=chosen,
        rows=null["rows"],
        false_alarm=wilson(found["false_alarms"], null["streams"]),
        bound=min(1.0, null["rows"] / chosen),
        delays=tuple(_delay(line) for line in found["delays"]),
        world=stored["world"],
    )


def _delay(line: dict[str, Any]) -> Delay:
    median, low, high = (
        math.inf if line[name] is None else line[name] for name in ("median", "low", "high")
    )
    alarms, named = line["alarms"], line["named"]
    return Delay(
        fault=line["fault"],
        label=line["label"],
        share=line["share"],
        median=median,
        low=low,
        high=high,
        detected=wilson(alarms, line["streams"]),
        dated=wilson(line["dated"], alarms),
        tolerance=line["tolerance"],
        named=None if named is None else wilson(named, alarms),
    )


@functools.cache
def _stored() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return content
