"""The same bytes, whether parts are made here or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core import breast_cancer, cardiosense
from core.breast_cancer.data import wdbc
from core.cardiosense import data
from core.scale import pieces

ROWS = 120


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the tables into several pieces; the driver does it, so that workers see them too."""
    monkeypatch.setattr(pieces, "PIECE_ROWS", 40)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 3000)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tables")
    patients = pd.DataFrame(
        data.site("hungary").matrix(cardiosense.DIAGNOSTIC.names)[:ROWS],
        columns=list(cardiosense.DIAGNOSTIC.names),
    )
    cases = pd.DataFrame(wdbc().X[:ROWS], columns=list(breast_cancer.FEATURES.names))
    paths = {}
    for name, frame in (("cardiosense", patients), ("breast_cancer", cases)):
        frame = frame.copy()
        frame.iloc[::10, 0] = -1
        frame.iloc[5::10, 3] = np.nan
        paths[f"{name} csv"] = folder / f"{name}.csv"
        frame.to_csv(paths[f"{name} csv"], index=False)
        paths[f"{name} parquet"] = folder / f"{name}.parquet"
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, paths[f"{name} parquet"], row_group_size=30)
    return paths


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "cardiosense": cardiosense.score_parts,
    "breast_cancer": breast_cancer.score_parts,
}


def made(out: Path) -> dict[str, bytes]:
    found = {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.suffix in (".parquet", ".csv")
    }
    assert sum(name.startswith("parts") for name in found) > 1
    return found


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("system", list(VERBS))
def test_a_cluster_makes_the_bytes_that_are_made_here(system, kind, tables, scheduler, tmp_path):
    source, verb = tables[f"{system} {kind}"], VERBS[system]
    here = verb(source, tmp_path / "here")
    there = verb(source, tmp_path / "there", scheduler=scheduler)
    assert made(tmp_path / "here") == made(tmp_path / "there")
    assert 0 < here["refused"] == there["refused"]
