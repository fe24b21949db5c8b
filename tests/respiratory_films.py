"""Small films and fake answers, so that the doors are tested without the trained networks."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.respiratory.explain import (
    BorderTest,
    DeletionTest,
    EvidenceMap,
    FilmExplanation,
    NetworkExplanation,
)
from core.respiratory.images import expand
from core.respiratory.predict import find_network
from core.respiratory.prepare import CANVAS, Box
from core.respiratory.schema import LABELS, SINGLE, Label, Network, Reading

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "cxr"
needs_films = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared films are not there")


def real_films(count: int) -> list[bytes]:
    """The first test films of the shared collection, one finding after the other."""
    folders = sorted((SHARED / "test").iterdir())
    found = [
        path for many in zip(*(sorted(f.iterdir()) for f in folders), strict=False) for path in many
    ]
    return [path.read_bytes() for path in found[:count]]


def png(seed: int = 0, side: int = 64) -> bytes:
    """A grey image with two dark fields, which is no radiograph and decodes."""
    rng = np.random.default_rng(seed)
    pixels = 140 + 20 * rng.standard_normal((side, side))
    high, wide = slice(side // 5, side - side // 5), side // 3
    for left in (side // 10, side - side // 10 - wide):
        pixels[high, left : left + wide] -= 90
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    """A zip archive of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


FILM = png()
BAD = b"not an image"
CAT = png(side=20)
ZIP = archive(**{"b.png": FILM, "a.png": BAD})


def fake_reading(name: str, content: bytes | InputError, model: Network | str) -> Reading:
    """What the fake networks say: an error, a refusal of small images, or a finding."""
    if isinstance(content, InputError):
        return Reading(name, "error", content.message, str(model))
    digest = hashlib.sha256(content).hexdigest()
    if not content.startswith(b"\x89PNG"):
        return Reading(name, "error", f"{name} is not an image.", str(model), sha256=digest)
    if content == CAT:
        reason = "It is not like a chest film."
        return Reading(
            name,
            "refused",
            reason,
            str(model),
            ood_p=0.001,
            sha256=digest,
            artifact="respiratory/0",
        )
    return Reading(
        name,
        "ok",
        "",
        str(model),
        probabilities=dict(zip(map(str, LABELS), (0.1, 0.7, 0.15, 0.05), strict=True)),
        set=("Normal",),
        decision="Normal",
        covid_alert=False,
        threshold=0.3,
        ood_p=0.6,
        warnings=("The image is small.",),
        sha256=digest,
        artifact="respiratory/0",
    )


def fake_readings(
    images: Iterable[tuple[str, bytes | InputError]],
    model: Network | str = Network.ENSEMBLE,
    *,
    on_progress: Callable[[int, str], None] | None = None,
) -> Iterator[Reading]:
    """Stand in for :func:`core.respiratory.predict.readings`, network and all."""
    network = find_network(model)

    def each() -> Iterator[Reading]:
        done = 0
        for name, content in images:
            items = (
                [(name, content)] if isinstance(content, InputError) else expand([(name, content)])
            )
            for inner, one in items:
                done += 1
                if on_progress is not None:
                    on_progress(done, inner)
                yield fake_reading(inner, one, network)

    return each()


def fake_explanation(
    model: str = "ensemble", label: str | None = None, seed: int = 0
) -> FilmExplanation:
    """An explanation with maps of a few cells, for the networks that a model asks."""
    rng = np.random.default_rng(seed)
    network = Network(model)
    border = BorderTest(
        0.7, 0.6, 0.2, Label.NORMAL, Label.NORMAL, True, "The likeliest finding stays."
    )
    parts = tuple(
        NetworkExplanation(
            one,
            EvidenceMap(
                evidence := rng.standard_normal((4, 4)).astype(np.float32),
                evidence - 0.5,
                Label.COVID,
                Box(22, 192, 22, 202),
                logit=float(evidence.mean()),
                gap=0.0,
                positive=0.5,
                negative=-0.5,
            ),
            DeletionTest(
                evidence > 1, 0.7, 0.4, (0.6, 0.5, 0.65), 1.0, "Blurring takes it to 40 %."
            ),
            border,
        )
        for one in (SINGLE if network is Network.ENSEMBLE else (network,))
    )
    canvas = np.linspace(0, 1, CANVAS * CANVAS, dtype=np.float32).reshape(CANVAS, CANVAS)
    reading = fake_reading("film.png", FILM, network)
    return FilmExplanation(reading, Label(label or Label.NORMAL), parts, border, canvas, seed)


def fake_card() -> dict[str, Any]:
    """The parts of a model card that the report prints."""
    share = {"estimate": 0.95, "low": 0.93, "high": 0.97, "n": 852, "level": 0.95, "method": "x"}
    none = {**share, "estimate": None, "low": None, "high": None, "n": 0}

    def side(auc: dict[str, Any]) -> dict[str, Any]:
        return {
            "four": {"covid_auc": {"films": auc}, "accuracy": {"films": share}},
            "three": {"accuracy": {"films": share}},
            "alert": {"recall": {"films": share}, "specificity": {"films": share}},
            "sets": {"coverage": {"films": share}},
        }

    outside = side({**share, "estimate": 0.61, "low": 0.55, "high": 0.67, "n": 373})
    names = [network.value for network in Network]
    return {
        "trained_with": "trained with other patients of the Cohen collection",
        "networks": {one: {"in_source": side(share), "cohen": side(none)} for one in names},
        "protocols": {
            "single": {
                "in_full": {
                    "networks": {one: {"in_source": side(share), "cohen": outside} for one in names}
                }
            }
        },
    }
