"""Methods x networks x metrics over a set of images: plan it, run it, read its table."""

from __future__ import annotations

from core.saliency.benchmark.images import scene_of
from core.saliency.benchmark.leaderboard import (
    Entry,
    Leaderboard,
    Pair,
    across,
    choices,
    leaderboard,
    per_image,
)
from core.saliency.benchmark.plan import Group, Plan, Source, film_plan, phantom_plan, quick_plan
from core.saliency.benchmark.run import run
from core.saliency.benchmark.table import read_table

__all__ = [
    "Entry",
    "Group",
    "Leaderboard",
    "Pair",
    "Plan",
    "Source",
    "across",
    "choices",
    "film_plan",
    "leaderboard",
    "per_image",
    "phantom_plan",
    "quick_plan",
    "read_table",
    "run",
    "scene_of",
]
