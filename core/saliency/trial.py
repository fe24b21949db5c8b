"""Puts one map to its network: place, agreement, need, against random maps as smooth as it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from core.saliency.classifier import Classifier
from core.saliency.explanation import Curves
from core.saliency.methods import METHODS, attribute, available
from core.saliency.metrics import abpc, mass_accuracy, spearman
from core.saliency.metrics.curves import Band, Curve, insertion, trace
from core.saliency.metrics.fills import named, prior_dominated
from core.saliency.metrics.order import BLOCK, order, random_maps, tiles
from core.saliency.metrics.score import probability
from core.saliency.schema import Attribution, Family, Floats, Options, Value
from core.saliency.subject import Subject
from core.saliency.verdict import FEWEST, Finding, Outcome, Verdict, against_chance, unknown

FILL = "inpaint"
"""Removed pixels take the values of their neighbours: on phantoms the fill whose curves put the
true causes before random maps most reliably (`metric_validity`)."""
RESTORED = "blur"
"""Insertion starts from the blurred image."""
STEPS = 5
"""Steps of a curve; the test takes about 2 (1 + random maps) (steps - 1) evaluations."""
TIE_BREAKS = 3
COARSE = 8
"""Side of the blocks, in pixels, on which two maps are compared; finer structure is texture."""
PANEL = ("gradcam++", "integrated-gradients", "gradient-attention")
"""Methods of other kinds that a map is compared with."""
FORWARD_PANEL = ("occlusion", "kernelshap")
"""The same for a network that shows no gradients."""
PANEL_SAMPLES = 16

Progress = Callable[[float, str], None]
Rows = list[Floats]


def trial(
    subject: Subject, made: Attribution, options: Options, tell: Progress
) -> tuple[Curves, Verdict]:
    """Return the curves of a map and the three answers.

    Parameters
    ----------
    subject : Subject
        The image before its network.
    made : Attribution
        The map, not blank.
    options : Options
        Those that it was made with.
    tell : callable
        Told the share done and what is being done.
    """
    chance = random_maps((subject.network.size,) * 2, FEWEST, options.seed, made.pixels)
    visual = judge_place(subject, made, chance)
    tell(0.2, "Other methods are asked")
    agreement = judge_agreement(subject, made, options, chance)
    tell(0.5, f"{2 * (1 + len(chance))} curves are drawn")
    curves, faithfulness = judge_need(subject, made, options.seed, chance)
    return curves, Verdict(visual, agreement, faithfulness)


def judge_place(subject: Subject, made: Attribution, chance: Floats) -> Finding:
    """Say whether more of the map lies in the lungs than of random maps."""
    if subject.lungs is None:
        return unknown("visual", "It is not known where in this picture a reader would look.")
    lungs = subject.lungs
    return against_chance(
        "visual",
        f"Share of the map in the lungs ({subject.lungs_are})",
        mass_accuracy(made.pixels, lungs),
        np.array([mass_accuracy(one, lungs).value for one in chance]),
    )


def judge_agreement(
    subject: Subject, made: Attribution, options: Options, chance: Floats
) -> Finding:
    """Say whether methods of other kinds show the same, more than random maps would."""
    others = panel(subject.network, made.method)
    if not others:
        return unknown("agreement", f"{subject.network.title} allows no method of another kind.")
    maps = [_coarse(_map_of(subject, made.target, one, options)) for one in others]
    names = " and ".join(METHODS[one].title for one in others)
    return against_chance(
        "agreement",
        f"Rank correlation with {names}",
        _correlation(_coarse(made.pixels), maps),
        np.array([_correlation(_coarse(one), maps).value for one in chance]),
    )


def judge_need(
    subject: Subject, made: Attribution, seed: int, chance: Floats
) -> tuple[Curves, Finding]:
    """Say whether removing what the map shows costs more than what it does not show."""
    network, image = subject.network, subject.image
    score = probability(network, made.target)
    fill = named(FILL, network.grey, seed)
    orders = [order(made.pixels, BLOCK, seed, TIE_BREAKS)]
    orders += [order(one, BLOCK, seed, 1) for one in chance]
    both = [one for first in orders for one in (first, first.reversed())]
    lines = trace(score, image, both, fill, steps=STEPS)
    dominated = prior_dominated(score, image, fill)
    restored = named(RESTORED, network.grey)
    curves = Curves(
        deletion=lines[0],
        keeping=lines[1],
        insertion=insertion(
            score, image, made.pixels, restored, steps=STEPS, repeats=TIE_BREAKS, seed=seed
        ),
        band=_band(lines[2::2]),
        fill=FILL,
        prior_dominated=dominated,
    )
    found = [abpc(*pair) for pair in zip(lines[::2], lines[1::2], strict=True)]
    finding = against_chance(
        "faithfulness",
        "Mean distance between removing least and removing most important parts first",
        found[0],
        np.array([one.value for one in found[1:]]),
    )
    if dominated and finding.outcome is Outcome.FAIL:
        return curves, unknown(
            "faithfulness",
            f"The network gives {network.labels[made.target]} to a picture with nothing in it, so "
            f"that removal costs little proves nothing. {finding.sentence}",
        )
    return curves, finding


def panel(network: Classifier, method: str) -> tuple[str, ...]:
    """Return the methods of other kinds that a map of ``method`` is compared with."""
    can, family = available(network), METHODS[method].family
    wanted = [one for one in PANEL if one in can] or [one for one in FORWARD_PANEL if one in can]
    others = tuple(one for one in wanted if METHODS[one].family is not family)
    return others or tuple(one for one in wanted if one != method)


def _map_of(subject: Subject, target: int, method: str, options: Options) -> Floats:
    """Return the map of another method; gradients are averaged over few steps."""
    samples = PANEL_SAMPLES if METHODS[method].family is Family.GRADIENT else None
    asked = dataclasses.replace(options, layer=None, samples=samples)
    return attribute(subject.network, subject.image, method, target, asked).pixels


def _correlation(coarse: Floats, others: Sequence[Floats]) -> Value:
    found = [spearman(coarse, other) for other in others]
    told = [one.value for one in found if one.defined]
    return Value(float(np.median(told))) if told else found[0]


def _coarse(heat: Floats) -> Floats:
    """Return block means of a map's positive part."""
    blocks = tiles((heat.shape[0], heat.shape[1]), COARSE)
    means = np.bincount(blocks.ravel(), heat.clip(min=0).ravel()) / np.bincount(blocks.ravel())
    return np.asarray(means).reshape(-(-heat.shape[0] // COARSE), -1)


def _band(curves: Sequence[Curve]) -> Band:
    low, median, high = np.quantile([one.values for one in curves], (0.05, 0.5, 0.95), axis=0)
    return Band(curves[0].fractions, low, median, high, tuple(curves))
