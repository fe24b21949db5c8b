"""Why this estimate? Exact contributions of both models, LIME, and tests against the models."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.forest import Forest
from core.breast_cancer.linear import LinearModel
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES, MEASURES, measure_of
from core.breast_cancer.score import DECIMALS, parse_case, to_row
from core.explain.agreement import Agreement, agreement
from core.explain.attribution import Faithfulness, faithfulness, probability_shares
from core.explain.lime_summary import Lime, run_lime
from core.fields import record_hash

Floats = NDArray[np.float64]

SEEDS = 5
BACKGROUND_STEP = 5  # every fifth training case supplies replacements: 103 of 512

_OWNER = np.array([MEASURES.index(measure_of(name)) for name in FEATURES.names])


@dataclasses.dataclass(frozen=True, slots=True)
class Contribution:
    """What one column adds to the estimate, compared with the training mean.

    Attributes
    ----------
    feature, label, value : str
        Field name, the name shown to people, and the case's value in words.
    log_odds : float
        Exact additive contribution to the log-odds. The model is linear, so it is the column's
        Shapley value with the training mean as reference.
    forest : float
        TreeSHAP value of the random forest's share of votes (path-dependent, exact).
    """

    feature: str
    label: str
    value: str
    log_odds: float
    forest: float


@dataclasses.dataclass(frozen=True, slots=True)
class MeasureShare:
    """What one of the ten measurements adds: its mean, standard error and worst value together.

    Columns of one measurement move together, so their single contributions can be large and of
    opposite sign; the sum is what the measurement as a whole does.

    Attributes
    ----------
    measure, label : str
        Stem of the field names, and the name shown to people.
    log_odds : float
        Sum of the contributions of its columns.
    probability : float
        Its exact Shapley value on the probability scale, all 2^10 coalitions evaluated.
    forest : float
        Sum of the forest's TreeSHAP values.
    """

    measure: str
    label: str
    log_odds: float
    probability: float
    forest: float


@dataclasses.dataclass(frozen=True, slots=True)
class ModelCheck:
    """The explanation held against what the models do.

    Attributes
    ----------
    additivity, forest_additivity : float
        Absolute difference between reference plus contributions and the model's output: log-odds
        of the champion, share of votes of the forest.
    deletion : float
        Largest absolute difference between the log-odds after putting the strongest columns back
        to the training mean, one after the other, and what the contributions say it should be.
    replacement : Faithfulness or None
        How fast the log-odds change when columns are replaced in the order of the explanation;
        None if not asked for, or if no replacement changes anything.
    """

    additivity: float
    forest_additivity: float
    deletion: float
    replacement: Faithfulness | None


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """Why the models estimate what they do for one case.

    Attributes
    ----------
    model : str
        Name and hash of the champion.
    p, p_base : float
        Probability of the case, and of a case whose every value is the training mean.
    forest_share, forest_base : float
        Share of the forest's votes for malignant, and its mean over the training cases as the trees
        hold them.
    measures : tuple of MeasureShare
        The ten measurements, strongest first.
    contributions : tuple of Contribution
        The thirty columns, in the order of the fields.
    check : ModelCheck
        The contributions held against the models.
    families : Agreement
        Agreement of champion and forest on the ten measurements.
    lime : Lime or None
        LIME on the champion's probability, if asked for.
    methods : Agreement or None
        Agreement of the exact contributions with LIME on the ten measurements, if asked for.
    input_hash : str
        SHA-256 of the canonical input, as in the score.
    """

    model: str
    p: float
    p_base: float
    forest_share: float
    forest_base: float
    measures: tuple[MeasureShare, ...]
    contributions: tuple[Contribution, ...]
    check: ModelCheck
    families: Agreement
    lime: Lime | None
    methods: Agreement | None
    input_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain, JSON-safe data."""
        return dataclasses.asdict(self)


def explain(
    case: Mapping[str, object], *, lime: bool = True, seed: int = 0, seeds: int = SEEDS
) -> Explanation:
    """Explain the estimate for one case.

    Parameters
    ----------
    case : mapping
        Field name to value; all thirty are needed.
    lime : bool, default True
        Whether to run the sampled parts as well: LIME over several seeds, its agreement with the
        exact contributions, and the replacement test.
    seed : int, default 0
        First of the consecutive seeds.
    seeds : int, default 5
        Number of LIME runs, at least two.

    Raises
    ------
    InputError
        If a value is refused.
    """
    values, loaded = parse_case(case), models()
    row = to_row(values)
    shares = loaded.champion.contributions(row[None])[0]
    votes = loaded.forest.contributions(row[None])[0]
    by_measure, forest_by_measure = _by_measure(shares), _by_measure(votes)
    log_odds = float(loaded.champion.log_odds(row[None])[0])
    local = _lime(loaded.champion, row, range(seed, seed + seeds)) if lime else None
    return Explanation(
        model=loaded.champion.tag,
        p=round(float(expit(log_odds)), DECIMALS),
        p_base=float(expit(loaded.champion.base)),
        forest_share=float(loaded.forest.raw(row[None])[0]),
        forest_base=loaded.forest.base,
        measures=_measures(loaded.champion.base, by_measure, forest_by_measure),
        contributions=tuple(
            Contribution(spec.name, spec.label, spec.describe(values[spec.name]), *both)
            for spec, *both in zip(FEATURES, shares.tolist(), votes.tolist(), strict=True)
        ),
        check=_checks(loaded.champion, loaded.forest, row, seed if lime else None),
        families=agreement(by_measure, forest_by_measure),
        lime=local,
        methods=agreement(by_measure, np.array(list(lime_by_measure(local).values())))
        if local
        else None,
        input_hash=record_hash(values),
    )


def _by_measure(columns: Floats) -> Floats:
    sums: Floats = np.bincount(_OWNER, weights=columns, minlength=len(MEASURES)).astype(np.float64)
    return sums


def _measures(base: float, log_odds: Floats, forest: Floats) -> tuple[MeasureShare, ...]:
    probability = probability_shares(base, log_odds)
    order = np.argsort(-np.abs(log_odds), kind="stable")
    return tuple(
        MeasureShare(
            MEASURES[i].name,
            MEASURES[i].label,
            float(log_odds[i]),
            float(probability[i]),
            float(forest[i]),
        )
        for i in order
    )


def _checks(model: LinearModel, forest: Forest, row: Floats, seed: int | None) -> ModelCheck:
    shares = model.contributions(row[None])[0]
    log_odds = float(model.log_odds(row[None])[0])
    votes = forest.base + float(forest.contributions(row[None])[0].sum())
    replacement = None
    if seed is not None:
        cohort = wdbc()
        background = cohort.X[cohort.train][::BACKGROUND_STEP]
        replacement = faithfulness(model.log_odds, row, shares, background, seed=seed)
    return ModelCheck(
        additivity=abs(model.base + float(shares.sum()) - log_odds),
        forest_additivity=abs(votes - float(forest.raw(row[None])[0])),
        deletion=_deletion(model, row, shares),
        replacement=replacement,
    )


def _deletion(model: LinearModel, row: Floats, shares: Floats) -> float:
    """Put columns back to the mean, strongest first, and compare with the contributions."""
    order = np.argsort(-np.abs(shares), kind="stable")
    put_back = np.tile(row, (len(row) + 1, 1))
    for step, column in enumerate(order, start=1):
        put_back[step:, column] = model.mean[column]
    expected = model.log_odds(row[None]) - np.concatenate([[0.0], np.cumsum(shares[order])])
    return float(np.max(np.abs(model.log_odds(put_back) - expected)))


def _lime(model: LinearModel, row: Floats, seeds: range) -> Lime:
    def probability(X: Floats) -> Floats:
        p: Floats = expit(model.log_odds(X))
        return p

    cohort = wdbc()
    return run_lime(probability, row, cohort.X[cohort.train], FEATURES, seeds)


def lime_by_measure(lime: Lime) -> dict[str, float]:
    """Return LIME's weights summed over the three columns of each measurement, by its name."""
    weights = {weight.feature: weight.weight for weight in lime.weights}
    sums = _by_measure(np.array([weights[name] for name in FEATURES.names]))
    return {measure.name: float(total) for measure, total in zip(MEASURES, sums, strict=True)}
