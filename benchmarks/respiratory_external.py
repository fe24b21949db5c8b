"""COVID-19 within the Cohen collection, by the trained networks and by three ways of training them.

Reads the tables of predictions in the model folder: the shipped networks (other Cohen patients
trained on), networks that never saw the collection, and the same with nothing done against
shortcuts. Differences are paired by film and resampled by patient.

    python -m benchmarks.respiratory_external
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.plain import plain
from core.respiratory.decision import COVID, probabilities
from core.respiratory.evaluate.fit import fit_operating
from core.respiratory.evaluate.protocols import NETWORKS, REFERENCES
from core.respiratory.evaluate.table import PREDICTIONS, Films, read_films
from core.respiratory.schema import Network
from core.respiratory.training.collection import COHEN
from core.stats.binary import auc
from core.stats.cluster_bootstrap import cluster_bootstrap

FOLDER = artifacts.MODELS_ROOT / "respiratory" / "1"
MULTI, SINGLE, SINGLE_PLAIN = "multi", "single", "single_plain"
FILES = {MULTI: PREDICTIONS, **{name: file for name, (file, _) in REFERENCES.items()}}

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Scores = dict[Network, dict[str, float]]


def scores(films: Films) -> Scores:
    """Return every Cohen film's probability of COVID-19 by every network; validation not shown."""
    points = fit_operating(films.part("val"))
    own = films.where((films.source == COHEN) & (films.split != "val"))
    found: Scores = {}
    for network in NETWORKS:
        proba = probabilities(network, own.logits, points)[:, COVID]
        found[network] = dict(zip(own.file.tolist(), proba.tolist(), strict=True))
    return found


def compared(
    said: Mapping[str, Scores], films: Films, names: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Yield areas of several trainings on the films that all of them have, and differences."""
    shared = set.intersection(*(set(said[name][Network.ENSEMBLE]) for name in names))
    rows = films.where(np.isin(films.file, sorted(shared)))
    y = (rows.y == COVID).astype(np.int64)
    for network in NETWORKS:
        table = [np.array([said[n][network][file] for file in rows.file]) for n in names]

        def statistic(chosen: Rows, table: list[Floats] = table, y: Rows = y) -> Floats:
            areas = np.array([auc(y[chosen], score[chosen]) for score in table])
            return np.concatenate([areas, areas[:-1] - areas[-1]])

        spans = cluster_bootstrap(statistic, rows.cluster)
        yield {
            "network": str(network),
            "covid": int(y.sum()),
            "others": int(len(y) - y.sum()),
            "auc": dict(zip(names, spans, strict=False)),
            f"less {names[-1]}": dict(zip(names[:-1], spans[len(names) :], strict=True)),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    tables = {name: folder / file for name, file in FILES.items()}
    films = {name: read_films(path) for name, path in tables.items() if path.is_file()}
    said = {name: scores(one) for name, one in films.items()}
    found: dict[str, Any] = {}
    for title, names in (
        ("never seen: recipe against plain films", (SINGLE, SINGLE_PLAIN)),
        ("Cohen test patients: collection inside against outside", (MULTI, SINGLE)),
    ):
        usable = all(name in said and said[name][Network.ENSEMBLE] for name in names)
        absent = "a table of predictions, or its Cohen films, are not there"
        found[title] = list(compared(said, films[names[0]], names)) if usable else absent
    print(json.dumps(plain(found), indent=2))


if __name__ == "__main__":
    main()
