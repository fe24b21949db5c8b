"""Maps of networks trained on phantoms, for the studies that hold them against known causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.saliency.classifier import Classifier
from core.saliency.ground_truth import SEEDS, Scene, find_regime, scene
from core.saliency.ground_truth.counterfactual import causal_oracle
from core.saliency.ground_truth.shares import Shares
from core.saliency.methods import attribute, available
from core.saliency.schema import Attribution, Floats, Mask, Options

CHEAP = (
    "gradcam", "gradcam++", "layercam", "eigencam", "saliency", "inputxgradient", "smoothgrad",
    "integrated-gradients", "rollout", "gradient-attention",
)  # fmt: skip
SAMPLES: Mapping[str, int] = {"smoothgrad": 8, "integrated-gradients": 16}


def both_causes(regime: str, n: int, first: int = 0) -> tuple[Scene, ...]:
    """Draw held-out films of the confounded class that carry the shortcut."""
    target = find_regime(regime).target
    seeds = SEEDS["benchmark"][first : first + n]
    return tuple(scene(seed, regime, label=target, carries=True) for seed in seeds)


def maps(
    network: Classifier, one: Scene, shares: Shares, methods: Sequence[str]
) -> Iterator[tuple[str, Attribution]]:
    """Make the map of every method that the network supports."""
    known: dict[str, Mask | Floats] = {
        "lungs": one.lungs,
        "lesion": one.lesion,
        "cause": causal_oracle(one, shares),
    }
    usable = set(available(network))
    for method in methods:
        if method in usable:
            options = Options(seed=one.seed, samples=SAMPLES.get(method))
            yield method, attribute(network, one.image, method, shares.target, options, known)


def cell_of(made: Attribution) -> int:
    """Return the side in pixels of one cell of a map's own grid."""
    return max(1, int(made.pixels.shape[0]) // int(made.native.shape[0]))


def wanted(known: Iterable[str], keys: Sequence[str]) -> tuple[str, ...]:
    """Return which networks of a list are trained, and say which are not."""
    held = set(known)
    absent = [key for key in keys if key not in held]
    if absent:
        print(f"not trained yet, left out: {', '.join(absent)}")
    return tuple(key for key in keys if key in held)
