"""What is measured on cases the breast cancer models had not seen, on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.spoken import AsJson, print_result

if TYPE_CHECKING:
    from core.breast_cancer import AtThreshold, StressReport, WrongCase
    from core.breast_cancer.stress_report import Effect

Threshold = Annotated[
    float | None,
    typer.Option(help="Probability from which a case is called malignant; by default the models'."),
]


class Kind(StrEnum):
    """Kind of model."""

    LOGISTIC = "logistic"
    SVM = "svm"
    FOREST = "forest"


class Source(StrEnum):
    """Where the rows of a stress test come from."""

    HELD_OUT = "held-out"
    SMOOTHED = "smoothed"
    COPULA = "copula"


Model = Annotated[Kind, typer.Option(help="Kind of model.")]


def stress(
    fault: Annotated[str, typer.Argument(metavar="FAULT", help="What is planted, such as unit.")],
    severity: Annotated[
        float | None, typer.Option(help="How badly; by default as the fault has it.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows; 569 cases are real.")] = 200,
    share: Annotated[float, typer.Option(help="Share of the rows that is spoilt.")] = 1.0,
    column: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Column spoilt; may be repeated.")
    ] = None,
    source: Annotated[Source, typer.Option(help="Real cases, or invented ones.")] = Source.HELD_OUT,
    threshold: Threshold = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, rows and fault.")] = 0,
    lamps: Annotated[bool, typer.Option(help="Let the drift lamps judge the batches too.")] = True,
    as_json: AsJson = False,
) -> None:
    """Plant a fault into rows that no model has seen, and measure what it does."""
    from core.breast_cancer import stress as verb

    found = verb(
        fault,
        severity,
        n=rows,
        seed=seed,
        share=share,
        columns=column or None,
        source=source.value,
        threshold=threshold,
        lamps=lamps,
    )
    print_result(found.to_dict(), _stress_lines(found), as_json)


def at_threshold(
    threshold: Threshold = None,
    prevalence: Annotated[
        float | None, typer.Option(help="Share of malignant cases; by default the table's.")
    ] = None,
    model: Model = Kind.LOGISTIC,
    as_json: AsJson = False,
) -> None:
    """Print what a threshold does on cases the models had not seen."""
    from core.breast_cancer import at_threshold as verb

    found = verb(threshold, prevalence, model.value)
    print_result(found.to_dict(), _threshold_lines(found), as_json)


def wrong_cases(
    threshold: Threshold = None,
    model: Model = Kind.LOGISTIC,
    at_least: Annotated[
        float, typer.Option(min=0, max=1, help="Least share of repeats in which it is wrong.")
    ] = 0.5,
    as_json: AsJson = False,
) -> None:
    """List the cases on the wrong side of the threshold, missed cancers first."""
    from core.breast_cancer import wrong_cases as verb

    found = verb(threshold, model.value, at_least)
    result = {"cases": [one.to_dict() for one in found]}
    print_result(result, _wrong_lines(found), as_json)


def _stress_lines(found: StressReport) -> Iterable[str]:
    yield f"{found.label}, {found.severity:g} {found.unit}".rstrip()
    yield f"{found.n_spoilt} of {found.n} rows spoilt. {found.method}"
    yield f"As measured: {_effect(found.before)}"
    yield f"With the fault: {_effect(found.after)}"
    yield found.summary()
    if found.lamps is not None:
        yield from found.lamps.verdicts


def _effect(found: Effect) -> str:
    figures = {name: getattr(found, name) for name in ("accuracy", "sensitivity", "specificity")}
    said = (f"{name} {one.text() if one else 'undefined'}" for name, one in figures.items())
    return "; ".join(said)


def _threshold_lines(found: AtThreshold) -> Iterable[str]:
    yield f"Threshold {found.threshold:g}, prevalence {found.prevalence:.3g}"
    yield (
        f"Of {found.n_malignant} malignant cases {found.missed:.1f} are missed, of "
        f"{found.n_benign} benign ones {found.false_alarms:.1f} are false alarms."
    )
    for name in ("sensitivity", "specificity", "ppv", "npv"):
        yield f"  {name}: {getattr(found, name).text()}"


def _wrong_lines(found: Iterable[WrongCase]) -> Iterable[str]:
    listed = [*found]
    for one in listed:
        kind = "missed cancer" if one.malignant else "false alarm"
        yield f"case {one.number}: {kind}, p {one.p:.3f}, wrong in {one.share_wrong:.0%} of repeats"
    if not listed:
        yield "No case is on the wrong side so often."
