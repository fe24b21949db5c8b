"""A series with its forecasts: what came, what would have been said, what is said now."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.viz import theme
from core.viz.chart import Chart, figure, line, need_equal, need_finite, note, padded
from core.viz.text import label, number

_TICKS = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """A forecast of one period; the limits are NaN where there is no band."""

    period: str
    estimate: float
    low: float
    high: float


def fan(
    periods: Sequence[str],
    values: Sequence[float],
    ahead: Sequence[Foreseen],
    *,
    before: Sequence[Foreseen] = (),
    later: Mapping[str, float] | None = None,
    y_label: str,
    band_label: str,
    digits: int = 1,
    height: int = 380,
) -> Chart:
    """Draw a series, its forecast with a band, earlier forecasts and what was reported later.

    Parameters
    ----------
    periods, values : sequences of equal length
        The series in order of time.
    ahead : sequence of Foreseen
        Forecasts of the periods that follow, in order.
    before : sequence of Foreseen
        Forecasts of past periods, each from its own past; periods must be among ``periods``.
    later : mapping of str to float, optional
        Values of periods ahead that became known afterwards.
    y_label, band_label : str
        What the axis shows, with its unit, and what the band is.
    digits : int
        Decimals of numbers in the text.
    height : int
        Height in pixels.

    Raises
    ------
    NotEnoughDataError
        If the series or the forecast is empty.
    SuiteError
        If a value is not finite.
    """
    need_equal(periods=periods, values=values)
    need_finite("values", values)
    need_finite("forecasts", [one.estimate for one in ahead])
    names = [*periods, *(one.period for one in ahead)]
    known = {period: value for period, value in (later or {}).items() if period in names}
    key = _key(before, bool(known), band_label)
    traces = _traces(periods, values, before, ahead, known, digits)
    limits = _drawn([*values, *known.values()], [*before, *ahead])
    drawn = _figure(traces, key, names, len(periods), (y_label, padded(limits)), height)
    alt = _alt(periods, values, ahead, known, y_label, band_label, digits)
    return Chart(drawn, alt, _table(periods, values, before, ahead, known))


def _figure(
    traces: list[Any],
    key: Sequence[str],
    names: Sequence[str],
    known: int,
    vertical: tuple[str, tuple[float, float]],
    height: int,
) -> Any:
    return figure(
        traces,
        height=height + 20 * len(key),
        xaxis=_time_axis(names),
        yaxis={"title": label(vertical[0]), "range": vertical[1]},
        margin={"l": 8, "r": 8, "t": 12 + 20 * len(key), "b": 8},
        shapes=[line(x0=known - 0.5, x1=known - 0.5, yref="paper", y0=0, y1=1)],
        annotations=[
            note("<br>".join(key), xref="paper", x=0, xanchor="left", yref="paper", y=1,
                 yanchor="bottom", align="left"),
        ],
    )  # fmt: skip


def _drawn(values: Sequence[float], foreseen: Sequence[Foreseen]) -> list[float]:
    """Return every number that needs room on the axis."""
    limits = [v for one in foreseen for v in (one.estimate, one.low, one.high)]
    return [v for v in (*values, *limits) if math.isfinite(v)]


def _time_axis(names: Sequence[str]) -> dict[str, Any]:
    ticks = list(range(0, len(names), max(1, -(-len(names) // _TICKS))))
    return {
        "tickvals": ticks,
        "ticktext": [label(names[i]) for i in ticks],
        "range": [-0.6, len(names) - 0.4],
        "tickangle": 0,
    }


def _key(before: Sequence[Foreseen], known: bool, band_label: str) -> list[str]:
    banded = any(math.isfinite(one.low) for one in before)

    def entry(colour: str, sign: str, text: str) -> str:
        return f'<span style="color:{colour}">{sign}</span> {label(text)}'

    entries = [entry(theme.ESTIMATE, "━", "reported"), entry(theme.SECOND, "◆", band_label)]
    if before:
        entries.append(
            entry(theme.NEUTRAL, "○", "said one period before" + ", with its band" * banded)
        )
    if known:
        entries.append(entry(theme.ESTIMATE, "✕", "reported later, not used"))
    return entries


def _bands(foreseen: Sequence[Foreseen], at: Mapping[str, int], colour: str) -> list[Any]:
    import plotly.graph_objects as go

    shown = [one for one in foreseen if math.isfinite(one.low)]
    if not shown:
        return []
    whiskers = go.Bar(
        x=[at[one.period] for one in shown],
        y=[one.high - one.low for one in shown],
        base=[one.low for one in shown],
        width=0.62,
        marker={"color": theme.tint(colour, 0.28), "line": {"width": 0}},
        hoverinfo="skip",
    )
    return [whiskers]


def _traces(
    periods: Sequence[str],
    values: Sequence[float],
    before: Sequence[Foreseen],
    ahead: Sequence[Foreseen],
    known: Mapping[str, float],
    digits: int,
) -> list[Any]:
    import plotly.graph_objects as go

    at = {name: i for i, name in enumerate([*periods, *(one.period for one in ahead)])}

    def trace(names: Sequence[str], ys: Sequence[float], texts: Sequence[str], **style: Any) -> Any:
        return go.Scatter(
            x=[at[name] for name in names],
            y=list(ys),
            customdata=list(texts),
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
            **style,
        )

    traces = [*_bands(before, at, theme.NEUTRAL), *_bands(ahead, at, theme.SECOND)]
    traces += [
        trace(
            [f.period for f in group],
            [f.estimate for f in group],
            [_said(f, digits) for f in group],
            mode="markers",
            marker={"size": 10, "symbol": symbol, "color": colour, "line": {"width": 2}},
        )
        for group, symbol, colour in (
            (before, "circle-open", theme.NEUTRAL),
            (ahead, "diamond", theme.SECOND),
        )
        if group
    ]
    told = [f"{p}: {number(v, digits)} reported" for p, v in zip(periods, values, strict=True)]
    traces.append(
        trace(periods, values, told, mode="lines+markers",
              line={"color": theme.ESTIMATE, "width": 3}, marker={"size": 6})
    )  # fmt: skip
    if known:
        told = [f"{p}: {number(v, digits)} reported later" for p, v in known.items()]
        style = {"size": 12, "symbol": "x", "color": theme.ESTIMATE}
        traces.append(trace(list(known), list(known.values()), told, mode="markers", marker=style))
    return traces


def _said(one: Foreseen, digits: int) -> str:
    said = f"{one.period}: {number(one.estimate, digits)} forecast"
    if math.isnan(one.low):
        return f"{label(said)}<br>no band"
    return f"{label(said)}<br>{number(one.low, digits)} to {number(one.high, digits)}"


def _alt(
    periods: Sequence[str],
    values: Sequence[float],
    ahead: Sequence[Foreseen],
    known: Mapping[str, float],
    y_label: str,
    band_label: str,
    digits: int,
) -> str:
    parts = [
        f"{one.period} {number(one.estimate, digits)}"
        + (
            " without a band"
            if math.isnan(one.low)
            else f", {number(one.low, digits)} to {number(one.high, digits)}"
        )
        for one in ahead
    ]
    parts += [f"reported later for {p}: {number(v, digits)}" for p, v in known.items()]
    return (
        f"{y_label} from {periods[0]} ({number(values[0], digits)}) to {periods[-1]} "
        f"({number(values[-1], digits)}), {len(periods)} periods. {band_label.capitalize()}: "
        f"{'; '.join(parts)}."
    )


def _table(
    periods: Sequence[str],
    values: Sequence[float],
    before: Sequence[Foreseen],
    ahead: Sequence[Foreseen],
    known: Mapping[str, float],
) -> pd.DataFrame:
    said = {one.period: one for one in before}
    told = dict(zip(periods, values, strict=True)) | dict(known)
    said |= {one.period: one for one in ahead}
    names = [*periods, *(one.period for one in ahead)]
    blank = Foreseen("", math.nan, math.nan, math.nan)
    return pd.DataFrame({
        "Period": names,
        "Reported": [told.get(name, math.nan) for name in names],
        "Forecast": [said.get(name, blank).estimate for name in names],
        "Lower limit": [said.get(name, blank).low for name in names],
        "Upper limit": [said.get(name, blank).high for name in names],
    })  # fmt: skip
