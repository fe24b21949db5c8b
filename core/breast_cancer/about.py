"""The breast cancer system in its own words: headline, provenance, and the model card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.breast_cancer import data, nested
from core.breast_cancer.model import CARD_TEXT, models
from core.breast_cancer.tuning import Family
from core.evidence import About
from core.stats.calibration import ReliabilityBin, reliability
from core.stats.intervals import Interval

SOURCES = (
    {
        "Data": "Wisconsin Diagnostic Breast Cancer, as it comes with scikit-learn",
        "Rows": data.ROWS,
        "Use": "Nine tenths of either class train, the rest is held out",
        "Licence": "CC BY 4.0",
        "Source": "Wolberg, Mangasarian, Street, Street, doi:10.24432/C5DW2B",
        "SHA-256": data.SHA256,
    },
)
_ROLES = (
    ("Gives the probability", "Logistic regression", "logistic.json"),
    ("Second opinion", "Random forest", "forest.ubj"),
    ("Judges whether a case fits together", "Conditional residuals", "reference.json"),
    ("Threshold in use", "Net benefit", "operating.json"),
)


def card() -> Mapping[str, Any]:
    """Return the model card as plain data."""
    return models().card


def card_markdown() -> str:
    """Return the model card as text."""
    return models().artifact.path(CARD_TEXT).read_text(encoding="utf-8")


def headline() -> Interval:
    """Return the champion's AUC by nested cross-validation."""
    return figure("auc")


def figure(metric: str, model: Family = "logistic") -> Interval:
    """Return a nested figure, such as ``figure("accuracy")``."""
    return Interval(**card()["nested"]["models"][model]["metrics"][metric])


def reliability_bins(model: Family = "logistic") -> tuple[ReliabilityBin, ...]:
    """Return predicted against observed shares on cases the models had not seen.

    Each case's probability is the mean over the repeats of the nested cross-validation.
    """
    return reliability(data.wdbc().y, nested.stored()[model].p.mean(axis=0))


def about() -> About:
    """Return models, data and libraries with versions and hashes."""
    artifact = models().artifact
    manifest = artifact.manifest
    return About(
        intended_use=manifest["intended_use"],
        trained=manifest["created"],
        models=tuple(
            {
                "Model": name,
                "Role": role,
                "Version": f"{artifact.system}/{artifact.version}",
                "SHA-256": manifest["files"][file],
            }
            for role, name, file in _ROLES
        ),
        data=SOURCES,
        libraries=tuple(
            {"Library": name, "Version at training": version}
            for name, version in manifest["libraries"].items()
            if version
        ),
    )
