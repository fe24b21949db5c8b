"""Breast cancer on the command line: score, explain, watch for drift."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli import parts
from apps.cli.breast_cancer_studies import Threshold, at_threshold, stress, wrong_cases
from apps.cli.spoken import (
    EXIT_NOT_ENOUGH,
    EXIT_REFUSED,
    AsJson,
    Columns,
    Created,
    Issued,
    RecordFile,
    day,
    end,
    group,
    option,
    print_result,
    record,
    require_output,
    retrain,
    write,
    writing,
)
from apps.cli.spoken import report as write_report

if TYPE_CHECKING:
    from core.breast_cancer import DriftReport
    from core.breast_cancer.counterfactual import Counterfactual
    from core.breast_cancer.explain import Explanation

Source = Annotated[Path, typer.Argument(metavar="IN", help="Table of cases, CSV or Parquet.")]
TRAINED = Path("var") / "models" / "breast_cancer" / "1"

app = group("Breast cancer: score, explain, find out whether cases or stream have changed.")
app.command()(stress)
app.command()(at_threshold)
app.command()(wrong_cases)


@app.command()
def score(
    source: Source,
    out: parts.Out,
    threshold: Threshold = None,
    columns: Columns = None,
    only: parts.Only = None,
    carry: parts.Carry = True,
    workers: parts.Workers = None,
    scheduler: parts.Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Score a table: every row and column stays, estimate, call, integrity and flags are added.

    With a folder as the result, tables of any size: part by part, resumable, with the refused rows
    and their reasons in a file of their own.
    """
    from core.breast_cancer import score_parts, write_scored, write_scored_parquet

    picked = option(columns, "columns")
    if parts.is_folder(out, only=only, carry=carry, workers=workers, scheduler=scheduler):
        chosen = parts.choices(picked, only, carry, workers, scheduler)
        return parts.score_folder(score_parts, source, out, as_json, threshold=threshold, **chosen)
    writers = {".csv": write_scored, ".parquet": write_scored_parquet}
    verb = writers[require_output(out, source, writers)]
    with parts.pointing_to_folders(out), writing(out) as file:
        found = verb(source, file, columns=picked, threshold=threshold)
    notes: Any = found["notes"]
    text = [f"{found['scored']} rows scored, {found['refused']} refused: {out}", *notes]
    return print_result({**found, "out": str(out)}, text, as_json)


@app.command()
def explain(
    case: RecordFile,
    lime: Annotated[bool, typer.Option(help="Run the sampled parts as well.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say why the models estimate what they do for one case."""
    from core.breast_cancer.explain import explain as verb

    found = verb(record(case), lime=lime, seed=seed)
    print_result(found.to_dict(), _explanation_lines(found), as_json)


@app.command()
def counterfactual(case: RecordFile, threshold: Threshold = None, as_json: AsJson = False) -> None:
    """Find the least plausible change that takes a case across the model's threshold."""
    from core.breast_cancer.counterfactual import counterfactual as verb

    found = verb(record(case), threshold=threshold)
    print_result(found.to_dict(), _change_lines(found), as_json)


@app.command()
def report(
    case: RecordFile,
    out: Annotated[Path, typer.Argument(metavar="OUT.pdf", help="Where to write it.")],
    threshold: Threshold = None,
    notes: Annotated[str, typer.Option(help="Your own text, printed as typed.")] = "",
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of a case as PDF: answer, reasons, doubts, provenance."""
    from core.breast_cancer import case_report

    write_report(
        out,
        case,
        lambda: case_report(record(case), threshold=threshold, notes=notes, issued=day(issued)),
        as_json,
    )


@app.command()
def drift(
    source: Source,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column with what histology found: M or B, 1 or 0."),
    ] = None,
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a table has drifted, by the instrument or by the patients.

    Exit status 0: no alarm; 2: a lamp is on, or the outcomes show a change of calibration; 3: too
    few rows to say.
    """
    from core.breast_cancer import drift_file

    found = drift_file(source, columns=option(columns, "columns"), outcome=outcome)
    parts = (found.integrity, found.case_mix, found.calibration)
    alarms = [part.alarm for part in parts if part is not None]
    said = "\n".join(_drift_lines(found))
    quiet = set(alarms) == {False}
    if as_json or quiet:
        print_result(found.to_dict(), (said,), as_json)
    if not quiet:
        end(said, EXIT_REFUSED if True in alarms else EXIT_NOT_ENOUGH)


@app.command()
def watch(
    source: Source,
    stream: Annotated[
        str, typer.Option(help="Name of the stream: lower-case letters, digits, underscores.")
    ],
    arl: Annotated[
        float,
        typer.Option(help="Rows that pass on average before a false alarm, at least."),
    ] = 10_000,
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Add a table's rows to the end of a stored stream, and say where the stream stands.

    Exit status 0: no alarm so far; 2: the alarm has been raised.
    """
    from core.breast_cancer import DriftTimeline, watch_file
    from core.runtime.settings import settings

    at = datetime.datetime.now(datetime.UTC).isoformat()
    picked = option(columns, "columns")
    with contextlib.closing(DriftTimeline(settings().drift_url)) as timeline:
        state = watch_file(timeline, stream, source, at=at, target_arl=arl, columns=picked)
    if as_json or state.alarm is None:
        print_result(state.to_dict(), (state.sentence(),), as_json)
    if state.alarm is not None:
        end(state.sentence(), EXIT_REFUSED)


@app.command()
def evaluate(as_json: AsJson = False) -> None:
    """Print the model card: how good the models are, on which cases, and how measured."""
    from core.breast_cancer.model import CARD_TEXT, models

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
    from core.breast_cancer.model import models
    from core.breast_cancer.train import train as verb

    retrain(verb, models().artifact, out, created, as_json)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where to write it.")],
    as_json: AsJson = False,
) -> None:
    """Write a CSV with the right columns and example rows, to fill in and score."""
    from core.breast_cancer import FEATURES, case_template

    write(out, case_template())
    result = {"out": str(out), "columns": list(FEATURES.names)}
    print_result(result, [f"Template with {len(FEATURES.names)} columns: {out}"], as_json)


def _explanation_lines(found: Explanation) -> Iterable[str]:
    yield f"{found.model}: probability {found.p:.6g}, at the training mean {found.p_base:.6g}"
    for part in found.measures:
        yield f"{part.log_odds:+8.3f} log-odds {part.probability:+7.1%}  {part.label}"
    yield f"The random forest: {found.forest_share:.1%} of votes, {found.families.verdict}."
    if found.lime:
        yield f"LIME: R2 {found.lime.r2:.2f}, stability {found.lime.top3:.2f}."
        yield from found.lime.warnings


def _change_lines(found: Counterfactual) -> Iterable[str]:
    yield (
        f"Probability {found.p_before:.6g}, threshold {found.threshold:g}. "
        f"To be called {found.side} instead:"
    )
    if found.p_after is None:
        yield "No plausible case on the other side of the threshold."
    for moved in found.moved:
        yield f"  {moved.label}: {moved.before:g} to {moved.after:g} {moved.unit}".rstrip()
    if found.p_after is not None:
        yield f"Probability then {found.p_after:.6g}; {found.distance:.2f} deviations in sum."
    yield from found.proofs()
    yield found.note


def _drift_lines(found: DriftReport) -> Iterable[str]:
    yield found.verdict
    yield f"Integrity: {_lamp(found.integrity.alarm)}. {found.integrity.reason}"
    for column in found.top_columns:
        yield f"  {column.label}: {column.weight:.0%} of the evidence, {column.direction}"
    yield f"Case mix: {_lamp(found.case_mix.alarm)}. {found.case_mix.reason}"
    if found.calibration is not None:
        yield f"Calibration: {_lamp(found.calibration.alarm)}. {found.calibration.reason}"
    yield from found.notes


def _lamp(alarm: bool | None) -> str:
    return "not enough data" if alarm is None else "alarm" if alarm else "no alarm"
