"""Pictures to try the classifier on: drawn films, real films that may be shown, and non-films.

Drawn ones are made when they are asked for; they are the same bytes every time.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import phantoms
from core.artifacts import read_data
from core.errors import InputError
from core.phantoms import Finding, Shortcut
from core.respiratory.schema import Label

Kind = Literal["real film", "drawn film", "not a film to read"]

FOLDER = Path(__file__).resolve().parents[2] / "data" / "cxr_examples"
SIDE = 448
SEED = 11  # of the one patient that all drawn chest films show
PHOTOGRAPH = "flower.jpg"
KERMANY = (
    "Kermany, Zhang and Goldbaum (2018), Labeled Optical Coherence Tomography (OCT) and Chest "
    "X-Ray Images for Classification, Mendeley Data, V2, doi:10.17632/rscbjbr9sj.2; scaled down"
)
CHILD = "A child of one to five years, Guangzhou; not in the collection the networks learned from."
DRAWN = "Drawn by core.phantoms from numbers; shows no person."
NO_TRUTH = (
    "No right answer: nobody was ill, and drawn films are not what the networks were taught. A "
    "refusal is as good an answer as a reading."
)
BACTERIAL = (
    "No right answer: bacterial pneumonia was not taught, so every single finding is wrong. Watch "
    "whether the reading abstains."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """One picture to try.

    Attributes
    ----------
    key : str
        Identifier in addresses, such as ``?example=hand``.
    title : str
        Short name.
    kind : {"real film", "drawn film", "not a film to read"}
        What sort of picture it is.
    note : str
        What it is, as a sentence.
    expected : str
        What a sound classifier would do, as a sentence; not what this one does.
    label : Label or None
        The finding its source states, if it is one of the four.
    refuse : bool or None
        Whether the gate should turn it away; ``None`` where either is right.
    licence, credit : str
        Under which terms it is shown, and whom to name.
    file : str
        File name.
    sha256 : str
        Hash of the stored bytes; empty for what is made on request.
    """

    key: str
    title: str
    kind: Kind
    note: str
    expected: str
    label: Label | None
    refuse: bool | None
    licence: str
    credit: str
    file: str
    sha256: str = ""


def example(key: str) -> tuple[str, bytes]:
    """Return the file name and the bytes of an example.

    Raises
    ------
    InputError
        If there is no such example.
    ArtifactError
        If a stored film is missing or was altered.
    """
    found = next((one for one in EXAMPLES if one.key == key), None)
    if found is None:
        known = ", ".join(one.key for one in EXAMPLES)
        raise InputError(f"example: there is no {key!r}. Choose one of {known}.")
    if found.sha256:
        return found.file, read_data(FOLDER / found.file, found.sha256)
    return found.file, _MAKERS[key]()


def _png(film: NDArray[np.float32]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(np.round(film * 255).astype(np.uint8)).save(written, "PNG")
    return written.getvalue()


def _chest(finding: Finding, shortcut: Shortcut = Shortcut.NONE) -> NDArray[np.float32]:
    return phantoms.render(phantoms.draw(SEED, finding, shortcut), SIDE)


def _photograph() -> bytes:
    """Return the photograph that comes with scikit-learn, as installed."""
    from importlib import resources

    return (resources.files("sklearn.datasets.images") / PHOTOGRAPH).read_bytes()


_MAKERS: Mapping[str, Callable[[], bytes]] = {
    "drawn-normal": lambda: _png(_chest(Finding.NORMAL)),
    "drawn-consolidation": lambda: _png(_chest(Finding.CONSOLIDATION)),
    "drawn-ground-glass": lambda: _png(_chest(Finding.GROUND_GLASS)),
    "drawn-marker": lambda: _png(_chest(Finding.GROUND_GLASS, Shortcut.MARKER)),
    "upside-down": lambda: _png(_chest(Finding.NORMAL)[::-1]),
    "inverted": lambda: _png(1 - _chest(Finding.NORMAL)),
    "lateral": lambda: _png(phantoms.lateral(SEED, SIDE)),
    "hand": lambda: _png(phantoms.hand(SEED, SIDE)),
    "photograph": _photograph,
}


def _real(
    key: str, title: str, file: str, sha256: str, label: Label | None, expected: str
) -> Example:
    return Example(
        key, title, "real film", CHILD, expected, label, False, "CC BY 4.0", KERMANY, file, sha256
    )


def _drawn(key: str, title: str, what: str) -> Example:
    return Example(
        key,
        title,
        "drawn film",
        f"{what} {DRAWN}",
        NO_TRUTH,
        None,
        None,
        "Part of this suite",
        "core.phantoms",
        f"{key}.png",
    )


def _other(key: str, title: str, what: str) -> Example:
    return dataclasses.replace(
        _drawn(key, title, what),
        kind="not a film to read",
        expected="Refused, with the reason.",
        refuse=True,
    )


EXAMPLES: tuple[Example, ...] = (
    _real(
        "child-normal-1",
        "Child, normal (1)",
        "child_normal_1.jpg",
        "e4ed79d43125fc67a6ba8c12059865634a8fb39e27d4fa39662d77d29ec64bee",
        Label.NORMAL,
        "Normal.",
    ),
    _real(
        "child-normal-2",
        "Child, normal (2)",
        "child_normal_2.jpg",
        "2d6094aefd7b9cfde9af553e6015845a2ef8aa8b611b5f635c08f6e705923573",
        Label.NORMAL,
        "Normal.",
    ),
    _real(
        "child-bacterial-1",
        "Child, bacterial pneumonia (1)",
        "child_bacterial_1.jpg",
        "14210d4e59e1e494f063393d18e4cac5476311a8d92e83d252a78c4b0f06ddcd",
        None,
        BACTERIAL,
    ),
    _real(
        "child-bacterial-2",
        "Child, bacterial pneumonia (2)",
        "child_bacterial_2.jpg",
        "da15b0cb1cd5e092643687ed07a8d0381dd76ca9dd6db579a36ec0d0b8b686e6",
        None,
        BACTERIAL,
    ),
    _drawn("drawn-normal", "Drawn: clear lungs", "A chest without disease."),
    _drawn("drawn-consolidation", "Drawn: consolidation", "One lung has lost its air in a patch."),
    _drawn("drawn-ground-glass", "Drawn: ground glass", "Faint patches in both lungs."),
    _drawn(
        "drawn-marker",
        "Drawn: ground glass and a letter",
        "The same patient with a lead letter; whatever changes, the letter did it.",
    ),
    _other("upside-down", "Upside down", "The drawn clear chest, turned over."),
    _other("inverted", "Inverted", "The drawn clear chest as a negative: air white, bone black."),
    _other("lateral", "From the side", "A chest from the side."),
    _other("hand", "A hand", "A radiograph of a hand."),
    Example(
        "photograph",
        "A photograph",
        "not a film to read",
        "A photograph of a flower. The gate was fitted with windows of this picture among others, "
        "so that its refusal shows the sentence and proves nothing.",
        "Refused, with the reason.",
        None,
        True,
        "CC BY 2.0",
        "flickr.com/photos/vultilion, 6056698931, as bundled with scikit-learn, whose note also "
        "names danielbuechele",
        PHOTOGRAPH,
    ),
)
