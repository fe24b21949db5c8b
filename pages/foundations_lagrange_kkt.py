"""Lagrange multipliers and KKT: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import lagrange_kkt
from pages._foundations import (
    article,
    lagrange_kkt_ball,
    lagrange_kkt_frontier,
    lagrange_kkt_plan,
    lagrange_kkt_price,
    lagrange_kkt_signs,
    lagrange_kkt_street,
    lagrange_kkt_walk,
)

article.show(
    "foundations-lagrange-kkt",
    lagrange_kkt.TOPIC,
    {
        "geometry": (lagrange_kkt_walk.show,),
        "signs": (lagrange_kkt_signs.show,),
        "duality": (lagrange_kkt_price.show,),
        "svm": (lagrange_kkt_street.show,),
        "portfolio": (lagrange_kkt_frontier.show,),
        "shrinkage": (lagrange_kkt_ball.show,),
        "apple-plan": (lagrange_kkt_plan.prices, lagrange_kkt_plan.approach),
    },
)
