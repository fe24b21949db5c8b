"""Time and likeness of the drawn chest films, and what the classifier says of each example.

``OMP_NUM_THREADS=1 python -m benchmarks.respiratory_phantoms`` prints one JSON document:

- processor time per drawn film at three sizes, each film new (median over films);
- what the shapes of the drawn films have in common with real ones: share of the frame that is lung,
  slope of the power spectrum, contrast of the lesion over the spread of the healthy lung;
- for each example: its best match in the collection of films (correlation at 32 x 32 pixels, as it
  is and mirrored) and, once networks are trained, the reading of each network.

What needs the films (``--films FOLDER``) says so where the folder is missing.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import phantoms
from core.errors import ArtifactError
from core.respiratory.examples import EXAMPLES, example
from core.respiratory.schema import Network
from core.respiratory.training.collection import SHARED

Floats = NDArray[np.floating[Any]]
SIZES = (96, 128, 224)
NEAR_DUPLICATE = 0.975
THUMB = 32


def milliseconds(size: int, films: int) -> float:
    """Return the median processor time of drawing and rendering a film."""
    phantoms.render(phantoms.draw(films), size)
    spent = []
    for seed in range(films):
        start = time.process_time()
        phantoms.render(phantoms.draw(seed), size)
        spent.append(1000 * (time.process_time() - start))
    return float(np.median(spent))


def likeness(films: int) -> dict[str, Any]:
    """Measure drawn films: (least, mean, most) of each figure."""
    areas, slopes, contrasts = [], [], []
    for seed in range(films):
        phantom = phantoms.draw(seed)
        film = phantoms.render(phantom)
        lung = phantoms.lung_mask(phantom)
        areas.append(float(lung.mean()))
        slopes.append(spectral_slope(film))
        if phantom.lesion:
            without = phantoms.render(dataclasses.replace(phantom, lesion=None))
            mask = phantoms.lesion_mask(phantom)
            healthy = film[lung & ~phantoms.lesion_support(phantom)]
            contrasts.append(float((film - without)[mask].mean() / healthy.std()))
    return {
        "films": films,
        "lung share of the frame": spread(areas),
        "spectral slope": spread(slopes),
        "lesion contrast over spread of healthy lung": spread(contrasts),
    }


def spectral_slope(film: Floats) -> float:
    """Return how steeply the power falls with frequency, from 4 to 64 cycles a frame."""
    side = film.shape[0]
    taper = np.hanning(side)
    power = np.abs(np.fft.fftshift(np.fft.fft2((film - film.mean()) * np.outer(taper, taper)))) ** 2
    rows, columns = np.indices(film.shape) - side // 2
    ring = np.hypot(rows, columns).astype(int).ravel()
    radial = np.bincount(ring, power.ravel()) / np.bincount(ring)
    cycles = np.arange(4, 64)
    return float(-np.polyfit(np.log(cycles), np.log(radial[cycles]), 1)[0])


def spread(values: list[float]) -> list[float]:
    """Return least, mean and most."""
    return [round(float(f(values)), 3) for f in (np.min, np.mean, np.max)]


def thumb(image: Image.Image) -> Floats:
    """Return a film as a unit vector whose products are correlations."""
    small = image.convert("L").resize((THUMB, THUMB), Image.Resampling.BOX)
    flat = np.asarray(small, dtype=np.float64).ravel()
    flat = flat - flat.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-9))


def read_thumbs(folder: Path) -> tuple[list[str], Floats]:
    """Return names and thumbs of every film below a folder."""
    paths = sorted(folder.rglob("*.jpg"))
    return [p.relative_to(folder).as_posix() for p in paths], np.array(
        [thumb(Image.open(p)) for p in paths]
    )


def matches(names: list[str], thumbs: Floats, content: bytes) -> dict[str, Any]:
    """Return the film that is most like an example, as it is or mirrored."""
    image = Image.open(io.BytesIO(content))
    both = np.stack([thumb(image), thumb(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))])
    found = (thumbs @ both.T).max(axis=1)
    best = int(found.argmax())
    return {
        "best match": names[best],
        "correlation": round(float(found[best]), 4),
        "near-duplicate": bool(found[best] > NEAR_DUPLICATE),
    }


def real_slopes(folder: Path, films: int) -> list[float]:
    """Return the spectral slopes of evenly chosen normal training films."""
    paths = sorted((folder / "train" / "normal").glob("*.jpg"))
    chosen = paths[:: max(1, len(paths) // films)][:films]
    return spread(
        [spectral_slope(np.asarray(Image.open(p).convert("L"), float) / 255) for p in chosen]
    )


def said() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each network says of each example, or that none is trained."""
    from core.respiratory.predict import predict

    files = [example(one.key) for one in EXAMPLES]
    for network in Network:
        try:
            readings = predict(files, network)
        except ArtifactError as error:
            yield network.value, {"not asked": str(error)}
            return
        yield (
            network.value,
            {
                one.key: {
                    "expected": one.expected,
                    "status": reading.status,
                    "reason": reading.reason,
                    "set": list(reading.set),
                    "decision": reading.decision,
                    "probabilities": reading.probabilities and dict(reading.probabilities),
                    "ood_p": reading.ood_p,
                    "as expected about refusal": one.refuse is None
                    or one.refuse == (reading.status == "refused"),
                }
                for one, reading in zip(EXAMPLES, readings, strict=True)
            },
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="drawn films to measure")
    parser.add_argument("--films", type=Path, default=SHARED, help="the collection of real films")
    options = parser.parse_args()
    document: dict[str, Any] = {
        "milliseconds per film": {s: round(milliseconds(s, options.count), 1) for s in SIZES},
        "drawn": likeness(options.count),
    }
    if options.films.is_dir():
        names, thumbs = read_thumbs(options.films)
        document["real films compared"] = len(names)
        document["spectral slope of real normal films"] = real_slopes(options.films, options.count)
        document["matches"] = {
            one.key: matches(names, thumbs, example(one.key)[1]) for one in EXAMPLES
        }
    else:
        document["matches"] = f"not compared: {options.films} is missing"
    document["readings"] = dict(said())
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
