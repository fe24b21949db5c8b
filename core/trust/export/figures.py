"""The figures of a report, drawn from an audit's document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.report.blocks import Figure
from core.report.svg import INK, Board, around, diagonal, label, legend
from core.report.text import one_line
from core.trust.export.text import interval_text
from core.viz.theme import ESTIMATE, NEUTRAL, SECOND

MOST_LEVELS = 20
"""Levels of an attribute that are drawn; the table lists more."""

MOST_ATTRIBUTES = 8

Plain = Mapping[str, Any]


def figures(part: str, panel: Plain) -> tuple[Figure, ...]:
    """Return the figures of a part of an audit; none where there is nothing to draw.

    Parameters
    ----------
    part : str
        Name of the part, such as ``"calibration"``.
    panel : mapping
        Its plain data.
    """
    draw = _DRAWN.get(part)
    return () if draw is None else tuple(draw(panel))


def _reliability(panel: Plain) -> Iterator[Figure]:
    part = panel["binary"] or panel["multiclass"]
    if not part:
        return
    whose = "predicted probability" if panel["binary"] else "probability of the called class"
    seen = part["agreement"] if panel["binary"] else part["top_label"]
    curve, board = part["curve"], Board((0.0, 1.0), (0.0, 1.0), height=380)
    p = curve["p"]
    parts = board.axes(whose.capitalize(), "Observed share")
    parts.append(board.band(p, curve["low_all"], curve["high_all"], NEUTRAL, 0.16))
    parts.append(board.band(p, curve["low"], curve["high"], NEUTRAL, 0.22))
    parts += _histogram(board, seen["histogram"])
    parts.append(diagonal(board))
    parts.append(board.line(p, curve["observed"], ESTIMATE))
    for one in seen["bins"]:
        observed = one["observed"]
        parts.append(board.whisker(one["mean_p"], observed["low"], observed["high"], SECOND))
        parts.append(board.dot(one["mean_p"], observed["estimate"], SECOND))
    entries = [
        (ESTIMATE, "", "observed, isotonic"),
        (SECOND, "", "in ten bins, 95 %"),
        (NEUTRAL, "5 4", "perfect"),
    ]
    parts += legend(entries, board.left + 12, board.top + 12)
    alt = f"Reliability diagram: observed share by {whose}."
    caption = (
        f"Observed share by {whose}, n = {seen['n']:,} with {seen['events']:,} events; O/E "
        f"{interval_text(seen['ratio'])}. Grey: where 95 % of curves of right probabilities lie "
        "with these rows, at each point (darker) and as a whole (lighter). Bars at the foot: "
        "number of rows."
    )
    yield Figure(board.draw(parts, alt), caption)


def _histogram(board: Board, counts: list[int]) -> Iterator[str]:
    most, bins = max(counts, default=0), len(counts)
    for place, count in enumerate(counts):
        if count:
            left, right = board.px(place / bins), board.px((place + 1) / bins)
            height = 34 * count / most
            foot = board.height - board.bottom
            yield (
                f'<rect x="{left + 1:.1f}" y="{foot - height:.1f}" width="{right - left - 2:.1f}" '
                f'height="{height:.1f}" fill="{NEUTRAL}" fill-opacity="0.35"/>'
            )


def _decision(panel: Plain) -> Iterator[Figure]:
    curve = panel["curve"]
    if curve is None:
        return
    xs, model, everybody = curve["thresholds"], curve["model"], curve["treat_all"]
    highest = max((v for v in (*model, *everybody) if v is not None), default=0.1)
    top = max(1.15 * highest, 0.02)
    board = Board((0.0, 1.0), (-0.25 * top, top))
    floor = board.y[0]
    parts = board.axes("Threshold probability", "Net benefit (true positives per row)")
    clipped = [v if v is not None and v >= floor else None for v in everybody]
    parts.append(board.band(xs, curve["model_low"], curve["model_high"], ESTIMATE, 0.18))
    parts.append(board.line((0.0, 1.0), (0.0, 0.0), INK, dash="2 3", wide=1.5))
    parts.append(board.line(xs, clipped, NEUTRAL, dash="6 4"))
    parts.append(board.line(xs, [v if v is None or v >= floor else None for v in model], ESTIMATE))
    if panel["threshold"] is not None:
        at = panel["threshold"]
        parts.append(board.line((at, at), board.y, SECOND, dash="4 3", wide=1.5))
    entries = [
        (ESTIMATE, "", "model, 95 %"),
        (NEUTRAL, "6 4", "treat everybody"),
        (INK, "2 3", "treat nobody"),
        (SECOND, "4 3", "threshold in use"),
    ]
    parts += legend(entries, board.width - 156, board.top + 10)
    caption = (
        f"Decision curve, n = {panel['n']:,}. Shown to be better than both defaults: "
        f"{shown_ranges(panel['shown'])} (exact tests, all thresholds at once)."
    )
    yield Figure(board.draw(parts, "Decision curve: net benefit by threshold."), caption)


def shown_ranges(ranges: list[list[float]]) -> str:
    """Return runs of thresholds as ``0.15 to 0.60``."""
    said = [f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in ranges]
    return ", ".join(said) or "at no threshold"


def _groups(panel: Plain) -> Iterator[Figure]:
    for attribute in panel["attributes"][:MOST_ATTRIBUTES]:
        levels = [one for one in attribute["levels"] if "suppressed" not in one][:MOST_LEVELS]
        if "rates" in (levels[0] if levels else {}):
            yield _rates(attribute["attribute"], levels)
        elif levels:
            yield _errors(attribute["attribute"], levels)


def _row_board(rows: int, scale: tuple[float, float]) -> Board:
    return Board(scale, (rows - 0.5, -0.5), height=100 + 34 * rows, left=176, top=46)


def _rates(attribute: str, levels: list[Plain]) -> Figure:
    board = _row_board(len(levels), (0.0, 1.0))
    wanted = ("sensitivity", "specificity")
    names = [name for name in wanted if name in levels[0]["rates"]] or ["accuracy"]
    parts = board.axes("Share, 95 % interval", "", rows=[_level_name(one) for one in levels])
    for row, level in enumerate(levels):
        for place, name in enumerate(names):
            rate = level["rates"][name]
            interval = rate.get("interval")
            if interval is None or interval["estimate"] is None:
                continue
            at = row + 0.22 * (place - (len(names) - 1) / 2) * 2
            colour = (ESTIMATE, SECOND)[place]
            parts.append(board.interval(interval["low"], interval["high"], at, colour))
            parts.append(board.dot(interval["estimate"], at, colour, hollow=rate["small"]))
    parts.append(label(one_line(attribute, 24), 8, 18, colour=INK, size=13))
    entries = [((ESTIMATE, SECOND)[i], "", name) for i, name in enumerate(names)]
    parts += legend(entries, board.left, 12)
    alt = f"{attribute}: {' and '.join(names)} by level."
    caption = (
        f"{one_line(attribute, 60)}: {' and '.join(names)} by level with Wilson intervals. Hollow: "
        "too few rows to be compared. Overlap or distance of intervals is no test; the tests are "
        "below."
    )
    return Figure(board.draw(parts, alt), caption)


def _errors(attribute: str, levels: list[Plain]) -> Figure:
    ends = [level["mae"][name] for level in levels for name in ("low", "high", "estimate")]
    board = _row_board(len(levels), around((*ends, 0.0), least=1e-6))
    parts = board.axes(
        "Mean absolute error, 95 % interval", "", rows=[_level_name(one) for one in levels]
    )
    for row, level in enumerate(levels):
        mae = level["mae"]
        if mae["estimate"] is None:
            continue
        if mae["low"] is not None and mae["high"] is not None:
            parts.append(board.interval(mae["low"], mae["high"], row, ESTIMATE))
        parts.append(board.dot(mae["estimate"], row, ESTIMATE))
    parts.append(label(one_line(attribute, 24), 8, 18, colour=INK, size=13))
    alt = f"{attribute}: mean absolute error by level."
    return Figure(board.draw(parts, alt), f"{one_line(attribute, 60)}: mean absolute error.")


def _level_name(level: Plain) -> str:
    return f"{one_line(level['level'], 16)} ({level['n']:,})"


def _risk_coverage(panel: Plain) -> Iterator[Figure]:
    curve = panel["selective"]
    if curve is None:
        return
    none = curve["none"]
    top = max(min(1.0, 2.2 * none), 0.02)
    board = Board((0.0, 1.0), (0.0, top))
    xs = curve["coverage"]
    parts = board.axes("Coverage: share of rows taken, the most confident first", "Error rate")
    parts.append(board.band(xs, curve["low"], curve["high"], ESTIMATE, 0.18))
    parts.append(board.line((0.0, 1.0), (none, none), NEUTRAL, dash="6 4", wide=1.5))
    parts.append(board.line(xs, curve["risk"], ESTIMATE))
    entries = [(ESTIMATE, "", "model, 95 %"), (NEUTRAL, "6 4", "all rows")]
    parts += legend(entries, board.left + 12, board.top + 10)
    caption = (
        f"Error rate among the most confident rows, n = {curve['n']:,} with {curve['errors']:,} "
        f"errors. Area under the curve {interval_text(curve['area'])}; of an ordering with every "
        f"error last {curve['best']:.3f}, of one that knows nothing {none:.3f}."
    )
    yield Figure(board.draw(parts, "Risk-coverage curve: error rate by coverage."), caption)


def _drift(panel: Plain) -> Iterator[Figure]:
    batches = panel["batches"]
    known = [one["calibration"]["ratio"] for one in batches]
    values = [one[name] for one in known for name in ("low", "high", "estimate")]
    if len(batches) < 2 or not any(value is not None for value in values):
        return
    board = Board((-0.5, len(batches) - 0.5), around((*values, 1.0), least=0.2))
    parts = board.axes("", "Observed over expected events (O/E), 95 %")
    parts = [part for part in parts if 'text-anchor="middle"' not in part]
    parts.append(board.line(board.x, (1.0, 1.0), NEUTRAL, dash="5 4", wide=1.5))
    step = max(1, -(-len(batches) // 6))
    for place, batch in enumerate(batches):
        ratio = batch["calibration"]["ratio"]
        colour = SECOND if batch["changed"] else ESTIMATE
        if ratio["estimate"] is not None:
            if ratio["low"] is not None and ratio["high"] is not None:
                parts.append(board.whisker(place, ratio["low"], ratio["high"], colour))
            hollow = batch["role"] != "later"
            parts.append(board.dot(place, ratio["estimate"], colour, hollow=hollow))
        if place % step == 0:
            name = one_line(batch["name"], 14)
            parts.append(label(name, board.px(place), board.height - 28, anchor="middle", size=11))
    alt = "Observed over expected events in each batch."
    caption = (
        f"Observed over expected events by batch, n = {panel['n']:,}. Hollow: reference, or too few"
        " outcomes to be judged. Orange: a change of calibration since the reference is shown. "
        f"{panel['reading']}"
    )
    yield Figure(board.draw(parts, alt), caption)


def _quantities(panel: Plain) -> Iterator[Figure]:
    bands = [band for band in panel["bands"] if band["bias"]["estimate"] is not None]
    if not bands:
        return
    values = [band["bias"][name] for band in bands for name in ("low", "high", "estimate")]
    middles = [(band["low"] + band["high"]) / 2 for band in bands]
    board = Board(around(middles, least=1e-6), around((*values, 0.0), least=1e-6), left=70)
    parts = board.axes("Predicted quantity", "Mean of predicted minus observed, 95 %")
    parts.append(board.line(board.x, (0.0, 0.0), NEUTRAL, dash="5 4", wide=1.5))
    for x, band in zip(middles, bands, strict=True):
        bias = band["bias"]
        if bias["low"] is not None and bias["high"] is not None:
            parts.append(board.whisker(x, bias["low"], bias["high"], ESTIMATE))
        parts.append(board.dot(x, bias["estimate"], ESTIMATE))
    caption = f"Mean error by tenths of the predictions, n = {panel['n']:,}."
    yield Figure(board.draw(parts, "Mean error by size of the prediction."), caption)


_DRAWN: Mapping[str, Callable[[Plain], Iterator[Figure]]] = {
    "calibration": _reliability,
    "utility": _decision,
    "fairness": _groups,
    "failures": _risk_coverage,
    "drift": _drift,
    "errors": _quantities,
}
