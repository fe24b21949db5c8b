"""What do the models rest on overall? Mean contributions over the training patients."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from core.cardiosense import data
from core.cardiosense.model import RiskModel, models
from core.cardiosense.schema import DIAGNOSTIC
from core.stats.intervals import Interval
from core.stats.resample import bootstrap

RESAMPLES = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Importance:
    """How much one finding moves the estimates of a model.

    Attributes
    ----------
    feature, label : str
        Field name, and the name shown to people.
    strength : Interval
        Mean absolute contribution in log-odds over the training patients.
    """

    feature: str
    label: str
    strength: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the importance as plain, JSON-safe data."""
        return {
            "feature": self.feature,
            "label": self.label,
            "strength": self.strength.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class GlobalView:
    """What the two model families rest on, side by side.

    Attributes
    ----------
    n : int
        Number of training patients.
    champion_model, challenger_model : str
        Names, versions and hashes of the models.
    champion, challenger : tuple of Importance
        One a feature, strongest first.
    """

    n: int
    champion_model: str
    challenger_model: str
    champion: tuple[Importance, ...]
    challenger: tuple[Importance, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the view as plain, JSON-safe data."""
        return {
            "n": self.n,
            "champion_model": self.champion_model,
            "challenger_model": self.challenger_model,
            "champion": [part.to_dict() for part in self.champion],
            "challenger": [part.to_dict() for part in self.challenger],
        }


@functools.cache
def global_view() -> GlobalView:
    """Return the mean contributions of the 13-feature models over their training patients.

    The figures describe what the models use, not how well they predict; the intervals express
    the sampling of the patients with the models held fixed.
    """
    loaded = models()
    champion, challenger = loaded.champion_13, loaded.challenger_13
    return GlobalView(
        n=data.site("cleveland").n,
        champion_model=champion.tag,
        challenger_model=challenger.tag,
        champion=_importances(champion),
        challenger=_importances(challenger),
    )


def _importances(model: RiskModel) -> tuple[Importance, ...]:
    sizes = np.abs(model.contributions(data.site("cleveland").matrix(model.features)))
    found = [
        Importance(name, DIAGNOSTIC[name].label, bootstrap(np.mean, [column], RESAMPLES))
        for name, column in zip(model.features, sizes.T, strict=True)
    ]
    return tuple(sorted(found, key=lambda part: -part.strength.estimate))
