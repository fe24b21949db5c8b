"""Take the reading along: PDF, JSON, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.respiratory import Reading, film_report
from pages._respiratory.take import Taken
from pages._shared.downloads import download


def film(taken: Taken, reading: Reading) -> None:
    """Offer the report, the data, and the code that gives the same answer."""

    def report() -> bytes:
        return film_report(
            taken.name,
            taken.content,
            reading.model,
            issued=datetime.datetime.now(tz=datetime.UTC).date(),
        )

    with st.container(horizontal=True):
        download("Download the report (PDF)", report, "film.pdf", "application/pdf", "primary")
        download(
            "Download the data (JSON)",
            json.dumps(reading.to_dict(), indent=1),
            "film.json",
            "application/json",
        )
    st.markdown("The same answer from a program:")
    st.code(
        f"curl -F file=@film.png 'http://127.0.0.1:8501/api/v1/respiratory/predict"
        f"?model={reading.model}'",
        language="bash",
        wrap_lines=True,
    )
    st.code(
        f"python -m apps.cli respiratory predict film.png --model {reading.model} --json",
        language="bash",
        wrap_lines=True,
    )
    st.code(
        "from pathlib import Path\n\nfrom core.respiratory import predict\n\n"
        f'file = Path("film.png")\n'
        f'(reading,) = predict([(file.name, file.read_bytes())], "{reading.model}")\n'
        "print(reading.status, reading.decision, reading.probabilities, reading.ood_p)",
        language="python",
        wrap_lines=True,
    )
