"""Features for fitting the gate: films, spoiled films, and pictures that are no films."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.respiratory.gate.features import SIZE, embed, seen
from core.respiratory.gate.parameters import Floats, rounded
from core.respiratory.schema import Pixels
from core.respiratory.training import gate_others as others
from core.respiratory.training import gate_spoiled as spoiled
from core.respiratory.training.collection import Collection

Encode = Callable[[Pixels], Pixels]
Change = Callable[[Pixels, np.random.Generator], Pixels]

SEED = 20260
PHOTOGRAPHS, DRAWINGS = 1200, 300  # windows in all; drawings of each family
DIRECTIONS = 24
# How films are changed for the fit, and which kind the change makes of them.
CHANGES: Mapping[str, tuple[str, Change]] = {
    "varied": ("upright", spoiled.varied),
    "turned 90": ("turned 90", lambda film, rng: spoiled.turned(film, 1)),
    "turned 180": ("turned 180", lambda film, rng: spoiled.turned(film, 2)),
    "turned 270": ("turned 270", lambda film, rng: spoiled.turned(film, 3)),
    "inverted": ("inverted", spoiled.inverted),
    "severely cropped": ("cropped", spoiled.severely_cropped),
    "jigsaw": ("other", spoiled.jigsaw),
    "folded": ("other", spoiled.folded),
    "aslant": ("other", spoiled.aslant),
    "mirrored": ("mirrored", spoiled.mirrored),
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Features of one collection.

    Attributes
    ----------
    token_mean, token_basis : (384,) and (384, 24) arrays
        Centre and principal directions of the training films' patch tokens.
    plain : (films, d) array
        The films as they are.
    changed : mapping of change to (changed films, d) array
        Every second training film (see :func:`chosen`) after each of ``CHANGES``.
    others : mapping of family to (pictures, d) array
        Pictures that are no films.
    """

    token_mean: Floats
    token_basis: Floats
    plain: Pixels
    changed: Mapping[str, Pixels]
    others: Mapping[str, Pixels]


def encoder(folder: Path) -> Encode:
    """Return the trunk of a model folder, sealed or not: (n, 98, 98) to tokens (n, 50, 384)."""
    from core.runtime.onnx import open_session

    session = open_session(folder / "vit-trunk.onnx")
    with np.load(folder / "position.npz", allow_pickle=False) as stored:
        position = stored[f"side_{SIZE}"].astype(np.float32)

    def encode(films: Pixels) -> Pixels:
        fed = ({"pixels": film[None, None], "position": position} for film in films)
        return np.concatenate([session.run(["tokens"], one)[0] for one in fed])

    return encode


def take_sample(collection: Collection, encode: Encode, cache: Path | None = None) -> Sample:
    """Encode the films of a collection, every change of them, and the other pictures.

    Parameters
    ----------
    collection : Collection
        Films; the split ``train`` sets the principal directions.
    encode : callable
        The trunk.
    cache : Path, optional
        Folder where features are kept between runs.
    """
    tokens = _kept(cache, "tokens", collection, lambda: _encoded(_films(collection), encode))
    train = np.array([film.split == "train" for film in collection.films])
    centre, basis = principal(tokens[train])

    def features(name: str, pictures: Callable[[], Iterator[Pixels]]) -> Pixels:
        return _kept(
            cache,
            name,
            collection,
            lambda: embed(_encoded(pictures(), encode), centre, basis),
        )

    changed = {
        name: features(name, _changing(collection, chosen(train, name), change))
        for name, (_, change) in CHANGES.items()
    }
    drawn = {name: features(name, _drawing(name, draw)) for name, draw in others.DRAWN.items()}
    pictures = {"photographs": features("photographs", _photographs), **drawn}
    return Sample(centre, basis, embed(tokens, centre, basis), changed, pictures)


def principal(tokens: Pixels) -> tuple[Floats, Floats]:
    """Return centre (384,) and the first directions (384, 24) of patch tokens, place by place.

    The mean of each place is taken out first: the directions are those in which films differ.
    """
    patches = tokens[:, 1:].astype(np.float64)
    centre = rounded("token_mean", patches.mean(axis=(0, 1)))
    apart = (patches - patches.mean(axis=0)).reshape(-1, patches.shape[-1])
    _, vectors = np.linalg.eigh(apart.T @ apart)
    return centre, rounded("token_basis", vectors[:, ::-1][:, :DIRECTIONS])


def _films(collection: Collection) -> Iterator[Pixels]:
    return (film.astype(np.float32) / 255 for film in collection.pixels)


def chosen(train: NDArray[np.bool_], name: str) -> NDArray[np.int64]:
    """Return which films a change is made of: every second training film, odd or even by turns."""
    return np.flatnonzero(train)[list(CHANGES).index(name) % 2 :: 2]


def _changing(
    collection: Collection, index: NDArray[np.int64], change: Change
) -> Callable[[], Iterator[Pixels]]:
    def pictures() -> Iterator[Pixels]:
        for i in index:  # a Generator for each film, so that no film hangs on those before it
            rng = np.random.default_rng([SEED, 1, int(i)])
            yield change(collection.pixels[i].astype(np.float32) / 255, rng)

    return pictures


def _drawing(name: str, draw: others.Draw) -> Callable[[], Iterator[Pixels]]:
    rng = np.random.default_rng([SEED, 2, *name.encode()])
    return lambda: (draw(rng) for _ in range(DRAWINGS))


def _photographs() -> Iterator[Pixels]:
    rng = np.random.default_rng([SEED, 3])
    pictures = others.photographs()
    return (others.window(pictures[i % len(pictures)], rng) for i in range(PHOTOGRAPHS))


def _encoded(pictures: Iterable[Pixels], encode: Encode) -> Pixels:
    return np.concatenate([encode(seen(picture)[None]) for picture in pictures])


def _kept(
    cache: Path | None, name: str, collection: Collection, make: Callable[[], Pixels]
) -> NDArray[np.float32]:
    if cache is None:
        return make()
    digest = hashlib.sha256(collection.pixels.tobytes()).hexdigest()[:12]
    path = cache / f"{name.replace(' ', '-')}-{digest}.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, make())
    return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
