"""The key figures of each part of an audit, as blocks of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from core.report.blocks import Callout, KeyValues, Paragraph, Table
from core.report.text import one_line
from core.trust.export.figures import shown_ranges
from core.trust.export.text import (
    NOT_MEASURED,
    figure_cells,
    interval_text,
    number,
)
from core.trust.groups.gap_result import FEW
from core.viz.text import counted, p_value

Plain = Mapping[str, Any]
Shown = Paragraph | Callout | KeyValues | Table

MOST_ROWS = 40
"""Rows of a table; what is beyond is in the audit's document."""

MOST_CLASSES = 12
WITHHELD = "withheld"
TOO_FEW = f"under {FEW}"
FIGURE_HEADER = ("Figure", "Estimate", "95 % interval", "n")
FIGURE_SHARES = (4, 1.3, 2, 1)
NUMERIC = (1, 2, 3)


def panel_blocks(part: str, panel: Plain) -> tuple[Shown, ...]:
    """Return what a report says of a part of an audit.

    Parameters
    ----------
    part : str
        Name of the part, such as ``"calibration"``; one that has no section gives nothing.
    panel : mapping
        Its plain data.
    """
    say = _SAID.get(part)
    return () if say is None else tuple(say(panel))


def _performance(panel: Plain) -> Iterator[Shown]:
    classes = [one_line(name, 40) for name in panel["classes"]]
    by_class = zip(classes, panel["support"], panel["recall"], panel["precision"], strict=True)
    yield _table(
        ("Class", "n", "Recall", "Precision"),
        [(name, f"{n:,}", interval_text(recall), interval_text(precision))
         for name, n, recall, precision in by_class],
        (2, 1, 2, 2),
    )  # fmt: skip
    if len(classes) <= MOST_CLASSES:
        yield Paragraph("Rows by class (down) and by call (across):")
        rows = [
            (name, *(f"{count:,}" for count in counts))
            for name, counts in zip(classes, panel["confusion"], strict=True)
        ]
        yield _table(("", *(f"called {name}" for name in classes)), rows, ())


def _calibration(panel: Plain) -> Iterator[Shown]:
    if panel["why"]:
        yield Paragraph(one_line(panel["why"]))
    if panel["binary"]:
        part = panel["binary"]
        seen = part["agreement"]
        rows = [
            figure_cells("Observed over expected events (1 is perfect)", seen["ratio"]),
            figure_cells("Calibration in the large (0 is perfect)", part["intercept"]),
            figure_cells("Calibration slope (1 is perfect)", part["slope"]),
        ]
    elif panel["multiclass"]:
        part = panel["multiclass"]
        seen = part["top_label"]
        rows = [
            figure_cells("Mean confidence minus accuracy (0 is perfect)", seen["excess"]),
            figure_cells("Inverse temperature (1 is perfect)", part["slope"]),
        ]
    else:
        return
    smooth = part["smooth"]
    rows.append(figure_cells("Smooth calibration error", smooth["error"]))
    yield Table(FIGURE_HEADER, tuple(rows), FIGURE_SHARES, NUMERIC)
    binned = seen["binned"]
    yield Paragraph(
        f"The error over ten bins (ECE) is {number(binned['ece'])}; with right probabilities and "
        f"these rows it would be {number(binned['null_mean'])} on average and stay below "
        f"{number(binned['null_95'])} in 95 % of samples. The smooth error would stay below "
        f"{number(smooth['null_95'])}. {_ratio_test(part['test'])}"
    )
    yield from _recalibrations(panel)


def _ratio_test(test: Plain | None) -> str:
    if test is None or test["p"] is None:
        return "The likelihood-ratio test of right probabilities does not exist here."
    return f"Likelihood-ratio test of right probabilities: {p_value(test['p'])}."


def _recalibrations(panel: Plain) -> Iterator[Shown]:
    if panel["note"]:
        yield Paragraph(one_line(panel["note"]), "small")
    rows = [
        (
            one["method"],
            number(one["before"]["brier"], 5),
            number(one["after"]["brier"], 5),
            interval_text(one["brier_change"], 5),
            one["effect"],
        )
        for one in panel["recalibrations"]
    ]
    if rows:
        yield Paragraph("What recalibration would do, on rows that its fit has not seen:")
        header = ("Method", "Brier before", "after", "Change [95 %]", "Effect")
        yield Table(header, tuple(rows), (1.4, 1.2, 1, 2.8, 1.6), (1, 2, 3))


def _utility(panel: Plain) -> Iterator[Shown]:
    point = panel["point"]
    names = {
        "sensitivity": "Sensitivity",
        "specificity": "Specificity",
        "ppv": "Positive predictive value",
        "npv": "Negative predictive value",
        "ratio_called": "Likelihood ratio of a positive call",
        "ratio_not_called": "Likelihood ratio of a negative call",
    }
    rows = [figure_cells(label, point[name]) for name, label in names.items()]
    rows.append(figure_cells("Called positive per 100", panel["alarms_per_100"]))
    rows.append(figure_cells("Net benefit minus that of the better default", panel["gain"]))
    threshold = panel["threshold"]
    at = "With the calls as given" if threshold is None else f"At the threshold of {threshold:g}"
    yield Paragraph(
        f"{at}: {point['hits']:,} true and {point['alarms']:,} false positives, "
        f"{point['misses']:,} false and {point['spared']:,} true negatives."
    )
    yield Table(FIGURE_HEADER, tuple(rows), FIGURE_SHARES, NUMERIC)
    if panel["curve"] is not None:
        yield Paragraph(
            "Thresholds at which the model is shown to be better than treating everybody and than "
            f"treating nobody: {shown_ranges(panel['shown'])}."
        )


def _fairness(panel: Plain) -> Iterator[Shown]:
    for attribute in panel["attributes"]:
        levels = attribute["levels"]
        yield Paragraph(f"By {one_line(attribute['attribute'], 80)}:")
        if any("rates" in level for level in levels):
            yield _rate_table(levels)
        else:
            rows = [
                (one_line(level["level"], 60), TOO_FEW, WITHHELD, WITHHELD)
                if "suppressed" in level
                else (one_line(level["level"], 60), f"{level['n']:,}", interval_text(level["mae"]),
                      interval_text(level["bias"]))
                for level in levels
            ]  # fmt: skip
            yield _table(("Level", "n", "Mean absolute error", "Mean error"), rows, (2, 1, 2, 2))
        yield from _tests(attribute.get("tests") or [attribute["test"]])
    crossed = [test for test in panel.get("crossed", ()) if test["status"] == "difference shown"]
    if crossed:
        yield Paragraph("Attributes crossed, where a difference is shown:")
        yield from _tests(crossed)


def _rate_table(levels: list[Plain]) -> Table:
    first = next(level for level in levels if "rates" in level)
    wanted = ("sensitivity", "specificity", "ppv")
    names = [name for name in wanted if name in first["rates"]] or ["accuracy"]
    rows = []
    for level in levels:
        name = one_line(level["level"], 60)
        if "suppressed" in level:
            rows.append((name, TOO_FEW, *(WITHHELD for _ in names)))
            continue
        cells = (_rate(level["rates"][one]) for one in names)
        rows.append((name, f"{level['n']:,}", *cells))
    titles = {"ppv": "PPV"}
    header = ("Level", "n", *(f"{titles.get(one, one.capitalize())} (n)" for one in names))
    return _table(header, rows, (1.6, 0.8, *(2.4 for _ in names)))


def _rate(rate: Plain) -> str:
    if "suppressed" in rate:
        return WITHHELD
    return f"{interval_text(rate['interval'], 2)} ({rate['n']:,})"


def _tests(tests: list[Plain]) -> Iterator[Shown]:
    rows = [(f"{test['measure']}: {test['status']}", one_line(test["reason"])) for test in tests]
    yield KeyValues(tuple(rows[:MOST_ROWS]))


def _failures(panel: Plain) -> Iterator[Shown]:
    rows = [
        figure_cells("Error rate", panel["rate"]),
        figure_cells("A right call is more confident than a wrong one", panel["ranking"]),
    ]
    if panel["selective"]:
        rows.append(figure_cells("Area under the risk-coverage curve", panel["selective"]["area"]))
    yield Table(FIGURE_HEADER, tuple(rows), FIGURE_SHARES, NUMERIC)
    if panel["abstention"]:
        yield Paragraph("Leaving the least confident rows to someone else:")
        cells = [
            (f"{one['target']:.0%}", f"{one['coverage']:.1%}", number(one["cut"]) or "none",
             one_line(one["reason"]))
            for one in panel["abstention"]
        ]  # fmt: skip
        header = ("Error rate at most", "Coverage", "Confidence from", "What is shown")
        yield Table(header, tuple(cells), (1.2, 1, 1.2, 4), (1, 2))
    yield from _slices(panel["slices"])
    if panel["labels"]:
        yield Paragraph(f"{one_line(panel['labels']['reading'])} {panel['labels']['caveat']}")


def _slices(slices: Plain | None) -> Iterator[Shown]:
    if not slices:
        return
    searched = (
        f"{counted(slices['searched'], 'slice')} by {counted(slices['factors'], 'column')} "
        f"searched in {slices['n_search']:,} rows, confirmed in {slices['n_confirm']:,}"
    )
    if not slices["found"]:
        yield Paragraph(f"No slice with more errors is confirmed ({searched}).")
        return
    yield Paragraph(f"Slices with more errors than the rest ({searched}):")
    rows = [
        (one_line(one["rule"], 160), f"{one['n']:,}", interval_text(one["here"]),
         interval_text(one["elsewhere"]), p_value(one["p_adjusted"]))
        for one in slices["found"]
    ]  # fmt: skip
    yield _table(("Slice", "n", "Errors here", "Elsewhere", "Adjusted"), rows, (3, 0.8, 2, 2, 1.2))


def _drift(panel: Plain) -> Iterator[Shown]:
    yield Paragraph(one_line(panel["reading"]))
    rows = []
    for batch in panel["batches"]:
        found = batch["calibration"]
        change = "not judged" if batch["p_change"] is None else p_value(batch["p_change"])
        rows.append(
            (one_line(batch["name"], 60), batch["role"], f"{found['n']:,}", f"{found['events']:,}",
             interval_text(found["ratio"]), interval_text(found["slope"]), change)
        )  # fmt: skip
    header = ("Batch", "Role", "n", "Events", "O/E", "Slope", "Changed")
    yield _table(header, rows, (1.6, 1.2, 0.9, 0.9, 2, 2, 1.2), first=2)
    if panel["alarm"] is not None:
        yield Paragraph(f"The live monitor raised its alarm at {one_line(panel['alarm'], 80)}.")
    for note in panel["notes"]:
        yield Paragraph(one_line(note), "small")


def _sets(panel: Plain) -> Iterator[Shown]:
    if panel["reason"]:
        yield Paragraph(one_line(panel["reason"]))
        return
    yield Paragraph(
        f"Sets that aim at a coverage of {panel['level']:.0%}, each figure from rows that the "
        "thresholds have not seen."
    )
    rows = [
        (f"{one['score']} by {one_line(one['attribute'] or one['by'], 60)}",
         interval_text(one["coverage"]), f"{one['coverage']['n']:,}",
         number(one["average_size"]) or NOT_MEASURED, interval_text(one["singletons"]))
        for one in panel["methods"]
    ]  # fmt: skip
    header = ("Method", "Coverage", "n", "Mean size", "Sets of one class")
    yield _table(header, rows, (2, 2, 0.8, 1.1, 2))


def _representation(panel: Plain) -> Iterator[Shown]:
    if panel["reason"]:
        yield Paragraph(one_line(panel["reason"]))
        return
    rows = (
        figure_cells("Balanced accuracy of a linear probe", panel["probe"]),
        figure_cells("The same minus that of shuffled labels", panel["probe_gain"]),
        figure_cells("Share of like neighbours minus chance", panel["purity_gain"]),
    )
    yield Table(FIGURE_HEADER, rows, FIGURE_SHARES, NUMERIC)


def _errors(panel: Plain) -> Iterator[Shown]:
    yield Paragraph("Mean error by tenths of the predictions:")
    rows = [
        (f"{number(band['low'])} to {number(band['high'])}", f"{band['n']:,}",
         interval_text(band["bias"]))
        for band in panel["bands"]
    ]  # fmt: skip
    yield _table(("Predicted", "n", "Predicted minus observed"), rows, (2, 1, 3))
    yield from _slices(panel["slices"])


def _table(
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    shares: tuple[float, ...],
    *,
    first: int = 1,
) -> Table:
    """Return a table of at most ``MOST_ROWS`` rows, flush right from a column on."""
    shown = list(rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        more = f"and {len(rows) - MOST_ROWS:,} more in the audit's document"
        shown.append((more, *("" for _ in header[1:])))
    return Table(header, tuple(shown), shares, tuple(range(first, len(header))))


_SAID: Mapping[str, Callable[[Plain], Iterator[Shown]]] = {
    "performance": _performance,
    "calibration": _calibration,
    "utility": _utility,
    "fairness": _fairness,
    "failures": _failures,
    "drift": _drift,
    "sets": _sets,
    "representation": _representation,
    "errors": _errors,
}
