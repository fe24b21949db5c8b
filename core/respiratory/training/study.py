"""The whole shortcut study, from films to its stored results; run once, offline."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

import numpy as np

from core.respiratory.audit.study import Effect, Probe, Study
from core.respiratory.prepare import Recipe
from core.respiratory.training import study_marks
from core.respiratory.training import study_probes as probes
from core.respiratory.training.collection import Collection
from core.respiratory.training.study_features import Encoder, Features, Shelf, extract
from core.respiratory.training.study_heads import Fitting, Floats
from core.respiratory.training.study_recipes import (
    BASE,
    Answers,
    Trial,
    answers,
    compare,
    fold_facts,
    nested,
    rowsets,
    within_cohen,
)

ENCODER = (
    "Linear head on frozen features: DINOv2 ViT-S/14, first 8 blocks, 140 x 140 pixels, mean of "
    "the normalised patch tokens"
)
# Everything that was looked at when the recipe was chosen, losers included.
TRIALS: tuple[Trial, ...] = (
    BASE,
    *(Trial(recipe) for recipe in Recipe if recipe is not Recipe.PLAIN),
    *(Trial(Recipe.PLAIN, fitting) for fitting in list(Fitting)[1:]),
    *(Trial(Recipe.CROP, fitting) for fitting in list(Fitting)[1:]),
    *(Trial(Recipe.RANKS, fitting) for fitting in (Fitting.BALANCED, Fitting.BLIND)),
    *(Trial(Recipe.CROP_RANKS, fitting) for fitting in (Fitting.BALANCED, Fitting.BLIND)),
    Trial(Recipe.CROP_LOCAL, Fitting.BLIND),
    Trial(Recipe.PLAIN, copies=1),
    Trial(Recipe.PLAIN, Fitting.BALANCED, copies=1),
    Trial(Recipe.RANKS, copies=1),
    *(Trial(Recipe.LOCAL, fitting, copies=1) for fitting in Fitting),
)
RECIPES: tuple[Recipe, ...] = tuple(Recipe)
# Recipes whose border is probed with a network of its own.
BORDERS = (Recipe.PLAIN, Recipe.CROP, Recipe.RANKS, Recipe.LOCAL, Recipe.CROP_LOCAL)

Told = Callable[[str], None]


def run_study(
    collection: Collection, encode: Encoder, shelf: Shelf, created: datetime.date, told: Told
) -> Study:
    """Run or continue the study; what is on the shelf already is not made again.

    Parameters
    ----------
    collection : Collection
        All films, the Cohen collection as external.
    encode : callable
        See :func:`study_features.frozen_encoder`.
    shelf : Shelf
        Where features and heads' answers are kept.
    created : date
        Declared date of the study.
    told : callable
        Takes a line on what is done next.
    """
    start = time.process_time()
    on_shelf = shelf.seconds()
    trials = [(trial, _answers(collection, trial, encode, shelf, told)) for trial in TRIALS]
    told("bootstrap of the variants")
    variants = compare(collection, trials)
    plain = _features(collection, Recipe.PLAIN, encode, shelf)
    found = _probes(collection, plain, shelf, told)
    left = _effects(collection, encode, shelf, told)
    return Study(
        created=created.isoformat(),
        seconds=round(on_shelf + time.process_time() - start, 1),
        encoder=ENCODER,
        folds=fold_facts(collection),
        variants=tuple(variants),
        base=BASE.name,
        chosen=variants[0].name,
        nested=nested(collection, trials),
        within_cohen=within_cohen(collection, plain),
        probes=found,
        effects=left,
    )


def _features(
    collection: Collection, recipe: Recipe, encode: Encoder, shelf: Shelf, disturb: int = 0
) -> Features:
    rows = None
    if disturb:
        rows = np.unique(np.concatenate([one.train for one in rowsets(collection).values()]))
    return shelf.get(
        f"features-{recipe.name.lower()}-{disturb}",
        lambda: extract(collection.pixels, recipe, encode, disturb, rows),
    )


def _answers(
    collection: Collection, trial: Trial, encode: Encoder, shelf: Shelf, told: Told
) -> Answers:
    told(trial.name)
    features = _features(collection, trial.recipe, encode, shelf)
    copies = [
        _features(collection, trial.recipe, encode, shelf, number)
        for number in range(1, trial.copies + 1)
    ]
    names = list(rowsets(collection))

    def make() -> Floats:
        said = answers(collection, trial, features, copies)
        return np.stack([said[name] for name in names])

    name = f"answers-{trial.recipe.name}-{trial.fitting.name}-{trial.copies}".lower()
    return dict(zip(names, shelf.get(name, make), strict=True))


def _border(collection: Collection, recipe: Recipe, border: bool, shelf: Shelf) -> Floats:
    part = "border" if border else "whole"
    return shelf.get(
        f"{part}-{recipe.name.lower()}",
        lambda: probes.border_answers(collection, recipe, border),
    )


def _measures(collection: Collection, recipe: Recipe, shelf: Shelf) -> Floats:
    return shelf.get(
        f"measures-{recipe.name.lower()}",
        lambda: probes.film_features(
            collection.pixels, recipe, study_marks.histogram_and_sharpness
        ),
    )


def _probes(collection: Collection, plain: Features, shelf: Shelf, told: Told) -> tuple[Probe, ...]:
    told("probes")
    border = _border(collection, Recipe.PLAIN, True, shelf)
    whole = _border(collection, Recipe.PLAIN, False, shelf)
    reach = probes.measure_auc(collection, plain.astype(np.float64))
    marks = shelf.get(
        "markers",
        lambda: probes.film_features(collection.pixels, Recipe.PLAIN, study_marks.markers),
    )
    return (
        *probes.border_probes(collection, border, whole),
        *probes.source_probes(collection, plain),
        *probes.simple_probes(collection, _measures(collection, Recipe.PLAIN, shelf), marks, reach),
        probes.permuted_control(collection, plain),
    )


def _effects(
    collection: Collection, encode: Encoder, shelf: Shelf, told: Told
) -> tuple[Effect, ...]:
    found: list[Effect] = []
    for recipe in RECIPES:
        told(f"shortcuts left by: {recipe}")
        features = _features(collection, recipe, encode, shelf)
        measures = _measures(collection, recipe, shelf)
        border = _border(collection, recipe, True, shelf) if recipe in BORDERS else None
        found += probes.effects(collection, recipe, features, measures, border)
    return tuple(found)
