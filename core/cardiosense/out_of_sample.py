"""What the models said about patients they had never seen, for an audit of any of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.cardiosense import data, framingham, nested
from core.cardiosense.external import EXTERNAL
from core.cardiosense.model import OUT_OF_FOLD, RiskModel, models
from core.cardiosense.nested import OutOfFold
from core.cardiosense.routed import route, scorable
from core.cardiosense.schema import DIAGNOSTIC
from core.trust import HeldOut

THRESHOLD = 0.5
PREVENTION_THRESHOLD = 0.2
"""Ten-year risk from which the prevention page looks for a plan."""

REPEAT = 0
"""The repeat of the nested cross-validation that is audited: one prediction a patient."""

SEED = 0
AGE_LIMITS = (50, 60)
KINDS = {
    "logistic": "logistic model",
    "plain-logistic": "plain logistic model",
    "xgboost": "XGBoost",
}

Objects = NDArray[np.object_]


@functools.cache
def held_out() -> tuple[HeldOut, ...]:
    """Return the held-out predictions of every model, the champion first."""
    loaded = models()
    inside = from_nested(nested.read(loaded.artifact.path(OUT_OF_FOLD)))
    outside = from_sites(loaded.champion_13, loaded.champion_10)
    champion = f"cardiosense-{loaded.champion_13.name}"
    ordered = sorted(inside, key=lambda one: one.key != champion)
    return (*ordered, outside, prevention())


def from_nested(found: Mapping[str, OutOfFold]) -> tuple[HeldOut, ...]:
    """Return the predictions of the nested cross-validation on Cleveland."""
    cohort = data.site("cleveland")
    return tuple(
        HeldOut(
            key=f"cardiosense-{name}",
            title=f"CardioSense, {_kind(name)}",
            how="Nested 5-fold cross-validation, tuning and calibration inside the training folds; "
            f"the first of {len(one.p)} repeats.",
            data="Cleveland",
            y=cohort.y,
            p=one.p[REPEAT],
            classes=("no disease", "disease"),
            threshold=THRESHOLD,
            groups=_groups(cohort.values),
            features=cohort.values,
        )
        for name, one in found.items()
    )


def from_sites(full: RiskModel, core: RiskModel) -> HeldOut:
    """Return the predictions of the production route at the three other hospitals."""
    cohorts = [data.site(name) for name in EXTERNAL]
    kept = [scorable(cohort.matrix(DIAGNOSTIC.names)) for cohort in cohorts]
    values = pd.concat(
        [c.values[rows] for c, rows in zip(cohorts, kept, strict=True)], ignore_index=True
    )
    labels = [data.SITE_LABELS[name] for name in EXTERNAL]
    sites = np.repeat(np.array(labels, dtype=object), [int(rows.sum()) for rows in kept])
    return HeldOut(
        key="cardiosense-external",
        title="CardioSense, at other hospitals",
        how="Trained on Cleveland alone; no patient of these hospitals was seen.",
        data="Hungary, VA Long Beach and Switzerland",
        y=np.concatenate([c.y[rows] for c, rows in zip(cohorts, kept, strict=True)]),
        p=route(values.loc[:, list(DIAGNOSTIC.names)].to_numpy(dtype=np.float64), full, core),
        classes=("no disease", "disease"),
        threshold=THRESHOLD,
        groups={"hospital": sites, **_groups(values)},
        features=values,
    )


def prevention() -> HeldOut:
    """Return the cross-validated predictions of the prevention model."""
    X, y = framingham.complete_cases()
    values = pd.DataFrame(X, columns=list(framingham.FEATURES))
    return HeldOut(
        key="cardiosense-framingham",
        title="CardioSense, ten-year risk",
        how=f"{framingham.FOLDS}-fold cross-validation of the prevention model.",
        data="Framingham teaching table, complete rows",
        y=y,
        p=framingham.out_of_fold(SEED),
        classes=("no event", "event within ten years"),
        threshold=PREVENTION_THRESHOLD,
        groups=_groups(values),
        features=values,
    )


def _groups(values: pd.DataFrame) -> dict[str, Objects]:
    young, old = AGE_LIMITS
    names = np.array([f"below {young}", f"{young} to {old - 1}", f"{old} and above"], dtype=object)
    sex = np.where(values["sex"].to_numpy() == 1, "male", "female").astype(object)
    return {"sex": sex, "age": names[np.digitize(values["age"].to_numpy(), AGE_LIMITS)]}


def _kind(name: str) -> str:
    kind, width = name.rsplit("-", 1)
    return f"{KINDS[kind]} with {width} findings"
