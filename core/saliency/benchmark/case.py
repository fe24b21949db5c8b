"""One image before one network with all its maps: what the figures are taken from."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from core.errors import SuiteError
from core.saliency.benchmark.images import Picture
from core.saliency.benchmark.plan import Plan
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.counterfactual import causal_oracle
from core.saliency.ground_truth.shares import Shares, shares
from core.saliency.methods import MASK_OF, METHODS, attribute, why_not
from core.saliency.metrics import Fill, counterfactual, named
from core.saliency.schema import Attribution, Floats, Mask, Options, Pixels

BATCH = 32
"""Images that a network is shown at once."""


class Remembered:
    """Answers of a network, asked once for every distinct image.

    The curves, random sets and noises of all maps of an image share most of what they ask.
    """

    def __init__(self, network: Classifier) -> None:
        self._network = network
        self._known: dict[bytes, Floats] = {}

    @property
    def forwards(self) -> int:
        """Distinct images asked about so far."""
        return len(self._known)

    def logits(self, images: Pixels) -> Floats:
        """Return logits (n, k) of images (n, S, S)."""
        keys = [hashlib.blake2b(one.tobytes(), digest_size=16).digest() for one in images]
        new = {key: i for i, key in enumerate(keys) if key not in self._known}
        wanted = list(new.items())
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            answers = self._network.logits(images[[i for _, i in part]])
            self._known.update(zip([key for key, _ in part], answers, strict=True))
        return np.stack([self._known[key] for key in keys])

    def probability(self, target: int, images: Pixels) -> Floats:
        """Return the probability (n,) of a class."""
        logits = self.logits(images)
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        chosen: Floats = grown[:, target] / grown.sum(axis=1)
        return chosen


def why(error: Exception) -> str:
    """Return as a sentence why something could not be measured."""
    if isinstance(error, SuiteError):
        return error.message
    return f"The calculation failed ({type(error).__name__}: {error})."


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """One image before one network.

    Attributes
    ----------
    plan : Plan
        What is measured.
    picture : Picture
        The image.
    network : Classifier
        The network.
    asked : Remembered
        The same, which never answers twice.
    target : int
        The class explained: the one the network gives.
    """

    plan: Plan
    picture: Picture
    network: Classifier
    asked: Remembered
    target: int

    @property
    def image(self) -> Pixels:
        """The image as the network takes it."""
        return self.picture.image

    def seed(self, *parts: str) -> int:
        """Return the seed of one part of the work on this case."""
        return self.plan.seed_of(self.network.key, self.picture.name, *parts)

    def score(self, images: Pixels) -> Floats:
        """Return the probability of the class explained."""
        return self.asked.probability(self.target, images)

    def logit(self, images: Pixels) -> Floats:
        """Return the logit of the class explained."""
        return self.asked.logits(images)[:, self.target]

    def fill(self, key: str) -> Fill:
        """Return what takes the place of removed pixels."""
        if key == "counterfactual" and self.picture.scene is not None:
            return counterfactual(self.picture.scene.without_both)
        return named(key, self.network.grey, self.seed("fill", key))

    @cached_property
    def shares(self) -> Shares:
        """What lesion and shortcut do to the answer; only for a phantom."""
        if self.picture.scene is None:
            raise SuiteError("The causes on a film are not known.")
        return shares(self.network, self.picture.scene, self.target)

    @cached_property
    def made(self) -> Mapping[str, Attribution | str]:
        """The map of every method the network lets look, or why there is none."""
        usable = [key for key in self.plan.methods if not why_not(self.network, key)]
        return {key: self._made(key) for key in usable}

    @property
    def maps(self) -> dict[str, Attribution]:
        """The maps that could be made."""
        return {key: one for key, one in self.made.items() if isinstance(one, Attribution)}

    def again(
        self,
        method: str,
        *,
        network: Classifier | None = None,
        image: Pixels | None = None,
        target: int | None = None,
    ) -> Floats:
        """Return a method's map with one thing changed, made with the seed of the first map."""
        return self._attributed(
            method,
            self.network if network is None else network,
            self.image if image is None else image,
            self.target if target is None else target,
        ).pixels

    def _made(self, method: str) -> Attribution | str:
        try:
            return self._attributed(method, self.network, self.image, self.target)
        except Exception as error:  # the other maps still count
            return f"There is no map. {why(error)}"

    def _attributed(
        self, method: str, network: Classifier, image: Pixels, target: int
    ) -> Attribution:
        own = self.seed("map", method) if METHODS[method].stochastic else 0
        options = Options(seed=own, samples=self.plan.samples_of(method))
        masks: dict[str, Mask | Floats] = dict(self.picture.masks)
        if MASK_OF.get(method) == "cause" and self.picture.scene is not None:
            masks["cause"] = causal_oracle(self.picture.scene, self.shares)
        return attribute(network, image, method, target, options, masks)
