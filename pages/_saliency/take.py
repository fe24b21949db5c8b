"""Which picture is explained: an example, a file of one's own, or a phantom drawn here."""

from __future__ import annotations

import dataclasses
from typing import Literal

import streamlit as st

from core.respiratory import EXAMPLES, example
from core.saliency import LABELS, REGIMES
from pages._saliency.words import SYSTEM
from pages._shared.address import linked

MAX_MB = 64
OWN, PHANTOM = "own", "phantom"
LAW, LAST_SEED = "law", 999_999
"""What the law of the training decides; seeds below are kept for the explorer."""
PRESENCE = {LAW: "as the law draws it", "on": "present", "off": "absent"}


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """What was chosen, before any network looks at it.

    Attributes
    ----------
    kind : {"film", "phantom"}
        Which networks can look at it.
    key : str
        Tells it from others in what this session keeps.
    name : str
        File name of a film.
    content : bytes
        Of the file; empty for a phantom.
    note : str
        What is known of it.
    public : bool
        Whether every visitor can choose it.
    """

    kind: Literal["film", "phantom"]
    key: str
    name: str = ""
    content: bytes = b""
    note: str = ""
    public: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """How a phantom is to be drawn; ``None`` leaves a choice to the law of the regime."""

    seed: int
    regime: str
    label: int | None
    carries: bool | None

    def wanted(self, network: str) -> dict[str, object]:
        """Return how the API is told to draw it for a network."""
        finding = None if self.label is None else LABELS[self.label]
        drawn = {"finding": finding, "shortcut": self.carries}
        given = {name: value for name, value in drawn.items() if value is not None}
        return {"network": network, "seed": self.seed, "regime": self.regime, **given}


def picture() -> Picture | None:
    """Ask for a picture; ``None`` while there is none."""
    films = {one.key: f"{one.title} ({one.kind})" for one in EXAMPLES if one.refuse is not True}
    titles = films | {PHANTOM: "Phantom: drawn here, its causes known", OWN: "Your own film"}
    chosen = st.selectbox(
        "Picture",
        list(titles),
        format_func=titles.__getitem__,
        **linked(SYSTEM, "image", titles, next(iter(films))),
    )
    if chosen == PHANTOM:
        return Picture("phantom", PHANTOM, public=True)
    if chosen != OWN:
        one = next(one for one in EXAMPLES if one.key == chosen)
        return Picture("film", one.key, *example(one.key), note=one.note, public=True)
    return _own()


def _own() -> Picture | None:
    file = st.file_uploader(
        "Frontal chest radiograph: PNG, JPEG, TIFF or DICOM",
        max_upload_size=MAX_MB,
        key=f"{SYSTEM}.file",
        help="The film stays in this session's memory; it is not stored and leaves no machine.",
    )
    if file is None:
        st.info("Nothing that you upload is stored.", icon=":material/info:")
        return None
    return Picture("film", file.file_id, file.name, file.getvalue())


def drawing(network: str) -> Drawing:
    """Ask how a phantom is drawn, by default as those that the network was trained on."""
    laws = {LAW: "as the network's training", **{k: one.title for k, one in REGIMES.items()}}
    findings = {LAW: "as the law draws it", **{str(i): name for i, name in enumerate(LABELS)}}
    columns = st.columns(4)
    with columns[0]:
        seed = st.number_input(
            "Patient (seed)", 0, LAST_SEED, 7, 1, key="seed", bind="query-params"
        )
    with columns[1]:
        law = _choice("Drawn by the law of", "regime", laws)
    with columns[2]:
        finding = _choice("Lungs show", "finding", findings)
    with columns[3]:
        shortcut = _choice("Shortcut", "shortcut", PRESENCE)
    return Drawing(
        seed=int(seed or 0),
        # The key of a network is architecture, regime and seed.
        regime=network.split("-")[1] if law == LAW else law,
        label=None if finding == LAW else int(finding),
        carries=None if shortcut == LAW else shortcut == "on",
    )


def _choice(label: str, name: str, titles: dict[str, str]) -> str:
    chosen = st.selectbox(
        label,
        list(titles),
        format_func=titles.__getitem__,
        **linked(SYSTEM, name, titles, LAW),
    )
    return str(chosen)
