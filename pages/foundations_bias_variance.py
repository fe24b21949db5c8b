"""Bias and variance: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import bias_variance
from pages._foundations import (
    article,
    bias_variance_descent,
    bias_variance_ensembles,
    bias_variance_polynomials,
    bias_variance_ridge,
    bias_variance_validation,
)

article.show(
    "foundations-bias-variance",
    bias_variance.TOPIC,
    {
        "fixed-design": (bias_variance_polynomials.show,),
        "regularisation": (bias_variance_ridge.show,),
        "ensembles": (bias_variance_ensembles.show,),
        "cross-validation": (bias_variance_validation.show,),
        "more-data": (bias_variance_descent.show,),
    },
)
