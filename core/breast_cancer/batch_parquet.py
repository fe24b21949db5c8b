"""A scored file as Parquet, a block at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from core.breast_cancer.batch import Answers, answered, column_notes, open_cases, summary
from core.breast_cancer.score import OUTPUT_COLUMNS, resolve_threshold
from core.scale import Chunk, Source, StreamReport

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = frozenset({"p_malignant", "ood_p", "blame_ratio"})


def write_scored_parquet(
    source: Source,
    out: BinaryIO,
    *,
    name: str = "",
    columns: Mapping[str, str | None] | None = None,
    threshold: float | None = None,
) -> dict[str, object]:
    """Write a file of cases with the answers added as Parquet; the input's cells stay text.

    Parameters, result and errors are those of :func:`core.breast_cancer.batch.write_scored`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = open_cases(source, name, columns)
    limit = resolve_threshold(threshold)
    report, decisions = StreamReport(), Counter[str]()
    added = [(c, pa.float64() if c in _NUMBERS else pa.large_string()) for c in OUTPUT_COLUMNS]
    schema = pa.schema([(c, pa.large_string()) for c in stream.header] + added)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for chunk, answers in answered(stream, limit, report):
            writer.write_table(_table(chunk, answers, schema))
            decisions.update(answers["decision"].tolist())
    notes = (*stream.notes, *column_notes(stream.columns))
    return summary(report, decisions, stream.columns, notes)


def _table(chunk: Chunk, answers: Answers, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    whole = pd.concat([chunk.frame.reset_index(drop=True), pd.DataFrame(answers)], axis=1)
    return pa.Table.from_pandas(whole, schema, preserve_index=False).replace_schema_metadata(None)
