"""Logistic regression: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import logistic_regression
from pages._foundations import article
from pages._foundations import logistic_regression_cardiosense as clinical
from pages._foundations import logistic_regression_fit as fit
from pages._foundations import logistic_regression_loss as loss
from pages._foundations import logistic_regression_odds as odds

article.show(
    "foundations-logistic-regression",
    logistic_regression.TOPIC,
    {
        "odds": (odds.show,),
        "likelihood": (loss.landscape,),
        "numerics": (loss.digits,),
        "separation": (fit.separation,),
        "calibration": (fit.calibration,),
        "cardiosense": (clinical.estimate, clinical.calibration),
    },
)
