"""Tables of any size: read in blocks, judged cell by cell, written with columns added."""

from __future__ import annotations

from core.scale.chunk import Chunk, csv_header
from core.scale.report import StreamReport
from core.scale.stream import MAX_STREAM_BYTES, TableStream, open_stream

__all__ = [
    "MAX_STREAM_BYTES",
    "Chunk",
    "StreamReport",
    "TableStream",
    "csv_header",
    "open_stream",
]
