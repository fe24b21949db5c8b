"""Where trustlens 0.5.0 misleads on given predictions: one sentence each, with its numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from core.stats.intervals import clopper_pearson
from core.trust.original.group_disagreements import group_disagreements
from core.trust.original.metrics import bin_index, top_probability
from core.trust.original.score import (
    ECE_BLOCK_ABOVE,
    ECE_PENALTY_ABOVE,
    FAILURE_PENALTY_BELOW,
    Figures,
    OriginalScore,
)
from core.trust.predictions import Floats, Predictions

_BY_CHANCE, _NOT_BY_CHANCE = 0.05, 0.01
_EXACT_ROWS, _EXACT_DRAWS, _DRAWS = 2_000, 1_000, 4_000
_DISTANCE_OFF, _NEIGHBOURS_AGREE, _CLUSTERED = 0.05, 0.9, 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class _Seen:
    """Everything that a sentence may need; ``top`` and ``called`` are probabilities of a row."""

    predictions: Predictions
    figures: Figures
    score: OriginalScore | None
    seed: int
    top: Floats | None
    called: Floats | None

    @property
    def forecast(self) -> Floats | None:
        """Largest probability of each row, if each row is called its most probable class."""
        if self.top is None or self.called is None or bool(np.any(self.called < self.top)):
            return None
        return self.top


def disagreements(
    predictions: Predictions,
    figures: Figures,
    score: OriginalScore | None,
    fails: str,
    seed: int = 0,
) -> tuple[str, ...]:
    """Return what misleads in the original's report on these predictions.

    Parameters
    ----------
    predictions : Predictions
        With the calls that the original works with.
    figures : Figures
        Its figures.
    score : OriginalScore or None
        Its score; None where it fails.
    fails : str
        Why it fails, or nothing.
    seed : int, default 0
        Seed of the simulations.
    """
    top = None if predictions.proba is None else top_probability(predictions.proba)
    seen = _Seen(predictions, figures, score, seed, top, predictions.confidence)
    found = [fails] if fails else []
    for rule in (
        _without_probabilities,
        _without_errors,
        _failure_ceiling,
        _other_threshold,
        _ece,
        _drift,
        _scale,
        _representation,
    ):
        found += rule(seen)
    if figures.bias:
        found += group_disagreements(figures.bias, score, seed)
    return tuple(found)


def _without_probabilities(seen: _Seen) -> Iterator[str]:
    if seen.figures.without_probabilities and seen.score:
        yield (
            "No probabilities were given. Calibration counts 0 of 100, as though Brier score and "
            "ECE had been measured as 0.5, and FailScore cannot pass 20, as though errors were as "
            f"confident as correct calls: the score of {seen.score.score} says nothing of either."
        )


def _without_errors(seen: _Seen) -> Iterator[str]:
    failure = seen.figures.failure
    if failure and failure.errors == 0 and seen.predictions.proba is not None and seen.score:
        n = seen.predictions.n
        also = (
            " It is also called 'Confidently Wrong'."
            if "Confidently Wrong" in seen.score.patterns
            else ""
        )
        yield (
            f"Blocked although none of the {n} calls is wrong: without errors the confidence gap "
            "is taken as 0, so FailScore is 20, below its block at 40. With no error in "
            f"{n}, the error rate is at most {clopper_pearson(0, n).high:.1%} (95 % interval)."
            + also
        )


def _failure_ceiling(seen: _Seen) -> Iterator[str]:
    """Say how high a calibrated model could get: the gap is bounded by the mean confidence."""
    failure, score, top = seen.figures.failure, seen.score, seen.forecast
    if not (failure and failure.errors and score and top is not None):
        return
    if "Failure" not in score.penalties:
        return
    k, mean = len(seen.predictions.classes), float(top.mean())
    if mean >= 1:
        return
    bound = 1 - 1 / (k * mean)
    ceiling = 80 * bound + 20 * mean
    expected = float(np.sum(top**2) / np.sum(top) - np.sum(top * (1 - top)) / np.sum(1 - top))
    ruling = "Blocked" if score.blocker in ("failure", "confidently wrong") else "Marked down"
    limit = (
        f"no calibrated model with a mean confidence of a = {mean:.3f} can exceed a gap of "
        f"1 - 1/({k}a) = {bound:.3f} or a FailScore of {ceiling:.1f}"
        + (", so the penalty below 60 is certain" if ceiling < FAILURE_PENALTY_BELOW else "")
    )
    yield (
        f"{ruling} for a FailScore of {score.sub_scores['failure']:.1f} (confidence gap "
        f"{failure.gap:.3f}), although {limit}; one with exactly these probabilities would have "
        f"{80 * expected + 20 * mean:.1f} on average."
    )


def _other_threshold(seen: _Seen) -> Iterator[str]:
    failure, top, called = seen.figures.failure, seen.top, seen.called
    if top is None or called is None or failure is None:
        return
    moved = int(np.sum(called < top))
    wrong = ~seen.predictions.correct
    if moved and wrong.any():
        yield (
            f"{moved} of {seen.predictions.n} rows are not called their most probable class, but "
            "the confidence of an error is read off the largest probability: "
            f"{failure.error_confidence:.3f} on average, where the class that was called had "
            f"{float(called[wrong].mean()):.3f}."
        )


def _ece(seen: _Seen) -> Iterator[str]:
    calibration, p = seen.figures.calibration, _forecast(seen)
    if calibration is None or p is None:
        return
    ece, n = calibration.ece, seen.predictions.n
    if ece <= ECE_PENALTY_ABOVE:
        return
    null = null_ece(p, seen.seed)
    blocked = ece > ECE_BLOCK_ABOVE
    limit = ECE_BLOCK_ABOVE if blocked else ECE_PENALTY_ABOVE
    by_chance = float(np.mean(null > limit))
    if by_chance >= _BY_CHANCE:
        yield (
            f"The ECE of {ece:.3f} is {'blocked' if blocked else 'marked down'} for exceeding "
            f"{limit:.2f}: at n = {n}, a perfectly calibrated model with these probabilities "
            f"exceeds {limit:.2f} in {by_chance:.0%} of samples (its mean ECE is "
            f"{float(null.mean()):.3f})."
        )
    elif not blocked and float(np.mean(null >= ece)) <= _NOT_BY_CHANCE:
        yield (
            f"An ECE of {ece:.3f} is not blocked, being below {ECE_BLOCK_ABOVE:.2f}: at n = {n}, "
            "a perfectly calibrated model with these probabilities exceeds "
            f"{float(np.quantile(null, 0.95)):.3f} in only 5 % of samples."
        )


def _forecast(seen: _Seen) -> Floats | None:
    """Return the probabilities whose calibration the original measures, if they are forecasts."""
    return seen.predictions.p if seen.predictions.binary else seen.forecast


def null_ece(p: Floats, seed: int = 0) -> Floats:
    """Return simulated values of the ECE (10 bins of equal width) if the probabilities are right.

    Outcomes are drawn row by row up to 2,000 rows. Above, the sum of each bin is taken as normal.
    """
    rng, index = np.random.default_rng(seed), bin_index(p)
    if len(p) > _EXACT_ROWS:
        spread = np.sqrt(np.bincount(index, weights=p * (1 - p)))
        gaps = rng.standard_normal((_DRAWS, len(spread))) * spread
        return np.asarray(np.abs(gaps).sum(axis=1) / len(p))
    order = np.argsort(p, kind="stable")
    member = np.eye(int(index.max()) + 1)[index[order]]
    drawn = rng.random((_EXACT_DRAWS, len(p))) < p[order]
    return np.asarray(np.abs((drawn - p[order]) @ member).sum(axis=1) / len(p))


def _drift(seen: _Seen) -> Iterator[str]:
    if seen.score and "Calibration Drift" in seen.score.patterns:
        yield (
            f"'Calibration Drift' is read off one set of {seen.predictions.n} rows: no time and no "
            "earlier data enter, so no change can have been seen."
        )


def _scale(seen: _Seen) -> Iterator[str]:
    calibration = seen.figures.calibration
    k = len(seen.predictions.classes)
    if calibration and k > 2 and seen.score:
        halved = 100 * (1 - min(calibration.brier / 2 + 1.5 * calibration.ece, 1.0))
        yield (
            f"The Brier score of {k} classes ({calibration.brier:.3f}) runs from 0 to 2 but enters "
            "as that of two classes, which ends at 1: on one scale the calibration sub-score would "
            f"be {halved:.1f} instead of {seen.score.sub_scores['calibration']:.1f}. Its ECE is "
            "that of the largest probability, judged by the limits for a positive class."
        )


def _representation(seen: _Seen) -> Iterator[str]:
    found = seen.figures.representation
    if found is None or seen.score is None:
        return
    if np.isnan(found.silhouette):
        yield "With one class there is no silhouette; the embedding counts 50 of 100 all the same."
        return
    if found.silhouette < _CLUSTERED and found.neighbour_agreement >= _NEIGHBOURS_AGREE:
        yield (
            f"The embedding counts {seen.score.sub_scores['representation']:.1f} of 100 for a "
            f"silhouette of {found.silhouette:.3f}, which asks for round, distant clusters; "
            f"{found.neighbour_agreement:.1%} of {found.n} rows have a nearest neighbour of their "
            "own class."
        )
    if abs(found.within / found.within_all - 1) > _DISTANCE_OFF:
        yield (
            f"The mean distance within classes is given as {found.within:.3f}; over all pairs it "
            f"is {found.within_all:.3f}. The sampled pairs may pair a row with itself, which "
            f"moves the ratio from {found.between_all / found.within_all:.2f} to {found.ratio:.2f}."
        )
