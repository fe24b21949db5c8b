"""A file of cases as the next rows of a stored stream."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from core.breast_cancer.cases import SAMPLE_ROWS, read_cases
from core.breast_cancer.monitor import TARGET_ARL, StreamAlarm
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.timeline import DriftTimeline
from core.errors import InputError
from core.scale import Source
from core.viz.text import percent


@dataclasses.dataclass(frozen=True, slots=True)
class StreamState:
    """Where a stream stands after rows were added.

    Attributes
    ----------
    stream : str
        Its name.
    n, added, incomplete : int
        Rows in all, those just added, and those with a missing or refused cell.
    statistic : float
        The detector's statistic after the last row; the alarm is raised at ``target_arl``.
    target_arl : float
        Rows that pass on average before a false alarm, at least.
    seed : int
        Key of the random numbers that break ties.
    alarm : StreamAlarm or None
        The alarm, once it has been raised.
    model : str
        Name and hash of the models.
    """

    stream: str
    n: int
    added: int
    incomplete: int
    statistic: float
    target_arl: float
    seed: int
    alarm: StreamAlarm | None
    model: str

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain data; rows of the alarm are counted from 0."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return plain | {"alarm": self.alarm.to_dict() if self.alarm else None}

    def sentence(self) -> str:
        """Return the state for people; rows are counted from 1."""
        seen = f"Stream {self.stream}: {self.n:,} rows, {self.added:,} of them new."
        if self.alarm is None:
            return (
                f"{seen} No alarm: the statistic is {self.statistic:.3g} and alarms at "
                f"{self.target_arl:,.0f}."
            )
        label = FEATURES[self.alarm.column].label.lower()
        gaps = f", {self.alarm.incomplete:,} incomplete rows" if self.alarm.incomplete else ""
        return (
            f"{seen} Alarm at row {self.alarm.row + 1:,}: values do not fit together since about "
            f"row {self.alarm.change_point + 1:,}, above all {label} "
            f"({percent(self.alarm.share)} of the evidence{gaps}). Check the instrument or the "
            "transfer."
        )


def watch_file(
    timeline: DriftTimeline,
    stream: str,
    source: Source,
    *,
    at: str,
    target_arl: float = TARGET_ARL,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
) -> StreamState:
    """Add the rows of a file to the end of a stream and judge the whole stream.

    Parameters
    ----------
    timeline : DriftTimeline
        The streams.
    stream : str
        Name of the stream; it is begun if there is none.
    source, name, columns
        As in :func:`core.breast_cancer.batch.score_file`.
    at : str
        UTC time, ISO 8601.
    target_arl : float
        Rows that pass on average before a false alarm, at least; fixed by the first file.

    Raises
    ------
    InputError
        If the file cannot be read or is too long, or the name cannot be used.
    SuiteError
        If the database cannot be read or written, or another model scored the stream.
    """
    cases = read_cases(source, name=name, columns=columns)
    if cases.stride > 1:
        raise InputError(
            f"The file has {cases.report.rows:,} rows; at most {SAMPLE_ROWS:,} are added at once. "
            "Split it and add the parts in order."
        )
    timeline.append(stream, cases.values, at=at, target_arl=target_arl)
    monitor = timeline.monitor(stream)
    return StreamState(
        stream=stream,
        n=monitor.n,
        added=len(cases.values),
        incomplete=monitor.incomplete,
        statistic=monitor.statistic,
        target_arl=monitor.target_arl,
        seed=monitor.seed,
        alarm=monitor.alarm,
        model=monitor.model,
    )
