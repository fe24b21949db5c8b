"""What the original protocol cannot show: the printed numbers checked, and the protocol itself."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from core import plain
from core.saliency.metrics.fills import PRIOR
from core.saliency.original.published import (
    GRID,
    IMAGES,
    LEVEL,
    PLOTTED,
    PUBLISHED,
    STEPS,
    TESTS,
)
from core.saliency.original.study import NetworkStudy, Study
from core.saliency.schema import Floats
from core.stats.rank_power import wilcoxon_power
from core.stats.rank_tests import wilcoxon
from core.viz.text import fixed, listed, p_value, percent

NAMES = {"vgg16": "VGG16", "vit": "ViT"}
SMALL = 0.3
"""Difference in standard deviations at which the power is stated."""
AGREED = 1e-3
"""Largest gap of the printed sums that rounding to three decimals could explain is 0.001."""


@dataclasses.dataclass(frozen=True, slots=True)
class Audit:
    """One check of the protocol.

    Attributes
    ----------
    key, title : str
        Short name, and what is checked in words.
    holds : bool
        Whether the protocol passes.
    sentence : str
        What was found, with its figures.
    figures : mapping of str to float
        The same figures.
    """

    key: str
    title: str
    holds: bool
    sentence: str
    figures: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def audit(study: Study) -> tuple[Audit, ...]:
    """Check the printed numbers, then the protocol on the networks it was run on."""
    checks = (_identity(study), _zero(), _top_mass(), _entropy(study), _power(study))
    return (
        *checks,
        _prior(study),
        _gradient(study),
        _sign(study),
        _controls(study),
        _levels(study),
        _pairs(study),
    )


def _identity(study: Study) -> Audit:
    sums, due = {}, {}
    for key, (first, last) in PLOTTED.items():
        sums[key] = getattr(PUBLISHED["auc"], key)[0] + getattr(PUBLISHED["aopc"], key)[0]
        due[key] = first + (first - last) / (2 * STEPS)
    own = max(
        float(np.nanmax(np.abs(one.of("auc") + one.of("aopc") - _due(one, study.steps))))
        for one in study.networks
    )
    parts = [f"{NAMES[key]} {fixed(sums[key])} against {fixed(due[key])}" for key in PLOTTED]
    return Audit(
        "identity",
        "Do the printed AUC and AOPC belong to the plotted curves?",
        all(abs(sums[key] - due[key]) <= AGREED for key in PLOTTED),
        "AUC + AOPC = P0 + (P0 - PT) / 2T holds for every curve and so for their means. The tables "
        f"sum to what the plotted curves forbid: {listed(parts)}. Tables and plots are not of the "
        f"same data. On our own curves the sum is right to {own:.0e}.",
        {
            **{f"sum-{key}": value for key, value in sums.items()},
            **{f"due-{key}": value for key, value in due.items()},
            "own-gap": own,
        },
    )


def _due(one: NetworkStudy, steps: int) -> Floats:
    return one.of("first") + (one.of("first") - one.of("last")) / (2 * steps)


def _zero() -> Audit:
    from scipy.special import stdtr

    mean, deviation = PUBLISHED["aopc"].vgg16
    p = 2 * float(stdtr(IMAGES - 1, -abs(mean) / (deviation / math.sqrt(IMAGES))))
    return Audit(
        "zero",
        "Is the printed AOPC of VGG16 different from zero?",
        p < LEVEL,
        f"{fixed(mean)} with a standard deviation of {fixed(deviation)} over {IMAGES} images is "
        f"compatible with zero ({p_value(p)}), so its sign decides nothing.",
        {"mean": mean, "deviation": deviation, "p": p},
    )


def _top_mass() -> Audit:
    from scipy.stats import ttest_ind_from_stats

    first, second = PUBLISHED["top-mass"].vgg16, PUBLISHED["top-mass"].vit
    p = float(ttest_ind_from_stats(*first, IMAGES, *second, IMAGES).pvalue)
    d = (first[0] - second[0]) / math.hypot(first[1], second[1]) * math.sqrt(2)
    return Audit(
        "top-mass",
        "Do all six dimensions differ, as printed?",
        p < LEVEL / TESTS,
        f"Not the mass of the top pixels: the printed means and deviations give {p_value(p)} and "
        f"d = {fixed(d, 2)}, far from the level of {fixed(LEVEL / TESTS, 4)}.",
        {"p": p, "d": d},
    )


def _entropy(study: Study) -> Audit:
    cells = GRID * GRID
    most, found = math.log(cells), PUBLISHED["entropy"].vgg16[0]
    own = np.concatenate([one.of("entropy-printed") for one in study.networks])
    low, high = float(np.nanmin(own)), float(np.nanmax(own))
    return Audit(
        "entropy",
        "Does the printed entropy come from the printed formula?",
        low <= found <= high,
        f"On our maps the formula as printed gives {fixed(low, 0)} to {fixed(high, 0)}, since the "
        f"map does not sum to one. The printed {fixed(found)} is {percent(found / most)} of "
        f"ln {cells} = {fixed(most, 2)}, the most that a map of {GRID} x {GRID} cells can have "
        "once it does; then the maps are nearly uniform.",
        {"published": found, "most": most, "low": low, "high": high},
    )


def _power(study: Study) -> Audit:
    level = LEVEL / TESTS
    power = wilcoxon_power(study.n, SMALL, level)
    return Audit(
        "power",
        "Could that many images show a small difference?",
        power.estimate >= 0.8,
        f"With {study.n} images and a level of {fixed(level, 4)}, a paired test finds a difference "
        f"of {SMALL} standard deviations in {percent(power.estimate)} of samples "
        f"({percent(power.low)} to {percent(power.high)}, simulated).",
        {"n": study.n, "power": power.estimate, "low": power.low, "high": power.high},
    )


def _prior(study: Study) -> Audit:
    shares = {one.key: float(np.mean(one.prior > PRIOR)) for one in study.networks}
    parts = []
    for one in study.networks:
        leading = int(np.argmax(one.fill))
        parts.append(
            f"{one.title} calls plain grey {one.labels[leading]} with a probability of "
            f"{fixed(one.fill[leading], 2)}; grey alone has more than one half for the class "
            f"explained on {round(shares[one.key] * study.n)} of {study.n} images"
        )
    return Audit(
        "prior",
        "Is the grey fill neutral?",
        not any(shares.values()),
        f"{'. '.join(parts)}. There, deletion ends in the class itself, whatever the map says.",
        {f"share-{key}": share for key, share in shares.items()}
        | {f"fill-{one.key}": max(one.fill) for one in study.networks},
    )


def _gradient(study: Study) -> Audit:
    parts = [
        f"{one.title}: {listed([layer.title for layer in one.unread])}"
        for one in study.networks
        if one.unread
    ]
    sentence = (
        f"No map can be read at {'; '.join(parts)}. The original names the projection of the last "
        "block's attention; behind it only the class token is read, so every patch has a gradient "
        "of exactly zero and the order of deletion is the sort's."
        if parts
        else "Both of our networks can be read at every layer listed: our transformer averages its "
        "patches. The original's reads the class token alone, and at the layer it names, behind "
        "the last attention, no gradient reaches a patch."
    )
    return Audit(
        "gradient",
        "Can Grad-CAM++ be read at the last layers of the transformer?",
        not parts,
        sentence,
        {f"unread-{one.key}": len(one.unread) for one in study.networks},
    )


def _sign(study: Study) -> Audit:
    parts: list[str] = []
    figures: dict[str, float] = {}
    for one in study.networks:
        raw, ruled = one.of("inter-method"), one.of("inter-method-ruled")
        known = np.isfinite(raw) & np.isfinite(ruled)
        turned = one.of("flipped")
        changed = int(((raw < 0) != (ruled < 0))[known].sum())
        figures |= {
            f"turned-{one.key}": _mean(turned),
            f"raw-{one.key}": _mean(raw),
            f"ruled-{one.key}": _mean(ruled),
            f"changed-{one.key}": float(changed),
            f"n-{one.key}": float(known.sum()),
        }
        parts.append(
            f"{one.title}: {int(np.nansum(turned))} of {np.isfinite(turned).sum()} maps turned, "
            f"mean correlation {fixed(_mean(raw), 2)} raw and {fixed(_mean(ruled), 2)} ruled, the "
            f"verdict of the rule changes on {changed} of {known.sum()}"
        )
    return Audit(
        "sign",
        "Does the agreement with EigenCAM survive its arbitrary sign?",
        not any(value for key, value in figures.items() if key.startswith("changed")),
        f"{'; '.join(parts)}.",
        figures,
    )


def _controls(study: Study) -> Audit:
    parts: list[str] = []
    figures: dict[str, float] = {}
    for one in study.networks:
        own = one.of("aopc")
        known = np.isfinite(own)
        others = np.stack([one.of("aopc-random"), one.of("aopc-sobel")])
        passed = {
            "map": int((own[known] > 0).sum()),
            "random": int((others[0] > 0).sum()),
            "sobel": int((others[1] > 0).sum()),
            "flips": int(((own > 0) & ~(own > others.max(axis=0)))[known].sum()),
        }
        figures |= {f"{key}-{one.key}": float(count) for key, count in passed.items()}
        figures[f"n-{one.key}"] = float(known.sum())
        parts.append(
            f"{one.title}: Grad-CAM++ {passed['map']} of {known.sum()}, random maps "
            f"{passed['random']} of {study.n}, edges {passed['sobel']} of {study.n}; on "
            f"{passed['flips']} images the map is called faithful and a control does at least as "
            "well"
        )
    blank = all(figures[f"flips-{one.key}"] == 0 for one in study.networks)
    return Audit(
        "controls",
        "Does the rule AOPC > 0 tell a map from one that knows nothing of the network?",
        blank,
        f"Called causally faithful: {'; '.join(parts)}.",
        figures,
    )


def _levels(study: Study) -> Audit:
    first, second = (one.of("aopc-random") for one in study.networks)
    names = [one.title for one in study.networks]
    published = PUBLISHED["aopc"].vit[0] - PUBLISHED["aopc"].vgg16[0]
    gap, p = _mean(second) - _mean(first), wilcoxon(first, second).p
    chance = "too few to tell" if p >= LEVEL else "more than chance allows"
    return Audit(
        "levels",
        "Do maps that explain nothing have one AOPC on both networks?",
        p >= LEVEL,
        f"Random maps explain nothing and have a mean AOPC of {fixed(_mean(first))} on {names[0]} "
        f"and {fixed(_mean(second))} on {names[1]}: {fixed(abs(gap))} apart ({p_value(p)}, "
        f"{study.n} images, {chance}). The "
        f"original reads {fixed(published)} between its networks as a difference of their "
        "explanations.",
        {
            "first": _mean(first),
            "second": _mean(second),
            "gap": gap,
            "p": p,
            "published-gap": published,
        },
    )


def _pairs(study: Study) -> Audit:
    apart = [one for one in study.comparisons if one.p_bonferroni < LEVEL]
    paired = [one for one in study.comparisons if one.p_paired_bonferroni < LEVEL]
    differ = {one.key for one in apart} ^ {one.key for one in paired}
    return Audit(
        "pairs",
        "Does the verdict stand once the images are known to be the same?",
        not differ,
        f"The same images go through both networks. After Bonferroni, Mann-Whitney calls "
        f"{len(apart)} of {len(study.comparisons)} dimensions different, Wilcoxon's paired test "
        f"{len(paired)}; they disagree on {len(differ)}.",
        {"apart": len(apart), "paired": len(paired), "differ": len(differ)},
    )


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan
