"""What the networks said about films they were not trained on, as a table."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.respiratory.schema import LABELS, SINGLE, Label, Network

PREDICTIONS = "predictions.csv"
COHEN = "cohen-ieee8023"
DESCRIBED = ("file", "label", "split", "source", "patient")

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = Sequence[Mapping[str, str]]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Films:
    """Films with their labels, origins and logits.

    Attributes
    ----------
    file, split, source, patient : ndarray of str, shape (n,)
        Name, part of the collection, collection, and patient within it.
    y : ndarray of int, shape (n,)
        Position of the label among the findings.
    logits : mapping of Network to ndarray, shape (n, 4)
        Of each single network.
    """

    file: NDArray[np.str_]
    split: NDArray[np.str_]
    source: NDArray[np.str_]
    patient: NDArray[np.str_]
    y: NDArray[np.int64]
    logits: Mapping[Network, Floats]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def cluster(self) -> NDArray[np.str_]:
        """Each film's patient, unique across sources."""
        return np.array(
            [f"{source}/{one}" for source, one in zip(self.source, self.patient, strict=True)]
        )

    @property
    def counted_for_alert(self) -> Flags:
        """Whether a film has a say in the alert threshold.

        The few films of the Cohen collection without COVID-19 have none: hardly any threshold of
        use leaves them alone, so that they would only push it up. They are shown by source.
        """
        counted: Flags = (self.y == LABELS.index(Label.COVID)) | (self.source != COHEN)
        return counted

    def where(self, keep: Flags) -> Films:
        """Return the films that are marked."""
        return Films(
            self.file[keep],
            self.split[keep],
            self.source[keep],
            self.patient[keep],
            self.y[keep],
            {network: rows[keep] for network, rows in self.logits.items()},
        )

    def part(self, split: str) -> Films:
        """Return one part: val, test or cohen."""
        return self.where(self.split == split)


def column(prefix: str, label: Label) -> str:
    """Return the name of the column that holds a network's logit of a finding."""
    return f"{prefix}/{label}"


def read_films(path: Path) -> Films:
    """Read a table of predictions.

    Parameters
    ----------
    path : Path
        CSV with the columns file, label, split, source, patient and, for every single network and
        finding, its logit (:func:`column`).

    Raises
    ------
    InputError
        If the table is missing or empty, lacks a column, or holds an unknown label or a logit that
        is not a finite number.
    """
    return _films(_rows(path), path.name, SINGLE)


def read_seeds(path: Path) -> dict[int, Films]:
    """Read a table of predictions by several seeds, whose columns are ``network/seed/finding``.

    Raises
    ------
    InputError
        As :func:`read_films`, also if the networks were not trained with the same seeds.
    """
    rows = _rows(path)
    names = [name.split("/") for name in rows[0] if name.count("/") == 2]
    seeds = sorted({int(seed) for _, seed, _ in names if seed.isdigit()})
    if not seeds:
        raise InputError(f"{path.name}: has no column such as {SINGLE[0]}/0/{LABELS[0]}.")
    return {
        seed: _films(rows, path.name, [f"{network}/{seed}" for network in SINGLE]) for seed in seeds
    }


def _rows(path: Path) -> Rows:
    if not path.is_file():
        raise InputError(f"{path}: is not there. Train the networks first: respiratory train.")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise InputError(f"{path.name}: holds no film. Export the predictions again.")
    return rows


def _films(rows: Rows, name: str, prefixes: Sequence[str]) -> Films:
    wanted = (*DESCRIBED, *(column(prefix, label) for prefix in prefixes for label in LABELS))
    absent = [key for key in wanted if key not in rows[0]]
    if absent:
        raise InputError(f"{name}: lacks the column {absent[0]}. Export the predictions again.")
    texts = {key: np.array([row[key] for row in rows]) for key in DESCRIBED}
    unknown = sorted(set(texts["label"].tolist()) - set(LABELS))
    if unknown:
        raise InputError(
            f"{name}, column label: {unknown[0]!r} is not a finding. Use one of "
            f"{', '.join(LABELS)}."
        )
    return Films(
        file=texts["file"],
        split=texts["split"],
        source=texts["source"],
        patient=texts["patient"],
        y=np.array([LABELS.index(Label(label)) for label in texts["label"]], dtype=np.int64),
        logits={
            network: _logits(rows, prefix, name)
            for network, prefix in zip(SINGLE, prefixes, strict=True)
        },
    )


def _logits(rows: Rows, prefix: str, name: str) -> Floats:
    names = [column(prefix, label) for label in LABELS]
    try:
        found = np.array([[float(row[key]) for key in names] for row in rows])
    except (TypeError, ValueError) as problem:
        raise InputError(f"{name}, logits of {prefix}: {problem}. Export them again.") from problem
    bad = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(bad):
        raise InputError(
            f"{name}, row {bad[0] + 1}: a logit of {prefix} is not a finite number. "
            "Export the predictions again."
        )
    return found
