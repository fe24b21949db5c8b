"""Stand-ins for the rooms around the verb: drawn films, gates that let all or nothing through."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from PIL import Image

from core.respiratory import decision, runtime
from core.respiratory.schema import Check, Gate, Network, Radiograph

# The package exports verbs of these names; the modules are meant here.
explain = importlib.import_module("core.respiratory.explain")
predict = importlib.import_module("core.respiratory.predict")

ROWS, COLUMNS = np.mgrid[0:1:256j, 0:1:240j]
POINTS = {
    network: decision.Operating(1.3, 0.4, "LAC", 0.9, (0.7, 0.7, 0.7, 0.7), (100,) * 4)
    for network in Network
}


def film(seed: int = 0) -> np.ndarray:
    """Draw two dark lungs in a bright chest, with noise, as grey values from 0 to 1."""
    rng = np.random.default_rng(seed)
    grey = 0.75 - 0.3 * np.abs(COLUMNS - 0.5)
    for middle in (0.3, 0.7):
        inside = ((COLUMNS - middle) / 0.15) ** 2 + ((ROWS - 0.5) / 0.32) ** 2
        grey -= 0.45 * np.exp(-(inside**2))
    shade = 0.1 * np.sin(6 * (ROWS * rng.normal() + COLUMNS * rng.normal()))
    return (grey + shade + 0.03 * rng.normal(size=grey.shape)).clip(0, 1).astype(np.float32)


def png(seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.fromarray((film(seed) * 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def radiograph(name: str = "film.png", seed: int = 0) -> Radiograph:
    pixels = film(seed)
    return Radiograph(name, hashlib.sha256(png(seed)).hexdigest(), pixels, "PNG", 240, 256)


def gate(status: str = "ok", ood_p: float = 0.6) -> Gate:
    return Gate(ood_p, (Check("likeness", status, "It is unlike a frontal chest film."),))


def said(logits: np.ndarray) -> runtime.Forward:
    """Make the answer of a network with a flat map."""
    evidence = np.tile(logits.reshape(1, 4, 1, 1), (1, 1, 8, 8)).astype(np.float32)
    return runtime.Forward(logits.reshape(1, 4).astype(np.float32), evidence, evidence)


@contextlib.contextmanager
def surroundings(
    *,
    judged: Gate | None = None,
    logits: Mapping[Network, np.ndarray] | None = None,
) -> Iterator[pytest.MonkeyPatch]:
    """Read films with a gate, and if given networks, that answer as told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predict, "judge", lambda _: judged or gate())
        if logits is not None:
            patch.setattr(runtime, "ask", lambda network, _: said(logits[network]))
            for module in (predict, explain):
                patch.setattr(
                    module, "decide", lambda one, given: decision.decide(one, given, POINTS)
                )
        yield patch
