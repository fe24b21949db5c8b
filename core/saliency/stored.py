"""The studies that are kept in the model folder, read back as they were found."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from core.errors import InputError
from core.saliency.benchmark.table import read_table
from core.saliency.ground_truth.argument import Argument
from core.saliency.ground_truth.border import BorderStudy
from core.saliency.ground_truth.detector import Detection
from core.saliency.ground_truth.paradox import Paradox
from core.saliency.ground_truth.validity import Validity, league
from core.saliency.metrics import METRICS
from core.saliency.networks.stored import artifact
from core.saliency.original import Study
from core.typed import typed

BENCHMARKS: Mapping[str, str] = MappingProxyType(
    {
        "phantoms": "Phantoms, before networks trained on them",
        "films": "Real films, before the networks of the chest X-ray system",
    }
)
"""The benchmarks that are shipped, by profile."""
TABLES = {"phantoms": "benchmark.parquet", "films": "films.parquet"}


def benchmark_path(profile: str = "phantoms") -> Path:
    """Return where the table of a shipped benchmark lies.

    Raises
    ------
    InputError
        If there is no such benchmark.
    """
    if profile not in TABLES:
        raise InputError(f"profile: there is no {profile!r}. Use one of: {', '.join(TABLES)}.")
    return artifact().path(TABLES[profile])


@functools.cache
def benchmark_table(profile: str = "phantoms") -> pd.DataFrame:
    """Return the table of a shipped benchmark; not to be changed."""
    return read_table(benchmark_path(profile))


@functools.cache
def metric_validity() -> tuple[Validity, ...]:
    """Return the record of every figure in putting the causes of an answer before chance."""
    return league(benchmark_table(), tuple(METRICS.values()))


@functools.cache
def stored_paradox() -> Paradox:
    """Return plausibility and causal localisation of every method on every kind of network."""
    return typed(Paradox, artifact().json("paradox.json"))


@functools.cache
def stored_arguments() -> tuple[Argument, ...]:
    """Return the five steps for each network and method that they were worked out for."""
    found = artifact().json("paradox.json")["arguments"]
    return tuple(typed(Argument, one) for one in found)


@functools.cache
def stored_detector() -> Mapping[str, Detection | str]:
    """Return what maps give away of local and of global shortcuts, or why that is not known."""
    found = artifact().json("detector.json")
    return {
        key: str(found[key]["reason"]) if "reason" in found[key] else typed(Detection, found[key])
        for key in ("local", "global")
    }


@functools.cache
def stored_border() -> tuple[BorderStudy, ...]:
    """Return how much of the real networks' answers is the border of the film."""
    return tuple(typed(BorderStudy, one) for one in artifact().json("border.json")["networks"])


@functools.cache
def stored_original() -> Study:
    """Return the original protocol on the networks of the chest X-ray system."""
    return Study.from_dict(artifact().json("original.json")["study"])
