"""Read many films: one at a time, each kept as soon as it is read, so that a stop loses nothing."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st

from core.respiratory import Network, Reading, expand, readings
from pages._respiratory import logged

KEY = "cxr.batch"


@dataclasses.dataclass(slots=True)
class Run:
    """A batch as far as it is read.

    Attributes
    ----------
    question : tuple
        Files and network; another question is another run.
    total : int
        Films in it, those in archives included.
    done : list of Reading
        What was read, in the order of the files.
    stopped : bool
        Whether the user asked to stop.
    """

    question: tuple[Any, ...]
    total: int
    done: list[Reading]
    stopped: bool = False

    @property
    def complete(self) -> bool:
        """Whether every film was read."""
        return len(self.done) >= self.total


def run(files: Sequence[Any], network: Network) -> Run:
    """Read what is not read yet, with progress; whatever interrupts it, the next call goes on."""
    question = (tuple(file.file_id for file in files), network)
    kept: Run | None = st.session_state.get(KEY)
    if kept is None or kept.question != question:
        kept = Run(question, sum(1 for _ in _contents(files)), [])
        st.session_state[KEY] = kept
    if not (kept.complete or kept.stopped):
        _go_on(kept, files, network)
    return kept


def go_on() -> None:
    """Take back a stop."""
    st.session_state[KEY].stopped = False


def _stop() -> None:
    st.session_state[KEY].stopped = True


def _go_on(kept: Run, files: Sequence[Any], network: Network) -> None:
    place = st.empty()
    with place.container():
        st.button("Stop", on_click=_stop, icon=":material/stop:", key=f"{KEY}.stop")
        bar = st.progress(0.0)
        rest = itertools.islice(_contents(files), len(kept.done), None)
        for reading in readings(rest, network):
            logged.reading(reading)
            kept.done.append(reading)
            bar.progress(
                len(kept.done) / kept.total, text=f"{len(kept.done):,} of {kept.total:,} films"
            )
    place.empty()


def _contents(files: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return expand((file.name, file.getvalue()) for file in files)
