"""The command line: ``python -m apps.cli SYSTEM VERB ...``.

With ``--json`` a verb prints one JSON document on standard output and nothing else. Exit status:
0 done, 2 bad input or a failed check (the sentence is on standard error), 3 not enough evidence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from apps import json_input
from core.errors import InputError, NotEnoughDataError, SuiteError

EXIT_REFUSED = 2
EXIT_NOT_ENOUGH = 3
MAX_JSON_BYTES = 64 * 1024


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
cardiosense = _group("Heart-disease risk: score, explain, find the least-effort path.")
audit = _group("The audit log.")
app.add_typer(cardiosense, name="cardiosense")
app.add_typer(audit, name="audit")


class Layer(StrEnum):
    """Which risk a path lowers."""

    DIAGNOSTIC = "diagnostic"
    PREVENTION = "prevention"


PatientFile = Annotated[
    Path, typer.Argument(metavar="PATIENT.json", help="Record as JSON; - reads standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@cardiosense.command()
def score(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Table, CSV or Parquet.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Result, .csv or .parquet.")],
    as_json: AsJson = False,
) -> None:
    """Score a table: every row and column stays, estimate, reasons and flags are added."""
    raise NotImplementedError


@cardiosense.command()
def explain(
    patient: PatientFile,
    lime: Annotated[bool, typer.Option(help="Run the sampled parts as well.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say why the models estimate what they do for one patient."""
    from core.cardiosense.explain import explain as verb

    found = verb(_record(patient), lime=lime, seed=seed)
    _print(found.to_dict() if as_json else "", as_json)


@cardiosense.command()
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
    from core.cardiosense.recourse import least_effort_path

    found = least_effort_path(
        _record(patient),
        target,
        layer=layer.value,
        model=model,
        weights=_option(weights, "weights"),
        limits=_option(limits, "limits"),
        robust=robust,
    )
    _print(found.to_dict() if as_json else "", as_json)


@cardiosense.command()
def evaluate(as_json: AsJson = False) -> None:
    """Print the model card: how good the models are, on which patients."""
    from core.cardiosense.model import models

    raise NotImplementedError


def main() -> None:
    """Run the command line."""
    app()


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
        raise InputError(f"{name}: is not a JSON object. Give field names with their values.")
    return content


def _print(content: Mapping[str, object] | str, as_json: bool) -> None:
    typer.echo(json.dumps(content, indent=2, allow_nan=False) if as_json else content)


def _end(sentence: str, status: int) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(status)


if __name__ == "__main__":
    main()
