"""The trained models as the rest of the system sees them: loaded once, verified."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.breast_cancer.forest import BOOSTER_FILE, META_FILE, Forest
from core.breast_cancer.integrity import IntegrityReference
from core.breast_cancer.linear import LinearModel
from core.breast_cancer.operating import OperatingPoint
from core.errors import ArtifactError

Floats = NDArray[np.float64]

SYSTEM = "breast_cancer"
CARD, CARD_TEXT, OUT_OF_FOLD = "card.json", "card.md", "out-of-fold.csv"
EVALUATION_FILES = (CARD, CARD_TEXT, OUT_OF_FOLD)
"""Files that the evaluation adds to a trained folder."""


@dataclasses.dataclass(frozen=True)
class Trained:
    """The trained models of a folder.

    Attributes
    ----------
    artifact : Artifact
        The verified folder.
    champion : LinearModel
        Gives the probability.
    forest : Forest
        The random forest, shown beside it.
    reference : IntegrityReference
        The training cases, to hold a case or a stream against.
    reference_log_odds : ndarray, shape (n,)
        Log-odds of the training cases, each from a champion that has not seen the case.
    operating : OperatingPoint
        The threshold in use and what it was chosen for.
    """

    artifact: artifacts.Artifact
    champion: LinearModel
    forest: Forest
    reference: IntegrityReference
    reference_log_odds: Floats
    operating: OperatingPoint

    @property
    def tag(self) -> str:
        """Name and hash of the folder, shown beside results."""
        return self.artifact.tag


@dataclasses.dataclass(frozen=True)
class Models(Trained):
    """Everything a result may rest on: the trained models and what is known about them.

    Attributes
    ----------
    card : mapping
        The model card as data.
    """

    card: Mapping[str, Any]


def load_trained(artifact: artifacts.Artifact) -> Trained:
    """Read the models of a verified folder; needs no model card.

    Raises
    ------
    ArtifactError
        If a file is missing from the manifest.
    """
    reference = artifact.json("reference.json")
    return Trained(
        artifact=artifact,
        champion=LinearModel.from_dict(artifact.json("logistic.json"), f"{artifact.tag} logistic"),
        forest=Forest.load(
            artifact.path(BOOSTER_FILE).read_bytes(),
            artifact.json(META_FILE),
            f"{artifact.tag} forest",
        ),
        reference=IntegrityReference.from_dict(reference["integrity"]),
        reference_log_odds=np.array(reference["log_odds"], dtype=np.float64),
        operating=OperatingPoint(**artifact.json("operating.json")),
    )


def load_models(artifact: artifacts.Artifact) -> Models:
    """Read the models of a verified folder with their card.

    Raises
    ------
    ArtifactError
        If a file is missing from the manifest, or the models were never evaluated.
    """
    if CARD not in artifact.manifest["files"]:
        raise ArtifactError(
            f"The models of {artifact.system}/{artifact.version} were trained but not evaluated. "
            "Run the evaluation command, which writes their model card."
        )
    return Models(**vars(load_trained(artifact)), card=artifact.json(CARD))


@functools.cache
def models() -> Models:
    """Return the suite's own models, read and verified once in the life of the process."""
    return load_models(artifacts.load(SYSTEM))
