"""The stored shortcut study as typed results and sentences; the place of a film's evidence."""

from __future__ import annotations

import dataclasses
import datetime
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core import artifacts
from core.errors import ArtifactError, InputError
from core.respiratory.audit import shortcut_audit, where_evidence_lies
from core.respiratory.audit.stored import STUDY, audit_of
from core.respiratory.audit.study import (
    Effect,
    FoldFacts,
    FoldFigures,
    InSource,
    Nested,
    Probe,
    Study,
    Variant,
    from_dict,
)
from core.respiratory.prepare import CANVAS, LUNGS, Box
from core.stats.intervals import Interval


def span(estimate, half=0.02, n=100):
    return Interval(estimate, estimate - half, estimate + half, n, 0.95, "test")


def variant(name, areas, advantage):
    figures = tuple(
        FoldFigures(fold, span(area), span(0.7), span(0.4))
        for fold, area in zip("AB", areas, strict=True)
    )
    inside = (
        InSource("single", span(0.93), span(0.98), None),
        InSource("multi", span(0.92), span(0.97), span(0.7)),
    )
    mean = span(float(np.mean(areas)))
    return Variant(name, "plain", "plain", False, figures, mean, advantage, inside)


@pytest.fixture
def study():
    return Study(
        created="2026-11-29",
        seconds=12.5,
        encoder="a head",
        folds=(
            FoldFacts("A", "one against the other", ("x",), 10, 5, 20, 30),
            FoldFacts("B", "this against that", ("y", "z"), 11, 6, 21, 31),
        ),
        variants=(
            variant("sharper", (0.50, 0.80), span(0.05)),
            variant("plain", (0.48, 0.72), span(0.0, 0.0)),
        ),
        base="plain",
        chosen="sharper",
        nested=(Nested("A", "sharper", span(0.5), span(0.51), span(-0.01)),),
        within_cohen=span(0.6),
        probes=(
            Probe("border", "Border alone", "a net", "AUC", span(0.94), span(0.98), 0.5),
            Probe("source", "Hospital", "a head", "share right", span(0.9), None, 0.34),
            Probe("permuted", "Shuffled", "a head", "AUC", span(0.505), span(0.98), 0.5),
            Probe("none", "Nothing", "a head", "AUC", span(0.5), span(0.45), 0.5),
        ),
        effects=(Effect("plain", "border", "AUC", span(0.94), 0.5),),
    )


def test_a_study_survives_being_stored(study):
    assert from_dict(json.loads(json.dumps(study.to_dict()))) == study


def test_an_undefined_figure_is_stored_as_nothing_and_read_as_nan(study):
    lost = dataclasses.replace(study, within_cohen=Interval(np.nan, np.nan, np.nan, 3, 0.95, "few"))
    stored = json.loads(json.dumps(lost.to_dict(), allow_nan=False))
    assert stored["within_cohen"]["estimate"] is None
    assert np.isnan(from_dict(stored).within_cohen.estimate)


def test_the_audit_is_read_from_a_sealed_folder(study, tmp_path):
    folder = tmp_path / "respiratory" / "1"
    folder.mkdir(parents=True)
    artifacts.write_json(folder / STUDY, study.to_dict())
    artifact = artifacts.seal(folder, {}, datetime.date(2026, 11, 29))
    found = shortcut_audit(artifact)
    assert found == audit_of(study, artifact.tag)
    assert (found.chosen.name, found.plain.name) == ("sharper", "plain")
    assert found.artifact.startswith("respiratory/1 sha256:")
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_folder_without_the_study_says_what_to_do(tmp_path):
    folder = tmp_path / "respiratory" / "1"
    folder.mkdir(parents=True)
    (folder / "other.txt").write_text("x")
    artifact = artifacts.seal(folder, {}, datetime.date(2026, 11, 29))
    with pytest.raises(ArtifactError, match=r"has no file study.json. Train the models again"):
        shortcut_audit(artifact)


def test_the_sentences_say_what_the_figures_show(study):
    found = audit_of(study, "tag").sentences
    assert "0.980 [0.960, 1.000] on test films of the sources trained on" in found[0]
    assert "0.600 [0.580, 0.620] on average on sources never seen; 0.5 is guessing" in found[0]
    assert "reaches 0.650 [0.630, 0.670]" in found[1]
    assert (
        "+0.050 [+0.030, +0.070] against films as they are; the interval lies above zero"
        in (found[1])
    )
    assert "AUC 0.500 [0.480, 0.520]; the interval does not exclude guessing." in found[2]
    assert "70 % of COVID-19 films are found and 60 % of the others" in found[2]
    assert "AUC 0.800 [0.780, 0.820]; the interval lies above guessing." in found[3]
    assert "92 % of the way from guessing to the whole image" in found[5]
    assert "0.900 [0.880, 0.920], guessing 0.340; the interval lies above guessing" in found[6]
    assert "0.505 [0.485, 0.525]" in found[7]
    assert "does not exclude guessing" in found[7]
    assert "the whole image does not beat guessing" in found[8]
    assert found[-1].endswith("it is not a diagnostic.")


def test_the_reasons_state_the_paired_gain_the_honest_choice_and_the_cost(study):
    found = audit_of(study, "tag").reasons
    assert "Of 2 variants tried, “sharper” has the highest mean AUC" in found[0]
    assert "+0.050 [+0.030, +0.070]; the interval lies above zero" in found[1]
    assert "on A it has an AUC of 0.500" in found[2]
    assert "−0.010 [−0.030, +0.010]; the interval does not exclude zero" in found[2]
    assert "Cohen collection outside: accuracy" in found[3]
    assert "Cohen collection inside: accuracy" in found[4]


@pytest.mark.parametrize(
    ("after", "verdict"),
    [(0.88, "less is left"), (0.93, "no clear change"), (0.99, "more is left")],
)
def test_it_is_said_what_the_recipe_leaves_of_a_shortcut(study, after, verdict):
    chosen, plain = study.variants
    left = Effect("sharp", "border", "AUC", span(after), 0.5)
    changed = dataclasses.replace(
        study,
        variants=(dataclasses.replace(chosen, recipe="sharp"), plain),
        effects=(*study.effects, left),
    )
    found = audit_of(changed, "tag").sentences[-2]
    assert found == (
        f"Border alone after “sharp”: {after:.3f} [{after - 0.02:.3f}, {after + 0.02:.3f}], before "
        f"0.940 [0.920, 0.960], guessing 0.500: {verdict}."
    )


def test_where_nothing_helps_it_is_said(study):
    found = audit_of(dataclasses.replace(study, chosen="plain"), "tag").sentences[1]
    assert found == "No mitigation tried does better than films as they are on sources never seen."


def test_evidence_spread_evenly_lies_outside_by_the_area():
    found = where_evidence_lies(np.ones((10, 10)))
    area = 1 - (LUNGS.bottom - LUNGS.top) * (LUNGS.right - LUNGS.left) / CANVAS**2
    assert found.ring_area == pytest.approx(area)
    assert found.ring == pytest.approx(area)


def test_evidence_by_hand():
    # A quarter of the canvas is the box; its cell holds 3 of 4 parts of what speaks for it.
    evidence = np.array([[3.0, 1.0], [-5.0, 0.0]])
    found = where_evidence_lies(evidence, lungs=Box(0, 112, 0, 112))
    assert found.ring == pytest.approx(0.25)
    assert found.ring_area == pytest.approx(0.75)
    assert found.sentence == (
        "25 % of the evidence for this finding lies outside the lung box, which is 75 % of the "
        "area shown to the network."
    )


def test_a_cell_that_the_box_cuts_counts_by_its_parts():
    found = where_evidence_lies(np.ones((1, 1)), lungs=Box(0, 56, 0, 224))
    assert found.ring == pytest.approx(0.75)


def test_a_map_of_the_crop_alone_has_no_ring():
    found = where_evidence_lies(np.ones((8, 8)), seen=LUNGS)
    assert (found.ring, found.ring_area) == (0, 0)
    assert found.sentence == "The network was shown the lung box alone."


def test_where_nothing_speaks_for_the_finding_no_share_is_made_up():
    found = where_evidence_lies(-np.ones((4, 4)))
    assert np.isnan(found.ring)
    assert found.sentence == "No part of the film speaks for this finding."


@given(arrays(np.float64, (7, 5), elements=st.floats(-10, 10)), st.floats(0.1, 10))
def test_the_share_is_a_share_and_ignores_the_scale(evidence, gain):
    found = where_evidence_lies(evidence)
    if np.isnan(found.ring):
        assert (evidence <= 0).all()
    else:
        assert -1e-12 <= found.ring <= 1 + 1e-12
        assert where_evidence_lies(evidence * gain).ring == pytest.approx(found.ring, abs=1e-9)


@pytest.mark.parametrize("bad", [np.ones(4), np.ones((0, 3)), np.array([[np.nan, 1.0]])])
def test_a_map_that_is_none_is_refused(bad):
    with pytest.raises(InputError, match="Give a matrix of finite numbers"):
        where_evidence_lies(bad)
