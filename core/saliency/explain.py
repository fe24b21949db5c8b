"""The one call: a map, what it was tested against, and whether it may be shown as a reason."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import numpy as np

from core.errors import InputError
from core.saliency import metrics
from core.saliency.classifier import Classifier
from core.saliency.explanation import Curves, Explanation, Truth
from core.saliency.ground_truth.counterfactual import causal_oracle
from core.saliency.ground_truth.shares import Shares, shares
from core.saliency.methods import attribute
from core.saliency.schema import Attribution, Floats, Mask, Options, Value
from core.saliency.subject import Subject
from core.saliency.trial import Progress, judge_place, trial
from core.saliency.verdict import FEWEST, QUESTIONS, UNTESTED, Verdict, unknown


def explain(
    subject: Subject,
    method: str,
    label: str | None = None,
    options: Options | None = None,
    *,
    tested: bool = True,
    on_progress: Progress | None = None,
) -> Explanation:
    """Make a map and put it to the network.

    Parameters
    ----------
    subject : Subject
        An image before a network: `film_subject`, `phantom_subject`, `picture_subject`.
    method : str
        Key in `METHODS`.
    label : str, optional
        Class to explain; by default the likeliest.
    options : Options, optional
        Layer, seed and evaluations.
    tested : bool
        Whether the map is tested; without it the verdict is "not enough evidence".
    on_progress : callable, optional
        Told the share done and what is being done.

    Raises
    ------
    InputError
        If there is no such method or class, or the network does not let the method see what it
        needs.
    SuiteError
        If the network answers with numbers that cannot be used.
    """
    network, options = subject.network, options or Options()
    tell = on_progress or _silent
    tell(0.0, "The network reads the image")
    logits = network.logits(subject.image[None])[0]
    target = int(np.argmax(logits)) if label is None else _index(network, label)
    causes = None if subject.scene is None else shares(network, subject.scene, target)
    tell(0.05, "The map is made")
    made = attribute(network, subject.image, method, target, options, _masks(subject, causes))
    curves, verdict = None, _without_curves(subject, made, options)
    if tested and not made.blank:
        curves, verdict = trial(subject, made, options, tell)
    tell(1.0, "Done")
    return Explanation(
        subject=subject,
        probabilities=_probabilities(network, logits),
        label=network.labels[target],
        attribution=made,
        metrics=_figures(subject, made, curves),
        verdict=verdict,
        curves=curves,
        truth=None if causes is None else _truth(subject, made, causes),
    )


def _silent(share: float, text: str) -> None:
    """Tell nobody."""


def _index(network: Classifier, label: str) -> int:
    if label in network.labels:
        return network.labels.index(label)
    near = difflib.get_close_matches(label, network.labels, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    known = ", ".join(network.labels)
    raise InputError(f"label: {network.title} has no class {label!r}.{hint} Use one of: {known}.")


def _probabilities(network: Classifier, logits: Floats) -> Mapping[str, float]:
    grown = np.exp(logits - logits.max())
    return dict(zip(network.labels, (float(p) for p in grown / grown.sum()), strict=True))


def _masks(subject: Subject, causes: Shares | None) -> Mapping[str, Mask | Floats]:
    masks: dict[str, Mask | Floats] = {}
    if subject.lungs is not None:
        masks["lungs"] = subject.lungs
    if subject.scene is not None and causes is not None:
        masks["lesion"] = subject.scene.lesion
        masks["cause"] = causal_oracle(subject.scene, causes)
    return masks


def _without_curves(subject: Subject, made: Attribution, options: Options) -> Verdict:
    """Return what can be said of a map without asking the network again."""
    if made.blank:
        why = f"There is no map to judge. {made.blank}"
        return Verdict(*(unknown(one, why) for one in QUESTIONS))
    chance = metrics.random_maps(subject.image.shape, FEWEST, options.seed, made.pixels)
    return Verdict(
        judge_place(subject, made, chance),
        unknown("agreement", UNTESTED),
        unknown("faithfulness", UNTESTED),
    )


def _figures(subject: Subject, made: Attribution, curves: Curves | None) -> Mapping[str, Value]:
    heat = made.pixels
    found = {
        "gini": metrics.gini(heat),
        "entropy-normalised": metrics.entropy_normalised(heat),
        "effective-complexity": metrics.effective_complexity(heat),
        "top-mass-5": metrics.top_mass(heat, 5),
        "total-variation": metrics.total_variation(heat),
        "spread": metrics.spread(heat),
    }
    if subject.lungs is not None:
        found["mass-outside"] = metrics.mass_outside(heat, subject.lungs)
    if curves is not None:
        found["deletion-auc"] = metrics.deletion_auc(curves.deletion)
        found["insertion-auc"] = metrics.insertion_auc(curves.insertion)
        found["aopc"] = metrics.aopc(curves.deletion)
        found["abpc"] = metrics.abpc(curves.deletion, curves.keeping)
        found["aopc-above-chance"] = metrics.aopc_above_chance(curves.deletion, curves.band.curves)
    return found


def _truth(subject: Subject, made: Attribution, causes: Shares) -> Truth:
    scene = subject.scene
    assert scene is not None  # noqa: S101
    cell = -(-made.pixels.shape[0] // made.native.shape[0])
    return Truth(
        shares=causes,
        plausibility=metrics.plausibility(made.pixels, scene.lesion),
        causal=metrics.causal_localisation(
            made.pixels, scene.lesion, scene.shortcut, causes.lesion
        ),
        told=metrics.excess_share(made.pixels, scene.lesion, scene.shortcut, cell),
    )
