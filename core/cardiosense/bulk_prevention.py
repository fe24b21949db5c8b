"""Ten-year risk for tables of any size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.model import SYSTEM, models
from core.cardiosense.prevention import ONLY_PREVENT, Prevent, needed, prevention_model
from core.cardiosense.schema import PREVENTION
from core.cardiosense.score import DECIMALS, INTERVAL_LEVEL
from core.scale import Answers, Coded, Scorer, coded
from core.stats.quantiles import column_quantiles
from core.tables import Validation

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_COMPONENTS = {"p_ascvd": Prevent("ascvd"), "p_heart_failure": Prevent("heart failure")}
_INTERVAL = ("p_low", "p_high")
_TEXTS = ("status", "flags", "model")
_STATUS = ("refused", "estimated")


def prevention_scorer(model: str | None = None) -> Scorer:
    """Return the prevention layer as the engine for large tables sees it.

    Parameters
    ----------
    model : {"prevent", "framingham"}, optional
        PREVENT by default, whose equations come without an interval.

    Raises
    ------
    InputError
        If there is no such model.
    """
    chosen = prevention_model(model)
    extra = tuple(_COMPONENTS) if isinstance(chosen, Prevent) else _INTERVAL
    names = ("p_event", *extra, *_TEXTS)
    return Scorer(
        system=f"{SYSTEM} prevention",
        fields=PREVENTION,
        answer=answer,
        columns={name: "text" if name in _TEXTS else "number" for name in names},
        standard=names,
        model=chosen.tag,
        sha256=models().artifact.sha256,
        options={"model": chosen.name},
    )


def answer(found: Validation, wanted: tuple[str, ...], options: Mapping[str, Any]) -> Answers:
    """Answer for some judged rows; a row without what the model needs is refused."""
    model = prevention_model(options["model"])
    ok = found.ok
    values = found.values[list(model.features)].to_numpy()
    refused = {}
    if isinstance(model, Prevent):
        absent = found.values[list(ONLY_PREVENT)].isna().to_numpy()
        refused = {
            int(row): tuple(
                needed(n) for n, no in zip(ONLY_PREVENT, absent[row], strict=True) if no
            )
            for row in np.nonzero(ok & absent.any(axis=1))[0]
        }
    usable = ok.copy()
    usable[list(refused)] = False
    columns: dict[str, NDArray[Any] | Coded] = {
        "status": Coded(usable.astype(np.int8), _STATUS),
        "model": Coded(usable.astype(np.int8), ("", model.tag)),
    }
    if "flags" in wanted:
        columns["flags"] = coded(found.sentences("warning"))
    if "p_event" in wanted:
        columns["p_event"] = _spread(_estimates(model.log_odds(values[usable])), usable)
    for name in set(wanted).intersection(_COMPONENTS):
        columns[name] = _spread(_estimates(_COMPONENTS[name].log_odds(values[usable])), usable)
    if set(wanted).intersection(_INTERVAL):
        tail = (1 - INTERVAL_LEVEL) / 2
        refits = expit(model.refits(values[usable]))
        bounds = np.round(column_quantiles(refits, (tail, 1 - tail)), DECIMALS)
        columns |= {name: _spread(p, usable) for name, p in zip(_INTERVAL, bounds, strict=True)}
    return Answers(columns, refused)


def _estimates(log_odds: Floats) -> Floats:
    p: Floats = np.round(expit(log_odds), DECIMALS)
    return p


def _spread(p: Floats, usable: Mask) -> Floats:
    whole = np.full(len(usable), np.nan)
    whole[usable] = p
    return whole
