"""The search for CardioSense's hyper-parameters on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.spoken import AsJson, print_result

if TYPE_CHECKING:
    from core.scale.study import Found


class Model(StrEnum):
    """Whose hyper-parameters are searched for."""

    ALL_FIELDS = "xgboost-13"
    CORE_FIELDS = "xgboost-10"


def tune(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY.journal", help="File of the trials; may hold some.")
    ],
    trials: Annotated[int, typer.Option(min=1, help="Finished trials wanted in all.")] = 100,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0 works in this one.")] = 0,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler: tcp://host:8786.")
    ] = None,
    model: Annotated[Model, typer.Option(help="All 13 fields, or the core 10.")] = Model.ALL_FIELDS,
    seed: Annotated[
        int | None, typer.Option(min=0, help="By default that of the suite's training.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search for hyper-parameters, resumably; the suite's models stay as they are."""
    from core.cardiosense.search import SEARCH_FIGURE, search
    from core.cardiosense.train import SEED

    found = search(
        study,
        trials=trials,
        model=model.value,
        seed=SEED if seed is None else seed,
        workers=workers,
        scheduler=scheduler,
    )
    result = {
        "model": model.value,
        "study": str(study),
        "params": dict(found.params),
        "inner_log_loss": found.value,
        "trials": found.n_trials,
        "abandoned": found.n_abandoned,
        "notes": [SEARCH_FIGURE, found.note],
    }
    print_result(result, _lines(found, model, SEARCH_FIGURE), as_json)


def _lines(found: Found, model: Model, figure: str) -> Iterable[str]:
    yield f"{model.value}: inner log-loss {found.value:.4f} after {found.n_trials} trials."
    for name, value in found.params.items():
        yield f"  {name}: {value:.4g}"
    if found.n_abandoned:
        yield f"{found.n_abandoned} further trials were left unfinished and made again."
    yield figure
    yield found.note
