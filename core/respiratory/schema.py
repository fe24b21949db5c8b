"""What the chest X-ray classifier takes and returns: findings, networks, readings."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core import plain

Pixels = NDArray[np.float32]


class Label(enum.StrEnum):
    """The four findings, in the order of every probability vector."""

    COVID = "COVID-19"
    NORMAL = "Normal"
    VIRAL = "Viral Pneumonia"
    OPACITY = "Lung Opacity"


LABELS: tuple[Label, ...] = tuple(Label)


class Network(enum.StrEnum):
    """The networks that can be asked; the ensemble averages the other three."""

    ENSEMBLE = "ensemble"
    VGG16 = "vgg16"
    VIT = "vit"
    CNN = "cnn"


SINGLE: tuple[Network, ...] = (Network.VGG16, Network.VIT, Network.CNN)
NETWORK_NAMES: Mapping[Network, str] = {
    Network.ENSEMBLE: "Ensemble of the three",
    Network.VGG16: "VGG16",
    Network.VIT: "Vision transformer",
    Network.CNN: "Custom CNN",
}

Status = Literal["ok", "refused", "error"]
LOGGED = ("sha256", "status", "decision", "covid_alert", "probabilities", "set", "ood_p")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """A decoded image, before any judgement of it.

    Attributes
    ----------
    file : str
        What the user called it.
    sha256 : str
        Hash of the file's bytes.
    pixels : (height, width) array
        Grey values from 0 (black) to 1 (white), air dark and bone bright.
    kind : str
        Format as decoded, such as ``"PNG"`` or ``"DICOM"``.
    width, height : int
        Size as stored in the file, in pixels; ``pixels`` may be smaller.
    colour : float
        Share of pixels whose channels differ visibly; 0 for a grey image.
    modality, body_part, view : str
        What a DICOM file states of itself, such as ``"CR"``, ``"CHEST"``, ``"PA"``; else empty.
    notes : tuple of str
        What was done to read it, as sentences (16 bits scaled, photometric inversion undone, the
        first of several frames taken).
    """

    file: str
    sha256: str
    pixels: Pixels
    kind: str
    width: int
    height: int
    colour: float = 0.0
    modality: str = ""
    body_part: str = ""
    view: str = ""
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One thing the gate looked at.

    Attributes
    ----------
    code : str
        Short name, such as ``"inverted"``.
    status : {"ok", "attention", "refuse"}
        Whether the image passes, passes with a warning, or is refused for it.
    text : str
        What was found, as a sentence, with its measure.
    value : float
        The measure; NaN where there is none.
    """

    code: str
    status: Literal["ok", "attention", "refuse"]
    text: str
    value: float = float("nan")


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """Whether an image may be read at all.

    Attributes
    ----------
    ood_p : float
        Conformal p value of "this image is like the radiographs the networks were trained on".
    checks : tuple of Check
        Everything looked at.
    """

    ood_p: float
    checks: tuple[Check, ...]

    @property
    def refused(self) -> bool:
        """Whether any check refuses the image."""
        return any(check.status == "refuse" for check in self.checks)

    @property
    def reason(self) -> str:
        """The sentences of the checks that refuse, in their order."""
        return " ".join(check.text for check in self.checks if check.status == "refuse")

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of the checks that warn."""
        return tuple(check.text for check in self.checks if check.status == "attention")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What is said of one file.

    Attributes
    ----------
    file : str
        What the user called it.
    status : {"ok", "refused", "error"}
        Read; decoded but not a film the networks may judge; not decodable.
    reason : str
        Why it was refused or could not be read; for a reading, why it abstains, or empty.
    model : str
        Network that was asked.
    probabilities : mapping of finding to probability, or None
        Calibrated on validation films; ``None`` unless the status is ``"ok"``.
    members : mapping of network to mapping of finding to probability
        What each single network says alone; empty unless the ensemble was asked and answered.
    set : tuple of str
        Conformal set at 90 %: findings that cannot be excluded. Empty unless ``"ok"``.
    decision : str or None
        The finding, if the set holds exactly one; else ``None``: the reading abstains.
    covid_alert : bool or None
        Whether the probability of COVID-19 reaches the operating threshold.
    threshold : float
        That threshold, chosen on validation films.
    ood_p : float or None
        See :class:`Gate`; ``None`` where the file could not be decoded.
    warnings : tuple of str
        What speaks against relying on the reading.
    sha256 : str
        Hash of the file.
    artifact : str
        Tag of the model folder.
    """

    file: str
    status: Status
    reason: str
    model: str
    probabilities: Mapping[str, float] | None = None
    members: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)
    set: tuple[str, ...] = ()
    decision: str | None = None
    covid_alert: bool | None = None
    threshold: float = float("nan")
    ood_p: float | None = None
    warnings: tuple[str, ...] = ()
    sha256: str = ""
    artifact: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain data."""
        return dict(plain.plain(self))

    def to_log(self) -> dict[str, Any]:
        """Return what an audit log keeps: hash and what was said, no name and no warning text."""
        record = self.to_dict()
        return {name: record[name] for name in LOGGED}
