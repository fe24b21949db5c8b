"""Studies of the saliency explorer with made-up figures, to see the pages draw them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.saliency import METRICS, phantoms
from core.saliency.benchmark import quick_plan
from core.saliency.benchmark.table import COLUMNS
from core.saliency.ground_truth.argument import Argument, Step
from core.saliency.ground_truth.border import BorderMap, BorderStudy
from core.saliency.ground_truth.detector import STATISTICS, Clue, Detection
from core.saliency.ground_truth.paradox import FIGURES, Cell, Paradox, Quadrant
from core.saliency.ground_truth.validity import Badge, Validity
from core.saliency.original import PUBLISHED, SIX, Comparison, NetworkStudy, Study, Unread
from core.stats.intervals import Interval, undefined

IMAGES = 24
NETWORK = next((key for key in phantoms() if key.startswith("cnn-confounded")), "cnn-confounded-0")
RNG = np.random.default_rng(0)


def interval(estimate: float, n: int = 40) -> Interval:
    return Interval(estimate, estimate - 0.1, estimate + 0.1, n, 0.95, "made up")


def cell(method: str, regime: str, quadrant: Quadrant, example: int = 5) -> Cell:
    low = undefined(40, "no film defines it")
    figures = {key: interval(0.1 * (i + 1)) for i, key in enumerate(FIGURES)} | {"miss": low}
    seeds, index = (0, 1, 2), (interval(0.3),) * 3
    return Cell(method, "cnn", regime, seeds, 40, figures, {}, index, quadrant, example)


def paradox() -> Paradox:
    return Paradox(
        (
            cell("sobel", "decoy", Quadrant.NEITHER),
            cell("gradcam++", "confounded", Quadrant.HOLLOW),
            cell("saliency", "confounded", Quadrant.UGLY, -1),
        )
    )


def arguments() -> tuple[Argument, ...]:
    steps = tuple(
        Step(f"step-{i}", f"Claim {i}", "A rule.", {"share": interval(0.7)}, i != 3)
        for i in range(1, 6)
    )
    return (Argument("cnn-confounded-0", "gradcam++", 2, 38, 40, steps),)


def validity() -> tuple[Validity, ...]:
    above, none = interval(0.9), undefined(40, "one cause only")
    return (
        Validity("abpc", "inpaint", NETWORK, "confounded", above, none, above, Badge.VALID),
        Validity("deletion-auc", "mean", NETWORK, "confounded", above, above, none, Badge.INVALID),
    )


def detection() -> Detection:
    clues = tuple(Clue("saliency", key, interval(0.8), 0) for key in STATISTICS)
    share = interval(0.75)
    return Detection(("marker",), 24, 12, clues, share, share, share, share, {"a": 24}, False)


def border() -> tuple[BorderStudy, ...]:
    maps = (BorderMap("gradcam++", interval(0.4), interval(0.1), undefined(3, "too few films"), 2),)
    return (BorderStudy("cnn", 40, 0.4, interval(0.3), interval(0.5), interval(0.7), 1, maps),)


def original() -> Study:
    keys = (*PUBLISHED, "entropy-printed", "inter-method-ruled", "flipped", "first", "last",
            "ties", "aopc-random", "aopc-sobel")  # fmt: skip

    def network(key: str) -> NetworkStudy:
        values = {name: tuple(RNG.random(8).tolist()) for name in keys}
        first, last = (np.array(values[name]) for name in ("first", "last"))
        due = first + (first - last) / 20 - np.array(values["aopc"])
        values["auc"] = tuple(due.tolist())
        unread = (Unread("Last layer", "Its gradient is zero."),)
        return NetworkStudy(
            key, key.upper(), ("a", "b"), (8, 8), (0,) * 8, values, (0.7, 0.3), unread
        )

    compared = tuple(
        Comparison(
            one.key, one.title, (0.5, float("nan")), (0.1, float("nan")), (8, 8),
            10.0, 0.01, 0.06, 0.4, 8, 0.02, 0.12, 0.5,
        )
        for one in SIX
    )  # fmt: skip
    return Study((network("vgg16"), network("vit")), compared, 8, 10, 0)


def table(profile: str = "phantoms") -> pd.DataFrame:
    """A table of made-up values: every method of a quick plan, two figures."""
    plan = quick_plan((NETWORK,), IMAGES)
    architecture, regime, seed = NETWORK.split("-")
    rows = [
        (NETWORK, architecture, regime, int(seed), image, 2, 2, method, metric, fill,
         np.nan if method == "gradcam" and i < 2 else RNG.random() + 0.1 * place,
         "There is no map." if method == "gradcam" and i < 2 else "")
        for i, image in enumerate(plan.images)
        for place, method in enumerate(plan.methods)
        for metric, fill in (("abpc", "mean"), ("gini", ""))
        if metric in METRICS
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs = {"plan": plan.to_json(), "digest": plan.digest, "environment": "{}"}
    return frame
