"""Tables of any size in blocks, and work of any size in parts, here or on a cluster."""

from __future__ import annotations

from core.scale.answers import Answers, Coded, Scorer, Signs, coded
from core.scale.blocks import Source
from core.scale.chunk import Chunk, csv_header
from core.scale.report import StreamReport
from core.scale.run import Make, Part, Progress, Unit, Work, run
from core.scale.scoring import Choices, answer_parts
from core.scale.stream import MAX_STREAM_BYTES, TableStream, open_stream, read_header

__all__ = [
    "MAX_STREAM_BYTES",
    "Answers",
    "Choices",
    "Chunk",
    "Coded",
    "Make",
    "Part",
    "Progress",
    "Scorer",
    "Signs",
    "Source",
    "StreamReport",
    "TableStream",
    "Unit",
    "Work",
    "answer_parts",
    "coded",
    "csv_header",
    "open_stream",
    "read_header",
    "run",
]
