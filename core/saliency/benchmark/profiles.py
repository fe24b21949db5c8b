"""The benchmarks by name, and which films of a collection they are measured on."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.errors import InputError
from core.respiratory import LABELS
from core.saliency.benchmark.plan import Plan, film_plan, phantom_plan, quick_plan

FILMS = 100
"""Real films of the profile ``films``: what a network of 15 million weights leaves time for."""
PROFILES: Mapping[str, str] = MappingProxyType(
    {
        "quick": "A few phantoms in less than a minute",
        "phantoms": "Every method and figure on phantoms",
        "films": "The chest X-ray networks on held-out films",
    }
)


def plan_of(
    profile: str,
    films: Path | None = None,
    networks: tuple[str, ...] | None = None,
    n: int | None = None,
) -> Plan:
    """Return the plan of a profile.

    Parameters
    ----------
    profile : str
        Key of `PROFILES`.
    films : Path, optional
        Folder of films with their ``metadata.csv``; needed for the profile ``films``.
    networks : tuple of str, optional
        Keys of networks instead of the profile's own.
    n : int, optional
        Images instead of the profile's own number.

    Raises
    ------
    InputError
        If there is no such profile, or its films are not there.
    """
    asked: dict[str, Any] = {} if networks is None else {"networks": networks}
    if profile == "films":
        if films is None:
            raise InputError("films: the profile needs films. Give their folder with --films.")
        return film_plan(held_out(films, n or FILMS), **asked)
    plans: dict[str, Callable[..., Plan]] = {"quick": quick_plan, "phantoms": phantom_plan}
    if profile not in plans:
        raise InputError(f"profile: there is no {profile!r}. Use one of: {', '.join(PROFILES)}.")
    return plans[profile](**asked, **({} if n is None else {"n": n}))


def held_out(folder: Path, n: int) -> dict[str, int]:
    """Return paths and classes of n films of the test split, the classes in turn.

    Raises
    ------
    InputError
        If the folder holds no ``metadata.csv`` with ``file``, ``label`` and ``split``, or no
        test film of the four findings.
    """
    path = folder / "metadata.csv"
    if not path.is_file():
        raise InputError(f"films: {folder} holds no metadata.csv. Give the folder of the films.")
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        missing = {"file", "label", "split"} - set(table.fieldnames or ())
        if missing:
            raise InputError(f"films: {path} has no column {', '.join(sorted(missing))}. Add it.")
        rows = [row for row in table if row["split"] == "test"]
    names = [str(label) for label in LABELS]
    of = [[row["file"] for row in rows if row["label"] == name] for name in names]
    if not any(of):
        raise InputError(f"films: {path} names no test film of {', '.join(names)}.")
    steps = [max(1, len(files) * len(names) // n) for files in of]
    spread = [files[::step] for files, step in zip(of, steps, strict=True)]
    turns = itertools.zip_longest(*spread)
    chosen = [(file, i) for turn in turns for i, file in enumerate(turn) if file is not None]
    return dict(chosen[:n])
