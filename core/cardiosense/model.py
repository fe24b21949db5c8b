"""The trained models as the rest of the system sees them: one interface, loaded once, verified."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.cardiosense.boosted import XGBoostModel, load_booster, read_boosters
from core.cardiosense.logistic import LogisticModel
from core.errors import ArtifactError
from core.stats.platt import Calibration
from core.stats.prediction_sets import Conformal

Floats = NDArray[np.float64]

SYSTEM = "cardiosense"
CARD = "card.json"
CARD_TEXT = "card.md"
OUT_OF_FOLD = "out-of-fold.csv"
EVALUATION_FILES = (CARD, CARD_TEXT, OUT_OF_FOLD)
"""Files that the evaluation adds to a trained folder."""

LOGISTIC_FILES = {
    "logistic-13": "logistic-13.json",
    "logistic-10": "logistic-10.json",
    "framingham": "framingham.json",
}
XGBOOST_NAMES = ("xgboost-13", "xgboost-10")


class RiskModel(Protocol):
    """What every risk model offers: a calibrated, additive, refittable log-odds."""

    @property
    def name(self) -> str:
        """Name of the model, such as ``"logistic-13"``."""

    @property
    def features(self) -> tuple[str, ...]:
        """Clinical features, in the column order of every matrix."""

    @property
    def tag(self) -> str:
        """Artefact and model name, shown beside results."""

    @property
    def base(self) -> float:
        """Calibrated log-odds of the reference patient."""

    def log_odds(self, X: Floats) -> Floats:
        """Return the calibrated log-odds, shape (n,); NaN = missing value."""

    def contributions(self, X: Floats) -> Floats:
        """Return exact additive shares, shape (n, d); ``base`` plus their sum is the log-odds."""

    def refits(self, X: Floats) -> Floats:
        """Return the log-odds under each bootstrap refit, shape (b, n)."""

    def thresholds(self, feature: str) -> tuple[float, ...]:
        """Return the split values of a tree model, () for a linear one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Models:
    """Everything a result may rest on.

    Attributes
    ----------
    artifact : Artifact
        The verified folder.
    champion_13, champion_10 : RiskModel
        Models that give the result: with all 13 fields, and without slope, ca and thal.
    challenger_13, challenger_10 : RiskModel
        The other family, shown beside it.
    framingham : LogisticModel
        Ten-year coronary heart disease, for prevention.
    conformal : mapping of str to Conformal
        Class-conditional 90 % thresholds of the four diagnostic models, by model name.
    card : mapping
        The model card as data.
    """

    artifact: artifacts.Artifact
    champion_13: RiskModel
    champion_10: RiskModel
    challenger_13: RiskModel
    challenger_10: RiskModel
    framingham: LogisticModel
    conformal: Mapping[str, Conformal]
    card: Mapping[str, Any]

    def by_name(self, name: str) -> RiskModel:
        """Return a model by its name.

        Raises
        ------
        KeyError
            If there is no such model.
        """
        known: tuple[RiskModel, ...] = (
            self.champion_13,
            self.champion_10,
            self.challenger_13,
            self.challenger_10,
            self.framingham,
        )
        return {model.name: model for model in known}[name]


def load_models(artifact: artifacts.Artifact) -> Models:
    """Read all models of a verified folder.

    Raises
    ------
    ArtifactError
        If a file is missing from the manifest, or the models were never evaluated.
    """
    trained = load_trained(artifact)
    if CARD not in artifact.manifest["files"]:
        raise ArtifactError(
            f"The models of {artifact.system}/{artifact.version} were trained but not evaluated. "
            "Run the evaluation command, which writes their model card."
        )
    card = artifact.json(CARD)
    champions: Mapping[str, str] = card["champions"]
    challengers = {width: rival(name) for width, name in champions.items()}
    framingham = trained["framingham"]
    assert isinstance(framingham, LogisticModel)  # noqa: S101  (narrows the type)
    return Models(
        artifact=artifact,
        champion_13=trained[champions["13"]],
        champion_10=trained[champions["10"]],
        challenger_13=trained[challengers["13"]],
        challenger_10=trained[challengers["10"]],
        framingham=framingham,
        conformal={
            name: Conformal(**stored) for name, stored in artifact.json("conformal.json").items()
        },
        card=card,
    )


def load_trained(artifact: artifacts.Artifact) -> dict[str, RiskModel]:
    """Read every model of a verified folder, by name; needs no model card."""
    loaded: dict[str, RiskModel] = {
        name: LogisticModel.from_dict(artifact.json(file), f"{artifact.tag} {name}")
        for name, file in LOGISTIC_FILES.items()
    }
    return loaded | {name: _load_xgboost(artifact, name) for name in XGBOOST_NAMES}


@functools.cache
def models() -> Models:
    """Return the suite's own models, read and verified once in the life of the process."""
    return load_models(artifacts.load(SYSTEM))


def _load_xgboost(artifact: artifacts.Artifact, name: str) -> XGBoostModel:
    stored = artifact.json(f"{name}.json")
    refits = read_boosters(artifact.path(f"{name}-refits.zip"))
    return XGBoostModel(
        name=name,
        features=tuple(stored["features"]),
        booster=load_booster(artifact.path(f"{name}.ubj").read_bytes()),
        calibration=Calibration(**stored["calibration"]),
        refit_boosters=tuple(
            (booster, Calibration(**scale))
            for booster, scale in zip(refits, stored["refits"], strict=True)
        ),
        tag=f"{artifact.tag} {name}",
    )


def rival(name: str) -> str:
    """Return the name of the other family's model of the same width."""
    family, width = name.split("-")
    return f"{'xgboost' if family == 'logistic' else 'logistic'}-{width}"
