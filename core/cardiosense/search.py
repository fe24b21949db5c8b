"""A longer search for the boosted trees than training does, by several processes or a cluster.

It changes nothing: the models that the suite ships come from :mod:`core.cardiosense.train`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.cardiosense import data
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.train import SEED
from core.cardiosense.tuning import Loss, inner_loss, suggest
from core.scale.study import Found, Search
from core.scale.study import search as run_search

if TYPE_CHECKING:
    import optuna

Model = Literal["xgboost-13", "xgboost-10"]
FEATURES: Mapping[Model, tuple[str, ...]] = {
    "xgboost-13": DIAGNOSTIC.names,
    "xgboost-10": CORE_NAMES,
}
SEARCH_FIGURE = (
    "The log-loss is that of the inner cross-validation on which the parameters were chosen: a "
    "figure of the search, better than new patients would show. The model card has the held-out "
    "figures."
)


def search(
    journal: Path,
    *,
    trials: int,
    model: Model = "xgboost-13",
    seed: int = SEED,
    workers: int = 0,
    scheduler: str | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Found:
    """Bring the search for a model's hyper-parameters to a number of finished trials.

    Parameters
    ----------
    journal : Path
        The file of the trials: a new one, or one of the same model and seed.
    trials : int
        Finished trials wanted in all.
    model : {"xgboost-13", "xgboost-10"}
        Boosted trees over all thirteen fields, or the ten that every hospital records.
    seed : int
        Of the inner folds and of the sampler.
    workers, scheduler, on_progress
        As in :func:`core.scale.study.search`, which also says what is raised.
    """
    wanted = Search(f"search of {model}", _digest(model, seed), objective, (model, seed), seed)
    return run_search(
        wanted,
        journal,
        trials=trials,
        workers=workers,
        scheduler=scheduler,
        on_progress=on_progress,
    )


def objective(trial: optuna.Trial, model: Model, seed: int) -> float:
    """Return the inner cross-validated log-loss of what a trial proposes."""
    return _loss(model, seed)(suggest(trial))


@functools.lru_cache(maxsize=4)
def _loss(model: Model, seed: int) -> Loss:
    cohort, features = data.site("cleveland"), FEATURES[model]
    return inner_loss("xgboost", cohort.matrix(features), cohort.severity, features, seed)


def _digest(model: Model, seed: int) -> str:
    decides: dict[str, Any] = {
        "data": data.SHA256[data.UCI_FILE],
        "features": FEATURES[model],
        "model": model,
        "seed": seed,
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
