"""The command line: ``python -m apps.cli SYSTEM VERB ...``.

With ``--json`` a verb prints one JSON document on standard output and nothing else. Exit status:
0 done, 2 bad input or a failed check (the sentence is on standard error), 3 not enough evidence.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import traceback
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from apps import json_input
from core.errors import InputError, NotEnoughDataError, SuiteError

if TYPE_CHECKING:
    from core.cardiosense import Explanation, LeastEffortPath

EXIT_FAILED = 1
EXIT_REFUSED = 2
EXIT_NOT_ENOUGH = 3
MAX_JSON_BYTES = 64 * 1024
TRAINED = Path("var") / "models" / "cardiosense" / "1"


class Spoken(TyperGroup):
    """A group whose verbs end in a sentence and an exit status, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; turn an error of the suite or of the file system into a sentence."""
        try:
            return super().invoke(ctx)
        except NotEnoughDataError as error:
            _end(error.message, EXIT_NOT_ENOUGH)
        except SuiteError as error:
            _end(error.message, EXIT_REFUSED)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _end(f"{place}{error.strerror or error}.", EXIT_REFUSED)


def _group(text: str) -> typer.Typer:
    return typer.Typer(
        cls=Spoken,
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


app = _group("Clinical models that show their reasons, and the proof of them.")
cardiosense_app = _group("Heart-disease risk: score, explain, find the least-effort path.")
audit_app = _group("The audit log.")
app.add_typer(cardiosense_app, name="cardiosense")
app.add_typer(audit_app, name="audit")


class Layer(StrEnum):
    """Which risk a path lowers."""

    DIAGNOSTIC = "diagnostic"
    PREVENTION = "prevention"


PatientFile = Annotated[
    Path, typer.Argument(metavar="PATIENT.json", help="Record as JSON; - reads standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@cardiosense_app.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Table, CSV or Parquet.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Result, .csv or .parquet.")],
    columns: Annotated[
        str | None, typer.Option(metavar="JSON", help='Column of a field: {"age": "Age (y)"}.')
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score a table: every row and column stays, estimate, reasons and flags are added."""
    from core.cardiosense import score_table
    from core.tables import to_csv, to_parquet

    writers = {".csv": to_csv, ".parquet": to_parquet}
    if out.suffix.lower() not in writers:
        raise InputError(f"{out.name}: has no known suffix. Name the result .csv or .parquet.")
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out.name}: is the input itself. Give the result another name.")
    batch = score_table(source, columns=_option(columns, "columns"))
    _write(out, writers[out.suffix.lower()](batch.frame))
    text = [f"{batch.n_scored} rows scored, {batch.n_refused} refused: {out}", *batch.notes]
    _print({**batch.to_dict(), "out": str(out)}, text, as_json)


@cardiosense_app.command()
def explain(
    patient: PatientFile,
    lime: Annotated[bool, typer.Option(help="Run the sampled parts as well.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say why the models estimate what they do for one patient."""
    from core import cardiosense

    found = cardiosense.explain(_record(patient), lime=lime, seed=seed)
    _print(found.to_dict(), _explanation_lines(found), as_json)


@cardiosense_app.command()
def path(
    patient: PatientFile,
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
        _record(patient),
        target,
        layer=layer.value,
        model=model,
        weights=_option(weights, "weights"),
        limits=_option(limits, "limits"),
        robust=robust,
    )
    _print(found.to_dict(), _path_lines(found), as_json)


@cardiosense_app.command()
def evaluate(as_json: AsJson = False) -> None:
    """Print the model card: how good the models are, on which patients, and how measured."""
    from core.cardiosense.model import CARD_TEXT, models

    loaded = models()
    text = () if as_json else (loaded.artifact.path(CARD_TEXT).read_text(encoding="utf-8"),)
    _print(loaded.card, text, as_json)


@cardiosense_app.command()
def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the models.")] = TRAINED,
    created: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Declared date; by default that of the suite's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train every model again, into a folder of its own, and compare with the suite's."""
    from core.cardiosense.model import models
    from core.cardiosense.train import train as verb

    own = models().artifact
    declared = datetime.date.fromisoformat(own.manifest["created"])
    artifact = verb(out, created=created.date() if created else declared)
    own_files = own.manifest["files"]
    same = all(own_files.get(name) == sha for name, sha in artifact.manifest["files"].items())
    result = {"out": str(out), "model": artifact.tag, "same_as_the_suite": same}
    verdict = "equal the suite's own to the byte" if same else "differ from the suite's own"
    _print(result, [f"{artifact.tag} in {out}: the files {verdict}."], as_json)


@cardiosense_app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where to write it.")],
    as_json: AsJson = False,
) -> None:
    """Write a CSV with the right columns and example rows, to fill in and score."""
    from core.cardiosense import DIAGNOSTIC, batch_template

    _write(out, batch_template())
    result = {"out": str(out), "columns": list(DIAGNOSTIC.names)}
    _print(result, [f"Template with {len(DIAGNOSTIC.names)} columns: {out}"], as_json)


@audit_app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A hash noted earlier that must still be there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the audit log against the chain of hashes."""
    from core.audit.log import AuditLog
    from core.runtime.settings import settings

    found = AuditLog(settings().audit_url).verify(head)
    if as_json or found.ok:
        _print(found.to_dict(), [f"{found.reason} Head: {found.head}"], as_json)
    if not found.ok:
        _end(found.reason, EXIT_REFUSED)


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


def _record(source: Path) -> dict[str, Any]:
    """Read one record, as a JSON object of field names and values."""
    if str(source) == "-":
        data, name = typer.get_binary_stream("stdin").read(MAX_JSON_BYTES + 1), "standard input"
    else:
        with source.open("rb") as file:
            data, name = file.read(MAX_JSON_BYTES + 1), source.name
    if len(data) > MAX_JSON_BYTES:
        raise InputError(f"{name}: is larger than {MAX_JSON_BYTES} bytes. Give one patient.")
    return _object(json_input.loads(data, name), name)


def _option(text: str | None, name: str) -> dict[str, Any] | None:
    if text is None:
        return None
    return _object(json_input.loads(text.encode("utf-8", "surrogateescape"), name), name)


def _object(content: Any, name: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise InputError(f"{name}: is not a JSON object. Give names with their values.")
    return content


def _write(out: Path, content: bytes) -> None:
    """Write a file so that it is either complete or not there."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _print(result: Mapping[str, object], lines: Iterable[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, indent=1, allow_nan=False))
        return
    for line in lines:
        typer.echo(line)


def _end(sentence: str, status: int) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(status)


def main() -> None:
    """Run the command line; a failure that is ours ends in a sentence too, with status 1."""
    try:
        app()
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        typer.echo(
            f"Something failed here ({type(error).__name__} at {Path(place.filename).name}:"
            f"{place.lineno}). The input was not judged. Please report this line.",
            err=True,
        )
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
