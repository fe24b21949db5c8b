"""CardioSense in its own words: headline, provenance, and the evidence behind an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.cardiosense import data, nested
from core.cardiosense.model import CARD_TEXT, OUT_OF_FOLD, models
from core.cardiosense.score import Risk
from core.evidence import About, Evidence
from core.stats.calibration import ReliabilityBin, reliability
from core.stats.intervals import Interval

FAMILIES = {"logistic": "Logistic regression", "xgboost": "XGBoost"}
ENOUGH_PER_CLASS = 20
"""Fewest patients of either outcome for which an external figure is judged at all."""

CHANCE = 0.5
"""AUC of a model that knows nothing."""

SOURCES = (
    {
        "Data": "UCI Heart Disease, four hospitals",
        "Rows": sum(data.SITE_ROWS.values()),
        "Use": "Cleveland trains; Hungary, Switzerland and VA Long Beach test",
        "Licence": "CC BY 4.0",
        "Source": "Janosi, Steinbrunn, Pfisterer, Detrano, doi:10.24432/C52P4X",
        "SHA-256": data.SHA256[data.UCI_FILE],
    },
    {
        "Data": "Framingham teaching extract",
        "Rows": data.FRAMINGHAM_ROWS,
        "Use": "Prevention teaching model",
        "Licence": "CC0 by its listing",
        "Source": "Framingham Heart Study, teaching data set",
        "SHA-256": data.SHA256[data.FRAMINGHAM_FILE],
    },
)


def card() -> Mapping[str, Any]:
    """Return the model card as plain data."""
    return models().card


def headline() -> Interval:
    """Return the champion's AUC by nested cross-validation."""
    return figure(models().champion_13.name, "auc")


def figure(model: str, metric: str) -> Interval:
    """Return a nested figure of a diagnostic model, such as ``figure("logistic-13", "auc")``."""
    return Interval(**card()["nested"]["models"][model]["metrics"][metric])


def card_markdown() -> str:
    """Return the model card as text."""
    return models().artifact.path(CARD_TEXT).read_text(encoding="utf-8")


def reliability_bins() -> tuple[ReliabilityBin, ...]:
    """Return predicted against observed shares of the champion on patients it had not seen.

    Each patient's probability is the mean over the repeats of the nested cross-validation.
    """
    loaded = models()
    found = nested.read(loaded.artifact.path(OUT_OF_FOLD))[loaded.champion_13.name]
    return reliability(data.site("cleveland").y, found.p.mean(axis=0))


def about() -> About:
    """Return models, data and libraries with versions and hashes."""
    artifact = models().artifact
    manifest = artifact.manifest
    files = manifest["files"]
    return About(
        intended_use=manifest["intended_use"],
        trained=manifest["created"],
        models=tuple(
            {
                "Model": f"{FAMILIES.get(name.split('-')[0], 'Logistic regression')} ({name})",
                "Role": role,
                "Version": f"cardiosense/{artifact.version}",
                "SHA-256": files[_main_file(name, files)],
            }
            for role, name in _roles()
        ),
        data=SOURCES,
        libraries=tuple(
            {"Library": name, "Version at training": version}
            for name, version in manifest["libraries"].items()
            if version
        ),
    )


def evidence(risk: Risk) -> tuple[Evidence, ...]:
    """Return what speaks for and against relying on one estimate.

    Parameters
    ----------
    risk : Risk
        The estimate; its model decides which figures apply.
    """
    name = risk.model.rsplit(maxsplit=1)[-1]
    return (
        _this_patient(risk),
        _other_model(risk),
        _discrimination(name),
        _calibration(name),
        _abstention(name),
        _external(),
    )


def _this_patient(risk: Risk) -> Evidence:
    if any("outside training" in flag for flag in risk.flags):
        return Evidence("attention", "Unlike the training data", "; ".join(risk.flags) + ".")
    if risk.flags:
        return Evidence("unknown", "Findings missing", "; ".join(risk.flags) + ".")
    return Evidence(
        "ok", "Within the training data", "Every finding is given and lies in the range seen."
    )


def _other_model(risk: Risk) -> Evidence:
    family = FAMILIES[risk.challenger.split("-")[0]]
    text = f"{family} estimates {100 * risk.challenger_p:.0f} % for the same patient."
    if risk.low <= risk.challenger_p <= risk.high:
        return Evidence("ok", "The other model agrees", f"{text} That is inside the interval.")
    return Evidence("attention", "The other model differs", f"{text} That is outside the interval.")


def _discrimination(name: str) -> Evidence:
    auc, accuracy = figure(name, "auc"), figure(name, "accuracy")
    text = f"AUC {auc.text()}. Accuracy {accuracy.text()}. Nested cross-validation, Cleveland."
    if auc.low > CHANCE:
        return Evidence("ok", "Separates ill from healthy", text)
    return Evidence("attention", "Separation not shown", text)


def _calibration(name: str) -> Evidence:
    slope, intercept = figure(name, "slope"), figure(name, "intercept")
    text = f"Slope {slope.text(2)}. Intercept {intercept.text(2)}. Ideal: 1 and 0."
    if slope.low <= 1 <= slope.high and intercept.low <= 0 <= intercept.high:
        return Evidence("ok", "Calibrated in Cleveland", text)
    return Evidence("attention", "Calibration off", text)


def _abstention(name: str) -> Evidence:
    found = card()["nested"]["models"][name]["conformal"]
    women, men = Interval(**found["coverage_female"]), Interval(**found["coverage_male"])
    text = f"The sets hold the truth for women {women.text()}, for men {men.text()}. Aimed at: 0.9."
    if women.high >= models().conformal[name].level <= men.high:
        return Evidence("ok", "Abstains when it should", text)
    return Evidence("attention", "Abstention falls short", text)


def _external() -> Evidence:
    parts, doubtful, untested = [], False, []
    for site in card()["external"]:
        auc = Interval(**site["metrics"]["auc"])
        smaller = min(site["positives"], site["n"] - site["positives"])
        if smaller < ENOUGH_PER_CLASS:
            untested.append(f"{site['label']}: not enough data, {smaller} healthy patients")
            continue
        intercept = Interval(**site["metrics"]["intercept"])
        doubtful |= not intercept.low <= 0 <= intercept.high
        parts.append(f"{site['label']}: AUC {auc.text()}")
    text = ". ".join((*parts, *untested)) + "."
    if doubtful:
        return Evidence(
            "attention", "Elsewhere the level is off", f"{text} Update the intercept locally."
        )
    return Evidence("ok", "Holds at other hospitals", text)


def _roles() -> tuple[tuple[str, str], ...]:
    loaded = models()
    return (
        ("Scores patients with all findings", loaded.champion_13.name),
        ("Scores patients without slope, ca or thal", loaded.champion_10.name),
        ("Second opinion, all findings", loaded.challenger_13.name),
        ("Second opinion, without slope, ca or thal", loaded.challenger_10.name),
        ("Ten-year risk, for teaching", loaded.framingham.name),
    )


def _main_file(name: str, files: Mapping[str, str]) -> str:
    return f"{name}.ubj" if f"{name}.ubj" in files else f"{name}.json"
