"""What the one call returns: a map, its tests, its verdict and, of a phantom, the truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from core import plain
from core.saliency.ground_truth.shares import Shares
from core.saliency.metrics.curves import Band, Curve
from core.saliency.schema import Attribution, Value
from core.saliency.subject import Subject
from core.saliency.verdict import Verdict


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """How the probability of the class falls and rises in the order of the map.

    Attributes
    ----------
    deletion, keeping : Curve
        The most important blocks removed first, and the least important first.
    insertion : Curve
        The most important blocks restored first, from the blurred image.
    band : Band
        Deletion in the order of smooth random maps.
    fill : str
        What takes the place of removed pixels.
    prior_dominated : bool
        Whether the network gives the class to the fill alone, so that no curve can be read.
    """

    deletion: Curve
    keeping: Curve
    insertion: Curve
    band: Band
    fill: str
    prior_dominated: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a phantom: the causes of the answer, and how the map divides them.

    Attributes
    ----------
    shares : Shares
        What lesion and shortcut do to the answer, by rendering the film without them.
    plausibility, causal : Value
        Areas under the ROC curve of the map against the lesion, and against the causes.
    told : Value
        The lesion's part of the map's excess mass.
    """

    shares: Shares
    plausibility: Value
    causal: Value
    told: Value


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A map of one image with everything it was tested against.

    Attributes
    ----------
    subject : Subject
        The image before its network.
    probabilities : mapping of label to probability
        What the network says; not calibrated.
    label : str
        The class explained.
    attribution : Attribution
        The map.
    metrics : mapping of key to Value
        Figures about the map; `METRICS` says what each means.
    verdict : Verdict
        The three answers.
    curves : Curves, optional
        Where the map was tested.
    truth : Truth, optional
        Where the causes are known.
    """

    subject: Subject
    probabilities: Mapping[str, float]
    label: str
    attribution: Attribution
    metrics: Mapping[str, Value]
    verdict: Verdict
    curves: Curves | None = None
    truth: Truth | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything but pixels as plain data."""
        record: dict[str, Any] = {
            "image": self.subject.name,
            "kind": self.subject.kind,
            "network": self.subject.network.key,
            "warnings": list(self.subject.warnings),
            "probabilities": dict(self.probabilities),
            "label": self.label,
            "map": self.attribution.to_dict(),
            "metrics": {key: plain.plain(value) for key, value in self.metrics.items()},
            "verdict": self.verdict.to_dict(),
        }
        if self.curves is not None:
            record["curves"] = _plain_curves(self.curves)
        if self.truth is not None:
            shares = self.truth.shares.to_dict()
            record["truth"] = {**plain.plain(self.truth), "shares": shares}
        return record


def _plain_curves(curves: Curves) -> dict[str, Any]:
    """Return the curves without the single random ones, of which the band is what is read."""
    band = curves.band
    record: dict[str, Any] = {
        name: getattr(curves, name).to_dict() for name in ("deletion", "keeping", "insertion")
    }
    shown = ("fractions", "low", "median", "high")
    record["random"] = {name: plain.plain(getattr(band, name)) for name in shown}
    record["random"]["n"] = len(band.curves)
    return {**record, "fill": curves.fill, "prior_dominated": curves.prior_dominated}
