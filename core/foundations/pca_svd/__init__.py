"""Singular values and principal components, derived and checked."""

from __future__ import annotations

from core.foundations.pca_svd import cautions, eckart_young, pca, svd, use
from core.foundations.pca_svd.breaks import BREAKS
from core.foundations.pca_svd.errata import ERRATA
from core.foundations.pca_svd.experiments import (
    COLUMNS,
    FILM_SIDE,
    Direction,
    LowRank,
    Noise,
    Units,
    along_direction,
    low_rank_film,
    noise_spectrum,
    unit_change,
)
from core.foundations.pca_svd.new_case import MEASURED, NewCase, new_case
from core.foundations.pca_svd.questions import QUESTIONS
from core.foundations.schema import Section, Topic

__all__ = [
    "COLUMNS",
    "FILM_SIDE",
    "MEASURED",
    "TOPIC",
    "Direction",
    "LowRank",
    "NewCase",
    "Noise",
    "Units",
    "along_direction",
    "low_rank_film",
    "new_case",
    "noise_spectrum",
    "unit_change",
]

SECTIONS = (
    Section(
        "svd",
        "The decomposition",
        "A matrix sends a round ball to an ellipsoid. The lengths of its half-axes are the "
        "singular "
        "values, and the decomposition names the directions that become these axes. All that a "
        "matrix does to lengths, errors and ranks can be read off them.",
    ),
    Section(
        "eckart-young",
        "The best of low rank",
        "Keep the longest axes of the ellipsoid and flatten the others: no other matrix of the "
        "same "
        "rank comes closer. This is why a film can be stored with a few pairs of profiles, and why "
        "small disturbances cannot move singular values far.",
    ),
    Section(
        "pca",
        "Principal components",
        "A cloud of patients in many columns is often flat: most of its spread lies along a few "
        "directions. Principal components are the axes of the cloud. To keep as much spread as "
        "possible and to stay as near to the rows as possible turn out to be the same wish.",
    ),
    Section(
        "cautions",
        "What components do not do",
        "The axes of a cloud depend on its units and on where its centre is taken to be. They know "
        "nothing of classes, and a cloud of pure noise has long axes too. Each of these has an "
        "exact statement.",
    ),
    Section(
        "use",
        "Distances, alarms, regression",
        "The suite asks of every new case whether it resembles the training data. In the axes of "
        "the cloud the answer is a sum of squares. The same axes show what ridge regression does, "
        "and let a picture be drawn from distances alone.",
    ),
)

TOPIC = Topic(
    key="pca-svd",
    title="PCA and SVD",
    prefix="PS",
    question="Which few directions carry a table or a picture, and what is lost with the others?",
    sections=SECTIONS,
    statements=(
        *svd.STATEMENTS,
        *eckart_young.STATEMENTS,
        *pca.STATEMENTS,
        *cautions.STATEMENTS,
        *use.STATEMENTS,
    ),
    breaks=BREAKS,
    errata=ERRATA,
    questions=QUESTIONS,
)
