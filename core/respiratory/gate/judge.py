"""The verdict on decoded images, whether the networks may judge them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from core.respiratory.gate.content import content
from core.respiratory.gate.declared import declared
from core.respiratory.gate.features import Scores, embed, score, seen
from core.respiratory.gate.markers import glyphs
from core.respiratory.gate.parameters import Parameters, parameters
from core.respiratory.schema import Gate, Radiograph


def judge(radiograph: Radiograph) -> Gate:
    """Say whether a decoded image is a frontal chest film that the networks may judge.

    Parameters
    ----------
    radiograph : Radiograph
        The image with what its file says of itself.

    Raises
    ------
    ArtifactError
        If the gate's parameters or the trunk are missing: nothing passes without them.
    InputError
        If a pixel is not a finite number.
    """
    return judge_all([radiograph])[0]


def judge_all(radiographs: Sequence[Radiograph]) -> tuple[Gate, ...]:
    """Judge several images, each as :func:`judge` would alone."""
    fitted = parameters()
    return tuple(_judged(radiograph, fitted) for radiograph in radiographs)


def scored(radiograph: Radiograph, fitted: Parameters) -> Scores:
    """Return what the parameters say of one image."""
    from core.respiratory.runtime import trunk_tokens

    tokens = trunk_tokens(seen(radiograph.pixels)[None])
    return score(fitted, embed(tokens, fitted.token_mean, fitted.token_basis))


def _judged(radiograph: Radiograph, fitted: Parameters) -> Gate:
    scores = scored(radiograph, fitted)
    marks = functools.partial(glyphs, radiograph.pixels)
    checks = (*declared(radiograph), *content(scores, 0, fitted.levels, marks))
    return Gate(ood_p=float(np.asarray(scores.ood_p)[0]), checks=checks)
