"""Predicted against observed shares on in-source test films, with and without the temperature."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from core.respiratory import runtime
from core.respiratory.decision import probabilities, shipped
from core.respiratory.evaluate.network_figures import in_source
from core.respiratory.evaluate.table import PREDICTIONS, read_films
from core.respiratory.schema import Network
from core.stats.calibration import ReliabilityBin, reliability


@functools.cache
def reliability_bins(
    network: Network = Network.ENSEMBLE, *, tempered: bool = True
) -> tuple[ReliabilityBin, ...]:
    """Return how often the called finding is right, by the probability it was called with.

    Ten bins of equal width; these are the bins of the card's expected calibration errors.

    Parameters
    ----------
    network : Network
        Which network, or the ensemble.
    tempered : bool
        With the temperatures fitted on validation films, as shipped; else with none.

    Raises
    ------
    ArtifactError
        If the model folder is missing or altered.
    """
    points = shipped()
    if not tempered:
        points = {one: dataclasses.replace(p, temperature=1.0) for one, p in points.items()}
    films = in_source(read_films(runtime.artifact().path(PREDICTIONS)))
    proba = probabilities(network, films.logits, points)
    right = (proba.argmax(axis=1) == films.y).astype(np.int64)
    return reliability(right, proba.max(axis=1))
