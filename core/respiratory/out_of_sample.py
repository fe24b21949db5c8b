"""What the networks said about test films, for an audit of any of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.respiratory import runtime
from core.respiratory.decision import COVID, Operating, probabilities, shipped
from core.respiratory.evaluate.network_figures import in_source
from core.respiratory.evaluate.table import PREDICTIONS, Films, read_films
from core.respiratory.schema import LABELS, NETWORK_NAMES, SINGLE, Network
from core.stats.calibration import ReliabilityBin, reliability
from core.trust import HeldOut

CLASSES = ("not COVID-19", "COVID-19")
CHILDREN = frozenset({"kermany"})
"""Sources of children; every other source is of adults."""


@functools.cache
def held_out() -> tuple[HeldOut, ...]:
    """Return the held-out predictions of every network, the ensemble first."""
    return from_films(read_films(runtime.artifact().path(PREDICTIONS)), shipped())


def reliability_bins(network: Network = Network.ENSEMBLE) -> tuple[ReliabilityBin, ...]:
    """Return stated against observed shares of right calls, on in-source test films."""
    films = in_source(read_films(runtime.artifact().path(PREDICTIONS)))
    proba = probabilities(network, films.logits, shipped())
    right = (proba.argmax(axis=1) == films.y).astype(np.int64)
    return reliability(right, proba.max(axis=1))


def from_films(films: Films, points: Mapping[Network, Operating]) -> tuple[HeldOut, ...]:
    """Return the predictions for test films: COVID-19 against everything else.

    Parameters
    ----------
    films : Films
        Validation and test films; the test films are taken.
    points : mapping of Network to Operating
        Fitted on the validation films.
    """
    test = films.part("test")
    y = (test.y == COVID).astype(np.int64)
    groups = {
        "source": test.source.astype(object),
        "age": np.array(
            ["children" if one in CHILDREN else "adults" for one in test.source], dtype=object
        ),
    }
    found = []
    for network in (Network.ENSEMBLE, *SINGLE):
        proba = probabilities(network, test.logits, points)
        found.append(
            HeldOut(
                key=f"respiratory-{network}",
                title=f"Chest X-ray, {NETWORK_NAMES[network]}",
                how="Test films; no patient of a source with known patients trained or validated. "
                "Temperature and threshold come from validation films.",
                data="Public chest X-ray collections; source and disease are confounded, so that "
                "groups by source are not groups of like patients",
                y=y,
                p=proba[:, COVID],
                classes=CLASSES,
                threshold=points[network].threshold,
                groups=groups,
                features=pd.DataFrame(proba[:, 1:], columns=list(LABELS[1:])),
            )
        )
    return tuple(found)
