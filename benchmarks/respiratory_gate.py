"""How often the input gate turns away films, and how often it lets other pictures pass.

``python -m benchmarks.respiratory_gate`` prints one JSON document. The shipped gate is judged on
films of the test split, which neither its fit nor its levels have seen. For "left out" the gate is
fitted again without a source, its levels are those that the other sources ask for when they are
left out, and the test films of the source are judged. Intervals are Wilson's at 95 %.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import respiratory_gate_pictures as unseen
from core import artifacts
from core.respiratory.gate import judge
from core.respiratory.gate.features import Scores, embed, score, seen
from core.respiratory.gate.markers import glyphs
from core.respiratory.gate.parameters import (
    ARRAYS_FILE,
    KINDS,
    LEVELS_FILE,
    Floats,
    Parameters,
    read,
)
from core.respiratory.schema import Pixels, Radiograph
from core.respiratory.training import gate_others as others
from core.respiratory.training import gate_spoiled as spoiled
from core.respiratory.training.collection import SHARED, Collection
from core.respiratory.training.gate_fit import (
    CHILDREN,
    Data,
    fit_arrays,
    judged,
    left_out_levels,
    read_data,
)
from core.respiratory.training.gate_sample import CHANGES, Encode, encoder
from core.stats.intervals import wilson

MODEL = artifacts.MODELS_ROOT / "respiratory" / "1"
FRESH = 977  # seeds of the fit start with another number
PICTURES, FILMS = 200, 300
CROP_BANDS = ((0.15, 0.3), (0.3, 0.45), (0.45, 0.6), (0.6, 0.75), (0.75, 0.9))
WORDS = ("L", "R", "AP", "PORTABLE", "SUPINE", "12:45", "DOE JOHN")
MIDDLE = (60, 170, 45, 180)  # rows and columns where the collections beside Cohen carry no letters
Part = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Bench:
    """The shipped gate, the films and the trunk."""

    collection: Collection
    data: Data
    fitted: Parameters
    encode: Encode

    @property
    def test(self) -> NDArray[np.bool_]:
        """Which films are of the test split."""
        return np.asarray(self.data.splits == "test")

    def films(self, source: str | None = None) -> list[Pixels]:
        """Return test films as grey values."""
        keep = self.test & ((self.data.sources == source) if source else True)
        return [film.astype(np.float32) / 255 for film in self.collection.pixels[keep]]

    def some_films(self) -> list[Pixels]:
        """Return test films drawn evenly from the whole split."""
        films = self.films()
        return films[:: max(len(films) // FILMS, 1)][:FILMS]

    def said(self, pictures: Iterable[Pixels]) -> Scores:
        """Return the scores of pictures."""
        tokens = np.concatenate([self.encode(seen(picture)[None]) for picture in pictures])
        return score(self.fitted, embed(tokens, self.fitted.token_mean, self.fitted.token_basis))


def share(flags: NDArray[np.bool_]) -> Part:
    """Return a proportion with its interval."""
    found = wilson(int(flags.sum()), len(flags))
    return {
        "n": len(flags),
        "k": int(flags.sum()),
        "share": round(found.estimate, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
    }


def refusals(scores: Scores, fitted: Parameters) -> Part:
    """Return the share refused, and of the rest the share that passes with a warning."""
    refused = judged(scores, fitted.levels)
    warned = ~refused & (
        (scores.ood_p <= fitted.levels.ood_attention)
        | (scores.kinds[:, 0] < fitted.levels.frontal_attention)
    )
    return {"refused": share(refused), "warned": share(warned)}


def false_refusals(bench: Bench) -> Part:
    """Return refusals of test films by source: shipped gate, and gate without the source."""
    sources = [str(source) for source in np.unique(bench.data.sources)]
    asked = {source: left_out_levels(bench.data, source) for source in sources}
    return {
        source: {
            "in source": refusals(_of(bench.fitted, bench, source), bench.fitted),
            "left out": _left_out(
                bench, source, [one for other, one in asked.items() if other != source]
            ),
        }
        for source in sources
    }


def _of(fitted: Parameters, bench: Bench, source: str) -> Scores:
    return score(fitted, bench.data.sample.plain[bench.test & (bench.data.sources == source)])


def _left_out(bench: Bench, source: str, asked: list[dict[str, float]]) -> Part:
    levels = dataclasses.replace(
        bench.fitted.levels,
        frontal_refuse=min(0.5, *(one["frontal"] for one in asked)),
        ood_refuse=max(one["excess"] for one in asked),
    )
    without = fit_arrays(bench.data, bench.data.sources != source)
    without = dataclasses.replace(without, levels=levels)
    scores = _of(without, bench, source)
    found = {
        **refusals(scores, without),
        "called mirrored": share(scores.mirrored >= levels.mirrored_attention),
    }
    if source != CHILDREN:  # without the children's films there is no such head
        found["called a child's"] = share(scores.child >= levels.child_attention)
    return found


def recalls(bench: Bench) -> Part:
    """Return refusals of pictures that should be refused, by family."""
    films = bench.some_films()
    seen_changes = {n: c for n, (kind, c) in CHANGES.items() if kind in KINDS[1:]}
    rng = np.random.default_rng([FRESH, 0])
    photographs = others.photographs()
    windows = [others.window(photographs[i % len(photographs)], rng) for i in range(PICTURES)]
    fitted_on = {"photographs": windows, **_drawn(others.DRAWN)}
    new = {
        name: unseen.pictures(name, PICTURES // 2, FRESH)
        for name in (*unseen.PHOTOGRAPHS, *unseen.DRAWN)
    }
    return {
        "films changed, changes of the fit": _changed(bench, films, seen_changes),
        "films changed, changes not in the fit": _changed(bench, films, unseen.CHANGED),
        "no films, families of the fit": _families(bench, fitted_on),
        "no films, families not in the fit": _families(bench, new),
        "drawn frontal chests (core.phantoms)": _families(bench, {"phantoms": _phantoms()})[
            "phantoms"
        ],
    }


def _phantoms() -> list[Pixels]:
    rng = np.random.default_rng([FRESH, 5])
    return [unseen.frontal(rng) for _ in range(PICTURES)]


def _drawn(draws: Mapping[str, others.Draw]) -> dict[str, list[Pixels]]:
    found = {}
    for name, draw in draws.items():
        rng = np.random.default_rng([FRESH, 1, *name.encode()])
        found[name] = [draw(rng) for _ in range(PICTURES)]
    return found


def _changed(
    bench: Bench, films: list[Pixels], changes: Mapping[str, spoiled.Spoiler]
) -> dict[str, Part]:
    found = {}
    for number, (name, change) in enumerate(changes.items()):
        rng = np.random.default_rng([FRESH, 2, number])
        found[name] = [change(film, rng) for film in films]
    return _families(bench, found)


def _families(bench: Bench, families: Mapping[str, list[Pixels]]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    refused = []
    for name, pictures in families.items():
        scores = bench.said(pictures)
        refused.append(judged(scores, bench.fitted.levels))
        blamed = np.bincount(scores.kinds[refused[-1]].argmax(axis=1), minlength=len(KINDS))
        found[name] = {
            **refusals(scores, bench.fitted),
            "most probable kind of the refused": {
                kind: int(n) for kind, n in zip(KINDS, blamed, strict=True) if n
            },
        }
    found["all"] = {"refused": share(np.concatenate(refused))}
    return found


def crops(bench: Bench) -> Part:
    """Return what is said of windows by the share of the area they keep."""
    found = {}
    for number, band in enumerate(CROP_BANDS):
        rng = np.random.default_rng([FRESH, 3, number])
        scores = bench.said(spoiled.cropped(film, rng, band) for film in bench.some_films())
        cut = scores.kinds[:, KINDS.index("cropped")] >= bench.fitted.levels.cropped_attention
        refused = judged(scores, bench.fitted.levels)
        found[f"{band[0]:.0%} to {band[1]:.0%} of the area"] = {
            "refused": share(refused),
            "refused or warned of": share(refused | cut),
        }
    return found


def heads(bench: Bench) -> Part:
    """Return the mirrored and the child head on test films."""
    levels, test = bench.fitted.levels, bench.test
    plain = score(bench.fitted, bench.data.sample.plain[test])
    rng = np.random.default_rng(FRESH)  # mirroring chooses nothing
    flipped = bench.said(spoiled.mirrored(film, rng) for film in bench.films())
    child = bench.data.sources[test] == CHILDREN
    return {
        "mirrored films called mirrored": share(flipped.mirrored >= levels.mirrored_attention),
        "other films called mirrored": share(plain.mirrored >= levels.mirrored_attention),
        "mirrored at 0.5: right": share(
            np.concatenate([flipped.mirrored >= 0.5, plain.mirrored < 0.5])
        ),
        "children's films called so": share(plain.child[child] >= levels.child_attention),
        "adults' films called a child's": share(plain.child[~child] >= levels.child_attention),
    }


def letters(bench: Bench) -> Part:
    """Return how often letters are found: drawn ones, the films' own, and where none can be."""
    films = bench.some_films()
    drawn = {
        f"{size} px, ink {ink}": share(_drawn_found(films, size, ink))
        for size in (8, 12, 18)
        for ink in (160, 255)
    }
    top, bottom, left, right = MIDDLE
    own = [glyphs(film) for film in bench.films()]
    quiet = bench.data.sources[bench.test] != "cohen-ieee8023"
    inside = [
        any(top <= one.top < bottom and left <= one.left < right for one in found)
        for found, keep in zip(own, quiet, strict=True)
        if keep
    ]
    return {
        "drawn in a corner, found": drawn,
        "films as they are, letters or marks found": share(np.array([*map(bool, own)])),
        "false alarm in the middle of films beside Cohen's": share(np.array(inside)),
    }


def _drawn_found(films: list[Pixels], size: int, ink: int) -> NDArray[np.bool_]:
    """Return whether drawing a word makes more glyphs found than before."""
    from PIL import Image, ImageDraw, ImageFont

    rng = np.random.default_rng([FRESH, 4, size, ink])
    font = ImageFont.load_default(size=size)
    found = []
    for film in films:
        image = Image.fromarray((film * 255).astype(np.uint8))
        place = (int(rng.integers(2, 140)), int(rng.choice([2, 222 - round(1.3 * size)])))
        ImageDraw.Draw(image).text(place, str(rng.choice(WORDS)), fill=ink, font=font)
        found.append(len(glyphs(others.unit(image))) > len(glyphs(film)))
    return np.array(found)


def choice_of_distance(bench: Bench) -> Part:
    """Compare distances on pictures of the fit, at the level where the worst source loses 1 %."""
    data, train = bench.data, bench.data.splits == "train"
    held = data.splits != "test"
    negatives = [*data.sample.others.values()]
    negatives += [data.sample.changed[n] for n, (kind, _) in CHANGES.items() if kind in KINDS[1:]]
    excesses: dict[str, list[float]] = {}
    for source in np.unique(data.sources):
        own, rest = data.sources == source, data.sources != source
        scales = _distances(data.sample.plain[train & rest])
        reference = data.sample.plain[(data.splits == "val") & rest]
        for name, measure in scales.items():
            z = _scaled(measure(data.sample.plain[own & held]), measure(reference))
            excesses.setdefault(name, []).append(float(np.quantile(z, 0.99)))
    found = {}
    for name, measure in _distances(data.sample.plain[train]).items():
        reference = measure(data.sample.plain[data.splits == "val"])
        shares = [
            float(np.mean(_scaled(measure(one), reference) > max(excesses[name])))
            for one in negatives
        ]
        found[name] = {
            "level": round(max(excesses[name]), 2),
            "mean recall over families": round(float(np.mean(shares)), 3),
            "worst family": round(min(shares), 3),
        }
    return found


def _distances(films: Pixels) -> dict[str, Callable[[Pixels], Floats]]:
    mean, spread = films.mean(axis=0), films.std(axis=0) + 1e-3
    z = (films - mean) / spread
    values, vectors = np.linalg.eigh((z.T @ z / len(z)).astype(np.float64))
    basis, scale = vectors[:, ::-1][:, :64], np.sqrt(values[::-1][:64])
    known = z @ basis / scale

    def inside(features: Pixels) -> Floats:
        return np.asarray((features - mean) / spread @ basis / scale, dtype=np.float64)

    def left(features: Pixels) -> Floats:
        far = (features - mean) / spread
        return np.asarray(np.log((far**2).sum(axis=1) - ((far @ basis) ** 2).sum(axis=1)))

    def mahalanobis(features: Pixels) -> Floats:
        return np.asarray(np.log((inside(features) ** 2).sum(axis=1)))

    def neighbour(features: Pixels) -> Floats:
        squares = (inside(features) ** 2).sum(axis=1)[:, None] + (known**2).sum(axis=1)
        apart = squares - 2 * inside(features) @ known.T
        return np.asarray(np.log(np.sort(np.maximum(apart, 1e-9), axis=1)[:, 4]))

    return {
        "left outside 64 directions (shipped)": left,
        "Mahalanobis in 64 directions": mahalanobis,
        "fifth neighbour in 64 directions": neighbour,
        "sum of the first two": lambda features: left(features) + mahalanobis(features),
    }


def _scaled(values: Floats, reference: Floats) -> Floats:
    middle, high = np.quantile(reference, [0.5, 0.99])
    return np.asarray((values - middle) / (high - middle))


def milliseconds(bench: Bench) -> Part:
    """Return the processor time of one verdict, everything loaded, one thread."""
    taken = []
    for film in bench.some_films()[:60]:
        radiograph = Radiograph("film", "", film, "PNG", 224, 224)
        start = time.process_time()
        judge(radiograph)
        taken.append(1000 * (time.process_time() - start))
    return {"n": len(taken), "median": round(float(np.median(taken[5:])), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--films", type=Path, default=SHARED)
    parser.add_argument("--cache", type=Path, help="folder to keep features in between runs")
    given = parser.parse_args()
    collection, data = read_data(given.model, given.films, given.cache)
    fitted = read(given.model / ARRAYS_FILE, given.model / LEVELS_FILE)
    bench = Bench(collection, data, fitted, encoder(given.model))
    result: Part = {
        "levels": dataclasses.asdict(fitted.levels),
        "films of the test split": false_refusals(bench),
        "refused": recalls(bench),
        "cropped": crops(bench),
        "mirrored and children": heads(bench),
        "letters": letters(bench),
        "choice of the distance": choice_of_distance(bench),
    }
    if given.model == MODEL:
        result["milliseconds of processor time a film"] = milliseconds(bench)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
