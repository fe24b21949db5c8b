"""Every figure of a map, each a function of plain arrays, and the cards that say how to read it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.saliency.metrics import (
    agreement,
    causal,
    faithfulness,
    fidelity,
    localisation,
    randomisation,
    shape,
)
from core.saliency.metrics import robustness as _robustness
from core.saliency.metrics.agreement import (
    iou,
    iou_chance,
    pearson,
    rank_biased_chance,
    rank_biased_overlap,
    sign_agreement,
    spearman,
    ssim,
)
from core.saliency.metrics.causal import (
    causal_localisation,
    causal_share_error,
    excess_share,
    false_alarm,
    false_reassurance,
    miss,
    paradox_index,
    plausibility,
)
from core.saliency.metrics.curves import (
    Band,
    Curve,
    both,
    deletion,
    identity_gap,
    insertion,
    random_band,
    trace,
)
from core.saliency.metrics.faithfulness import (
    abpc,
    aopc,
    aopc_above_chance,
    aopc_lerf,
    aopc_original,
    aopc_z,
    deletion_auc,
    faithfulness_correlation,
    insertion_auc,
    naopc,
    road_combined,
    sufficiency,
)
from core.saliency.metrics.fidelity import gaussian_changes, infidelity, square_changes
from core.saliency.metrics.fills import FILLS, Fill, counterfactual, named, prior, prior_dominated
from core.saliency.metrics.localisation import (
    area_under_roc,
    average_precision,
    chance_level,
    iou_matched,
    iou_otsu,
    mass_accuracy,
    mass_lift,
    mass_outside,
    pointing_game,
    rank_accuracy,
    topk_intersection,
)
from core.saliency.metrics.order import Order, order, random_maps, random_order
from core.saliency.metrics.randomisation import (
    Cascade,
    Shuffled,
    Similarity,
    cascade,
    contrastivity,
    hog_correlation,
    random_likeness,
    similarity,
)
from core.saliency.metrics.robustness import (
    normal_noise,
    relative_output_stability,
    robustness,
    sensitivity_max,
    sensitivity_mean,
    uniform_noise,
)
from core.saliency.metrics.score import Score, log_odds, logit, probability
from core.saliency.metrics.shape import (
    effective_complexity,
    entropy,
    entropy_normalised,
    gini,
    hoyer,
    spread,
    top_mass,
    total_variation,
)
from core.saliency.schema import Metric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        card.key: card
        for module in (
            shape,
            agreement,
            faithfulness,
            fidelity,
            _robustness,
            randomisation,
            localisation,
            causal,
        )
        for card in module.CARDS
    }
)
"""Every metric by its key, in the order in which they are shown."""

__all__ = [
    "FILLS",
    "METRICS",
    "Band",
    "Cascade",
    "Curve",
    "Fill",
    "Order",
    "Score",
    "Shuffled",
    "Similarity",
    "abpc",
    "aopc",
    "aopc_above_chance",
    "aopc_lerf",
    "aopc_original",
    "aopc_z",
    "area_under_roc",
    "average_precision",
    "both",
    "cascade",
    "causal_localisation",
    "causal_share_error",
    "chance_level",
    "contrastivity",
    "counterfactual",
    "deletion",
    "deletion_auc",
    "effective_complexity",
    "entropy",
    "entropy_normalised",
    "excess_share",
    "faithfulness_correlation",
    "false_alarm",
    "false_reassurance",
    "gaussian_changes",
    "gini",
    "hog_correlation",
    "hoyer",
    "identity_gap",
    "infidelity",
    "insertion",
    "insertion_auc",
    "iou",
    "iou_chance",
    "iou_matched",
    "iou_otsu",
    "log_odds",
    "logit",
    "mass_accuracy",
    "mass_lift",
    "mass_outside",
    "miss",
    "named",
    "naopc",
    "normal_noise",
    "order",
    "paradox_index",
    "pearson",
    "plausibility",
    "pointing_game",
    "prior",
    "prior_dominated",
    "probability",
    "random_band",
    "random_likeness",
    "random_maps",
    "random_order",
    "rank_accuracy",
    "rank_biased_chance",
    "rank_biased_overlap",
    "relative_output_stability",
    "road_combined",
    "robustness",
    "sensitivity_max",
    "sensitivity_mean",
    "sign_agreement",
    "similarity",
    "spearman",
    "spread",
    "square_changes",
    "ssim",
    "sufficiency",
    "top_mass",
    "topk_intersection",
    "total_variation",
    "trace",
    "uniform_noise",
]
