"""Tables above the limits of one reading, as frames of text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal

import pandas as pd

from core.scale.blocks import Block, Layout, Source, blocks, check_text, head_of
from core.tables.decode import UTF16, refuse_binary, refuse_markup
from core.tables.dialect import (
    columns_with_points,
    delimiter_notes,
    detect_decimal,
    detect_delimiter,
    trim_header,
)
from core.tables.limits import check_header, name_list, refusal
from core.tables.parquet import parquet_batches, parquet_header
from core.tables.read import MAX_RAGGED, blank_notes, ragged_refusal, text_frame

HEAD_BYTES = 1_000_000
"""Bytes from which delimiter and header are told."""

_PARTS_OF_LETTERS = bytes(range(0x80, 0x100))


@dataclasses.dataclass(frozen=True)
class LargeText:
    """A CSV file in UTF-8.

    Attributes
    ----------
    source : bytes, memoryview or Path
        Its content, or where it lies.
    name : str
        How the messages call it.
    block : int
        Bytes read at a time.
    layout : Layout
        How it is written.
    decimal : {".", ","}
        Decimal sign, as the first block shows it.
    notes : tuple of str
        How it is read, in sentences.
    """

    source: Source
    name: str
    block: int
    layout: Layout
    decimal: Literal[".", ","] = "."
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The column names."""
        return self.layout.header

    def frames(self, noted: list[str]) -> Iterator[pd.DataFrame]:
        """Yield the rows in order; what is found out on the way goes to ``noted``.

        After the first row of another width nothing more is yielded, but the rest is read, so that
        the error names all such rows as it does for a small file.

        Raises
        ------
        InputError
            If a part cannot be read; the text says where.
        """
        ragged: list[tuple[int, int, int]] = []
        blank = 0
        for block in blocks(self.source, self.block, self.layout, self.name):
            ragged += block.records.ragged
            blank += block.blank_lines
            if len(ragged) >= MAX_RAGGED:
                break
            if not ragged:
                self.check_sign(block)
                yield text_frame(block.records.arrow.rename_columns(list(self.header)))
        if ragged:
            raise ragged_refusal(ragged, self.name)
        noted += blank_notes(blank)

    def check_sign(self, block: Block) -> None:
        """Refuse points after commas: 1.234 might be a thousand and more."""
        if self.decimal == ".":
            return
        points = columns_with_points(block.records.arrow, self.header)
        if points:
            first, last = block.first_row + 1, block.first_row + len(block.records)
            message = (
                f"{self.name} has decimal commas, and decimal points in rows {first:,} to"
                f" {last:,} ({name_list(points)})."
            )
            raise refusal("decimal-sign", message, "Use one sign throughout.")


@dataclasses.dataclass(frozen=True)
class LargeParquet:
    """A Parquet file; attributes as in :class:`LargeText`."""

    source: Source
    name: str
    rows: int
    header: tuple[str, ...]
    decimal: Literal[".", ","] = "."
    notes: tuple[str, ...] = ("Read as Parquet.",)

    def frames(self, noted: list[str]) -> Iterator[pd.DataFrame]:
        """Yield the rows in order, ``rows`` at a time.

        Raises
        ------
        InputError
            If a part cannot be read.
        """
        for arrow in parquet_batches(self.source, self.rows, self.name):
            yield text_frame(arrow)


def open_large(source: Source, name: str, block: int, rows: int) -> LargeText | LargeParquet:
    """Find out how a large table is written.

    Parameters
    ----------
    source : bytes, memoryview or Path
        Content of the file, or where it lies.
    name : str
        How the messages call it.
    block : int
        Bytes of a CSV file to read at a time.
    rows : int
        Rows of a Parquet file to read at a time.

    Raises
    ------
    InputError
        If the source is neither Parquet nor CSV in UTF-8, or its header cannot be used.
    """
    head, tail = head_of(source, HEAD_BYTES, name)
    if head.startswith(b"PAR1"):
        return LargeParquet(source, name, rows, parquet_header(source, name))
    _refuse_other_text(head, tail, name)
    head = head.strip(b"\r\n")
    delimiter, written = detect_delimiter(head, name)
    _, header = trim_header(head, delimiter, written)
    check_header(header, name)
    layout = Layout(tuple(header), delimiter, len(header) < len(written))
    large = LargeText(source, name, block, layout)
    if delimiter == ",":
        return large
    first = next(blocks(source, block, layout, name)).records.arrow
    decimal, notes = detect_decimal(first, header, delimiter)
    return dataclasses.replace(large, decimal=decimal, notes=(*delimiter_notes(delimiter), *notes))


def _refuse_other_text(head: bytes, tail: bytes, name: str) -> None:
    refuse_binary(head, name)
    for mark, _, label in UTF16:
        if head.startswith(mark):
            message = f"{name} is {label}; a table of this size must be UTF-8."
            raise refusal("encoding", message, "Save it again as UTF-8.")
    complete = head.rstrip(_PARTS_OF_LETTERS)
    check_text(complete, name)
    refuse_markup(head[:100], tail, name)
    if not complete.strip():
        message = f"{name} has no header in its first {HEAD_BYTES:,} bytes."
        raise refusal("empty", message, "Give a header line and data rows.")
