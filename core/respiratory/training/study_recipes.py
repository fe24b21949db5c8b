"""Which mitigation holds best on sources that training never saw."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.respiratory.audit.study import FoldFacts, FoldFigures, InSource, Nested, Variant
from core.respiratory.prepare import Recipe
from core.respiratory.schema import LABELS, Label
from core.respiratory.training.collection import COHEN, Collection
from core.respiratory.training.study_features import Features
from core.respiratory.training.study_folds import FOLDS, Rowset, in_source_rows, rows_of
from core.respiratory.training.study_heads import Fitting, Floats, Rows, Sample, fit
from core.stats.binary import auc
from core.stats.cluster_bootstrap import cluster_bootstrap
from core.stats.intervals import Interval, wilson

COVID = LABELS.index(Label.COVID)
OPACITY = LABELS.index(Label.OPACITY)
MULTI = "multi"
WANTED_RECALL = 0.99
RESAMPLES = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """A mitigation to try: recipe, fitting, and number of disturbed copies of every film."""

    recipe: Recipe
    fitting: Fitting = Fitting.PLAIN
    copies: int = 0

    @property
    def name(self) -> str:
        """The mitigation in words."""
        extra = ["random borders and markers"] if self.copies else []
        if self.fitting is not Fitting.PLAIN:
            extra.append(str(self.fitting))
        return "; ".join([str(self.recipe), *extra])


BASE = Trial(Recipe.PLAIN)

# Probabilities (films, 4) of every film by the head of every fold, and of the multi protocol.
Answers = Mapping[str, Floats]


def answers(
    collection: Collection, trial: Trial, features: Features, copies: Sequence[Features]
) -> dict[str, Floats]:
    """Fit one head per fold and one with Cohen inside; return what each says of every film.

    The head of fold A is also that of the single-source protocol: its training films are the same.
    """
    found = {}
    for name, rows in rowsets(collection).items():
        parts = [_sample(collection, each, rows.train) for each in (features, *copies)]
        head = fit(trial.fitting, _joined(parts), _sample(collection, features, rows.val))
        found[name] = head(features.astype(np.float64))
    return found


def rowsets(collection: Collection) -> dict[str, Rowset]:
    """Return the films of every fold and of the multi protocol."""
    sets = {fold.name: rows_of(fold, collection) for fold in FOLDS}
    return {**sets, MULTI: in_source_rows(collection, inside=True)}


def fold_facts(collection: Collection) -> tuple[FoldFacts, ...]:
    """Return what each fold holds."""
    facts = []
    for fold in FOLDS:
        rows = rows_of(fold, collection)
        positives = int(rows.positive.sum())
        sizes = (len(rows.train), len(rows.val), positives, len(rows.test) - positives)
        facts.append(FoldFacts(fold.name, fold.question, fold.held_out, *sizes))
    return tuple(facts)


def compare(collection: Collection, trials: Sequence[tuple[Trial, Answers]]) -> list[Variant]:
    """Return every trial with its figures, best mean area first.

    The first trial is the one the others are compared with.
    """
    sets = rowsets(collection)
    table = _scores(trials)

    def statistic(rows: Rows) -> Floats:
        areas = _areas(table, sets, rows).mean(1)
        return np.concatenate([areas, areas - areas[0]])

    spans = cluster_bootstrap(statistic, collection.patients, RESAMPLES)
    count = len(trials)
    variants = [
        Variant(
            name=trial.name,
            recipe=str(trial.recipe),
            fitting=str(trial.fitting),
            disturbed=trial.copies > 0,
            folds=tuple(_fold_figures(collection, sets[f.name], said, f.name) for f in FOLDS),
            mean=spans[i],
            advantage=spans[count + i],
            in_source=in_source(collection, said),
        )
        for i, (trial, said) in enumerate(trials)
    ]
    return sorted(variants, key=lambda variant: -variant.mean.estimate)


def nested(collection: Collection, trials: Sequence[tuple[Trial, Answers]]) -> tuple[Nested, ...]:
    """Choose on all folds but one and report on that one, for each fold in turn."""
    sets = rowsets(collection)
    table = _scores(trials)
    areas = _areas(table, sets, np.arange(len(collection.films)))
    found = []
    for place, fold in enumerate(FOLDS):
        best = int(np.argmax(np.delete(areas, place, axis=1).mean(1)))
        spans = _pair(collection, {fold.name: sets[fold.name]}, table[[best, 0], place, None])
        found.append(Nested(fold.name, trials[best][0].name, *spans))
    return tuple(found)


def _pair(
    collection: Collection, one: Mapping[str, Rowset], scores: Floats
) -> tuple[Interval, ...]:
    """Return the areas of two scores on one fold, and the first less the second."""
    (test,) = (rows.test for rows in one.values())

    def statistic(rows: Rows) -> Floats:
        first, second = _areas(scores, one, test[rows])[:, 0]
        return np.array([first, second, first - second])

    return cluster_bootstrap(statistic, collection.patients[test], RESAMPLES)


def _scores(trials: Sequence[tuple[Trial, Answers]]) -> Floats:
    """Return every trial's probability of COVID-19: (trials, folds, films)."""
    return np.stack([[said[fold.name][:, COVID] for fold in FOLDS] for _, said in trials])


def in_source(collection: Collection, said: Answers) -> tuple[InSource, ...]:
    """Return figures on test films of the sources trained on, for both protocols."""
    cohen = collection.sources == COHEN
    found = []
    for protocol, name in (("single", "A"), (MULTI, MULTI)):
        test = in_source_rows(collection, inside=protocol == MULTI).test
        own, dealt = test[~cohen[test]], test[cohen[test]]
        found.append(
            InSource(
                protocol,
                accuracy(collection.targets[own], said[name][own]),
                covid_auc(collection, said[name], own),
                covid_auc(collection, said[name], dealt) if len(dealt) else None,
            )
        )
    return tuple(found)


def within_cohen(collection: Collection, features: Features, folds: int = 5) -> Interval:
    """Return the area within the Cohen collection, trained on its other patients.

    What there is to be learned when hospital and finding are not confounded by the collection.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    rows = np.flatnonzero(collection.sources == COHEN)
    y = (collection.targets[rows] == COVID).astype(np.int64)
    patients = collection.patients[rows]
    proba = np.zeros((len(collection.films), len(LABELS)))
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for rest, held in splitter.split(rows, y, patients):
        inner = StratifiedGroupKFold(folds, shuffle=True, random_state=1)
        fitted, chosen = next(iter(inner.split(rest, y[rest], patients[rest])))
        parts = [_sample(collection, features, rows[rest[part]]) for part in (fitted, chosen)]
        proba[rows[held]] = fit(Fitting.PLAIN, *parts)(features[rows[held]].astype(np.float64))
    return covid_auc(collection, proba, rows)


def covid_auc(collection: Collection, proba: Floats, rows: Rows) -> Interval:
    """Return the area of COVID-19 against the rest of the rows, resampled by patient."""
    positive = (collection.targets[rows] == COVID).astype(np.int64)
    score = proba[rows, COVID]
    (span,) = cluster_bootstrap(
        lambda chosen: np.array([auc(positive[chosen], score[chosen])]),
        collection.patients[rows],
        RESAMPLES,
    )
    return span


def accuracy(targets: Rows, proba: Floats) -> Interval:
    """Return the share right among the three findings, lung opacity and its films left out."""
    kept = targets != OPACITY
    right = proba[kept][:, :OPACITY].argmax(1) == targets[kept]
    return wilson(int(right.sum()), int(kept.sum()))


def threshold(collection: Collection, proba: Floats, val: Rows) -> float:
    """Return the largest threshold that keeps 99 % recall of COVID-19 on validation films."""
    scores = np.sort(proba[val][collection.targets[val] == COVID, COVID])
    return float(scores[int(np.floor((1 - WANTED_RECALL) * len(scores)))])


def _fold_figures(collection: Collection, rows: Rowset, said: Answers, name: str) -> FoldFigures:
    proba = said[name]
    called = proba[rows.test, COVID] >= threshold(collection, proba, rows.val)
    positives, negatives = called[rows.positive], ~called[~rows.positive]
    return FoldFigures(
        fold=name,
        auc=covid_auc(collection, proba, rows.test),
        recall=wilson(int(positives.sum()), len(positives)),
        specificity=wilson(int(negatives.sum()), len(negatives)),
    )


def _areas(table: Floats, sets: Mapping[str, Rowset], rows: Rows) -> Floats:
    """Return the areas (trials, folds) on the chosen rows, some repeated."""
    counts = np.bincount(rows, minlength=table.shape[2])
    folds = [one for name, one in sets.items() if name != MULTI]
    found = np.empty(table.shape[:2])
    for place, one in enumerate(folds):
        repeats = counts[one.test]
        chosen = np.repeat(one.test, repeats)
        positive = np.repeat(one.positive, repeats).astype(np.int64)
        for trial in range(len(table)):
            found[trial, place] = auc(positive, table[trial, place, chosen])
    return found


def _sample(collection: Collection, features: Features, rows: Rows) -> Sample:
    sources = np.unique(collection.sources, return_inverse=True)[1]
    targets = collection.targets
    groups = sources * len(LABELS) + targets
    return Sample(features[rows].astype(np.float64), targets[rows], groups[rows], sources[rows])


def _joined(parts: Sequence[Sample]) -> Sample:
    def stack(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(part, name) for part in parts])

    return Sample(stack("x"), *(stack(n).astype(np.int64) for n in ("y", "groups", "sources")))
