"""Why this estimate? Exact contributions, LIME, and tests of both against the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense import data
from core.cardiosense.logistic import LogisticModel
from core.cardiosense.model import RiskModel
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import DECIMALS, parse_patient, route
from core.explain.agreement import Agreement, agreement
from core.explain.attribution import Faithfulness, faithfulness, probability_shares
from core.explain.lime_summary import Lime, run_lime
from core.fields import record_hash

Floats = NDArray[np.float64]

SEEDS = 5
BACKGROUND_STEP = 3  # every third training patient supplies replacements: 101 of 303


@dataclasses.dataclass(frozen=True, slots=True)
class Contribution:
    """What one finding adds to the estimate, compared with the model's reference.

    Attributes
    ----------
    feature, label : str
        Field name, and the name shown to people.
    value : str
        The patient's value in words.
    log_odds : float
        Exact additive contribution to the calibrated log-odds.
    probability : float
        Its share of the distance in probability; see ``core.explain.attribution``.
    """

    feature: str
    label: str
    value: str
    log_odds: float
    probability: float


@dataclasses.dataclass(frozen=True, slots=True)
class ModelCheck:
    """The explanation held against what the model does.

    Attributes
    ----------
    additivity : float
        Absolute difference between reference plus contributions and the model's log-odds.
    deletion : float or None
        Linear model: largest absolute difference between the log-odds after withdrawing the
        strongest findings, one after the other, and what the contributions say it should be.
        None for trees, whose contributions make no promise about withdrawn findings.
    replacement : Faithfulness or None
        How fast the log-odds change when findings are replaced in the order of the explanation;
        None if not asked for, or if no replacement changes anything.
    """

    additivity: float
    deletion: float | None
    replacement: Faithfulness | None


@dataclasses.dataclass(frozen=True, slots=True)
class Attribution:
    """The exact explanation of one model.

    Attributes
    ----------
    model : str
        Name, version and hash of the model.
    base, log_odds : float
        Calibrated log-odds of the reference and of the patient.
    p_base, p : float
        The same as probabilities; ``p`` is rounded as the score is.
    contributions : tuple of Contribution
        One a feature of the model, in the order of the fields.
    check : ModelCheck
        The contributions held against the model.
    """

    model: str
    base: float
    log_odds: float
    p_base: float
    p: float
    contributions: tuple[Contribution, ...]
    check: ModelCheck


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """Why the models estimate what they do for one patient.

    Attributes
    ----------
    champion, challenger : Attribution
        Exact contributions of the model that gives the score and of the other family.
    families : Agreement
        Agreement of the two models' contributions.
    lime : Lime or None
        LIME on the champion, if asked for.
    methods : Agreement or None
        Agreement of the champion's shares in probability with LIME, if asked for.
    input_hash : str
        SHA-256 of the canonical input, as in the score.
    """

    champion: Attribution
    challenger: Attribution
    families: Agreement
    lime: Lime | None
    methods: Agreement | None
    input_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain, JSON-safe data."""
        return dataclasses.asdict(self)


def explain(
    patient: Mapping[str, object], *, lime: bool = True, seed: int = 0, seeds: int = SEEDS
) -> Explanation:
    """Explain the score of one patient.

    Parameters
    ----------
    patient : mapping
        Diagnostic field name to value; ``None`` or absent where not measured.
    lime : bool, default True
        Whether to run the sampled parts as well (about 0.1 s): LIME over several seeds, its
        agreement with the exact shares, and the replacement test. Missing findings stay missing
        in LIME's neighbours, so both methods see the model's own rule for them.
    seed : int, default 0
        First of the consecutive seeds.
    seeds : int, default 5
        Number of LIME runs, at least two.

    Raises
    ------
    InputError
        If a value is refused, or too few findings are given.
    """
    values = parse_patient(patient)
    chosen = route(values)
    row = np.array([values[name] for name in chosen.champion.features])
    champion = _attribution(chosen.champion, row, sampled=lime, seed=seed)
    challenger = _attribution(chosen.challenger, row, sampled=lime, seed=seed)
    local = _lime(chosen.champion, row, range(seed, seed + seeds)) if lime else None
    return Explanation(
        champion=champion,
        challenger=challenger,
        families=agreement(
            _column(champion.contributions, "log_odds"),
            _column(challenger.contributions, "log_odds"),
        ),
        lime=local,
        methods=_methods(champion, local) if local else None,
        input_hash=record_hash(values),
    )


def _attribution(model: RiskModel, row: Floats, *, sampled: bool, seed: int) -> Attribution:
    log_odds = float(model.log_odds(row[None])[0])
    shares = model.contributions(row[None])[0]
    in_probability = probability_shares(model.base, shares)
    replacement = None
    if sampled:
        background = _training(model)[::BACKGROUND_STEP]
        replacement = faithfulness(model.log_odds, row, shares, background, seed=seed)
    return Attribution(
        model=model.tag,
        base=model.base,
        log_odds=log_odds,
        p_base=float(expit(model.base)),
        p=round(float(expit(log_odds)), DECIMALS),
        contributions=tuple(
            Contribution(spec.name, spec.label, spec.describe(value), *both)
            for spec, value, *both in zip(
                DIAGNOSTIC.select(model.features),
                row.tolist(),
                shares.tolist(),
                in_probability.tolist(),
                strict=True,
            )
        ),
        check=ModelCheck(
            additivity=abs(model.base + float(shares.sum()) - log_odds),
            deletion=_deletion(model, row, shares) if isinstance(model, LogisticModel) else None,
            replacement=replacement,
        ),
    )


def _deletion(model: RiskModel, row: Floats, shares: Floats) -> float:
    """Withdraw the findings, strongest first, and compare the log-odds with the contributions."""
    order = np.argsort(-np.abs(shares), kind="stable")
    withdrawn = np.tile(row, (len(row) + 1, 1))
    for step, feature in enumerate(order, start=1):
        withdrawn[step:, feature] = np.nan
    expected = model.log_odds(row[None]) - np.concatenate([[0.0], np.cumsum(shares[order])])
    return float(np.max(np.abs(model.log_odds(withdrawn) - expected)))


def _lime(model: RiskModel, row: Floats, seeds: range) -> Lime:
    def probability(X: Floats) -> Floats:
        p: Floats = expit(model.log_odds(X))
        return p

    return run_lime(probability, row, _training(model), DIAGNOSTIC.select(model.features), seeds)


def _methods(champion: Attribution, lime: Lime) -> Agreement:
    weights = {weight.feature: weight.weight for weight in lime.weights}
    local = [weights.get(c.feature, np.nan) for c in champion.contributions]
    return agreement(_column(champion.contributions, "probability"), np.array(local))


def _column(contributions: tuple[Contribution, ...], scale: str) -> Floats:
    return np.array([getattr(c, scale) for c in contributions], dtype=np.float64)


def _training(model: RiskModel) -> Floats:
    return data.site("cleveland").matrix(model.features)
