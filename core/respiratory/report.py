"""One film on paper: the answer of the page with its reasons, doubts and provenance."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from core.report import (
    Block,
    Callout,
    Document,
    Heading,
    Paragraph,
    Provenance,
    Table,
    render,
)
from core.respiratory import runtime
from core.respiratory.about import card, headline
from core.respiratory.decision import shipped
from core.respiratory.explain import FilmExplanation, explain
from core.respiratory.gate import judge
from core.respiratory.images import read_image
from core.respiratory.predict import find_network, read_film
from core.respiratory.provenance import INTENDED_USE, LIMITS
from core.respiratory.report_figures import figure_blocks, picture_blocks
from core.respiratory.schema import NETWORK_NAMES, Gate, Label, Network, Radiograph, Reading
from core.viz.text import fixed, number, percent
from core.viz.theme import StatusName

TITLE = "Chest X-ray report"
NAMES = {"ood": "likeness"}
"""Checks whose short name says nothing to a reader."""
RESULTS = {"ok": "passes", "attention": "attention", "refuse": "refused"}


def film_report(
    name: str,
    content: bytes,
    model: Network | str = Network.ENSEMBLE,
    *,
    label: str | None = None,
    seed: int = 0,
    issued: datetime.date,
) -> bytes:
    """Return the report of one film as the bytes of a PDF.

    Parameters
    ----------
    name, content : str, bytes
        The file.
    model : Network or str
        Which network to ask.
    label : str, optional
        The finding to explain; by default the likeliest.
    seed : int
        Of the explanation's test.
    issued : datetime.date
        Date of issue.

    Returns
    -------
    bytes
        The same for the same arguments.

    Raises
    ------
    InputError
        If there is no such network or finding, or the file cannot be decoded.
    SuiteError
        If a network's answer cannot be used.
    """
    return render(film_document(name, content, model, label=label, seed=seed, issued=issued))


def film_document(
    name: str,
    content: bytes,
    model: Network | str = Network.ENSEMBLE,
    *,
    label: str | None = None,
    seed: int = 0,
    issued: datetime.date,
) -> Document:
    """Return the content of the report; arguments and errors as in :func:`film_report`."""
    network = find_network(model)
    radiograph = read_image(name, content)
    gate = judge(radiograph)
    reading = read_film(radiograph, network, gate)
    found = explain(name, content, network, label, seed) if reading.status == "ok" else None
    blocks = (
        *_answer(reading),
        Paragraph(headline(network).sentence),
        *picture_blocks(radiograph.pixels, found),
        *_probabilities(reading, network),
        *_gate(gate, radiograph, reading),
        *_tested(found),
        *figure_blocks(card(), network),
        Heading("Limits"),
        *(Paragraph(limit, "small") for limit in LIMITS),
        *_provenance(reading, radiograph, found),
    )
    return Document(TITLE, f"{NETWORK_NAMES[network]}. {INTENDED_USE}", issued, blocks)


def _answer(reading: Reading) -> Iterator[Block]:
    yield Heading("Answer")
    if reading.probabilities is None:
        yield Callout("critical", "Refused", f"{reading.reason} No finding is given.")
        return
    if reading.decision is None:
        yield Callout("unknown", "No single finding", reading.reason)
    else:
        quiet = reading.decision == Label.NORMAL and not (reading.covid_alert or reading.warnings)
        status: StatusName = "ok" if quiet else "attention"
        p = percent(reading.probabilities[reading.decision])
        yield Callout(status, reading.decision, f"Probability {p}; the others are excluded.")
    if reading.covid_alert:
        yield Callout(
            "critical",
            "COVID-19 alert",
            f"Its probability, {percent(reading.probabilities[Label.COVID])}, reaches the threshold"
            f" of {_points(reading.threshold)}.",
        )
    for warning in reading.warnings:
        yield Callout("attention", "Attention", warning)


def _probabilities(reading: Reading, network: Network) -> Iterator[Block]:
    if reading.probabilities is None:
        return
    level = shipped()[network].level
    yield Heading("Probabilities")
    yield Table(
        ("Finding", "Probability", f"In the {percent(level)} set"),
        tuple(
            (label, percent(p), "cannot be excluded" if label in reading.set else "excluded")
            for label, p in reading.probabilities.items()
        ),
        (2, 1, 2),
        (1,),
    )
    yield Paragraph(
        f"Calibrated on validation films. The set aims to hold the finding of {percent(level)} of"
        " such films; what it reached is below. The COVID-19 alert is raised from"
        f" {_points(reading.threshold)}, a threshold chosen on validation films.",
        "small",
    )


def _gate(gate: Gate, radiograph: Radiograph, reading: Reading) -> Iterator[Block]:
    yield Heading("Is this a film the networks may judge?")
    yield Table(
        ("Looked at", "Result", "What was found"),
        tuple(
            (NAMES.get(check.code, check.code), RESULTS[check.status], check.text)
            for check in gate.checks
        ),
        (1.2, 1, 4),
    )
    yield Paragraph(
        f"Like the films of the training: p = {fixed(gate.ood_p)}. "
        f"{' '.join(radiograph.notes)}".strip(),
        "small",
    )


def _tested(found: FilmExplanation | None) -> Iterator[Block]:
    if found is None:
        return
    yield Heading(f"Why {found.label}, and whether that holds")
    yield Table(
        ("Network", "Probability", "Top area blurred", "Areas that matter less", "Without border"),
        tuple(
            (
                NETWORK_NAMES[one.network],
                fixed(one.deletion.before),
                fixed(one.deletion.after),
                percent(one.deletion.share_less),
                fixed(one.border.without_border),
            )
            for one in found.networks
        ),
        (2, 1, 1.2, 1.4, 1.2),
        (1, 2, 3, 4),
    )
    for one in found.networks:
        yield Paragraph(f"{NETWORK_NAMES[one.network]}: {one.deletion.sentence}", "small")
    yield Paragraph(found.border.sentence)
    yield Paragraph(
        "The mean of a map is the network's logit, so the map is the computation and no picture of"
        " it. Each cell has seen its surroundings: the test says whether the place matters.",
        "small",
    )


def _provenance(
    reading: Reading, radiograph: Radiograph, found: FilmExplanation | None
) -> Iterator[Block]:
    rows = [
        ("File", radiograph.file),
        ("File (SHA-256)", radiograph.sha256),
        ("As stored", f"{radiograph.kind}, {radiograph.width} x {radiograph.height} pixels"),
        ("Models", reading.artifact),
        ("Model folder (SHA-256)", runtime.artifact().sha256),
    ]
    if reading.probabilities is not None:
        unrounded = ", ".join(f"{label} {p:.6f}" for label, p in reading.probabilities.items())
        rows.append(("Probabilities, unrounded", unrounded))
    if found is not None:
        rows.append(("Seed of the test", str(found.seed)))
    yield Heading("Provenance")
    yield Provenance(tuple(rows))


def _points(p: float) -> str:
    """Return a threshold in percent with the digits it has."""
    return f"{number(100 * p, 2)} %"
