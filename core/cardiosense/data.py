"""The tables CardioSense learns from, with the contract they must meet before anyone uses them."""

from __future__ import annotations

import dataclasses
import functools
import io
import math
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.artifacts import read_data
from core.cardiosense.schema import DIAGNOSTIC
from core.errors import ArtifactError
from core.fields import FieldSpec

DATA_FOLDER = Path(__file__).resolve().parents[2] / "data" / "cardiosense"
UCI_FILE = "uci_heart_disease.csv"
FRAMINGHAM_FILE = "framingham_teaching.csv"
SHA256 = {
    UCI_FILE: "907def608938ed9ec8113d9b9f02b87e84a9d9a5e309e295f27b10eb2de879c5",
    FRAMINGHAM_FILE: "02ab79402ae5bddddf905a3ebe5c82478dbb7eddf328aca2377ca9a605198b73",
}

Site = Literal["cleveland", "hungary", "switzerland", "va"]
SITE_ROWS: dict[Site, int] = {"cleveland": 303, "hungary": 294, "switzerland": 123, "va": 200}
SITE_LABELS: dict[Site, str] = {
    "cleveland": "Cleveland",
    "hungary": "Hungary",
    "switzerland": "Switzerland",
    "va": "VA Long Beach",
}
CLEVELAND_MISSING_CELLS = 6
CLEVELAND_POSITIVES = 139

FRAMINGHAM_COLUMNS = {
    "age": "age",
    "male": "sex",
    "sysBP": "trestbps",
    "totChol": "chol",
    "BMI": "bmi",
    "diabetes": "diabetes",
    "currentSmoker": "smoker",
    "BPMeds": "bp_treated",
}
"""Source column to field of ``schema.PREVENTION``; the prevention model uses exactly these."""

FRAMINGHAM_ROWS = 4240
FRAMINGHAM_POSITIVES = 644


@dataclasses.dataclass(frozen=True, slots=True)
class Cohort:
    """Patients of one source: what was measured, and what was found.

    Attributes
    ----------
    name : str
        Site code, or ``"framingham"``.
    values : pandas.DataFrame
        One row a patient, one float column a clinical field; NaN = not measured.
    y : ndarray of int, shape (n,)
        1 = disease (UCI: narrowing of 50 % or more at angiography; Framingham: coronary heart
        disease within ten years), 0 = none.
    severity : ndarray of int, shape (n,)
        The source's outcome before it was made binary: ``num`` 0 to 4 for UCI.
    """

    name: str
    values: pd.DataFrame
    y: NDArray[np.int64]
    severity: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.y)

    def matrix(self, features: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the named fields as a matrix of shape (n, len(features))."""
        return self.values.loc[:, list(features)].to_numpy(dtype=np.float64, copy=True)


def site(name: Site, folder: Path | None = None) -> Cohort:
    """Return one of the four UCI cohorts.

    Parameters
    ----------
    name : {"cleveland", "hungary", "switzerland", "va"}
        The hospital; Cleveland is the training cohort, the others are external.
    folder : Path, optional
        Where the CSV file lies; by default the data folder of the suite.

    Raises
    ------
    ArtifactError
        If the file is missing, altered, or breaks the data contract.
    """
    table = _uci(folder or DATA_FOLDER)
    rows = table[table["site"] == name]
    severity = rows["num"].to_numpy(dtype=np.int64)
    values = rows.loc[:, list(DIAGNOSTIC.names)].reset_index(drop=True)
    return Cohort(name, values, (severity > 0).astype(np.int64), severity)


def framingham(folder: Path | None = None) -> Cohort:
    """Return the Framingham teaching cohort under the names of ``schema.PREVENTION``.

    Raises
    ------
    ArtifactError
        If the file is missing, altered, or breaks the data contract.
    """
    table = _framingham(folder or DATA_FOLDER)
    outcome = table["TenYearCHD"].to_numpy(dtype=np.int64)
    values = table.loc[:, list(FRAMINGHAM_COLUMNS)].rename(columns=FRAMINGHAM_COLUMNS)
    return Cohort("framingham", values, outcome, outcome)


@functools.cache
def _uci(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(read_data(folder / UCI_FILE, SHA256[UCI_FILE])))
    check_uci(table)
    for spec in DIAGNOSTIC:
        table[spec.name] = table[spec.name].astype(np.float64)
        if spec.missing_codes:
            table[spec.name] = table[spec.name].mask(table[spec.name].isin(spec.missing_codes))
    return table


@functools.cache
def _framingham(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(
        io.BytesIO(read_data(folder / FRAMINGHAM_FILE, SHA256[FRAMINGHAM_FILE])), dtype=np.float64
    )
    check_framingham(table)
    return table


def check_uci(table: pd.DataFrame) -> None:
    """Hold the UCI table against the facts known about it.

    Raises
    ------
    ArtifactError
        Naming the first fact that does not hold.
    """
    expected = ("site", *DIAGNOSTIC.names, "num")
    _require(tuple(table.columns) == expected, f"its columns are not {', '.join(expected)}")
    for name, rows in SITE_ROWS.items():
        found = int((table["site"] == name).sum())
        _require(found == rows, f"{SITE_LABELS[name]} has {found} rows instead of {rows}")
    cleveland = table[table["site"] == "cleveland"]
    missing = int(cleveland.isna().sum().sum())
    _require(
        missing == CLEVELAND_MISSING_CELLS,
        f"Cleveland has {missing} empty cells instead of {CLEVELAND_MISSING_CELLS}",
    )
    positives = int((cleveland["num"] > 0).sum())
    _require(
        positives == CLEVELAND_POSITIVES,
        f"Cleveland has {positives} patients with disease instead of {CLEVELAND_POSITIVES}",
    )
    for spec in DIAGNOSTIC:
        bad = [value for value in table[spec.name].dropna().unique() if _refused(spec, value)]
        _require(not bad, f"column {spec.name} holds values its field refuses: {bad[:3]}")


def check_framingham(table: pd.DataFrame) -> None:
    """Hold the Framingham table against the facts known about it.

    Raises
    ------
    ArtifactError
        Naming the first fact that does not hold.
    """
    wanted = {*FRAMINGHAM_COLUMNS, "TenYearCHD"}
    _require(set(table.columns) == wanted, f"its columns are not {', '.join(sorted(wanted))}")
    _require(len(table) == FRAMINGHAM_ROWS, f"it has {len(table)} rows, not {FRAMINGHAM_ROWS}")
    positives = int(table["TenYearCHD"].sum())
    _require(
        positives == FRAMINGHAM_POSITIVES,
        f"it has {positives} events instead of {FRAMINGHAM_POSITIVES}",
    )


def _refused(spec: FieldSpec, value: float) -> bool:
    return value not in spec.missing_codes and math.isnan(spec.check(float(value))[0])


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ArtifactError(
            f"The data table breaks its contract: {what}. "
            "Restore data/cardiosense from the repository or run its extract.py again."
        )
