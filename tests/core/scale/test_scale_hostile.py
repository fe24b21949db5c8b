"""The hostile corpus in blocks: the outcome of reading as a whole, word for word."""

from __future__ import annotations

import numpy as np
import pytest

from core.cardiosense.schema import DIAGNOSTIC
from core.errors import InputError
from core.scale import csv_header, open_stream
from tests.data.hostile import hostile_files

FILES = hostile_files()
ABOUT_HEADER_OR_ENCODING = {"encoding", "empty", "missing-column", "other-system"}
"""Rules that a stream may find first: it reads the head before the rows, and only UTF-8."""


def outcome(content: bytes, **options):
    try:
        stream = open_stream(content, DIAGNOSTIC, **options)
        chunks = list(stream.chunks())
    except InputError as error:
        return error
    values = np.concatenate([chunk.values for chunk in chunks])
    said = [text for chunk in chunks for text in chunk.validation.sentences("error")]
    lines = csv_header(stream.header, []) + b"".join(chunk.csv({}) for chunk in chunks)
    return values.tolist(), said, lines, stream.notes


def assert_same(whole, parts) -> None:
    if isinstance(parts, InputError):
        assert all(problem.message and problem.fix for problem in parts.problems)
        if parts.problems[0].rule not in ABOUT_HEADER_OR_ENCODING:
            assert isinstance(whole, InputError)
            assert parts.message == whole.message
    else:
        assert not isinstance(whole, InputError)
        np.testing.assert_array_equal(whole[0], parts[0])
        assert whole[1:3] == parts[1:3]


@pytest.mark.parametrize("name", FILES)
def test_blocks_of_a_hostile_file_give_what_the_whole_gives(name: str) -> None:
    whole = outcome(FILES[name])
    block = max(100, len(FILES[name]) // 20)
    assert_same(whole, outcome(FILES[name], small=0, block=block))
    parts = outcome(FILES[name], small=0)
    assert_same(whole, parts)
    # The decimal sign is told from the first block, which ends with the last line end.
    if not isinstance(parts, InputError) and name != "decimal-mixed":
        assert whole[3] == parts[3]


def test_most_of_the_corpus_is_told_apart_by_its_rows() -> None:
    rules = [
        found.problems[0].rule if isinstance(found := outcome(content, small=0), InputError) else ""
        for content in FILES.values()
    ]
    assert rules.count("") >= 100
    assert {"ragged-row", "open-quote", "binary", "duplicated-header", "no-rows"} <= set(rules)
