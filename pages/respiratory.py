"""Film: three networks read one chest radiograph, and each answer is put to the test."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.errors import InputError, SuiteError
from core.respiratory import Gate, Network, Radiograph, Reading, judge, read_film, read_image
from pages._respiratory import answer, checks, logged, save, side_by_side, take, trust, where
from pages._shared import header, kept, results

VIEWS = ("Where", "Gate", "Can I trust it", "Save")
KEY = "cxr.read"


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A film as decoded, judged and read."""

    radiograph: Radiograph
    gate: Gate
    reading: Reading


def read(taken: take.Taken, network: Network) -> Read:
    """Read a film once for each network; what is read in one's own stays in the session."""

    def make() -> Read:
        radiograph = read_image(taken.name, taken.content)
        gate = judge(radiograph)
        return Read(radiograph, gate, read_film(radiograph, network, gate))

    with st.spinner("Decoding the film, judging it, asking the networks"):
        return kept.once(KEY, (taken.key, network), make, public=taken.public)


def views(taken: take.Taken, found: Read, network: Network) -> None:
    # Only the open tab is computed; the address names it.
    tabs = dict(zip(VIEWS, st.tabs(list(VIEWS), key="view", bind="query-params"), strict=True))
    shown = {
        "Where": lambda: where.show(taken, found.reading),
        "Gate": lambda: checks.show(found.gate),
        "Can I trust it": lambda: trust.chips(network),
        "Save": lambda: save.film(taken, found.reading),
    }
    for name, tab in tabs.items():
        if tab.open:
            with tab:
                shown[name]()


def body() -> None:
    taken = take.film()
    network = take.network()
    if taken is None:
        side_by_side.strip(network)
        return
    try:
        found = read(taken, network)
    except InputError as error:
        results.refusal(InputError(results.escaped(error.message)), "Not readable: no reading")
        return
    except SuiteError as error:
        results.refusal(error, "No reading")
        return
    logged.reading(found.reading)
    if taken.note:
        st.caption(taken.note)
    answer.show(found.reading, found.radiograph)
    side_by_side.strip(network)
    views(taken, found, network)
    results.provenance(
        {
            "Model": found.reading.artifact,
            "file": f"SHA-256 {found.reading.sha256[:12]}",
        }
    )


with header.page("respiratory"):
    body()
