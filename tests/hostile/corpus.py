"""The hostile corpus: more than a thousand files, made anew each time, the same to the byte."""

from __future__ import annotations

import functools
import itertools

from tests.hostile import (
    archives,
    clinical,
    films,
    foreign,
    networks,
    parquet_files,
    problems,
    records,
    tables,
)
from tests.hostile.made import Hostile

MODULES = (tables, parquet_files, records, clinical, problems, films, archives, networks, foreign)


@functools.cache
def corpus() -> tuple[Hostile, ...]:
    """Return every file of the corpus."""
    return tuple(itertools.chain.from_iterable(module.files() for module in MODULES))
