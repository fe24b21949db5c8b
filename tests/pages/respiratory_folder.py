"""Put a sealed folder in the place of the shipped respiratory models."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator

import pytest

from core.artifacts import Artifact

# By name: the package exports functions called like some of its modules.
about, decision, networks, out_of_sample, reliability = (
    importlib.import_module(f"core.respiratory.{name}")
    for name in ("about", "decision", "runtime.networks", "out_of_sample", "reliability")
)
CACHES = (
    about._card,
    decision.shipped,
    networks._intakes,
    out_of_sample.held_out,
    reliability.reliability_bins,
)


@contextlib.contextmanager
def in_use(sealed: Artifact) -> Iterator[None]:
    """Let every module read this folder; what was read of another one is forgotten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "_artifact", lambda: sealed)
        for cached in CACHES:
            cached.cache_clear()
        yield
    for cached in CACHES:
        cached.cache_clear()
