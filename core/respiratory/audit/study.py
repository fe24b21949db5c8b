"""The stored shortcut study: what was measured, with intervals, as typed results."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from core import plain
from core.stats.intervals import Interval


@dataclasses.dataclass(frozen=True, slots=True)
class FoldFacts:
    """One leave-one-source-out question and the films behind it.

    Attributes
    ----------
    name, question : str
        Letter and question.
    held_out : tuple of str
        Sources that training never saw.
    trained_on, validated_on : int
        Films of the other sources.
    positives, negatives : int
        Films the question is put to.
    """

    name: str
    question: str
    held_out: tuple[str, ...]
    trained_on: int
    validated_on: int
    positives: int
    negatives: int


@dataclasses.dataclass(frozen=True, slots=True)
class FoldFigures:
    """What one variant reached on a fold, at the threshold chosen on validation films."""

    fold: str
    auc: Interval
    recall: Interval
    specificity: Interval


@dataclasses.dataclass(frozen=True, slots=True)
class InSource:
    """What one variant reached on test films of the sources it was trained on.

    Attributes
    ----------
    protocol : {"single", "multi"}
        Cohen collection left out of training, or inside.
    accuracy : Interval
        Share right among three findings, lung opacity left out.
    auc : Interval
        COVID-19 against the rest, Cohen films left out.
    cohen_auc : Interval or None
        COVID-19 against the rest within Cohen test films; ``None`` where they were not trained on.
    """

    protocol: str
    accuracy: Interval
    auc: Interval
    cohen_auc: Interval | None


@dataclasses.dataclass(frozen=True, slots=True)
class Variant:
    """One mitigation: what is done to the films and how the head is fitted.

    Attributes
    ----------
    name : str
        In words.
    recipe : str
        Value of :class:`core.respiratory.prepare.Recipe`.
    fitting : str
        How the head is fitted.
    disturbed : bool
        Whether copies with random borders and markers were trained on as well.
    folds : tuple of FoldFigures
        In the order of the folds.
    mean : Interval
        Mean of the folds' areas: what the variants are ranked by.
    advantage : Interval
        That mean less the mean of plain films, paired by patient.
    in_source : tuple of InSource
        What it costs.
    """

    name: str
    recipe: str
    fitting: str
    disturbed: bool
    folds: tuple[FoldFigures, ...]
    mean: Interval
    advantage: Interval
    in_source: tuple[InSource, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Nested:
    """The best variant of all folds but one, reported on that one.

    Attributes
    ----------
    fold : str
        Fold that took no part in the choice.
    variant : str
        What was chosen on the others.
    auc, plain_auc, difference : Interval
        Of the chosen variant, of plain films, and the first less the second, paired.
    """

    fold: str
    variant: str
    auc: Interval
    plain_auc: Interval
    difference: Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Probe:
    """What can be told without looking at the lungs, next to the whole image.

    Attributes
    ----------
    code, title, method : str
        Short name, name for people, and how it was measured.
    measure : str
        What the figures are, such as ``"AUC of COVID-19"``.
    probe : Interval
        What the probe reaches.
    whole : Interval or None
        What the same method reaches on the whole image, where there is such a thing.
    chance : float
        What guessing reaches.
    """

    code: str
    title: str
    method: str
    measure: str
    probe: Interval
    whole: Interval | None
    chance: float


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """What one recipe leaves of a shortcut: the probe on films after the recipe."""

    recipe: str
    probe: str
    measure: str
    value: Interval
    chance: float


@dataclasses.dataclass(frozen=True, slots=True)
class Study:
    """Everything the study measured.

    Attributes
    ----------
    created : str
        Declared date.
    seconds : float
        Processor time.
    encoder : str
        What the heads were fitted on.
    folds : tuple of FoldFacts
        The questions.
    variants : tuple of Variant
        Every mitigation tried, best mean area first.
    base, chosen : str
        Names of the variant the others are compared with, and of the best.
    nested : tuple of Nested
        The choice made without each fold in turn.
    within_cohen : Interval
        Area within the Cohen collection, trained on its other patients.
    probes : tuple of Probe
        What can be told without the lungs.
    effects : tuple of Effect
        What each recipe leaves of that.
    """

    created: str
    seconds: float
    encoder: str
    folds: tuple[FoldFacts, ...]
    variants: tuple[Variant, ...]
    base: str
    chosen: str
    nested: tuple[Nested, ...]
    within_cohen: Interval
    probes: tuple[Probe, ...]
    effects: tuple[Effect, ...]

    def named(self, name: str) -> Variant:
        """Return a variant by its name."""
        return next(one for one in self.variants if one.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return the study as plain data."""
        return dict(plain.plain(self))


def from_dict(stored: Mapping[str, Any]) -> Study:
    """Return the study that :meth:`Study.to_dict` wrote."""
    return Study(
        created=stored["created"],
        seconds=stored["seconds"],
        encoder=stored["encoder"],
        folds=tuple(
            FoldFacts(**{**fold, "held_out": tuple(fold["held_out"])}) for fold in stored["folds"]
        ),
        variants=tuple(_variant(item) for item in stored["variants"]),
        base=stored["base"],
        chosen=stored["chosen"],
        nested=tuple(
            Nested(**_read(item, "auc", "plain_auc", "difference")) for item in stored["nested"]
        ),
        within_cohen=_interval(stored["within_cohen"]),
        probes=tuple(Probe(**_read(item, "probe", "whole")) for item in stored["probes"]),
        effects=tuple(Effect(**_read(item, "value")) for item in stored["effects"]),
    )


def _variant(item: Mapping[str, Any]) -> Variant:
    read = _read(item, "mean", "advantage")
    read["folds"] = tuple(
        FoldFigures(**_read(fold, "auc", "recall", "specificity")) for fold in item["folds"]
    )
    read["in_source"] = tuple(
        InSource(**_read(one, "accuracy", "auc", "cohen_auc")) for one in item["in_source"]
    )
    return Variant(**read)


def _read(item: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: _interval(v) if key in names and v else v for key, v in item.items()}


def _interval(stored: Mapping[str, Any]) -> Interval:
    known: dict[str, Any] = {
        key: math.nan if value is None else value for key, value in stored.items()
    }
    return Interval(**known)
