"""Batch: many films in, one row a film out, each refusal with its reason."""

from __future__ import annotations

import collections
import io

import streamlit as st

from core.respiratory import LABELS, Network, Reading, write_csv
from pages._respiratory import batch_run, side_by_side, take
from pages._shared import calls, header, results, tables
from pages._shared.call import Call
from pages._shared.downloads import download

MAX_MB = 500


def counts(done: list[Reading]) -> None:
    status = collections.Counter(one.status for one in done)
    decided = collections.Counter(one.decision for one in done if one.decision)
    facts = {
        "Read": status["ok"],
        "Refused": status["refused"],
        "Not readable": status["error"],
        "Abstained": status["ok"] - decided.total(),
        "COVID-19 alerts": sum(bool(one.covid_alert) for one in done),
    }
    for column, (label, count) in zip(st.columns(len(facts)), facts.items(), strict=True):
        column.metric(label, f"{count:,}")


def rows(done: list[Reading]) -> list[dict[str, object]]:
    return [
        {
            "File": one.file,
            "Status": {"ok": "Read", "refused": "Refused", "error": "Not readable"}[one.status],
            "Finding": one.decision or (" or ".join(one.set) if one.status == "ok" else ""),
            "Reason": one.reason or " ".join(one.warnings),
            **{
                f"{label} (%)": 100 * one.probabilities[label] if one.probabilities else None
                for label in LABELS
            },
            "Likeness p": one.ood_p,
        }
        for one in done
    ]


def show(run: batch_run.Run, network: Network) -> None:
    counts(run.done)
    if not run.complete:
        st.warning(
            f"Stopped after {len(run.done):,} of {run.total:,} films. What was read is below.",
            icon=":material/pause:",
        )
        st.button("Go on", on_click=batch_run.go_on, icon=":material/play_arrow:")
    places = {f"{label} (%)": 1 for label in LABELS} | {"Likeness p": 3}
    tables.show(rows(run.done), alt="One row a film, with its reading.", decimals=places)

    def table() -> bytes:
        out = io.BytesIO()
        write_csv(run.done, out)
        return out.getvalue()

    download("Download CSV", table, "readings.csv", "text/csv", "primary")
    code(str(network))


def code(network: str) -> None:
    python = (
        "from pathlib import Path\n\nfrom core.respiratory import predict\n\n"
        'film = Path("films.zip")\n'
        f"for reading in predict([(film.name, film.read_bytes())], {network!r}):\n"
        "    print(reading.file, reading.status, reading.decision)"
    )
    calls.show(
        Call(
            "/v1/respiratory/predict",
            {"format": "csv", "model": network},
            file="films.zip",
            out="readings.csv",
            python=python,
            command=(
                *("respiratory", "predict", "films.zip"),
                *calls.options(model=network, csv="readings.csv"),
            ),
            note="films.zip holds the films.",
        )
    )


def body() -> None:
    network = take.network()
    files = st.file_uploader(
        "Films, or zip archives of films",
        accept_multiple_files=True,
        max_upload_size=MAX_MB,
        key="cxr.batch.files",
        help="They stay in this session's memory; nothing is stored.",
    )
    st.caption(
        f"Up to {MAX_MB} MB a file. For thousands of films: "
        "`python -m apps.cli respiratory batch films/ OUT/ --workers 2`"
    )
    side_by_side.strip(network)
    if not files:
        st.info("Nothing that you upload is stored.", icon=":material/info:")
        return
    run = batch_run.run(files, network)
    if run.done:
        show(run, network)
        results.provenance({"Model": next((o.artifact for o in run.done if o.artifact), "none")})


with header.page("respiratory-batch"):
    body()
