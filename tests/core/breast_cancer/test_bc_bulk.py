"""Answers in parts are those of the small tables, bit for bit."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.breast_cancer import (
    FEATURES,
    OUTPUT_COLUMNS,
    score_file,
    score_parts,
    write_scored,
    write_scored_parquet,
)
from core.breast_cancer.data import wdbc
from core.errors import InputError
from core.scale import pieces

NAMES = list(FEATURES.names)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cases")
    frame = pd.DataFrame(wdbc().X[:200], columns=NAMES)
    frame.loc[::9, NAMES[3]] *= 100
    frame.loc[::13, NAMES[5]] = np.nan
    frame.loc[5::17, NAMES[1]] = -1
    frame.to_csv(folder / "cases.csv", index=False)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    single = table.column(NAMES[2]).cast(pa.float32())
    pq.write_table(
        table.set_column(2, NAMES[2], single), folder / "cases.parquet", row_group_size=60
    )
    return {"csv": folder / "cases.csv", "parquet": folder / "cases.parquet"}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_ROWS", 100)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 20_000)
    monkeypatch.setattr(pieces, "BATCH_CELLS", 50 * len(NAMES))


def answers(out: Path) -> pd.DataFrame:
    paths = sorted((out / "parts").glob("*.parquet"))
    assert len(paths) > 1
    return pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("threshold", [None, 0.3])
def test_answers_equal_those_of_the_small_table(kind, threshold, cases, tmp_path):
    report = score_parts(cases[kind], tmp_path / "out", threshold=threshold)
    wanted = score_file(cases[kind], threshold=threshold)
    found = answers(tmp_path / "out")
    for name in OUTPUT_COLUMNS:
        assert repr(found[name].tolist()) == repr(wanted.results[name].tolist()), name
    summary = wanted.to_dict()
    for name in ("rows", "scored", "refused", "decisions", "columns"):
        assert report[name] == summary[name]
    order = lambda found: sorted(map(str, found))  # noqa: E731
    assert order(sorted(f.items()) for f in report["findings"]) == order(
        sorted(f.items()) for f in summary["findings"]
    )


def test_answers_equal_those_that_are_written(cases, tmp_path):
    score_parts(cases["csv"], tmp_path / "out", only=("p_malignant",))
    found = answers(tmp_path / "out")
    for write, read in (
        (write_scored, pd.read_csv),
        (write_scored_parquet, lambda file: pq.read_table(file).to_pandas()),
    ):
        file = io.BytesIO()
        write(cases["csv"], file)
        file.seek(0)
        written = read(file)
        assert repr(found["p_malignant"].tolist()) == repr(written["p_malignant"].tolist())
    assert found[NAMES].to_numpy().tolist() == written[NAMES].to_numpy().tolist()


def test_a_threshold_is_part_of_the_work(cases, tmp_path):
    score_parts(cases["csv"], tmp_path / "out", threshold=0.3)
    with pytest.raises(InputError, match="other work"):
        score_parts(cases["csv"], tmp_path / "out", threshold=0.4)
    with pytest.raises(InputError, match="threshold"):
        score_parts(cases["csv"], tmp_path / "new", threshold=2)
