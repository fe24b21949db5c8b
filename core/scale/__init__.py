"""Tables of any size: read in blocks, judged cell by cell, written with columns added."""

from __future__ import annotations

from core.scale.blocks import Source
from core.scale.chunk import Chunk, csv_header
from core.scale.report import StreamReport
from core.scale.stream import MAX_STREAM_BYTES, TableStream, open_stream, read_header

__all__ = [
    "MAX_STREAM_BYTES",
    "Chunk",
    "Source",
    "StreamReport",
    "TableStream",
    "csv_header",
    "open_stream",
    "read_header",
]
