"""Gradient descent: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import gradient_descent
from pages._foundations import article
from pages._foundations import gradient_descent_bounds as bounds
from pages._foundations import gradient_descent_momentum as momentum
from pages._foundations import gradient_descent_noise as noise
from pages._foundations import gradient_descent_online as online
from pages._foundations import gradient_descent_steps as steps

article.show(
    "foundations-gradient-descent",
    gradient_descent.TOPIC,
    {
        "step-size": (steps.show,),
        "rates": (bounds.show,),
        "momentum": (momentum.show,),
        "adaptive": (online.show,),
        "stochastic": (noise.show,),
    },
)
