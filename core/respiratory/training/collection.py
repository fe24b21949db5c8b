"""The training films: a folder with a table of source, licence, patient and split."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import InputError
from core.respiratory.schema import LABELS, Label

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cxr"
COLUMNS = ("file", "label", "split", "source", "licence", "patient")
COHEN = "cohen-ieee8023"
# Shares of the Cohen collection's patients when it is trained on as well.
COHEN_SHARES = (("train", 0.6), ("val", 0.15), ("test", 0.25))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Film:
    """One film of the collection and where it comes from."""

    file: str
    label: Label
    split: str
    source: str
    licence: str
    patient: str

    @property
    def target(self) -> int:
        """Position of the label among the findings."""
        return LABELS.index(self.label)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Films with their pixels.

    Attributes
    ----------
    films : tuple of Film
        Their labels and origins.
    pixels : (films, 224, 224) uint8 array
        Grey values.
    """

    films: tuple[Film, ...]
    pixels: NDArray[np.uint8]

    @property
    def targets(self) -> NDArray[np.int64]:
        """Position of each film's label among the findings."""
        return np.array([film.target for film in self.films], dtype=np.int64)

    @property
    def sources(self) -> NDArray[np.str_]:
        """Each film's source."""
        return np.array([film.source for film in self.films])

    @property
    def patients(self) -> NDArray[np.str_]:
        """Each film's patient, unique across sources."""
        return np.array([f"{film.source}/{film.patient}" for film in self.films])

    def where(self, keep: Callable[[Film], bool]) -> Collection:
        """Return the films that fulfil a condition."""
        index = [i for i, film in enumerate(self.films) if keep(film)]
        return Collection(tuple(self.films[i] for i in index), self.pixels[index])

    def split(self, name: str) -> Collection:
        """Return the films of one split: train, val, test, or cohen."""
        return self.where(lambda film: film.split == name)


def read_collection(folder: Path) -> Collection:
    """Read the table ``metadata.csv`` of a folder and every film it names.

    Raises
    ------
    InputError
        If the table, a column or a film is missing, or a label is not one of the four.
    """
    table = folder / "metadata.csv"
    if not table.is_file():
        raise InputError(f"{folder}: holds no metadata.csv. Name the folder of the collection.")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    absent = [name for name in COLUMNS if not rows or name not in rows[0]]
    if absent:
        raise InputError(f"{table}: lacks the column {absent[0]}. Add it: {', '.join(COLUMNS)}.")
    films = tuple(_film(row, number) for number, row in enumerate(rows, start=1))
    return Collection(films, np.stack([_pixels(folder / film.file) for film in films]))


def with_cohen_inside(collection: Collection, seed: int = 0) -> Collection:
    """Deal the Cohen collection to train, val and test, patient by patient.

    This is the second protocol: several sources of COVID-19 instead of one.
    """
    patients = sorted({film.patient for film in collection.films if film.source == COHEN})
    order = np.random.default_rng(seed).permutation(len(patients))
    bounds = np.cumsum([share for _, share in COHEN_SHARES]) * len(patients)
    dealt = {
        patients[i]: COHEN_SHARES[int(np.searchsorted(bounds, rank, side="right"))][0]
        for rank, i in enumerate(order)
    }
    films = tuple(
        dataclasses.replace(film, split=dealt[film.patient]) if film.source == COHEN else film
        for film in collection.films
    )
    return Collection(films, collection.pixels)


def checksum(films: Iterable[Film], folder: Path) -> str:
    """Return one SHA-256 over every film's name and bytes."""
    digest = hashlib.sha256()
    for film in films:
        digest.update(film.file.encode())
        digest.update((folder / film.file).read_bytes())
    return digest.hexdigest()


def _film(row: dict[str, str], number: int) -> Film:
    if row["label"] not in set(LABELS):
        raise InputError(
            f"metadata.csv, row {number}, column label: {row['label']!r} is not a finding. "
            f"Use one of {', '.join(LABELS)}."
        )
    given = {name: row[name] for name in COLUMNS if name != "label"}
    return Film(label=Label(row["label"]), **given)


def _pixels(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise InputError(f"{path}: is named in metadata.csv and is not there. Restore the film.")
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((224, 224)), dtype=np.uint8)
