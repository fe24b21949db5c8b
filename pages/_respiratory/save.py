"""Take the reading along: PDF, JSON, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.respiratory import Reading, film_report
from pages._respiratory.take import Taken
from pages._shared import calls
from pages._shared.call import Call
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
    python = (
        "from pathlib import Path\n\nfrom core.respiratory import predict\n\n"
        f"file = Path({taken.name!r})\n"
        f"(reading,) = predict([(file.name, file.read_bytes())], {str(reading.model)!r})\n"
        "print(reading.status, reading.decision, reading.probabilities, reading.ood_p)"
    )
    command = ("respiratory", "predict", taken.name, *calls.options(model=reading.model), "--json")
    path, asked = "/v1/respiratory/predict", {"model": str(reading.model)}
    calls.show(Call(path, asked, file=taken.name, python=python, command=command))
