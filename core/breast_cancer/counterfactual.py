"""How far is a case from the other call? The least change that crosses the model's threshold.

The changed case must stay plausible: its values fit together, the rules of geometry hold, and no
value leaves the range of the training cases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.boundary import Crossing, cross
from core.breast_cancer.boundary_program import Problem
from core.breast_cancer.integrity import IntegrityReference
from core.breast_cancer.model import models
from core.breast_cancer.plausible import GROUPS, boundary_problem
from core.breast_cancer.schema import FEATURES, MEASURES, measure_of
from core.breast_cancer.score import CaseScore, parse_case, resolve_threshold, score_case, to_row
from core.errors import InputError, SuiteError

Floats = NDArray[np.float64]
Status = Literal["found", "none within limits"]
Side = Literal["malignant", "benign"]

NOTE = (
    "This describes the model's boundary. A nucleus measurement is not something one can change,"
    " and another value would not change the disease."
)
DIGITS = 6
"""Significant digits of the changed values; they are scored as shown."""


@dataclasses.dataclass(frozen=True, slots=True)
class Moved:
    """One column before and after.

    Attributes
    ----------
    feature, label, unit : str
        Field name, the name shown to people, and the unit.
    measure : str
        Label of the measurement that the column belongs to.
    before, after : float
        The values.
    deviations : float
        Change of the logarithm in standard deviations of the training cases.
    """

    feature: str
    label: str
    unit: str
    measure: str
    before: float
    after: float
    deviations: float


@dataclasses.dataclass(frozen=True, slots=True)
class Counterfactual:
    """The other side of the threshold, as near as a plausible case can be.

    Attributes
    ----------
    status : {"found", "none within limits"}
        Whether a plausible case on the other side was found.
    side : {"malignant", "benign"}
        The side of the threshold to be reached.
    threshold : float
        Probability from which a case is called malignant.
    p_before, p_after : float
        Probabilities of the case as given and as changed; ``p_after`` is None if nothing was found.
    forest_p_before, forest_p_after : float
        The random forest's, which the search does not look at.
    ood_p_before, ood_p_after : float
        Conformal p values that the values fit together.
    moved : tuple of Moved
        Columns that differ, in the order of the fields.
    measurements : tuple of str
        Labels of the measurements they belong to.
    distance : float or None
        Sum of the absolute changes in standard deviations.
    bound : float or None
        No plausible change within as few measurements has a smaller distance.
    fewest : bool
        Whether it is proven that fewer measurements cannot do it, or, if nothing was found, that
        as many as were allowed cannot.
    irreducible : bool
        Whether it is proven that every changed column is needed, given the others.
    programs : int
        Linear programs solved.
    model, input_hash : str
        Name and hash of the models, and SHA-256 of the canonical input.
    note : str
        What the change is, and what it is not.
    """

    status: Status
    side: Side
    threshold: float
    p_before: float
    p_after: float | None
    forest_p_before: float
    forest_p_after: float | None
    ood_p_before: float
    ood_p_after: float | None
    moved: tuple[Moved, ...]
    measurements: tuple[str, ...]
    distance: float | None
    bound: float | None
    fewest: bool
    irreducible: bool
    programs: int
    model: str
    input_hash: str
    note: str = NOTE

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain, JSON-safe data."""
        return dataclasses.asdict(self)

    def proofs(self) -> tuple[str, ...]:
        """Return what is proven, as sentences."""
        if self.status != "found":
            text = (
                "No plausible change of as many measurements as were allowed reaches the threshold."
            )
            return (text,) if self.fewest else ()
        found = []
        if self.fewest and len(self.measurements) > 1:
            found.append(
                f"No plausible change of fewer than {len(self.measurements)} measurements reaches"
                " the threshold."
            )
        if self.irreducible and len(self.moved) > 1:
            found.append("Each changed column is needed: the others cannot do it without it.")
        if self.bound is not None:
            found.append(
                "No plausible change of as few measurements is smaller than"
                f" {self.bound:.2f} standard deviations in sum."
            )
        return tuple(found)


def counterfactual(
    case: Mapping[str, object],
    *,
    threshold: float | None = None,
    max_measurements: int = len(MEASURES),
) -> Counterfactual:
    """Return the least plausible change that takes a case across the threshold.

    Least means: fewest of the ten measurements (each with mean, standard error and worst), then
    the smallest sum of changes in standard deviations of the logarithms, then the columns that are
    not needed put back. All other columns stay as they are. The search is exact up to the gap
    between ``distance`` and ``bound``; the result is scored again with the digits shown.

    Parameters
    ----------
    case : mapping
        Field name to value; all thirty are needed.
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.
    max_measurements : int, default 10
        Greatest number of measurements that may change.

    Raises
    ------
    InputError
        If a value, the threshold or the number of measurements is refused.
    """
    limit = resolve_threshold(threshold)
    if not 1 <= max_measurements <= len(MEASURES):
        raise InputError(
            f"max_measurements: {max_measurements} is not between 1 and {len(MEASURES)}, the"
            " number of measurements."
        )
    values, before = parse_case(case), score_case(case, limit)
    row, loaded = to_row(values), models()
    problem = boundary_problem(loaded.champion, loaded.reference, row, limit)
    crossing = cross(problem, GROUPS, max_measurements)
    changed = _changed(problem, loaded.reference, row, crossing)
    after = _verified(changed, before, limit) if changed is not None else None
    return _result(before, after, row, changed, problem, crossing)


def _changed(
    problem: Problem, reference: IntegrityReference, row: Floats, crossing: Crossing
) -> Floats | None:
    """Return the changed case with the digits it is shown with, shape (30,)."""
    if crossing.move is None:
        return None
    moving = crossing.move != 0
    exact = problem.shifted * np.exp(problem.scale * crossing.move) - reference.offset
    shown = [float(f"{value:.{DIGITS}g}") for value in np.maximum(exact, 0.0)]
    changed = np.where(moving, shown, row)
    for worst, mean, _ in problem.above:  # rounding must not undo a tie
        if moving[worst] or moving[mean]:
            changed[worst] = max(changed[worst], changed[mean])
    return changed


def _verified(changed: Floats, before: CaseScore, threshold: float) -> CaseScore:
    """Score the changed case again.

    Raises
    ------
    SuiteError
        If it does not keep what the search promises.
    """
    after = score_case(dict(zip(FEATURES.names, changed.tolist(), strict=True)), threshold)
    crossed = (after.p >= threshold) != (before.p >= threshold)
    if not crossed or after.flags:
        raise SuiteError(
            f"The change found for the case does not hold when it is scored again (p = {after.p:g},"
            f" threshold {threshold:g}): {' '.join(after.flags) or 'same side'}"
        )
    return after


def _result(
    before: CaseScore,
    after: CaseScore | None,
    row: Floats,
    changed: Floats | None,
    problem: Problem,
    crossing: Crossing,
) -> Counterfactual:
    moved = () if changed is None else _moved(row, changed, problem, crossing)
    return Counterfactual(
        status="found" if after else "none within limits",
        side="benign" if before.p >= before.threshold else "malignant",
        threshold=before.threshold,
        p_before=before.p,
        p_after=after.p if after else None,
        forest_p_before=before.forest_p,
        forest_p_after=after.forest_p if after else None,
        ood_p_before=before.ood_p,
        ood_p_after=after.ood_p if after else None,
        moved=moved,
        measurements=tuple(dict.fromkeys(change.measure for change in moved)),
        distance=crossing.distance if after else None,
        bound=crossing.bound if after else None,
        fewest=crossing.fewest,
        irreducible=crossing.irreducible,
        programs=crossing.programs,
        model=before.model,
        input_hash=before.input_hash,
    )


def _moved(row: Floats, changed: Floats, problem: Problem, crossing: Crossing) -> tuple[Moved, ...]:
    moves = np.zeros(len(row)) if crossing.move is None else crossing.move
    return tuple(
        Moved(
            feature=spec.name,
            label=spec.label,
            unit=spec.unit,
            measure=measure_of(spec.name).label,
            before=float(row[j]),
            after=float(changed[j]),
            deviations=float(moves[j]),
        )
        for j, spec in enumerate(FEATURES)
        if changed[j] != row[j]
    )
