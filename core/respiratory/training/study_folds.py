"""The leave-one-source-out folds, fixed before any was run, and the films each one uses."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.respiratory.schema import Label
from core.respiratory.training.collection import COHEN, Collection, Film, with_cohen_inside

Rows = NDArray[np.int64]

BIMCV, RSNA = "radiography-bimcv", "radiography-rsna"
KERMANY, NIH = "kermany", "nih-cxr8"


@dataclasses.dataclass(frozen=True, slots=True)
class Fold:
    """Sources kept out of training, and the question put to them.

    Attributes
    ----------
    name : str
        Letter of the fold.
    question : str
        What is told apart, in words.
    held_out : tuple of str
        Sources no training or validation film comes from.
    negatives : tuple of (source, label)
        Films that COVID-19 of the held-out sources is told apart from.
    """

    name: str
    question: str
    held_out: tuple[str, ...]
    negatives: tuple[tuple[str, Label], ...]


FOLDS: tuple[Fold, ...] = (
    Fold(
        "A",
        "COVID-19 against everything else within the Cohen collection, never seen in training",
        (COHEN,),
        ((COHEN, Label.NORMAL), (COHEN, Label.VIRAL), (COHEN, Label.OPACITY)),
    ),
    Fold(
        "B",
        "COVID-19 of Valencia against normal films of the RSNA, neither seen in training",
        (BIMCV, RSNA),
        ((RSNA, Label.NORMAL),),
    ),
    Fold(
        "C",
        "COVID-19 of Valencia against normal films and opacities of the NIH, neither seen",
        (BIMCV, NIH),
        ((NIH, Label.NORMAL), (NIH, Label.OPACITY)),
    ),
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rowset:
    """Row numbers of one fold's films.

    Attributes
    ----------
    train, val : ndarray of int
        Films a head is fitted on, and films its penalty and threshold are chosen on.
    test : ndarray of int
        Films the question is put to.
    positive : ndarray of bool, as long as ``test``
        Whether the film is COVID-19.
    """

    train: Rows
    val: Rows
    test: Rows
    positive: NDArray[np.bool_]


def rows_of(fold: Fold, collection: Collection) -> Rowset:
    """Return the films of a fold.

    Training uses the split ``train`` of the sources that are not held out, and, of the Cohen
    collection when it is trained on, all patients not dealt to validation.
    """
    films = with_cohen_inside(collection).films
    known = [film.source not in fold.held_out for film in films]
    train = [_trains(film) and inside for film, inside in zip(films, known, strict=True)]
    val = [film.split == "val" and inside for film, inside in zip(films, known, strict=True)]
    positive = np.array([f.label is Label.COVID and f.source in fold.held_out for f in films])
    negative = np.array([(f.source, f.label) in fold.negatives for f in films])
    test = np.flatnonzero(positive | negative)
    return Rowset(np.flatnonzero(train), np.flatnonzero(val), test, positive[test])


def in_source_rows(collection: Collection, inside: bool) -> Rowset:
    """Return the films of a training with the Cohen collection left out, or inside, as shipped.

    The test films are the split ``test``: all of the sources that were trained on.
    """
    films = (with_cohen_inside(collection) if inside else collection).films
    names = np.array([film.split for film in films])
    test = np.flatnonzero(names == "test")
    covid = np.array([film.label is Label.COVID for film in films])
    return Rowset(
        np.flatnonzero(names == "train"), np.flatnonzero(names == "val"), test, covid[test]
    )


def _trains(film: Film) -> bool:
    return film.split == "train" or (film.source == COHEN and film.split == "test")
