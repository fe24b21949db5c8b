"""Bayesian updating: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import bayesian_updating
from pages._foundations import (
    article,
    bayesian_updating_counts,
    bayesian_updating_coverage,
    bayesian_updating_next,
    bayesian_updating_normality,
    bayesian_updating_screening,
    bayesian_updating_threshold,
)

article.show(
    "foundations-bayesian-updating",
    bayesian_updating.TOPIC,
    {
        "bayes-rule": (bayesian_updating_screening.show,),
        "conjugacy": (bayesian_updating_counts.show,),
        "normal-model": (bayesian_updating_next.show,),
        "intervals": (bayesian_updating_coverage.show,),
        "decisions": (bayesian_updating_threshold.show,),
        "approximation": (bayesian_updating_normality.show,),
    },
)
