"""What tells the findings apart without the lungs: probes of the collection, on held-out films."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.respiratory.audit.study import Effect, Probe
from core.respiratory.prepare import CANVAS, Recipe, resize, treat
from core.respiratory.schema import LABELS, Label, Pixels
from core.respiratory.training import study_border
from core.respiratory.training.collection import COHEN, Collection, with_cohen_inside
from core.respiratory.training.study_features import Features
from core.respiratory.training.study_folds import in_source_rows
from core.respiratory.training.study_heads import PENALTIES, Floats, Rows
from core.respiratory.training.study_marks import BINS
from core.respiratory.training.study_recipes import COVID, accuracy, covid_auc
from core.stats.intervals import Interval, wilson

EPOCHS = 20
PERMUTATIONS = 12
AUC = "AUC of COVID-19 against the rest, test films of the sources trained on"
THREE = "share right, three findings"
FOUR = "share right, four findings"


def film_features(
    pixels: NDArray[np.uint8], recipe: Recipe, measure: Callable[[Pixels], Floats]
) -> Floats:
    """Return a measure of every film after a recipe, brought back to the canvas."""
    found = []
    for film in pixels:
        seen = resize(treat(film.astype(np.float32) / 255, recipe), CANVAS)
        found.append(measure(seen))
    return np.stack(found)


def linear_answers(x: Floats, y: Rows, train: Rows, val: Rows, classes: int) -> Floats:
    """Return probabilities of all rows from a logistic regression, penalty chosen on ``val``."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = x[train].mean(0), x[train].std(0) + 1e-6
    z = (x - mean) / spread
    best, lowest = np.zeros((len(x), classes)), np.inf
    for penalty in PENALTIES:
        model = LogisticRegression(C=penalty, max_iter=1000, tol=1e-3).fit(z[train], y[train])
        proba = np.zeros((len(x), classes))
        proba[:, model.classes_] = model.predict_proba(z)
        loss = float(-np.log(proba[val, y[val]].clip(1e-9)).mean())
        if loss < lowest:
            best, lowest = proba, loss
    return best


def border_answers(collection: Collection, recipe: Recipe, border: bool, seed: int = 0) -> Floats:
    """Return what a small network trained on borders, or on whole films, says of every film."""
    films = study_border.inputs(collection.pixels, recipe, border)
    train = in_source_rows(collection, inside=False).train
    network = study_border.train_small(films[train], collection.targets[train], EPOCHS, seed)
    return study_border.small_proba(network, films)


def border_probes(collection: Collection, border: Floats, whole: Floats) -> tuple[Probe, ...]:
    """Compare the border-only network with the same network on whole films."""
    test = in_source_rows(collection, inside=False).test
    targets = collection.targets[test]
    cohen = np.flatnonzero(collection.sources == COHEN)
    method = (
        f"Network of four convolutions at 64 x 64 pixels from nothing, {EPOCHS} epochs; the lung "
        "box is blacked out and the film standardised on its border alone."
    )

    def four(proba: Floats) -> Interval:
        return wilson(int((proba[test].argmax(1) == targets).sum()), len(test))

    def three(proba: Floats) -> Interval:
        return accuracy(targets, proba[test])

    measures: list[tuple[str, Callable[[Floats], Interval], float]] = [
        (FOUR, four, _majority(targets)),
        (THREE, three, _majority(targets[targets != LABELS.index(Label.OPACITY)])),
        (AUC, lambda proba: covid_auc(collection, proba, test), 0.5),
        (
            "AUC of COVID-19 against the rest within the Cohen collection, never seen",
            lambda proba: covid_auc(collection, proba, cohen),
            0.5,
        ),
    ]
    return tuple(
        Probe("border", "Border of the film alone", method, name, of(border), of(whole), chance)
        for name, of, chance in measures
    )


def source_probes(collection: Collection, features: Features) -> tuple[Probe, ...]:
    """Tell the hospital, among films of one finding, from the frozen features."""
    method = "Logistic regression on frozen features of the whole film."
    right, chance = source_accuracy(collection, features)
    normal = Probe(
        "source-normal",
        "Hospital of a normal film",
        method,
        "share of normal test films whose source is named, of three",
        right,
        None,
        chance,
    )
    dealt = with_cohen_inside(collection)
    covid = np.array([film.label is Label.COVID for film in dealt.films])
    rows = {name: _rows(dealt, name, covid) for name in ("train", "val", "test")}
    y = (collection.sources == COHEN).astype(np.int64)
    proba = linear_answers(features.astype(np.float64), y, rows["train"], rows["val"], 2)
    named = proba[rows["test"]].argmax(1) == y[rows["test"]]
    return (
        normal,
        Probe(
            "source-covid",
            "Collection of a COVID-19 film",
            method,
            "share of COVID-19 test films whose source is named: Valencia or Cohen",
            wilson(int(named.sum()), len(named)),
            None,
            _majority(y[rows["test"]]),
        ),
    )


def source_accuracy(collection: Collection, features: Floats | Features) -> tuple[Interval, float]:
    """Return the share of normal test films whose source is named, and the majority's share."""
    normal = np.array([f.label is Label.NORMAL and f.source != COHEN for f in collection.films])
    train, val, test = (_rows(collection, name, normal) for name in ("train", "val", "test"))
    y = np.unique(collection.sources, return_inverse=True)[1].astype(np.int64)
    proba = linear_answers(features.astype(np.float64), y, train, val, int(y.max()) + 1)
    named = proba[test].argmax(1) == y[test]
    return wilson(int(named.sum()), len(test)), _majority(y[test])


def measure_auc(collection: Collection, x: Floats) -> Interval:
    """Return the area of COVID-19 on test films that some features of a film reach alone."""
    rows = in_source_rows(collection, inside=False)
    y = collection.targets
    proba = linear_answers(x, y, rows.train, rows.val, len(LABELS))
    return covid_auc(collection, proba, rows.test)


def permuted_control(collection: Collection, features: Features) -> Probe:
    """Fit the head on shuffled labels: what is left is what the method itself makes up."""
    from core.stats.binary import auc

    rows = in_source_rows(collection, inside=False)
    rng = np.random.default_rng(0)
    x, areas = features.astype(np.float64), []
    for _ in range(PERMUTATIONS):
        y = collection.targets.copy()
        for part in (rows.train, rows.val):
            y[part] = rng.permutation(y[part])
        proba = linear_answers(x, y, rows.train, rows.val, len(LABELS))
        areas.append(auc(rows.positive.astype(np.int64), proba[rows.test, COVID]))
    return Probe(
        "permuted",
        "Labels shuffled (control)",
        f"The same heads on shuffled training labels, {PERMUTATIONS} times.",
        AUC,
        _mean_interval(np.array(areas)),
        measure_auc(collection, x),
        0.5,
    )


def simple_probes(
    collection: Collection, measures: Floats, marks: Floats, whole: Interval
) -> tuple[Probe, ...]:
    """Return what grey values, sharpness and markers alone reach, next to the frozen features.

    Parameters
    ----------
    measures, marks : (n, 49) and (n, 20) array
        Histogram and sharpness, and markers, of plain films.
    whole : Interval
        What the frozen features reach.
    """
    each = (
        ("histogram", "Grey values alone", f"{BINS} bins", measures[:, :BINS]),
        ("sharpness", "Sharpness alone", "16 bands of spatial power", measures[:, BINS:]),
        ("markers", "Markers alone", "bright spots in the outer ring", marks),
    )
    return tuple(
        Probe(
            code,
            title,
            f"Logistic regression on {what} of each film; next to it, on frozen features.",
            AUC,
            measure_auc(collection, x),
            whole,
            0.5,
        )
        for code, title, what, x in each
    )


def effects(
    collection: Collection,
    recipe: Recipe,
    features: Features,
    measures: Floats,
    border: Floats | None,
) -> tuple[Effect, ...]:
    """Return what a recipe leaves of the shortcuts.

    Parameters
    ----------
    features, measures : (n, d) and (n, 49) array
        Frozen features, and histogram and sharpness, of films after the recipe.
    border : (n, 4) array or None
        What the border-only network says, where one was trained.
    """
    named, chance = source_accuracy(collection, features)
    found = [Effect(recipe, "source-normal", "hospital of a normal film named", named, chance)]
    for code, x in (("histogram", measures[:, :BINS]), ("sharpness", measures[:, BINS:])):
        found.append(Effect(recipe, code, AUC, measure_auc(collection, x), 0.5))
    if border is not None:
        test = in_source_rows(collection, inside=False).test
        found.append(Effect(recipe, "border", AUC, covid_auc(collection, border, test), 0.5))
    return tuple(found)


def _rows(collection: Collection, split: str, keep: NDArray[np.bool_]) -> Rows:
    own = np.array([film.split == split for film in collection.films])
    return np.flatnonzero(own & keep)


def _majority(y: Rows) -> float:
    return float(np.bincount(y).max() / len(y))


def _mean_interval(values: Floats) -> Interval:
    from scipy.stats import t

    n = len(values)
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(n))
    half = float(t.ppf(0.975, n - 1)) * error
    return Interval(mean, mean - half, mean + half, n, 0.95, "t, over shufflings")
