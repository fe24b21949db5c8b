"""The hostile corpus: every file ends in a result or in a sentence with a place and a fix."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from core.cardiosense.batch import Batch, score_table
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import OUTPUT_COLUMNS
from core.errors import InputError
from core.tables import to_csv
from tests.data.hostile import hostile_files

FILES = hostile_files()
PLACE = re.compile(r"The file|Row \d+|column|age|sex|cp|thal")


def test_the_corpus_is_large() -> None:
    assert len(FILES) >= 150


@pytest.mark.parametrize("name", FILES)
def test_a_result_or_a_sentence(name: str) -> None:
    try:
        outcome: Batch | InputError = score_table(FILES[name])
    except InputError as error:
        outcome = error
    if isinstance(outcome, InputError):
        assert_helpful(outcome)
    else:
        assert_sound(outcome)


def assert_helpful(error: InputError) -> None:
    assert error.problems
    assert all(problem.message and problem.fix for problem in error.problems)
    assert PLACE.search(error.message)
    assert len(error.message) < 20_000


def assert_sound(batch: Batch) -> None:
    assert batch.n_scored + batch.n_refused == len(batch.frame) > 0
    assert list(batch.frame.columns[-7:]) == list(OUTPUT_COLUMNS)
    refused = batch.frame["decision"] == "refused"
    assert batch.frame.loc[refused, "p_disease"].isna().all()
    assert (batch.frame.loc[refused, "reasons"] != "").all()
    assert batch.frame.loc[~refused, "p_disease"].between(0, 1).all()
    values = batch.validation.values[~refused.to_numpy()]
    for spec in DIAGNOSTIC:
        if spec.is_code:
            assert values[spec.name].dropna().isin([code for code, _ in spec.choices]).all()
    json.dumps(batch.to_dict(), allow_nan=False)
    assert_harmless(to_csv(batch.frame))


def assert_harmless(content: bytes) -> None:
    usual = csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    finally:
        csv.field_size_limit(usual)
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r"))
        assert not re.match(r"[+-](?![\d.,]+([eE][+-]?\d+)?$)", cell)
