"""The question of the explorer: which picture, network, method and class, and its answer."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.saliency import (
    METHODS,
    Explanation,
    Subject,
    explain,
    film_subject,
    phantom,
    phantom_subject,
    scene,
)
from pages._saliency import choose, kept, take
from pages._shared import calls
from pages._shared.call import Call


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What was asked.

    Attributes
    ----------
    picture : Picture
        As chosen.
    drawing : Drawing or None
        How a phantom was drawn.
    method : str
        Key of the method.
    label : str
        Class explained.
    subject : Subject
        The picture before the network.
    """

    picture: take.Picture
    drawing: take.Drawing | None
    method: str
    label: str
    subject: Subject

    @property
    def put(self) -> tuple[object, ...]:
        """Tells the picture before this network from others in what the session keeps."""
        return (self.picture.key, self.drawing, self.subject.network.key)

    def call(self) -> Call:
        """Return the same question as a call."""
        network = self.subject.network.key
        asked = {"method": self.method, "label": self.label}
        film = self.drawing is None
        file = self.picture.name if film else "phantom.png"
        options = calls.options(model=network, **asked, out="maps/")
        return Call(
            "/v1/saliency/explain" if film else "/v1/saliency/phantoms/explain",
            {**({"network": network} if film else {}), **asked},
            None if self.drawing is None else self.drawing.wanted(network),
            file if film else "",
            python=_python(file, network, self.method, self.label) if film else "",
            command=("saliency", "explain", file, *options, "--json"),
            note="" if film else "The command line reads phantom.png from above.",
        )


def _python(file: str, network: str, method: str, label: str) -> str:
    return (
        "from pathlib import Path\n\nfrom core.saliency import explain, film_subject\n\n"
        f"file = Path({file!r})\n"
        f"subject = film_subject(file.name, file.read_bytes(), {network!r})\n"
        f"print(explain(subject, {method!r}, {label!r}).to_dict())"
    )


def ask() -> Question | None:
    """Ask for picture, network, method and class; ``None`` while there is no picture.

    Raises
    ------
    InputError
        If the film cannot be read, or the gate refuses it.
    """
    first, second = st.columns(2)
    with first:
        picture = take.picture()
    if picture is None:
        return None
    with second:
        network = choose.network(picture.kind)
    drawing = take.drawing(network) if picture.kind == "phantom" else None
    if picture.note:
        st.caption(picture.note)
    subject = put(picture, drawing, network)
    third, fourth = st.columns(2)
    with third:
        method = choose.method(subject.network)
    with fourth:
        label = choose.label(subject, METHODS[method], picture.kind)
    return Question(picture, drawing, method, label, subject)


def put(picture: take.Picture, drawing: take.Drawing | None, network: str) -> Subject:
    """Put the picture before a network, once a session or, for an example, once for all.

    Raises
    ------
    InputError
        If the film cannot be read, or the gate refuses it.
    """

    def make() -> Subject:
        if drawing is None:
            with st.spinner("Decoding the film and judging it"):
                return film_subject(picture.name, picture.content, network)
        asked = phantom(network)
        drawn = scene(
            drawing.seed, drawing.regime, asked.size, label=drawing.label, carries=drawing.carries
        )
        return phantom_subject(drawn, asked)

    return kept.once(("subject", picture.key, drawing, network), make, public=picture.public)


def explained(question: Question, method: str | None = None, *, tested: bool = True) -> Explanation:
    """Answer the question, with another method if wanted, once a session or once for all."""
    chosen = method or question.method
    key = ("explained", *question.put, chosen, question.label, tested)
    place = st.empty()

    def tell(share: float, text: str) -> None:
        place.progress(min(max(share, 0.0), 1.0), text=text)

    def make() -> Explanation:
        told = tell if tested else None
        return explain(question.subject, chosen, question.label, tested=tested, on_progress=told)

    found = kept.once(key, make, public=question.picture.public)
    place.empty()
    return found
