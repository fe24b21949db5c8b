"""Where the evidence lies, and whether that explanation holds against the network."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from core.respiratory import (
    CANVAS,
    LABELS,
    LUNGS,
    NETWORK_NAMES,
    FilmExplanation,
    NetworkExplanation,
    Reading,
    explain,
    where_evidence_lies,
)
from core.viz import picture
from core.viz.text import percent
from pages._respiratory.take import Taken
from pages._shared import calls, charts, kept, results
from pages._shared.address import linked
from pages._shared.call import Call

KEY = "cxr.where"


def show(taken: Taken, reading: Reading) -> None:
    """Show each network's map with its tests."""
    if reading.probabilities is None:
        st.info("There is no answer to explain.", icon=":material/info:")
        return
    leading = max(reading.probabilities, key=lambda label: (reading.probabilities or {})[label])
    names = [str(label) for label in LABELS]
    label = st.segmented_control(
        "Evidence for",
        names,
        required=True,
        **linked("cxr", f"finding-{taken.key}", names, leading),
    )
    try:
        found = _explained(taken, reading, label)
    except SuiteError as error:
        results.refusal(error, "No explanation")
        return
    st.markdown(
        "Each network ends in an average, so its score for a finding **is** the mean of the map "
        "below: orange cells raise it, blue cells lower it. The dotted box marks where the lungs "
        "usually lie."
    )
    for column, one in zip(st.columns(len(found.networks)), found.networks, strict=True):
        with column:
            _network(found, one)
    st.subheader("Does the answer need what lies outside the lungs?", anchor=False)
    st.markdown(found.border.sentence)
    st.caption(
        f"With the lungs made grey instead, {found.label} stands at "
        f"{percent(found.border.without_lungs)}. A film with a grey part is like no training "
        "film, so a change mixes what was lost with the strangeness of the picture."
    )
    _code(taken.name, str(reading.model), label)


def _code(name: str, model: str, label: str) -> None:
    python = (
        "from pathlib import Path\n\nfrom core.respiratory import explain\n\n"
        f"file = Path({name!r})\n"
        f"found = explain(file.name, file.read_bytes(), {model!r}, {label!r})\n"
        "print(found.border.sentence)"
    )
    asked = {"model": model, "label": label}
    command = ("respiratory", "explain", name, *calls.options(**asked), "--json")
    calls.show(Call("/v1/respiratory/explain", asked, file=name, python=python, command=command))


def _explained(taken: Taken, reading: Reading, label: str) -> FilmExplanation:
    """Explain once for each film, network and finding."""
    with st.spinner("Blurring areas of the film and asking the networks again"):
        return kept.once(
            KEY,
            (reading.sha256, reading.model, label),
            lambda: explain(taken.name, taken.content, reading.model, label),
            public=taken.public,
        )


def _network(found: FilmExplanation, one: NetworkExplanation) -> None:
    box = one.map.box
    name = NETWORK_NAMES[one.network]
    charts.show(
        picture(
            found.canvas,
            title=f"{name}, evidence for {found.label}",
            heat=one.map.evidence,
            quantity="Evidence in logits",
            frame=_shares(box.left, box.top, box.right, box.bottom),
            box=_shares(LUNGS.left, LUNGS.top, LUNGS.right, LUNGS.bottom),
            height=300,
        ),
        key=f"cxr.map.{one.network}",
    )
    st.markdown(f"**{name}**: {percent(one.deletion.before)} for {found.label}")
    held = one.deletion.share_less >= 0.95
    results.badge("ok" if held else "attention", "Map holds" if held else "Map not confirmed")
    st.caption(one.deletion.sentence)
    st.caption(where_evidence_lies(one.map.evidence, box).sentence)
    st.caption(
        f"Score {one.map.logit:.3f}; mean of the map differs by {one.map.gap:.1e}. "
        f"For {one.map.positive:+.2f}, against {one.map.negative:+.2f}."
    )


def _shares(*ends: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = (end / CANVAS for end in ends)
    return left, top, right, bottom
