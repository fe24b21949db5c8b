"""Tables of any size: the answers of the small tables, computed only as far as they are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.batch import RECODED, answered, refuse_recoded
from core.cardiosense.boosted import XGBoostModel
from core.cardiosense.bulk_prevention import prevention_scorer
from core.cardiosense.flags import refusals
from core.cardiosense.model import SYSTEM, RiskModel, models
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, LATE_TESTS
from core.cardiosense.score import DECIMALS, OUTPUT_COLUMNS, score_frame
from core.errors import InputError, Problem
from core.scale import Answers, Choices, Coded, Scorer, answer_parts, coded
from core.tables import Validation

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CHALLENGER = "challenger_p"
"""The other model family's estimate; not among the standard answers."""

_QUICK = frozenset({"p_disease", "decision", "model", CHALLENGER})
_NUMBERS = frozenset({"p_disease", "p_low", "p_high", CHALLENGER})
_DECISIONS = ("abstain", "disease", "no disease", "refused")
_BLOCK = 8_192
_WHOLE = re.compile(r"[0-9]{1,3}(\.0*)?").fullmatch
_CORE_AT = [DIAGNOSTIC.names.index(name) for name in CORE_NAMES]
_LATE_AT = [DIAGNOSTIC.names.index(name) for name in LATE_TESTS]


def score_parts(
    source: Path,
    out: Path,
    *,
    layer: Literal["diagnostic", "prevention"] = "diagnostic",
    model: str | None = None,
    **choices: Unpack[Choices],
) -> dict[str, Any]:
    """Estimate the risk of every patient in a table of any size, part by part, into a folder.

    Parameters
    ----------
    source, out, **choices
        As in :func:`core.scale.answer_parts`, with its result and errors.
    layer : {"diagnostic", "prevention"}
        Disease now, with the answers of :func:`core.cardiosense.batch.score_table`; or an event
        within ten years, with those of :func:`core.cardiosense.prevention.prevention_risk`.
    model : {"prevent", "framingham"}, optional
        Of the prevention layer; PREVENT by default.

    Raises
    ------
    InputError
        Also if there is no such layer, or the layer has no such model.
    """
    if layer == "prevention":
        return answer_parts(source, out, prevention_scorer(model), **choices)
    if layer != "diagnostic":
        raise InputError(f"layer: {layer!s:.40} is unknown. Choose diagnostic or prevention.")
    if model is not None:
        raise InputError("model: belongs to the prevention layer. Leave it out.")
    return answer_parts(source, out, diagnostic_scorer(), **choices)


def diagnostic_scorer() -> Scorer:
    """Return the diagnostic layer as the engine for large tables sees it."""
    loaded = models()
    names = (*OUTPUT_COLUMNS, CHALLENGER)
    return Scorer(
        system=SYSTEM,
        fields=DIAGNOSTIC,
        answer=answer,
        columns={name: "number" if name in _NUMBERS else "text" for name in names},
        standard=OUTPUT_COLUMNS,
        model=loaded.artifact.tag,
        sha256=loaded.artifact.sha256,
        signs=signs,
        refuse=refuse_recoded,
    )


def answer(found: Validation, wanted: tuple[str, ...], options: Mapping[str, Any]) -> Answers:
    """Answer for some judged rows.

    Estimate, decision and the other family's estimate of a row that lacks no core finding need
    neither refits nor reasons. All other rows, and all other columns, take the way of small
    tables.
    """
    del options  # there is nothing to choose
    records = found.values.to_numpy()
    ok = found.ok
    blank = np.isnan(records.sum(axis=1))
    refused = _refused(records, ok & blank)
    if _QUICK.issuperset(wanted):
        return Answers(_Quick(records, ok, blank, refused).columns(wanted), refused)
    frame = answered(found)
    columns: dict[str, NDArray[Any] | Coded] = {}
    for name in OUTPUT_COLUMNS:
        values = frame[name].to_numpy()
        columns[name] = values if name in _NUMBERS else coded(values)
    if CHALLENGER in wanted:
        columns |= _Quick(records, ok, blank, refused).columns((CHALLENGER,))
    return Answers(columns, refused)


def signs(found: Validation, columns: Mapping[str, str]) -> dict[str, tuple[float, ...]]:
    """Return the numbers in the columns by which a recoded copy is known, unknown codes too."""
    seen = {}
    for name in RECODED:
        if name in columns:
            values = found.values[name].to_numpy()
            codes = [float(code) for code, _ in DIAGNOSTIC[name].choices]
            known = {code for code in codes if (values == code).any()}
            seen[name] = tuple(sorted(known | _unknown_codes(found, columns[name])))
    return seen


def _unknown_codes(found: Validation, column: str) -> set[float]:
    said = (problem for part in found.findings for each in part.found for problem in each)
    return {
        float(problem.value)
        for problem in said
        if problem.column == column and problem.rule == "unknown-code" and _WHOLE(problem.value)
    }


def _refused(records: Floats, doubtful: Mask) -> dict[int, tuple[Problem, ...]]:
    """Return which of the doubtful rows the model refuses, and why."""
    rows = np.nonzero(doubtful)[0]
    return {int(rows[at]): (problem,) for at, problem in refusals(records[rows]).items()}


class _Quick:
    """Estimates and decisions of some rows, without refits and reasons where none is needed.

    Parameters
    ----------
    records : ndarray, shape (n, 13)
        Judged values, NaN where missing or refused.
    ok, blank : ndarray of bool, shape (n,)
        Rows without an error; rows in which a value is missing.
    refused : iterable of int
        Rows that the model refuses.
    """

    def __init__(self, records: Floats, ok: Mask, blank: Mask, refused: Iterable[int]) -> None:
        self._records = records
        usable = ok.copy()
        usable[list(refused)] = False
        rows = np.nonzero(usable & blank)[0]
        absent = np.isnan(records[rows])
        late = absent[:, _LATE_AT].any(axis=1)
        self._usable, self._without_late = usable, rows[late]
        self._incomplete = rows[absent[:, _CORE_AT].any(axis=1)]

    def columns(self, wanted: Sequence[str]) -> dict[str, NDArray[Any] | Coded]:
        """Return some of the columns that need no more."""
        loaded = models()
        found: dict[str, NDArray[Any] | Coded] = {}
        if CHALLENGER in wanted:
            found[CHALLENGER] = self._estimates(loaded.challenger_13, loaded.challenger_10)
        if "model" in wanted:
            tags = ("", loaded.champion_13.tag, loaded.champion_10.tag)
            codes = self._usable.astype(np.int8)
            codes[self._without_late] = 2
            found["model"] = Coded(codes, tags)
        if "p_disease" in wanted or "decision" in wanted:
            p = self._estimates(loaded.champion_13, loaded.champion_10)
            found["p_disease"] = p
        if "decision" in wanted:
            found["decision"] = self._decisions(p)
        return found

    def _estimates(self, full: RiskModel, core: RiskModel) -> Floats:
        """Return each usable row's estimate by the model of its width; NaN for the others."""
        if len(self._without_late) * 2 < len(self._records):
            p = _estimate(self._records, full)  # a few rows too many cost less than picking rows
        else:
            with_late = np.delete(np.arange(len(self._records)), self._without_late)
            p = np.empty(len(self._records))
            p[with_late] = _estimate(self._records[with_late], full)
        if len(self._without_late):
            p[self._without_late] = _estimate(self._records[self._without_late], core)
        p[~self._usable] = np.nan
        return p

    def _decisions(self, p: Floats) -> Coded:
        loaded = models()
        codes = _decided(p, loaded.champion_13)
        codes[self._without_late] = _decided(p[self._without_late], loaded.champion_10)
        codes[~self._usable] = _DECISIONS.index("refused")
        if len(self._incomplete):
            frame = pd.DataFrame(self._records[self._incomplete], columns=list(DIAGNOSTIC.names))
            said = score_frame(frame)["decision"].tolist()
            codes[self._incomplete] = [_DECISIONS.index(text) for text in said]
        return Coded(codes, _DECISIONS)


def _estimate(records: Floats, model: RiskModel) -> Floats:
    """Return the probabilities of one model, to the decimals of all results."""
    at = [DIAGNOSTIC.names.index(name) for name in model.features]
    if len(records) == 0:
        return np.empty(0)
    if isinstance(model, XGBoostModel):
        # The trees compare in single precision: given it, they need not convert row by row.
        singles = np.empty((len(records), len(at)), dtype=np.float32)
        for column, source in enumerate(at):
            singles[:, column] = records[:, source]
        margin = model.booster.inplace_predict(singles, predict_type="margin")
        odds = model.calibration(margin.astype(np.float64))
    else:
        odds = np.empty(len(records))
        for start in range(0, len(records), _BLOCK):  # small enough for the processor's cache
            rows = slice(start, start + _BLOCK)
            odds[rows] = model.log_odds(records[rows][:, at])
    p: Floats = np.round(expit(odds), DECIMALS)
    return p


def _decided(p: Floats, model: RiskModel) -> NDArray[np.int8]:
    """Return the decision of complete records by index in ``_DECISIONS``."""
    healthy, ill = models().conformal[model.name].possible(p).T
    codes = np.zeros(len(p), dtype=np.int8)
    codes[ill & ~healthy] = _DECISIONS.index("disease")
    codes[healthy & ~ill] = _DECISIONS.index("no disease")
    return codes
