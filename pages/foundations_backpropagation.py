"""Backpropagation: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import backpropagation
from pages._foundations import article
from pages._foundations import backpropagation_attribution as attribution
from pages._foundations import backpropagation_cost as cost
from pages._foundations import backpropagation_depth as depth
from pages._foundations import backpropagation_graph as graph
from pages._foundations import backpropagation_steps as steps

article.show(
    "foundations-backpropagation",
    backpropagation.TOPIC,
    {
        "chain-rule": (graph.show, cost.show),
        "network": (steps.show,),
        "scale": (depth.show,),
        "second-order": (attribution.show,),
    },
)
