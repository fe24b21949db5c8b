"""Tables of any size: the answers of the small tables, computed part by part."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.model import SYSTEM, models
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import DECIMALS, OUTPUT_COLUMNS, resolve_threshold, score_array
from core.scale import Answers, Choices, Coded, Scorer, answer_parts, coded
from core.tables import Validation

_NUMBERS = frozenset({"p_malignant", "ood_p", "blame_ratio"})


def score_parts(
    source: Path, out: Path, *, threshold: float | None = None, **choices: Unpack[Choices]
) -> dict[str, Any]:
    """Answer for every case of a table of any size, part by part, into a folder.

    Parameters
    ----------
    source, out, **choices
        As in :func:`core.scale.answer_parts`, with its result and errors.
    threshold : float, optional
        As in :func:`core.breast_cancer.batch.score_file`, whose answers these are.
    """
    return answer_parts(source, out, case_scorer(threshold), **choices)


def case_scorer(threshold: float | None = None) -> Scorer:
    """Return the system as the engine for large tables sees it.

    Raises
    ------
    InputError
        If the threshold is refused.
    """
    loaded = models()
    return Scorer(
        system=SYSTEM,
        fields=FEATURES,
        answer=answer,
        columns={name: "number" if name in _NUMBERS else "text" for name in OUTPUT_COLUMNS},
        standard=OUTPUT_COLUMNS,
        model=loaded.tag,
        sha256=loaded.artifact.sha256,
        options={"threshold": resolve_threshold(threshold)},
    )


def answer(found: Validation, wanted: tuple[str, ...], options: Mapping[str, Any]) -> Answers:
    """Answer for some judged rows; the estimate alone needs no look at how the values fit."""
    ok = found.ok
    values = np.where(ok[:, None], found.values.to_numpy(), np.nan)
    if wanted == ("p_malignant",):
        return Answers({"p_malignant": _estimates(values, ok)})
    answers = score_array(values, options["threshold"])
    answers["flags"] = np.where(ok, answers["flags"], found.sentences("error"))
    columns: dict[str, NDArray[Any] | Coded] = {
        name: answers[name] if name in _NUMBERS else coded(answers[name]) for name in wanted
    }
    return Answers(columns)


def _estimates(values: NDArray[np.float64], ok: NDArray[np.bool_]) -> NDArray[np.float64]:
    p = np.full(len(values), np.nan)
    p[ok] = np.round(expit(models().champion.log_odds(values[ok])), DECIMALS)
    return p
