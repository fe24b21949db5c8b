"""CardioSense on the command line: score, explain, find the least-effort path."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.spoken import (
    AsJson,
    Columns,
    Created,
    RecordFile,
    group,
    option,
    print_result,
    record,
    require_output,
    retrain,
    write,
)

if TYPE_CHECKING:
    from core.cardiosense import Explanation, LeastEffortPath

TRAINED = Path("var") / "models" / "cardiosense" / "1"

app = group("Heart-disease risk: score, explain, find the least-effort path.")


class Layer(StrEnum):
    """Which risk a path lowers."""

    DIAGNOSTIC = "diagnostic"
    PREVENTION = "prevention"


@app.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Table, CSV or Parquet.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Result, .csv or .parquet.")],
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Score a table: every row and column stays, estimate, reasons and flags are added."""
    from core.cardiosense import score_table
    from core.tables import to_csv, to_parquet

    writers = {".csv": to_csv, ".parquet": to_parquet}
    suffix = require_output(out, source, writers)
    batch = score_table(source, columns=option(columns, "columns"))
    write(out, writers[suffix](batch.frame))
    text = [f"{batch.n_scored} rows scored, {batch.n_refused} refused: {out}", *batch.notes]
    print_result({**batch.to_dict(), "out": str(out)}, text, as_json)


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
