"""Which system of the suite a table belongs to, told from a few of its column names."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Problem
from core.fields import FieldSet
from core.tables.limits import plain_name

SIGNS: dict[str, tuple[str, ...]] = {
    "CardioSense": ("trestbps", "thalach", "oldpeak", "exang", "restecg", "chol"),
    "Breast cancer": (
        "mean radius", "worst area", "radius error", "mean concave points",
        "radius_mean", "area_worst", "radius_se", "concave points_mean",
        "radius1", "area3", "radius2", "concave_points1",
    ),
}  # fmt: skip
"""Column names that no other system has, in the spellings of the copies in circulation."""

ENOUGH = 3
"""Fewest signs that name a system."""


def other_system(columns: Sequence[str], fields: FieldSet) -> Problem | None:
    """Return a finding that names the system whose table this looks like, if it is another one.

    Parameters
    ----------
    columns : sequence of str
        Column names of the file.
    fields : FieldSet
        The record that was wanted.
    """
    present = {plain_name(column) for column in columns}
    wanted = {plain_name(name) for spec in fields for name in (spec.name, *spec.aliases)}
    for system, names in SIGNS.items():
        signs = {plain_name(name) for name in names}
        if len(signs & present) >= ENOUGH and not signs & wanted:
            return Problem(
                "",
                "",
                "other-system",
                f"The columns look like those of a {system} table.",
                f"Open the file with {system}.",
            )
    return None
