"""Gradient-boosted trees over raw clinical values: monotone levers, calibration, exact TreeSHAP."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.stats.platt import Calibration

if TYPE_CHECKING:
    import xgboost

Floats = NDArray[np.float64]

RISING = ("trestbps", "chol")
"""Features in which the risk may only rise: the levers a plan may pull down."""

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclasses.dataclass(frozen=True)
class XGBoostModel:
    """A calibrated booster over raw clinical values, with missing values handled by its splits.

    Attributes
    ----------
    name : str
        Such as ``"xgboost-13"``.
    features : tuple of str
        Clinical features, in column order of every matrix given to the model.
    booster : xgboost.Booster
        The trees; read-only.
    calibration : Calibration
        From margin to calibrated log-odds.
    refit_boosters : tuple of (Booster, Calibration)
        Bootstrap refits, each with its own calibration.
    tag : str
        Artefact and model name, shown beside results.
    """

    name: str
    features: tuple[str, ...]
    booster: xgboost.Booster
    calibration: Calibration
    refit_boosters: tuple[tuple[xgboost.Booster, Calibration], ...] = ()
    tag: str = ""
    base: float = dataclasses.field(init=False)
    _splits: Mapping[str, tuple[float, ...]] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        blank = np.full((1, len(self.features)), np.nan)
        bias = self._shap(blank)[0, -1]
        object.__setattr__(self, "base", float(self.calibration.a + self.calibration.b * bias))
        object.__setattr__(self, "_splits", split_values(self.booster, self.features))

    def log_odds(self, X: Floats) -> Floats:
        """Return the calibrated log-odds of disease.

        Parameters
        ----------
        X : ndarray, shape (n, d)
            Clinical values in the order of ``features``; NaN = missing.

        Returns
        -------
        ndarray, shape (n,)
        """
        return _calibrated(self.booster, self.calibration, X)

    def contributions(self, X: Floats) -> Floats:
        """Return each feature's exact TreeSHAP share of the calibrated log-odds, shape (n, d)."""
        return self.calibration.b * self._shap(X)[:, :-1]

    def refits(self, X: Floats) -> Floats:
        """Return the calibrated log-odds under each bootstrap refit, shape (b, n)."""
        rows = [_calibrated(booster, scale, X) for booster, scale in self.refit_boosters]
        return np.array(rows).reshape(len(rows), len(X))

    def thresholds(self, feature: str) -> tuple[float, ...]:
        """Return the sorted split values of one feature: risk changes nowhere else along it.

        The trees send a value to the left when it is below the split value, in single precision.
        """
        return self._splits[feature]

    def _shap(self, X: Floats) -> Floats:
        import xgboost

        matrix = xgboost.DMatrix(np.asarray(X, dtype=np.float64), nthread=1)
        shares: Floats = self.booster.predict(matrix, pred_contribs=True).astype(np.float64)
        return shares


def _calibrated(booster: xgboost.Booster, scale: Calibration, X: Floats) -> Floats:
    return scale(margins(booster, X))


def margins(booster: xgboost.Booster, X: Floats) -> Floats:
    """Return the raw log-odds of a booster, shape (n,)."""
    raw: Floats = booster.inplace_predict(
        np.asarray(X, dtype=np.float64), predict_type="margin"
    ).astype(np.float64)
    return raw


def fit_booster(
    X: Floats, y: NDArray[np.int64], features: Sequence[str], params: Mapping[str, Any]
) -> xgboost.Booster:
    """Train a booster that rises in :data:`RISING`.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Training values; NaN = missing.
    y : ndarray of int, shape (n,)
        1 = disease.
    features : sequence of str
        Names of the columns of ``X``.
    params : mapping
        XGBoost parameters and ``rounds``, the number of trees.
    """
    import xgboost

    settings = {key: value for key, value in params.items() if key != "rounds"}
    settings |= {
        "objective": "binary:logistic",
        "tree_method": "exact",
        "nthread": 1,
        "seed": 0,
        "monotone_constraints": tuple(int(feature in RISING) for feature in features),
    }
    matrix = xgboost.DMatrix(np.asarray(X, dtype=np.float64), label=y, nthread=1)
    return xgboost.train(settings, matrix, num_boost_round=int(params["rounds"]))


def split_values(booster: xgboost.Booster, features: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Return every split value of every feature, sorted."""
    learner = json.loads(booster.save_raw("json"))["learner"]
    found: dict[str, set[float]] = {feature: set() for feature in features}
    for tree in learner["gradient_booster"]["model"]["trees"]:
        for left, index, value in zip(
            tree["left_children"], tree["split_indices"], tree["split_conditions"], strict=True
        ):
            if left != -1:
                found[features[index]].add(float(np.float32(value)))
    return {feature: tuple(sorted(values)) for feature, values in found.items()}


def load_booster(content: bytes) -> xgboost.Booster:
    """Read a booster from UBJ bytes and pin it to one thread."""
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(content))
    booster.set_param({"nthread": 1})
    return booster


def write_boosters(path: Path, boosters: Sequence[xgboost.Booster]) -> None:
    """Store boosters as UBJ members of a zip archive, equal bytes for equal boosters."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, booster in enumerate(boosters):
            member = zipfile.ZipInfo(f"{number:02d}.ubj", _ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, bytes(booster.save_raw("ubj")), compresslevel=9)
    path.write_bytes(buffer.getvalue())


def read_boosters(path: Path) -> tuple[xgboost.Booster, ...]:
    """Read the boosters written by :func:`write_boosters`, in order."""
    with zipfile.ZipFile(path) as archive:
        return tuple(load_booster(archive.read(name)) for name in sorted(archive.namelist()))
