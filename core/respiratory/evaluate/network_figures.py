"""All figures of one network: on the collections it was trained on, and on another one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.respiratory.decision import COVID, Operating, probabilities
from core.respiratory.evaluate import measures
from core.respiratory.evaluate.fit import choose_threshold
from core.respiratory.evaluate.table import COHEN, Films
from core.respiratory.schema import Network

Floats = NDArray[np.float64]
Figures = dict[str, Any]
Points = Mapping[Network, Operating]


def network_figures(films: Films, network: Network, points: Points) -> Figures:
    """Return the figures of one shipped network, in-source and cross-source together.

    Parameters
    ----------
    films : Films
        Validation and test films.
    network : Network
        Which network, or the ensemble.
    points : mapping of Network to Operating
        Fitted on the validation films.
    """
    inside = in_source(films)
    return {
        "in_source": in_source_figures(inside, films.part("val"), network, points),
        "cohen": cohen_figures(cohen(films), network, points),
        "by_source": measures.by_source(
            films.part("test"),
            probabilities(network, films.part("test").logits, points),
            points[network].threshold,
        ),
    }


def in_source(films: Films) -> Films:
    """Return the test films of the collections that the first protocol trains on."""
    return films.where((films.split == "test") & (films.source != COHEN))


def cohen(films: Films) -> Films:
    """Return the films of the Cohen collection that were not trained or validated on."""
    return films.where((films.source == COHEN) & (films.split != "val"))


def three(films: Films, proba: Floats) -> tuple[Films, Floats]:
    """Return films and probabilities without Lung Opacity: neither its films nor its logit."""
    kept = films.y != measures.OPACITY
    return films.where(kept), measures.without_opacity(proba[kept])


def three_threshold(validation: Films, network: Network, points: Points) -> float:
    """Return the alert threshold of three findings, chosen on validation films as that of four."""
    proba = probabilities(network, validation.logits, points)
    films, of_three = three(validation, proba)
    counted = films.counted_for_alert
    return choose_threshold(of_three[counted, COVID], films.y[counted] == COVID)


def in_source_figures(films: Films, validation: Films, network: Network, points: Points) -> Figures:
    """Return performance with four and three findings, alerts, sets and selective accuracy."""
    point = points[network]
    proba = probabilities(network, films.logits, points)
    fewer, of_three = three(films, proba)
    uncalibrated = {one: dataclasses.replace(found, temperature=1.0)
                    for one, found in points.items()}  # fmt: skip
    raw = probabilities(network, films.logits, uncalibrated)
    cut = three_threshold(validation, network, points)
    return {
        "four": measures.performance(films, proba),
        "three": measures.performance(fewer, of_three),
        "calibration_raw": measures.calibration_of(films.y, raw),
        "alert": measures.at_threshold(films, proba[:, COVID], point.threshold),
        "alert_three": measures.at_threshold(fewer, of_three[:, COVID], cut),
        "sets": measures.sets(films, proba, point),
        "selective": measures.selective(films, proba),
    }


def cohen_figures(films: Films, network: Network, points: Points) -> Figures | None:
    """Return performance, alerts and set coverage on the Cohen collection; None without films."""
    if not len(films):
        return None
    point = points[network]
    proba = probabilities(network, films.logits, points)
    return {
        "four": measures.performance(films, proba),
        "alert": measures.at_threshold(films, proba[:, COVID], point.threshold),
        "sets": measures.sets(films, proba, point),
        "by_source": measures.by_source(films, proba, point.threshold),
    }
