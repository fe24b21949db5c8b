"""How much the chest X-ray networks rely on the border of real films, and whether maps say so.

Needs the training films, of which held-out ones are taken. With ``--write`` the result is stored in
the model folder, which is then to be sealed again.

    python -m benchmarks.saliency_border --write
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from PIL import Image

from core import artifacts, plain
from core.saliency.ground_truth.border import BorderStudy, border_shares, border_study
from core.saliency.methods import attribute, available
from core.saliency.networks import NETWORKS, film, shipped
from core.saliency.schema import Floats, Pixels
from core.saliency.subject import lung_box

TARGET = artifacts.MODELS_ROOT / "saliency" / "1" / "border.json"
METHODS = ("gradcam", "gradcam++", "layercam", "eigencam", "saliency", "inputxgradient",
           "rollout", "gradient-attention")  # fmt: skip


def held_out(folder: Path, n: int, seed: int = 0) -> list[Path]:
    """Return as many test films of each class, drawn at random."""
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"]
    rng, found = np.random.default_rng(seed), []
    labels = sorted({row["label"] for row in rows})
    for label in labels:
        own = [row["file"] for row in rows if row["label"] == label]
        found += [str(name) for name in rng.permutation(own)[: -(-n // len(labels))]]
    return [folder / name for name in found]


def pixels(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)


def study(key: str, films: list[Path]) -> BorderStudy:
    """Return the study of one network."""
    network = shipped(key)
    lungs, usable = lung_box(network.size), set(available(network))
    shares, heats = [], {method: list[Floats]() for method in METHODS if method in usable}
    for path in films:
        image = film(key, pixels(path))
        target = int(network.logits(image[None])[0].argmax())
        shares.append(border_shares(network, image, lungs, target))
        for method, found in heats.items():
            found.append(attribute(network, image, method, target).pixels)
    return border_study(network, lungs, shares, heats)


def main() -> None:
    from core.respiratory.training.collection import SHARED

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=SHARED, help="folder with metadata.csv")
    parser.add_argument("--films", type=int, default=100)
    parser.add_argument("--write", action="store_true", help=f"store {TARGET}")
    arguments = parser.parse_args()
    start, films = time.process_time(), held_out(arguments.folder, arguments.films)
    studies = []
    for key in NETWORKS:
        one = study(key, films)
        studies.append(one)
        print(
            f"{key}: border's share {one.share.text(2)}, log-odds {one.border.text(2)} against "
            f"{one.lungs.text(2)} of the lungs; {one.undefined} films without shares; area "
            f"{one.area:.3f}; {time.process_time() - start:.0f} s",
            flush=True,
        )
        for own in one.maps:
            print(
                f"  {own.method:20} mass {own.mass.text(2)} excess {own.excess.text(2)} "
                f"correlation {own.correlation.text(2)} blank {own.blank}"
            )
    if arguments.write:
        artifacts.write_json(TARGET, {"films": len(films), "networks": plain.plain(studies)})


if __name__ == "__main__":
    main()
