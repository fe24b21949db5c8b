"""A catalogue of generated data on which trustlens 0.5.0 misleads, with what is true of them.

The truth is known because the data are drawn from it; what the original says of them is computed by
:func:`core.trust.original.view.original_view` when the catalogue is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit, logit

from core.stats.binary import auc
from core.stats.calibration import slope_intercept
from core.trust.original.score import AREAS, Area
from core.trust.original.view import OriginalView, original_view
from core.trust.predictions import Context, Floats, Grouping, Labels, Predictions


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class MisleadingCase:
    """Data on which the original misleads.

    Attributes
    ----------
    id, title : str
        Short name, and what the case is.
    truth : str
        What is true of the data, as a sentence.
    why : str
        What is wrong with what the original says, as a sentence with its numbers.
    view : OriginalView
        What the original says.
    predictions : Predictions
        The data.
    """

    id: str
    title: str
    truth: str
    why: str
    view: OriginalView
    predictions: Predictions

    @property
    def says(self) -> str:
        """What the original concludes, in one line."""
        score = self.view.score
        if score is None:
            return "Stops with an error"
        blocked = f", blocked ({score.blocker})" if score.blocker else ""
        patterns = f"; {', '.join(score.patterns)}" if score.patterns else ""
        return f"{score.score} {score.grade}{blocked}{patterns}"

    def to_dict(self) -> dict[str, Any]:
        """Return the case as plain data, without the rows."""
        text = {name: getattr(self, name) for name in ("id", "title", "says", "truth", "why")}
        return {**text, "view": self.view.to_dict()}


def misleading_cases() -> tuple[MisleadingCase, ...]:
    """Return the catalogue; the same bytes each time."""
    makers: tuple[Callable[[], MisleadingCase], ...] = (
        _perfect,
        _oracle,
        _small_calibrated,
        _overconfident_at_scale,
        _nothing_compared,
        _attribute_withheld,
        _prevalence,
        _threshold,
        _no_positives,
        _random_attribute,
        _one_person_groups,
        _calls_only,
        _empty_class,
        _drift_without_time,
        _rings,
        _noise_clusters,
        _always_wrong,
    )
    return tuple(make() for make in makers)


def _case(
    key: str,
    title: str,
    truth: str,
    why: str | Callable[[OriginalView], str],
    predictions: Predictions,
    areas: tuple[Area, ...] = AREAS,
) -> MisleadingCase:
    view = original_view(predictions, areas)
    text = why if isinstance(why, str) else why(view)
    return MisleadingCase(key, title, truth, text, view, predictions)


def _binary(
    y: Labels, p: Floats, *, threshold: float = 0.5, context: Context | None = None
) -> Predictions:
    proba = np.column_stack([1 - p, p])
    called = (p >= threshold).astype(np.int64)
    return Predictions(y, proba, called, ("0", "1"), threshold, context or Context())


def _drawn(p: Floats, rng: np.random.Generator) -> Labels:
    return (rng.random(len(p)) < p).astype(np.int64)


def _sharp(n: int, rng: np.random.Generator, doubtful: float = 0.05) -> tuple[Labels, Floats]:
    """Return outcomes and probabilities of a calibrated model that is sure of most rows."""
    p = np.where(rng.random(n) < 0.5, 0.003, 0.997)
    unsure = rng.random(n) < doubtful
    p[unsure] = rng.uniform(0.45, 0.55, int(unsure.sum()))
    return _drawn(p, rng), p


def _mentioning(view: OriginalView, *words: str) -> str:
    """Return the view's sentences that hold one of the words."""
    found = [text for text in view.disagreements if any(word in text for word in words)]
    return " ".join(found)


def _perfect() -> MisleadingCase:
    rng = np.random.default_rng(1)
    y = np.repeat(np.arange(3), 18)
    proba = rng.dirichlet(np.ones(3), len(y)) * 0.2
    proba[np.arange(len(y)), y] += 0.8
    return _case(
        "perfect",
        "Three classes, every call right",
        f"All {len(y)} calls are right, and every right class has a probability of 0.8 or more.",
        lambda view: _mentioning(view, "none of the"),
        Predictions(y, proba, y.copy(), ("0", "1", "2"), None),
    )


def _oracle() -> MisleadingCase:
    rng = np.random.default_rng(2)
    p = rng.beta(0.3, 0.3, 20_000)
    y = _drawn(p, rng)
    return _case(
        "oracle",
        "The best model there can be",
        f"Outcomes are drawn with the very probabilities that are predicted (n = {len(y)}, "
        f"AUC {auc(y, p):.3f}): no model can do better.",
        lambda view: _mentioning(view, "FailScore"),
        _binary(y, p),
    )


def _small_calibrated() -> MisleadingCase:
    rng = np.random.default_rng(16)
    sure, high = rng.random(50) < 0.6, rng.random(50) < 0.5
    p = np.where(sure, np.where(high, 0.003, 0.997), rng.uniform(0.2, 0.8, 50))
    y = _drawn(p, rng)
    return _case(
        "small-calibrated",
        "Fifty rows of a calibrated model",
        "Outcomes are drawn with the predicted probabilities; the true calibration error is 0.",
        lambda view: _mentioning(view, "The ECE"),
        _binary(y, p),
    )


def _overconfident_at_scale() -> MisleadingCase:
    rng = np.random.default_rng(4)
    true = expit(rng.normal(0, 2.2, 5_000))
    y, p = _drawn(true, rng), expit(1.8 * logit(true))
    slope, _ = slope_intercept(y, p)
    return _case(
        "overconfident",
        "A clearly overconfident model with many rows",
        f"The log-odds are 1.8 times too large: the calibration slope is {slope:.2f} "
        f"(n = {len(y)}), far from 1.",
        lambda view: _mentioning(view, "is not blocked"),
        _binary(y, p),
    )


def _nothing_compared() -> MisleadingCase:
    rng = np.random.default_rng(5)
    y = np.tile(np.array([0, 1]), 100)
    p = rng.random(200)
    right = float(np.mean((p >= 0.5) == (y == 1)))
    return _case(
        "bias-alone",
        "Coin flips, asked for bias alone",
        f"The probabilities know nothing of the outcome (accuracy {right:.2f}, n = 200), and no "
        "attribute was given.",
        lambda view: _mentioning(view, "no attribute was given"),
        _binary(y, p),
        ("bias",),
    )


def _attribute_withheld() -> MisleadingCase:
    rng = np.random.default_rng(7)
    n = 600
    y, p = _sharp(n, rng)
    second = rng.random(n) < 0.3
    flipped = second & (rng.random(n) < 0.4)
    p = np.where(flipped, 1 - p, p)
    hit = (p >= 0.5) == (y == 1)
    one, two = float(hit[~second].mean()), float(hit[second].mean())
    return _case(
        "withheld",
        "The attribute is left out",
        f"Accuracy is {one:.2f} in one group (n = {int(np.sum(~second))}) and {two:.2f} in the "
        f"other (n = {int(second.sum())}); the attribute is not given.",
        lambda view: _mentioning(view, "no attribute was given"),
        _binary(y, p),
    )


def _prevalence() -> MisleadingCase:
    rng = np.random.default_rng(8)
    p = rng.beta(0.4, 7.6, 4_000)
    y = _drawn(p, rng)
    return _case(
        "prevalence",
        "A rare disease",
        f"Outcomes are drawn with the predicted probabilities; {float(y.mean()):.1%} of 4,000 "
        "rows have the disease. No groups are compared.",
        lambda view: _mentioning(view, "points are taken off"),
        _binary(y, p),
    )


def _threshold() -> MisleadingCase:
    rng = np.random.default_rng(9)
    p = rng.beta(0.7, 1.6, 2_000)
    return _case(
        "threshold",
        "A clinical threshold of 0.2",
        "Rows are called positive from a probability of 0.2, as a rule that must not miss cases "
        "would.",
        lambda view: _mentioning(view, "most probable class"),
        _binary(_drawn(p, rng), p, threshold=0.2),
    )


def _no_positives() -> MisleadingCase:
    rng = np.random.default_rng(10)
    y, p = _sharp(400, rng)
    ward = np.where(y == 1, rng.integers(0, 2, 400), rng.integers(0, 3, 400))
    context = Context(groups=(Grouping("ward", ("A", "B", "C"), ward),))
    return _case(
        "no-positives",
        "A group without positives",
        f"Ward C has {int(np.sum(ward == 2))} rows and none with the outcome: its sensitivity "
        "does not exist.",
        lambda view: _mentioning(view, "as 0, but there are no"),
        _binary(y, p, context=context),
    )


def _random_attribute() -> MisleadingCase:
    rng = np.random.default_rng(12)
    y, p = _sharp(171, rng, doubtful=0.2)
    site = rng.integers(0, 8, len(y))
    groups = (Grouping("site", tuple(f"site {i + 1}" for i in range(8)), site),)
    return _case(
        "random-attribute",
        "An attribute drawn by lot",
        f"The eight sites were assigned at random to {len(y)} rows: the model cannot treat them "
        "differently.",
        lambda view: _mentioning(view, "If all groups had the same"),
        _binary(y, p, context=Context(groups=groups)),
    )


def _one_person_groups() -> MisleadingCase:
    rng = np.random.default_rng(13)
    y, p = _sharp(300, rng, doubtful=0.1)
    names = tuple(f"{20 + i / 10:.1f}" for i in range(len(y)))
    groups = (Grouping("age", names, np.arange(len(y))),)
    return _case(
        "one-person-groups",
        "A measured age as attribute",
        f"Each of the {len(y)} rows has an age of its own, so each group is one person.",
        lambda view: _mentioning(view, "one person each"),
        _binary(y, p, context=Context(groups=groups)),
    )


def _calls_only() -> MisleadingCase:
    y = np.tile(np.array([0, 1]), 150)
    called = y.copy()
    called[:9] = 1 - called[:9]
    return _case(
        "calls-only",
        "Calls without probabilities",
        f"{int(np.sum(called != y))} of {len(y)} calls are wrong; how sure the model was is not "
        "known.",
        lambda view: _mentioning(view, "No probabilities"),
        Predictions(y, None, called, ("0", "1"), None),
    )


def _empty_class() -> MisleadingCase:
    rng = np.random.default_rng(14)
    p = np.clip(expit(rng.normal(0, 3, 800)), 0.001, 0.999)
    y = _drawn(expit(logit(p) + 0.9), rng)
    two = _binary(y, p)
    proba = np.column_stack([1 - p, p, np.zeros(len(p))])
    three = Predictions(y, proba, np.argmax(proba, axis=1), ("0", "1", "2"), None)
    before = original_view(two)

    def why(view: OriginalView) -> str:
        pairs = (view.calibration, before.calibration, view.score, before.score)
        after_cal, before_cal, after, earlier = pairs
        if not (after_cal and before_cal and after and earlier):
            return ""
        return (
            f"With the empty class the ECE is {after_cal.ece:.3f} and the Brier score "
            f"{after_cal.brier:.3f}; without it they are {before_cal.ece:.3f} and "
            f"{before_cal.brier:.3f}. The same predictions score {after.score} instead of "
            f"{earlier.score}, because figures of different meaning share one scale."
        )

    return _case(
        "empty-class",
        "A third class that never occurs",
        f"The {len(y)} predictions are those of a model of two classes, with a column of zeros "
        "added. All positive probabilities are too low.",
        why,
        three,
    )


def _drift_without_time() -> MisleadingCase:
    rng = np.random.default_rng(15)
    p = rng.random(60)
    return _case(
        "drift",
        "Drift without time",
        "One sample of 60 rows, whose outcomes are drawn with the predicted probabilities; nothing "
        "changes.",
        lambda view: _mentioning(view, "'Calibration Drift'"),
        _binary(_drawn(p, rng), p),
    )


def _rings() -> MisleadingCase:
    rng = np.random.default_rng(16)
    y, p = _sharp(600, rng)
    angle = rng.uniform(0, 2 * np.pi, 600)
    radius = np.where(y == 1, 2.0, 1.0) + rng.normal(0, 0.03, 600)
    rings = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return _case(
        "rings",
        "Two rings in the embedding",
        "The classes lie on two separate rings: the distance from the centre tells them apart "
        "without error.",
        lambda view: _mentioning(view, "silhouette"),
        _binary(y, p, context=Context(embedding=rings)),
    )


def _noise_clusters() -> MisleadingCase:
    rng = np.random.default_rng(17)
    y = np.repeat(np.arange(20), 3)
    proba = np.full((60, 20), 0.02)
    proba[np.arange(60), np.where(rng.random(60) < 0.7, y, rng.integers(0, 20, 60))] += 0.6
    embedding = rng.normal(0, 1, (60, 5))
    names = tuple(str(i) for i in range(20))
    return _case(
        "noise-clusters",
        "An embedding of pure noise",
        "The embedding is drawn without regard to the 20 classes of 3 rows each: distances within "
        "and between classes are alike.",
        lambda view: _mentioning(view, "mean distance within"),
        Predictions(y, proba, np.argmax(proba, axis=1), names, None, Context(embedding=embedding)),
    )


def _always_wrong() -> MisleadingCase:
    p = np.array([0.9, 0.8, 0.7, 0.2, 0.1, 0.3])
    y = np.array([0, 0, 0, 1, 1, 1])
    return _case(
        "always-wrong",
        "Swapped columns: every call is wrong",
        "The columns of the two classes were exchanged, the kind of slip an audit should name.",
        lambda view: view.fails,
        _binary(y, p),
    )
