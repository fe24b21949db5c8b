"""What the gate knows: a basis of film features, linear heads and levels, read from two files."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError

Floats = NDArray[np.float64]

ARRAYS_FILE, LEVELS_FILE = "gate.npz", "gate.json"
KINDS = ("upright", "turned 90", "turned 180", "turned 270", "inverted", "cropped", "other")


@dataclasses.dataclass(frozen=True, slots=True)
class Levels:
    """Where the gate warns and where it refuses; chosen on training and validation films.

    Attributes
    ----------
    frontal_refuse, frontal_attention : float
        Probability of "a frontal film, upright and whole" below which an image is refused, or
        passes with a warning.
    ood_refuse : float
        Excess of the distance (see ``Parameters.excess``) above which an image is refused.
    ood_attention : float
        Conformal p value at or below which an image passes with a warning.
    cropped_attention, mirrored_attention, child_attention : float
        Probabilities from which these are mentioned.
    """

    frontal_refuse: float
    frontal_attention: float
    ood_refuse: float
    ood_attention: float
    cropped_attention: float
    mirrored_attention: float
    child_attention: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Arrays and levels of the gate. A picture has d = 1,944 features (``features.embed``).

    Attributes
    ----------
    token_mean, token_basis : (384,) and (384, 24) arrays
        Centre and principal directions of the patch tokens of films.
    mean, spread : (d,) arrays
        Mean and standard deviation of the features of films.
    basis : (d, 64) array
        Orthonormal directions in which films differ.
    rest : float
        Mean squared length that the basis leaves of a training film.
    calibration : (n,) array
        Distances of the calibration films, in ascending order.
    kind_weights, kind_bias : (d, 7) and (7,) arrays
        The head that tells the kinds apart.
    mirrored, child : (d + 1,) arrays
        Logistic heads; the last entry is the constant.
    levels : Levels
        Where the gate warns and refuses.
    """

    token_mean: Floats
    token_basis: Floats
    mean: Floats
    spread: Floats
    basis: Floats
    rest: float
    calibration: Floats
    kind_weights: Floats
    kind_bias: Floats
    mirrored: Floats
    child: Floats
    levels: Levels

    def excess(self, distance: Floats) -> Floats:
        """Return distances so that 0 is the median of the calibration films and 1 their 99 %."""
        middle, high = np.quantile(self.calibration, [0.5, 0.99])
        return np.asarray((distance - middle) / (high - middle))


ARRAYS = tuple(
    field.name for field in dataclasses.fields(Parameters) if field.name not in ("levels", "rest")
)


@functools.cache
def parameters() -> Parameters:
    """Return the shipped parameters, read once.

    Raises
    ------
    ArtifactError
        If the model folder or a file of the gate is missing, altered or incomplete: without its
        gate the classifier answers nothing.
    """
    from core.respiratory.runtime import artifact

    sealed = artifact()
    return read(sealed.path(ARRAYS_FILE), sealed.path(LEVELS_FILE))


def read(arrays: Path, levels: Path) -> Parameters:
    """Read parameters from the two files.

    Raises
    ------
    ArtifactError
        If a file is missing or lacks a part.
    """
    try:
        stored: Mapping[str, Any] = json.loads(levels.read_text(encoding="utf-8"))
        with np.load(arrays, allow_pickle=False) as archive:
            held = {name: archive[name].astype(np.float64) for name in ARRAYS}
        return Parameters(**held, rest=float(stored["rest"]), levels=Levels(**stored["levels"]))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ArtifactError(
            f"The input gate cannot be read from {arrays.name} and {levels.name} ({error}), so no "
            "film is judged. Restore both from the repository, or fit the gate again."
        ) from error


def write(folder: Path, fitted: Parameters, facts: Mapping[str, Any]) -> None:
    """Write parameters, arrays in half precision except the calibration, with facts of the fit."""
    held = {name: _stored(name, getattr(fitted, name)) for name in ARRAYS}
    np.savez(folder / ARRAYS_FILE, **held)  # type: ignore[arg-type]
    stored = {"rest": fitted.rest, "levels": dataclasses.asdict(fitted.levels), **facts}
    text = json.dumps(stored, indent=2, sort_keys=True) + "\n"
    (folder / LEVELS_FILE).write_text(text, encoding="utf-8")


def rounded(name: str, values: Floats) -> Floats:
    """Return an array as it will be read back, so that the fit sees what use will see."""
    return _stored(name, values).astype(np.float64)


def _stored(name: str, values: Floats) -> NDArray[Any]:
    return values.astype(np.float64 if name == "calibration" else np.float16)
