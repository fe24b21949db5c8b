"""CardioSense on the command line: score, explain, find the least-effort path."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli import parts
from apps.cli.cardiosense_search import tune
from apps.cli.spoken import (
    AsJson,
    Columns,
    Created,
    Issued,
    RecordFile,
    day,
    group,
    option,
    print_result,
    record,
    require_output,
    retrain,
    write,
)
from apps.cli.spoken import report as write_report

if TYPE_CHECKING:
    from core.cardiosense import Explanation, LeastEffortPath, PreventionRisk
    from core.cardiosense.whatif import WhatIf

TRAINED = Path("var") / "models" / "cardiosense" / "1"

app = group("Heart-disease risk: score, explain, find the least-effort path.")
app.command()(tune)


class Layer(StrEnum):
    """Which risk a path lowers."""

    DIAGNOSTIC = "diagnostic"
    PREVENTION = "prevention"


@app.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Table, CSV or Parquet.")],
    out: parts.Out,
    columns: Columns = None,
    only: parts.Only = None,
    carry: parts.Carry = True,
    workers: parts.Workers = None,
    scheduler: parts.Scheduler = None,
    layer: Annotated[
        Layer, typer.Option(help="Disease now, or an event in ten years (folder).")
    ] = Layer.DIAGNOSTIC,
    model: Annotated[
        str | None, typer.Option(help="Ten-year model (folder): prevent or framingham.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a table: every row and column stays, estimate, reasons and flags are added.

    With a folder as the result, tables of any size: part by part, resumable, with the refused rows
    and their reasons in a file of their own.
    """
    later = None if layer is Layer.DIAGNOSTIC else layer
    picked = option(columns, "columns")
    given = {"only": only, "carry": carry, "workers": workers, "scheduler": scheduler}
    if parts.is_folder(out, **given, layer=later, model=model):
        from core.cardiosense import score_parts

        chosen = parts.choices(picked, only, carry, workers, scheduler)
        return parts.score_folder(
            score_parts, source, out, as_json, layer=layer.value, model=model, **chosen
        )
    from core.cardiosense import score_table
    from core.tables import to_csv, to_parquet

    writers = {".csv": to_csv, ".parquet": to_parquet}
    suffix = require_output(out, source, writers)
    with parts.pointing_to_folders(out):
        batch = score_table(source, columns=picked)
    write(out, writers[suffix](batch.frame))
    text = [f"{batch.n_scored} rows scored, {batch.n_refused} refused: {out}", *batch.notes]
    return print_result({**batch.to_dict(), "out": str(out)}, text, as_json)


@app.command()
def explain(
    patient: RecordFile,
    lime: Annotated[bool, typer.Option(help="Run the sampled parts as well.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say why the models estimate what they do for one patient."""
    from core import cardiosense

    found = cardiosense.explain(record(patient), lime=lime, seed=seed)
    print_result(found.to_dict(), _explanation_lines(found), as_json)


@app.command()
def path(
    patient: RecordFile,
    target: Annotated[float, typer.Option(help="Risk to reach, between 0 and 1.")],
    layer: Annotated[
        Layer, typer.Option(help="Disease now, or an event in ten years.")
    ] = Layer.DIAGNOSTIC,
    model: Annotated[
        str | None, typer.Option(help="logistic or xgboost; prevent or framingham.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="JSON", help='Effort by lever: {"trestbps": 2}.')
    ] = None,
    limits: Annotated[
        str | None, typer.Option(metavar="JSON", help='Limits: {"trestbps": {"floor": 125}}.')
    ] = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Demand that noise and refits leave it valid.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the least effort that brings the risk to a target, or the proof that none does."""
    from core.cardiosense import least_effort_path

    found = least_effort_path(
        record(patient),
        target,
        layer=layer.value,
        model=model,
        weights=option(weights, "weights"),
        limits=option(limits, "limits"),
        robust=robust,
    )
    print_result(found.to_dict(), _path_lines(found), as_json)


@app.command()
def prevention(
    person: RecordFile,
    model: Annotated[str | None, typer.Option(help="prevent, the default, or framingham.")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the ten-year risk of a person without known disease."""
    from core.cardiosense import prevention_risk

    found = prevention_risk(record(person), model)
    print_result(found.to_dict(), _prevention_lines(found), as_json)


@app.command(name="what-if")
def what_if(
    patient: RecordFile,
    changes: Annotated[
        str, typer.Option(metavar="JSON", help='Findings changed: {"chol": 180, "thal": null}.')
    ],
    as_json: AsJson = False,
) -> None:
    """Estimate a patient as given and with some findings changed.

    It says what the model would answer, not what a treatment would do.
    """
    from core.cardiosense import what_if as verb

    found = verb(record(patient), option(changes, "changes") or {})
    print_result(found.to_dict(), _what_if_lines(found), as_json)


@app.command()
def report(
    patient: RecordFile,
    out: Annotated[Path, typer.Argument(metavar="OUT.pdf", help="Where to write it.")],
    notes: Annotated[str, typer.Option(help="Your own text, printed as typed.")] = "",
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of a patient as PDF: estimate, reasons, doubts, provenance."""
    from core.cardiosense import patient_report

    write_report(
        out,
        patient,
        lambda: patient_report(record(patient), notes=notes, issued=day(issued)),
        as_json,
    )


@app.command()
def evaluate(as_json: AsJson = False) -> None:
    """Print the model card: how good the models are, on which patients, and how measured."""
    from core.cardiosense.model import CARD_TEXT, models

    loaded = models()
    text = () if as_json else (loaded.artifact.path(CARD_TEXT).read_text(encoding="utf-8"),)
    print_result(loaded.card, text, as_json)


@app.command()
def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the models.")] = TRAINED,
    created: Created = None,
    as_json: AsJson = False,
) -> None:
    """Train every model again, into a folder of its own, and compare with the suite's."""
    from core.cardiosense.model import models
    from core.cardiosense.train import train as verb

    retrain(verb, models().artifact, out, created, as_json)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where to write it.")],
    as_json: AsJson = False,
) -> None:
    """Write a CSV with the right columns and example rows, to fill in and score."""
    from core.cardiosense import DIAGNOSTIC, batch_template

    write(out, batch_template())
    result = {"out": str(out), "columns": list(DIAGNOSTIC.names)}
    print_result(result, [f"Template with {len(DIAGNOSTIC.names)} columns: {out}"], as_json)


def _explanation_lines(found: Explanation) -> Iterable[str]:
    champion = found.champion
    yield f"{champion.model}: {100 * champion.p:.1f} %, reference {100 * champion.p_base:.1f} %"
    strongest = sorted(champion.contributions, key=lambda part: -abs(part.log_odds))
    for part in strongest:
        yield f"{part.log_odds:+8.3f} log-odds {part.probability:+7.1%}  {part.label}: {part.value}"
    yield f"The other model family: {100 * found.challenger.p:.1f} %, {found.families.verdict}."
    if found.lime:
        yield f"LIME: R2 {found.lime.r2:.2f}, stability {found.lime.top3:.2f}."
        yield from found.lime.warnings


def _path_lines(found: LeastEffortPath) -> Iterable[str]:
    risk, target = 100 * found.p_before, 100 * found.target
    yield f"{found.outcome}: {risk:.1f} %, target {target:.1f} %: {found.status}"
    for lever, (before, after) in found.changes.items():
        yield f"  {lever}: {before:g} to {after:g}"
    if found.p_after is not None:
        yield f"Risk then {100 * found.p_after:.1f} %, effort {found.effort:.3f}."
    if found.binding:
        yield found.binding.sentence
    yield from found.flags
    yield found.note


def _prevention_lines(found: PreventionRisk) -> Iterable[str]:
    yield f"{found.model}: {100 * found.p:.1f} %, {found.outcome}."
    if found.low is not None and found.high is not None and found.level is not None:
        ends = f"{100 * found.low:.1f} to {100 * found.high:.1f} %"
        yield f"{100 * found.level:.0f} % interval: {ends}"
    yield from found.flags
    yield from found.caution


def _what_if_lines(found: WhatIf) -> Iterable[str]:
    yield f"{100 * found.p_before:.1f} % as given, {100 * found.p_after:.1f} % changed"
    for change in found.changes:
        yield f"  {change.label}: {change.before} to {change.after}"
    if found.low is not None and found.high is not None:
        ends = f"{100 * found.low:+.1f} to {100 * found.high:+.1f}"
        yield f"Difference {100 * found.delta:+.1f} points, {100 * found.level:.0f} %: {ends}"
    yield from found.flags
    yield found.note
