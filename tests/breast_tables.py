"""Tables of real cases under the headers that copies of the data carry, and tables to refuse."""

from __future__ import annotations

import io
import json

import pandas as pd

from core.breast_cancer.data import wdbc
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES, MEASURES
from core.tables import to_csv

CASES = [dict(preset.values) for preset in case_presets()]
CASE = CASES[1]
HEADER = ",".join(FEATURES.names)
LINE = ",".join(f"{value:g}" for value in CASE.values())
N = 12


def frame(rows: slice = slice(N)) -> pd.DataFrame:
    """Rows of the table under the names of the fields."""
    return pd.DataFrame(wdbc().X[rows], columns=list(FEATURES.names))


def csv(table: pd.DataFrame) -> bytes:
    return to_csv(table)


def _renamed(pattern: str) -> list[str]:
    """The names another copy uses: the fields go through mean, error and worst in turn."""
    measures = [measure.name for measure in MEASURES]
    parts = {"uci": ("1", "2", "3"), "kaggle": ("_mean", "_se", "_worst")}[pattern]
    return [f"{measure}{part}" for part in parts for measure in measures]


def _kaggle() -> pd.DataFrame:
    table = frame().set_axis(_renamed("kaggle"), axis=1)
    table = table.rename(columns=lambda name: name.replace("concave_points", "concave points"))
    table.insert(0, "id", range(842302, 842302 + N))
    table.insert(1, "diagnosis", "M")
    return table


def _kaggle_as_downloaded() -> bytes:
    """The file itself ends its header with a comma that no row has."""
    header, _, rows = csv(_kaggle()).partition(b"\n")
    return header + b",\n" + rows


KNOWN_HEADERS = {
    "fields": csv(frame()),
    "scikit-learn": csv(frame().rename(columns=lambda name: name.replace("_", " "))),
    "scikit-learn-with-target": csv(
        frame().rename(columns=lambda name: name.replace("_", " ")).assign(target=0)
    ),
    "uci": csv(frame().set_axis(_renamed("uci"), axis=1).assign(ID=1, Diagnosis="M")),
    "kaggle": csv(_kaggle()),
    "kaggle-with-unnamed": csv(_kaggle().assign(**{"Unnamed: 32": ""})),
    "kaggle-as-downloaded": _kaggle_as_downloaded(),
    "index-column": frame().to_csv().encode(),
    "upper-case": csv(frame().rename(columns=str.upper)),
    "other-order": csv(frame()[list(FEATURES.names)[::-1]]),
    "semicolon-decimal-comma": frame().to_csv(sep=";", decimal=",", index=False).encode(),
    "tab": frame().to_csv(sep="\t", index=False).encode(),
    "byte-order-mark": b"\xef\xbb\xbf" + csv(frame()),
    "utf-16": csv(frame()).decode().encode("utf-16"),
    "quoted": frame().to_csv(index=False, quoting=1).encode(),
    "windows-lines": csv(frame()).replace(b"\n", b"\r\n"),
}
"""The same ``N`` rows, each as another program writes them."""


def _with_cell(text: str) -> bytes:
    cells = LINE.split(",")
    cells[3] = text
    return f"{HEADER}\n{','.join(cells)}\n{LINE}\n".encode()


BAD_CELLS = {
    "empty": "", "text": "large", "nan": "NaN", "infinity": "inf", "negative": "-12", "zero": "0",
    "overflow": "1e999", "huge": "123456789012", "unit": "1001 mm2", "boolean": "true",
    "formula": "=1+1", "percent": "12%", "date": "2026-01-31", "digits": "١٢",
    "question-mark": "?", "null": "null",
}  # fmt: skip
"""What may stand in the cell of mean area of the first of two rows, which is then refused."""

TABLES_WITH_A_BAD_CELL = {name: _with_cell(text) for name, text in BAD_CELLS.items()}

_LACKING = frame().drop(columns="worst_area")
BAD_TABLES = {
    "empty": b"",
    "blank": b"\n \n",
    "header-only": f"{HEADER}\n".encode(),
    "binary": bytes(range(256)),
    "zeros": b"\0" * 99,
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "xlsx": b"PK\x03\x04" + b"\0" * 40,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 40,
    "cut-parquet": b"PAR1" + b"\0" * 40 + b"PAR1",
    "json": json.dumps(CASE).encode(),
    "html": b"<!doctype html><table></table>",
    "one-column-missing": csv(_LACKING),
    "no-header": f"{LINE}\n{LINE}\n".encode(),
    "iris": b"sepal length (cm),sepal width (cm),target\n5.1,3.5,0\n",
    "heart-disease": b"age,sex,cp,trestbps,chol\n63,1,1,145,233\n",
    "column-twice": f"{HEADER},mean_radius\n{LINE},1\n".encode(),
    "two-copies-of-a-column": f"{HEADER},mean radius\n{LINE},1\n".encode(),
    "ragged": f"{HEADER}\n{LINE}\n1,2,3\n".encode(),
    "open-quote": f'{HEADER}\n"{LINE}\n'.encode(),
    "utf-16-without-mark": f"{HEADER}\n{LINE}\n".encode("utf-16-le"),
}
"""Files that are no table of cases."""


def parquet(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()
