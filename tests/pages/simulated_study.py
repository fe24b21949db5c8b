"""A study of shortcuts made of round numbers, in a sealed model folder, for page tests."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest

from core import artifacts
from core.respiratory.audit.study import (
    Effect,
    FoldFacts,
    FoldFigures,
    InSource,
    Nested,
    Probe,
    Study,
    Variant,
)
from core.respiratory.evaluate import measures
from core.respiratory.seal import seal_models
from core.stats.intervals import Interval
from tests.core.respiratory.simulated_films import folder_of

GATE = {
    "levels": {
        "frontal_refuse": 0.24, "frontal_attention": 0.5, "ood_refuse": 1.38,
        "ood_attention": 0.01, "cropped_attention": 0.25, "mirrored_attention": 0.9,
        "child_attention": 0.5,
    },
    "left_out": {"kermany": {"films": 1084, "frontal": 0.24, "excess": 1.22}},
}  # fmt: skip
DAY = datetime.date(2026, 1, 1)
HOME = "AUC of COVID-19 against the rest, test films of the sources trained on"
AWAY = "AUC of COVID-19 against the rest within the Cohen collection, never seen"


def about(estimate: float, half: float = 0.03, n: int = 300) -> Interval:
    """An interval that resamples n patients."""
    method = f"percentile bootstrap of {n} clusters, 1000 resamples"
    return Interval(estimate, estimate - half, estimate + half, n, 0.95, method)


def films(share: float, n: int = 200) -> Interval:
    return Interval(share, share - 0.05, share + 0.05, n, 0.95, "Wilson")


def _variant(name: str, recipe: str, mean: float, gain: float) -> Variant:
    return Variant(
        name=name,
        recipe=recipe,
        fitting="every film counts the same",
        disturbed=False,
        folds=tuple(FoldFigures(one, about(mean), films(0.8), films(0.4)) for one in "ABC"),
        mean=about(mean, n=1500),
        advantage=about(gain, 0.0 if not gain else 0.04, 1500),
        in_source=(
            InSource("single", films(0.93), about(0.98), None),
            InSource("multi", films(0.92), about(0.97), about(0.7)),
        ),
    )


def study(*, away: float = 0.56, gain: float = 0.03, treated: bool = True) -> Study:
    """Return a study; the figures that decide which sentence is said can be chosen."""
    plain = _variant("plain", "plain", 0.6, 0.0)
    better = _variant("lung crop and local contrast", "lung crop and local contrast",
                      0.6 + gain, gain)  # fmt: skip
    worse = _variant("border mask", "border mask", 0.58, -0.08)
    variants = (better, plain, worse) if treated else (plain, worse)
    frozen = about(0.97, 0.01)
    return Study(
        created=DAY.isoformat(),
        seconds=1800.0,
        encoder="Heads on frozen features of a vision transformer",
        folds=(
            FoldFacts("A", "COVID-19 within the Cohen collection", ("cohen-ieee8023",),
                      2452, 333, 357, 76),
            FoldFacts("B", "COVID-19 of Valencia against the RSNA",
                      ("radiography-bimcv", "radiography-rsna"), 1800, 250, 1050, 370),
            FoldFacts("C", "COVID-19 of Valencia against the NIH",
                      ("radiography-bimcv", "nih-cxr8"), 1500, 200, 1050, 798),
        ),
        variants=variants,
        base="plain",
        chosen=variants[0].name,
        nested=tuple(
            Nested(one, "lung crop and local contrast", about(0.62), about(0.6), about(d, 0.04))
            for one, d in zip("ABC", (0.02, 0.06, -0.05), strict=True)
        ),
        within_cohen=about(0.64, 0.06),
        probes=(
            Probe("border", "Border of the film alone", "A small network.",
                  "share right, four findings", films(0.75), films(0.81), 0.293),
            Probe("border", "Border of the film alone", "A small network.", HOME, about(0.95),
                  about(0.97, 0.02), 0.5),
            Probe("border", "Border of the film alone", "A small network.", AWAY, about(0.5),
                  about(away), 0.5),
            Probe("source-normal", "Hospital of a normal film", "A head.",
                  "share of normal test films whose source is named, of three",
                  films(0.87), None, 0.34),
            Probe("histogram", "Grey values alone", "32 bins.", HOME, about(0.77), frozen, 0.5),
            Probe("sharpness", "Sharpness alone", "16 bands.", HOME, about(0.8), frozen, 0.5),
            Probe("permuted", "Labels shuffled (control)", "20 times.", HOME,
                  Interval(0.49, 0.46, 0.52, 20, 0.95, "t, over shufflings"), frozen, 0.5),
        ),
        effects=tuple(
            Effect(recipe, code, "what is left", about(value), chance)
            for recipe in ("plain", "lung crop and local contrast")
            for code, value, chance in (("source-normal", 0.8, 0.34), ("histogram", 0.6, 0.5))
        ),
    )  # fmt: skip


def sealed(root: Path, told: Study | None = None, *, runs: bool = True) -> artifacts.Artifact:
    """Seal a folder of simulated predictions and a study; ``None`` leaves the study out."""
    folder = folder_of(root, runs=runs)
    if told is not None:
        artifacts.write_json(folder / "study.json", told.to_dict())
    networks = {name: {"files": [f"{name}.onnx"], "size": 128} for name in ("vgg16", "vit", "cnn")}
    stored = {
        "recipe": "plain",
        "protocol": "multi",
        "networks": networks,
        "films": {"train": 2700, "val": 380},
    }
    (folder / "networks.json").write_text(json.dumps(stored), encoding="utf-8")
    artifacts.write_json(folder / "gate.json", GATE)
    for name in networks:
        (folder / f"{name}.onnx").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "N_BOOT", 20)
        return seal_models(folder, DAY)


def retold(base: artifacts.Artifact, root: Path, told: Study | None) -> artifacts.Artifact:
    """Return a copy of a sealed folder with another study, or none; its card stays as it is."""
    folder = root / "respiratory" / "1"
    shutil.copytree(base.folder, folder)
    (folder / "study.json").unlink()
    if told is not None:
        artifacts.write_json(folder / "study.json", told.to_dict())
    return artifacts.seal(folder, {"intended_use": base.manifest["intended_use"]}, DAY)
