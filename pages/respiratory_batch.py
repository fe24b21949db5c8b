"""Batch: many films in, one row a film out, each refusal with its reason."""

from __future__ import annotations

import collections
import io

import streamlit as st

from core.respiratory import LABELS, Network, Reading, write_csv
from pages._respiratory import batch_run, side_by_side, take
from pages._shared import header, results, tables
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
    st.markdown("The same call from a program:")
    st.code(
        f"python -m apps.cli respiratory predict films/ --model {network} --csv readings.csv",
        language="bash",
        wrap_lines=True,
    )
    st.code(
        "curl -F file=@films.zip 'http://127.0.0.1:8501/api/v1/respiratory/predict"
        f"?format=csv&model={network}' -o readings.csv",
        language="bash",
        wrap_lines=True,
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
