"""From a picture to numbers: features of the frozen trunk, distance from films, linear heads."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.respiratory.gate.parameters import Floats, Parameters
from core.respiratory.prepare import Recipe, prepare
from core.respiratory.schema import Pixels
from core.stats.conformal import conformal_p

SIZE = 98  # 7 x 7 patches: enough to tell a film, and a third of the cost of 140 pixels


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What the parameters say of n pictures.

    Attributes
    ----------
    kinds : (n, 7) array
        Probabilities of ``parameters.KINDS``.
    distance : (n,) array
        Log of the squared length that the film basis leaves, relative to a training film's.
    excess : (n,) array
        The distance with the calibration films' median at 0 and their 99 % quantile at 1.
    ood_p : (n,) array
        Conformal p value of the distance.
    mirrored, child : (n,) arrays
        Probabilities.
    """

    kinds: Floats
    distance: Floats
    excess: Floats
    ood_p: Floats
    mirrored: Floats
    child: Floats


def seen(pixels: Pixels) -> Pixels:
    """Return a picture as the gate's trunk takes it: (98, 98), standardised."""
    return prepare(pixels, SIZE, Recipe.PLAIN)


def embed(tokens: Pixels, token_mean: Floats, token_basis: Floats) -> Pixels:
    """Return features (n, 1944) of tokens (n, 50, 384).

    The class token (384), the mean patch token (384), and every patch in 24 principal directions
    (49 x 24), which keeps what lies where.
    """
    patches = tokens[:, 1:].astype(np.float64)
    places = (patches - token_mean) @ token_basis
    parts = [tokens[:, 0], patches.mean(axis=1), places.reshape(len(tokens), -1)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def score(fitted: Parameters, features: Pixels) -> Scores:
    """Return what the parameters say of features (n, d)."""
    from scipy.special import expit, softmax

    z = (features.astype(np.float64) - fitted.mean) / fitted.spread
    far = distance(z, fitted.basis, fitted.rest)
    return Scores(
        kinds=softmax(z @ fitted.kind_weights + fitted.kind_bias, axis=1),
        distance=far,
        excess=fitted.excess(far),
        ood_p=conformal_p(far, fitted.calibration),
        mirrored=expit(z @ fitted.mirrored[:-1] + fitted.mirrored[-1]),
        child=expit(z @ fitted.child[:-1] + fitted.child[-1]),
    )


def distance(z: Floats, basis: Floats, rest: float) -> Floats:
    """Return the log of the squared length of z (n, d) outside the basis (d, k), over ``rest``."""
    outside = (z**2).sum(axis=1) - ((z @ basis) ** 2).sum(axis=1)
    return np.asarray(np.log(np.maximum(outside, 1e-9) / rest))
