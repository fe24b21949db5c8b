"""Which film, and which network: an example, or a file of one's own."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.respiratory import EXAMPLES, NETWORK_NAMES, Network, example
from pages._shared.address import linked

KEY = "cxr"
MAX_MB = 64
OWN = "own"


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """A file with its name, and what is known of it if it is an example."""

    name: str
    content: bytes
    note: str
    key: str
    public: bool
    """Whether it is an example."""


def film() -> Taken | None:
    """Ask for a film; ``None`` while there is none."""
    titles = {one.key: one.title for one in EXAMPLES} | {OWN: "Your own film"}
    kinds = {one.key: one.kind for one in EXAMPLES}
    chosen = st.selectbox(
        "Film",
        list(titles),
        format_func=lambda key: f"{titles[key]} ({kinds[key]})" if key in kinds else titles[key],
        **linked(KEY, "film", titles, EXAMPLES[0].key),
    )
    if chosen != OWN:
        one = next(one for one in EXAMPLES if one.key == chosen)
        name, content = example(one.key)
        known = "" if one.expected.startswith("No right answer") else "Right would be: "
        return Taken(name, content, f"{one.note} {known}{one.expected}", one.key, True)
    file = st.file_uploader(
        "Frontal chest radiograph: PNG, JPEG, TIFF or DICOM",
        max_upload_size=MAX_MB,
        key=f"{KEY}.file",
        help="The film stays in this session's memory; it is not stored and leaves no machine.",
    )
    if file is None:
        st.info("Nothing that you upload is stored.", icon=":material/info:")
        return None
    return Taken(file.name, file.getvalue(), "", file.file_id, False)


def network() -> Network:
    """Ask which network reads the film."""
    known = [str(one) for one in Network]
    chosen = st.segmented_control(
        "Network",
        known,
        format_func=lambda name: NETWORK_NAMES[Network(name)],
        required=True,
        **linked(KEY, "model", known, str(Network.ENSEMBLE)),
    )
    return Network(chosen)
