"""The report of a case says what the verbs say, and only about this case."""

from __future__ import annotations

import dataclasses
import datetime
import io

import numpy as np
import pypdf
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from core.breast_cancer import report
from core.breast_cancer.counterfactual import counterfactual
from core.breast_cancer.data import SHA256, wdbc
from core.breast_cancer.drift import drift
from core.breast_cancer.drift_result import VERDICTS
from core.breast_cancer.errors_analysis import threshold_figures
from core.breast_cancer.explain import explain
from core.breast_cancer.geometry import sentences
from core.breast_cancer.integrity import blame
from core.breast_cancer.model import models
from core.breast_cancer.neighbours import case_mix
from core.breast_cancer.presets import case_presets
from core.breast_cancer.report_evidence import FIGURES, drift_blocks, evidence_blocks
from core.breast_cancer.schema import FEATURES, MEASURES
from core.breast_cancer.score import DECISIONS, parse_case, score_case, to_row
from core.errors import InputError
from core.report import Bars, Callout, Document, IntervalBar, Paragraph, Provenance, Table
from core.report.fonts import faces
from core.viz.text import percent, percent_range

DAY = datetime.date(2026, 3, 1)
CASES = {preset.slug: preset.values for preset in case_presets()}
CASE = CASES["case-364"]
SLIP = CASES["unit-slip"]
MARGIN = 50  # points; the layout leaves 51
FACES = {
    face.name.partition("@")[0]: face.name
    for face in (faces().regular, faces().strong, faces().mono)
}
ADVICE = (
    "you ", "your ", "referral", "refer ", "biopsy", "surgery", "treatment", "self-exam",
    "follow-up", "consult", "mammogra", "recommend", "within 48",
)  # fmt: skip


@pytest.fixture(scope="module")
def batch():
    return wdbc().X[wdbc().held]


@pytest.fixture(scope="module")
def document() -> Document:
    return report.case_document(CASE, issued=DAY)


def pages(pdf: bytes) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pages(pdf)).split())


def lines_of(page: pypdf.PageObject) -> list[tuple[float, float, float]]:
    """Left end, right end and height of every line of text on a page, in points."""
    found = []

    def visit(text, matrix, place, font, size):
        for line in text.split("\n"):
            if line.strip():
                file = font["/BaseFont"].partition("+")[2]
                left = matrix[4] + place[4]
                right = left + stringWidth(line, FACES[file], size)
                found.append((left, right, matrix[5] + place[5]))

    page.extract_text(visitor_text=visit)
    return found


def parts(found: Document, kind: type) -> list:
    return [block for block in found.blocks if isinstance(block, kind)]


def texts(found: Document) -> str:
    return " ".join(block.text for block in found.blocks if hasattr(block, "text"))


def test_the_report_holds_answer_lamps_notes_and_provenance(batch):
    score, judged = score_case(SLIP), drift(batch, extra=False)
    text = words(report.case_report(SLIP, drift=judged, notes="Left, 2 cm; β.", issued=DAY))
    for part in (
        f"{percent(score.p)}, 90 % interval {percent_range(score.low, score.high)}",
        f"{score.p:.6f} [{score.low:.6f}, {score.high:.6f}]",
        DECISIONS[score.decision][1],
        score.blame.sentence(),
        "That is / 10: check the unit.",
        *sentences(SLIP),
        judged.verdict,
        score.model,
        models().artifact.sha256,
        SHA256,
        score.input_hash,
        "Left, 2 cm; β.",
        "2026-03-01",
        "For research and education; not a medical device.",
    ):
        assert part in text


@pytest.mark.parametrize("slug", CASES)
def test_text_stays_within_the_margins_and_gives_no_advice(slug, batch):
    broken = batch * np.where(np.arange(30) == 23, 0.1, 1)
    pdf = report.case_report(
        CASES[slug], drift=drift(broken, extra=False), notes="x" * 300, issued=DAY
    )
    for page in pages(pdf):
        width, height = (float(v) for v in page.mediabox[2:])
        runs = lines_of(page)
        assert runs
        for left, right, y in runs:
            assert MARGIN <= left < right <= width - MARGIN
            assert 20 <= y <= height - 20
    text = words(pdf).lower().replace("x" * 300, "")
    assert not [word for word in ADVICE if word in text]


def test_the_same_call_gives_the_same_bytes():
    first = report.case_report(CASE, issued=DAY)
    assert report.case_report(dict(reversed(CASE.items())), issued=DAY) == first


def test_the_drawings_carry_the_figures_of_the_verbs(document):
    score, found = score_case(CASE), explain(CASE, lime=False)
    (bar,) = parts(document, IntervalBar)
    assert (bar.p, bar.low, bar.high) == (score.p, score.low, score.high)
    assert bar.threshold == score.threshold
    (bars,) = parts(document, Bars)
    assert set(bars.labels) == {measure.label for measure in MEASURES}
    assert bars.values == tuple(part.log_odds for part in found.measures)


def test_every_value_stands_beside_what_the_others_suggest(document):
    values = parts(document, Table)[0]
    assert [row[0] for row in values.rows] == [spec.label for spec in FEATURES]
    found = blame(models().reference, to_row(parse_case(CASE)))
    row = values.rows[FEATURES.names.index(found.column)]
    assert row[1].split()[0] == f"{found.observed:g}"
    assert float(row[2]) == pytest.approx(found.expected, rel=1e-3)
    assert float(row[3].replace("−", "-")) == pytest.approx(found.residual, abs=0.01)
    shares = [float(r[4].replace("−", "-")) for r in values.rows]
    contributions = [c.log_odds for c in explain(CASE, lime=False).contributions]
    assert shares == pytest.approx(contributions, abs=0.006)


@pytest.mark.parametrize("threshold", [None, 0.02, 0.5])
def test_the_operating_point_is_that_of_the_threshold_in_use(threshold):
    document = report.case_document(CASE, threshold=threshold, issued=DAY)
    found = threshold_figures(threshold)
    table = parts(document, Table)[1]
    assert [row[1] for row in table.rows] == [
        f"{share.estimate:.3f}"
        for share in (found.sensitivity, found.specificity, found.ppv, found.npv)
    ]
    assert parts(document, IntervalBar)[0].threshold == found.threshold
    assert dict(parts(document, Provenance)[0].rows)["Threshold"] == f"{found.threshold:g}"
    assert parts(document, Callout)[0].word == (DECISIONS[score_case(CASE, threshold).decision][1])


def test_the_boundary_is_the_verb_s_and_is_no_plan(document):
    found = counterfactual(CASE)
    table = parts(document, Table)[2]
    assert [row[0] for row in table.rows] == [moved.label for moved in found.moved]
    assert [float(row[2].split()[0]) for row in table.rows] == [m.after for m in found.moved]
    assert found.note in texts(document)


def test_no_boundary_within_reach_is_said(monkeypatch):
    found = counterfactual(CASE, max_measurements=1)
    nothing = dataclasses.replace(
        found, status="none within limits", p_after=None, moved=(), measurements=()
    )
    monkeypatch.setattr(report, "counterfactual", lambda *_, **__: nothing)
    assert "No plausible case on the" in texts(report.case_document(CASE, issued=DAY))


def test_a_case_that_does_not_fit_is_not_called_benign(document):
    withheld = report.case_document(CASES["case-569"], issued=DAY)
    first = parts(withheld, Callout)[:2]
    assert [callout.status for callout in first] == ["critical", "critical"]
    assert first[0].word == DECISIONS["withheld"][1]
    assert "not called benign" in " ".join(first[0].text.split())
    assert parts(document, Callout)[1].word == "Values fit together"


def test_the_case_mix_lamp_is_the_verb_s(document):
    mix = case_mix(CASE)
    lamp = parts(document, Callout)[2]
    assert lamp.word.startswith("Rarely" if mix.flagged else "Represented")
    assert f"p = {mix.p:.3g}" in lamp.text


def test_drift_is_told_with_its_lamps(batch, document):
    assert "No batch was judged" in texts(document)
    states = {
        "No alarm": drift(batch, extra=False),
        "Integrity alarm": drift(batch * np.where(np.arange(30) == 23, 0.1, 1), extra=False),
        "Case-mix alarm": drift(batch[wdbc().y[wdbc().held] == 0], extra=False),
        "Not enough data": drift(batch[:2], extra=False),
    }
    for word, found in states.items():
        _, callout, table, *rest = drift_blocks(found)
        assert (callout.word, callout.text) == (word, found.verdict)
        assert found.verdict in VERDICTS.values()
        assert [row[3] for row in table.rows] == [found.integrity.reason, found.case_mix.reason]
        assert f"{found.n} rows" in rest[-1].text
        for column in found.top_columns:
            assert column.label in rest[0].text


def test_a_verdict_of_other_models_is_refused(batch):
    other = dataclasses.replace(drift(batch, extra=False), model="breast_cancer/0 sha256:0")
    with pytest.raises(InputError, match="Judge the batch again"):
        report.case_document(CASE, drift=other, issued=DAY)


def test_the_card_is_printed_with_intervals_and_sample_sizes():
    card = models().card
    table, remark = list(evidence_blocks(card))[1:]
    metrics = card["nested"]["models"][card["champion"]]["metrics"]
    for row, name in zip(table.rows, FIGURES, strict=False):
        assert row[1] == f"{metrics[name]['estimate']:.3f}"
        assert row[2] == f"{metrics[name]['low']:.3f} to {metrics[name]['high']:.3f}"
        assert row[3] == str(metrics[name]["n"])
    assert table.rows[-1][3] == str(card["held_out"][card["champion"]]["n"])
    assert f"{card['nested']['repeats']} times" in remark.text


@pytest.mark.parametrize(
    ("record", "named"),
    [({}, "mean_radius"), (CASE | {"mean_area": None}, "mean_area"), (CASE | {"x": 1}, "x")],
)
def test_a_refused_case_gets_no_report(record, named):
    with pytest.raises(InputError, match=named):
        report.case_report(record, issued=DAY)


@pytest.mark.parametrize("threshold", [0, 1, float("nan"), 1e-9, True])
def test_a_refused_threshold_gets_no_report(threshold):
    with pytest.raises(InputError, match="threshold"):
        report.case_report(CASE, threshold=threshold, issued=DAY)


def test_notes_are_printed_as_typed_and_bounded():
    text = words(report.case_report(CASE, notes="<b>a & b</b> 王 ≥", issued=DAY))
    assert "<b>a & b</b> � ≥" in text
    with pytest.raises(InputError, match="Shorten to 20000"):
        report.case_report(CASE, notes="x" * (report.MAX_NOTES + 1), issued=DAY)


def test_the_answer_comes_first_and_large(document):
    assert parts(document, Paragraph)[0].style == "lead"
