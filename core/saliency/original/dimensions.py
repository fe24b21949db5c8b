"""The six dimensions of the original study, by the formulas it prints.

Where the print leaves something open, what was assumed here is said in ``assumed``.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from core.saliency.metrics import entropy, top_mass
from core.saliency.schema import Floats, Value

LITTLE = 1e-8
SPARSE = 0.1
TOP = 10.0
CONSTANT = "The map is constant, so it cannot be scaled to 0 to 1."


@dataclasses.dataclass(frozen=True, slots=True)
class Dimension:
    """One of the six, and what had to be assumed to compute it.

    Attributes
    ----------
    key, title : str
        Column name, and the name shown to people.
    formula : str
        As printed.
    assumed : str
        What the print leaves open and how it was closed; empty if nothing was.
    """

    key: str
    title: str
    formula: str
    assumed: str = ""


SIX: tuple[Dimension, ...] = (
    Dimension(
        "entropy",
        "Entropy",
        "-sum h log(h + e)",
        "h is scaled to sum to one on the grid of the layer. The printed table (5.16 and 4.99) "
        "lies just below ln 196 = 5.28, so that is what it seems to show; the formula as printed "
        "gives figures of another size and is in a row of its own.",
    ),
    Dimension(
        "activation-sd", "Activation SD", "standard deviation of H", "H is the map of all pixels."
    ),
    Dimension("sparsity", "Sparsity", "share of pixels with H < 0.1"),
    Dimension(
        "top-mass",
        "Top-k mass, %",
        "share of sum H in the top k % of the pixels",
        "k is not stated; 10 here.",
    ),
    Dimension(
        "robustness",
        "Robustness",
        "Pearson correlation of H(x) and H(x + N(0, 0.05^2))",
        "One draw, in units of the network's input, for the class of the untouched image.",
    ),
    Dimension(
        "inter-method",
        "Agreement of methods",
        "Pearson correlation of Grad-CAM++ and EigenCAM",
        "The sign of EigenCAM is left as the numerical library returns it.",
    ),
)
OTHERWISE: tuple[Dimension, ...] = (
    Dimension(
        "entropy-printed",
        "Entropy, formula as printed",
        "-sum h log(h + e)",
        "h is between 0 and 1 and does not sum to one; over all pixels; e = 1e-8.",
    ),
    Dimension(
        "robustness-grey",
        "Robustness, noise in grey values",
        "Pearson correlation of H(x) and H(x + N(0, 0.05^2))",
        "As above, with noise of a twentieth of the way from black to white.",
    ),
)
"""Two of the six, read the other way that the print allows."""


def scaled(heat: Floats) -> Floats | None:
    """Return a map between 0 and 1, or None if it is constant."""
    values = np.asarray(heat, dtype=np.float64)
    span = float(np.ptp(values))
    return (values - values.min()) / span if span > 0 else None


def of_one_map(native: Floats, pixels: Floats) -> dict[str, Value]:
    """Return the dimensions that need one map: all but the last two.

    Parameters
    ----------
    native, pixels : (h, w) and (S, S) arrays
        The map on the grid of the layer, and on the pixels of the image.
    """
    cells, h = scaled(native), scaled(pixels)
    if cells is None or h is None:
        keys = ("entropy", "entropy-printed", "activation-sd", "sparsity", "top-mass")
        return {key: Value.undefined(CONSTANT) for key in keys}
    percent = top_mass(h, TOP)
    return {
        "entropy": entropy(cells),
        "entropy-printed": Value(float(-(h * np.log(h + LITTLE)).sum())),
        "activation-sd": Value(float(h.std())),
        "sparsity": Value(float(np.mean(h < SPARSE))),
        "top-mass": Value(100 * percent.value, percent.reason),
    }
