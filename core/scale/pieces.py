"""A table of any size in a file, cut into pieces that a worker can read again by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from core.scale.blocks import Block
from core.scale.large import LargeText, open_large
from core.scale.spans import Span, read_span, spans
from core.tables.limits import check_size
from core.tables.parquet import parquet_groups, parquet_tables

if TYPE_CHECKING:
    import pyarrow as pa

PIECE_ROWS = 500_000
"""Rows from which consecutive row groups of a Parquet file are no longer put together."""

PIECE_BYTES = 16 * 1024 * 1024
"""Bytes of a CSV file in one piece."""

BATCH_CELLS = 1_700_000
"""Cells judged and answered at once: enough to outweigh what a batch costs by itself."""


@dataclasses.dataclass(frozen=True, slots=True)
class Groups:
    """Consecutive row groups of a Parquet file, and the number of rows before them."""

    groups: tuple[int, ...]
    row: int


Piece = Groups | Span


class Pieces(Protocol):
    """A table as a worker reads it; all of it can be pickled."""

    @property
    def path(self) -> Path:
        """Where the file lies."""

    @property
    def header(self) -> tuple[str, ...]:
        """The column names."""

    @property
    def decimal(self) -> Literal[".", ","]:
        """The decimal sign of its texts."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How it is read, in sentences."""

    @property
    def total(self) -> int | None:
        """Number of pieces, where known."""

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in order."""

    def tables(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield some columns of a piece, batch by batch, with the number of rows before each."""


@dataclasses.dataclass(frozen=True)
class ParquetPieces:
    """A Parquet file in row groups: what no reader can enter in the middle stays together."""

    path: Path
    name: str
    header: tuple[str, ...]
    notes: tuple[str, ...]
    decimal: Literal[".", ","] = "."

    @property
    def total(self) -> int | None:
        """Number of pieces."""
        return sum(1 for _ in self.pieces())

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in order."""
        first, row, rows = 0, 0, 0
        counts = parquet_groups(self.path, self.name)
        for group, count in enumerate(counts):
            rows += count
            if rows and (rows >= PIECE_ROWS or group == len(counts) - 1):
                yield Groups(tuple(range(first, group + 1)), row)
                first, row, rows = group + 1, row + rows, 0

    def tables(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield some columns of a piece, batch by batch, with the number of rows before each."""
        assert isinstance(piece, Groups)  # noqa: S101  (narrows the type)
        row = piece.row
        for table in parquet_tables(
            self.path, batch_rows(columns), self.name, groups=piece.groups, columns=columns
        ):
            yield row, table
            row += table.num_rows


@dataclasses.dataclass(frozen=True)
class TextPieces:
    """A CSV file in spans of whole records."""

    path: Path
    text: LargeText

    @property
    def header(self) -> tuple[str, ...]:
        """The column names."""
        return self.text.header

    @property
    def decimal(self) -> Literal[".", ","]:
        """The decimal sign of its texts."""
        return self.text.decimal

    @property
    def notes(self) -> tuple[str, ...]:
        """How it is read, in sentences."""
        return self.text.notes

    @property
    def total(self) -> int | None:
        """Not known: the driver finds the spans as it goes."""
        return None

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in order."""
        return spans(self.path, PIECE_BYTES, self.text.layout, self.text.name)

    def tables(self, piece: Piece, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield some columns of a piece, batch by batch, with the number of rows before each."""
        assert isinstance(piece, Span)  # noqa: S101  (narrows the type)
        records = read_span(self.path, piece, self.text.layout, self.text.name)
        self.text.check_sign(Block(records, piece.row, 0))
        table = records.arrow.rename_columns(list(self.header)).select(list(columns))
        rows = batch_rows(columns)
        for start in range(0, table.num_rows, rows):
            yield piece.row + start, table.slice(start, rows)


def batch_rows(columns: Sequence[str]) -> int:
    """Return how many rows of so many columns are answered at once."""
    return max(BATCH_CELLS // len(columns), 1)


def open_pieces(path: Path) -> ParquetPieces | TextPieces:
    """Open a table of any size.

    Raises
    ------
    InputError
        If it is neither Parquet nor CSV in UTF-8, has no rows, or its header cannot be used.
    """
    path = path.resolve()
    large = open_large(path, path.name, PIECE_BYTES, PIECE_ROWS)
    if isinstance(large, LargeText):
        found = TextPieces(path, large)
        check_size(int(next(iter(found.pieces()), None) is not None), 1, path.name)
        return found
    return ParquetPieces(path, path.name, large.header, large.notes)
