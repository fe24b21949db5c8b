"""How far a map moves when the image hardly does.

The functions compare maps already made, so that any method can be tested: change the image with
:func:`uniform_noise` or :func:`normal_noise`, explain it again, and hand over the maps. A map that
never changes is perfectly robust and may be perfectly useless: read with a figure of faithfulness.
"""

from __future__ import annotations

import numpy as np

from core.errors import InputError
from core.saliency.metrics.agreement import spearman
from core.saliency.schema import Direction, Floats, Mask, Metric, Pixels, Topic, Value

RADIUS = 0.02
SIGMAS = (0.01, 0.02, 0.05)
DRAWS = 10
FLOOR = 1e-4  # least change of the logits that the relative stability divides by
ZERO = "The map is zero everywhere."
NOT_FINITE = "One of the maps holds NaN or infinity."


def sensitivity_max(heat: Floats, moved: Floats) -> Value:
    """Return the largest relative change of a map; lower is better.

    Parameters
    ----------
    heat : (S, S) array
        The map of the image.
    moved : (n, S, S) array
        The maps of the image after a small change.

    Raises
    ------
    InputError
        If there is no map to compare with, or the sizes differ.
    """
    changes = _changes(heat, moved)
    return changes if isinstance(changes, Value) else Value(float(changes.max()))


def sensitivity_mean(heat: Floats, moved: Floats) -> Value:
    """Return the mean relative change of a map; see :func:`sensitivity_max`."""
    changes = _changes(heat, moved)
    return changes if isinstance(changes, Value) else Value(float(changes.mean()))


def robustness(heat: Floats, moved: Floats, kept: Mask) -> Value:
    """Return the mean rank correlation with the maps of the changed image; higher is better.

    Parameters
    ----------
    heat, moved
        As for :func:`sensitivity_max`.
    kept : (n,) array of bool
        Where the network still gives the same class; the others are left out, since another answer
        may well have another reason.

    Raises
    ------
    InputError
        If the sizes differ.
    """
    moved = _moved(heat, moved)
    if np.shape(kept) != (len(moved),):
        raise InputError(f"kept: the shape is {np.shape(kept)}. Give one of {len(moved)} flags.")
    if not np.any(kept):
        return Value.undefined("Every change of the image changed the class.")
    found = [spearman(heat, one) for one, same in zip(moved, kept, strict=True) if same]
    undefined = next((one for one in found if not one.defined), None)
    return undefined or Value(float(np.mean([one.value for one in found])))


def relative_output_stability(
    heat: Floats, moved: Floats, logits: Floats, moved_logits: Floats
) -> Value:
    """Return the largest relative change of a map over the change of the logits; lower is better.

    Parameters
    ----------
    heat, moved
        As for :func:`sensitivity_max`. The change of each pixel is relative to the pixel; pixels
        that are zero are left out.
    logits, moved_logits : (k,) and (n, k) arrays
        Of the image, and of the changed ones.

    Raises
    ------
    InputError
        If the sizes differ.
    """
    values, moved = np.asarray(heat, dtype=np.float64), _moved(heat, moved)
    if np.shape(moved_logits) != (len(moved), len(logits)):
        raise InputError(
            f"logits: the shape is {np.shape(moved_logits)}. Give {len(moved)} rows of "
            f"{len(logits)}."
        )
    if not (np.isfinite(values).all() and np.isfinite(moved).all()):
        return Value.undefined(NOT_FINITE)
    some = values != 0
    if not some.any():
        return Value.undefined(ZERO)
    change = np.linalg.norm((values - moved)[:, some] / values[some], axis=1)
    answer = np.linalg.norm(np.asarray(moved_logits) - np.asarray(logits), axis=1)
    return Value(float(np.max(change / np.maximum(answer, FLOOR))))


def uniform_noise(
    shape: tuple[int, int], n: int = DRAWS, radius: float = RADIUS, seed: int = 0
) -> Pixels:
    """Return noise (n, h, w), uniform within ``radius`` in units of the network's input."""
    return np.random.default_rng(seed).uniform(-radius, radius, (n, *shape)).astype(np.float32)


def normal_noise(
    shape: tuple[int, int], n: int = DRAWS, sigma: float = SIGMAS[1], seed: int = 0
) -> Pixels:
    """Return normal noise (n, h, w); ``sigma`` is in units of the network's input."""
    return np.random.default_rng(seed).normal(0, sigma, (n, *shape)).astype(np.float32)


def _moved(heat: Floats, moved: Floats) -> Floats:
    values = np.asarray(moved, dtype=np.float64)
    if values.ndim != 3 or not len(values) or values.shape[1:] != np.shape(heat):
        raise InputError(
            f"maps: the shape is {values.shape} and that of the map {np.shape(heat)}. "
            "Give at least one map of the same size."
        )
    return values


def _changes(heat: Floats, moved: Floats) -> Floats | Value:
    values, moved = np.asarray(heat, dtype=np.float64), _moved(heat, moved)
    if not (np.isfinite(values).all() and np.isfinite(moved).all()):
        return Value.undefined(NOT_FINITE)
    size = float(np.linalg.norm(values))
    if size == 0:
        return Value.undefined(ZERO)
    return np.asarray(np.linalg.norm(moved - values, axis=(1, 2)) / size)


def _card(
    key: str,
    title: str,
    formula: str,
    limits: tuple[float, float],
    direction: Direction,
    source: str,
    oracle: str = "",
) -> Metric:
    return Metric(
        key=key,
        title=title,
        topic=Topic.ROBUSTNESS,
        formula=formula,
        low=limits[0],
        high=limits[1],
        direction=direction,
        edge="No value where the map is zero or not finite.",
        source=source,
        oracle=oracle,
    )


CARDS = (
    _card(
        "sensitivity-max",
        "Largest sensitivity",
        "largest |a(x + d) - a(x)| / |a(x)| over noise d",
        (0.0, np.inf),
        Direction.LOWER,
        "Yeh et al. (2019), NeurIPS",
        "Captum sensitivity_max",
    ),
    _card(
        "sensitivity-mean",
        "Mean sensitivity",
        "mean |a(x + d) - a(x)| / |a(x)| over noise d",
        (0.0, np.inf),
        Direction.LOWER,
        "Yeh et al. (2019), NeurIPS",
    ),
    _card(
        "robustness",
        "Robustness",
        "mean rank correlation of a(x) and a(x + noise) where the class stays",
        (-1.0, 1.0),
        Direction.HIGHER,
        "after the original study, with ranks and with the class kept",
    ),
    _card(
        "relative-output-stability",
        "Relative output stability",
        f"largest |(a - a') / a| / max(|logits - logits'|, {FLOOR:g})",
        (0.0, np.inf),
        Direction.LOWER,
        "Agarwal et al. (2022), arXiv:2203.06877",
    ),
)
