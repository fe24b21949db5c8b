"""Bias and variance: where prediction error comes from, and what moves it."""

from __future__ import annotations

from core.foundations.bias_variance import (
    breaks,
    breaks_many,
    decomposition,
    ensembles,
    fixed_design,
    least_squares,
    more_data,
    regularisation,
    validation,
)
from core.foundations.bias_variance.errata import ERRATA
from core.foundations.bias_variance.experiments import (
    HIGHEST_DEGREE,
    PolynomialFits,
    RidgePath,
    polynomial_fits,
    ridge_path,
)
from core.foundations.bias_variance.experiments_many import (
    FEATURES,
    MOST_MODELS,
    ROWS,
    Descent,
    Ensemble,
    Validated,
    double_descent,
    ensemble,
    validated,
)
from core.foundations.bias_variance.questions import QUESTIONS
from core.foundations.schema import Topic

TOPIC = Topic(
    key="bias-variance",
    title="Bias and variance",
    prefix="BV",
    question="Where does the error of a prediction come from, and what do data, penalties, "
    "averages and validation do to it?",
    sections=tuple(
        part.SECTION
        for part in (
            decomposition,
            fixed_design,
            regularisation,
            ensembles,
            validation,
            more_data,
        )
    ),
    statements=(
        *decomposition.STATEMENTS,
        *fixed_design.STATEMENTS,
        *least_squares.STATEMENTS,
        *regularisation.STATEMENTS,
        *ensembles.STATEMENTS,
        *validation.STATEMENTS,
        *more_data.STATEMENTS,
    ),
    breaks=(*breaks.BREAKS, *breaks_many.BREAKS),
    errata=ERRATA,
    questions=QUESTIONS,
)

__all__ = [
    "FEATURES",
    "HIGHEST_DEGREE",
    "MOST_MODELS",
    "ROWS",
    "TOPIC",
    "Descent",
    "Ensemble",
    "PolynomialFits",
    "RidgePath",
    "Validated",
    "double_descent",
    "ensemble",
    "polynomial_fits",
    "ridge_path",
    "validated",
]
