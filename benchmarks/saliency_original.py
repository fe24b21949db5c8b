"""The original study's protocol on the suite's VGG16 and vision transformer, and its audit.

``python -m benchmarks.saliency_original`` takes 32 held-out films, eight of each finding, from the
shared collection, runs the protocol and prints the comparison and every check. ``--write`` stores
the figures (no pixels) in ``models/saliency/1/original.json``. Films of the split ``test`` neither
trained nor validated the networks.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from core import plain
from core.respiratory.schema import LABELS
from core.runtime.threads import limit_threads
from core.saliency.networks import film, shipped
from core.saliency.original import OTHERWISE, PUBLISHED, Study, audit, reproduce
from core.saliency.schema import Pixels

NETWORKS = ("vgg16", "vit")
PER_CLASS = 8
NAME = "original.json"


def main() -> None:
    from core.respiratory.training.collection import SHARED

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, default=SHARED)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.films / "metadata.csv").is_file():
        sys.exit(f"{arguments.films} holds no metadata.csv. Give the folder of films with --films.")
    limit_threads()
    files, canvases = chosen(arguments.films, arguments.seed)
    began = time.process_time()
    pairs = [
        (shipped(key), np.stack([film(key, canvas) for canvas in canvases])) for key in NETWORKS
    ]
    study = reproduce(pairs[0], pairs[1], seed=arguments.seed)
    spent = time.process_time() - began
    checks = audit(study)
    show(study)
    for check in checks:
        print(f"[{'holds' if check.holds else 'fails'}] {check.title} {check.sentence}")
    print(f"{len(files)} films, {spent:.0f} CPU s on one thread")
    if arguments.write:
        write(study, files)


def chosen(folder: Path, seed: int) -> tuple[list[str], list[Pixels]]:
    """Return the names and grey values (0 to 1) of eight test films of each finding."""
    from core.respiratory.training.collection import read_collection

    test = read_collection(folder).split("test")
    rng = np.random.default_rng(seed)
    picked: list[int] = []
    for target in range(len(LABELS)):
        own = np.flatnonzero(test.targets == target)
        picked += sorted(rng.choice(own, PER_CLASS, replace=False).tolist())
    names = [test.films[i].file for i in picked]
    return names, [test.pixels[i].astype(np.float32) / 255 for i in picked]


def show(study: Study) -> None:
    """Print the dimensions beside the published ones."""
    for one in study.comparisons:
        told = PUBLISHED[one.key]
        ours = "  ".join(
            f"{mean:9.3f} ± {deviation:.3f} (n {n})"
            for mean, deviation, n in zip(one.means, one.deviations, one.n, strict=True)
        )
        print(
            f"{one.title:22} {ours}  published {told.vgg16[0]:.3f} / {told.vit[0]:.3f}  "
            f"Mann-Whitney x6 {one.p_bonferroni:.2g} r {one.rank_biserial:+.2f}  "
            f"Wilcoxon x6 {one.p_paired_bonferroni:.2g} r {one.rank_biserial_paired:+.2f}"
        )
    others = [one.key for one in OTHERWISE]
    for network in study.networks:
        for key in (
            "auc",
            "aopc",
            "aopc-random",
            "aopc-sobel",
            "ties",
            "inter-method-ruled",
            *others,
        ):
            values = network.of(key)
            known = values[np.isfinite(values)]
            spread = known.std(ddof=1) if len(known) > 1 else float("nan")
            print(f"{network.title:20} {key:18} {known.mean():9.3f} ± {spread:.3f} n {len(known)}")


def write(study: Study, files: list[str]) -> None:
    """Store the figures and seal the folder again."""
    from core.saliency import seal

    record = {
        "made_by": "python -m benchmarks.saliency_original --write",
        "films": files,
        "study": study.to_dict(),
    }
    seal.store(NAME, json.loads(json.dumps(plain.plain(record), allow_nan=False)))


if __name__ == "__main__":
    main()
