from __future__ import annotations

import importlib
import io
import json
import logging
import math
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ArtifactError, InputError, SuiteError
from core.respiratory import decision, runtime
from core.respiratory.predict import UNEXPECTED, read_film, readings
from core.respiratory.schema import LABELS, SINGLE, Label, Network, Reading
from core.respiratory.table import COLUMNS, result_table, write_csv
from core.respiratory.training.collection import SHARED
from tests.core.respiratory.fakes import gate, png, radiograph, surroundings

# The package exports verbs of these names; the modules are meant here.
predict = importlib.import_module("core.respiratory.predict")

ASKED = {"file", "status", "reason", "probabilities", "set", "ood_p", "model"}
FURTHER = {"members", "decision", "covid_alert", "threshold", "warnings", "sha256", "artifact"}
LEANING = {one: np.array([0.0, 3.0, 0.0, 0.0]) for one in SINGLE}


def archive(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in entries.items():
            packed.writestr(f"{name}.png", content)
    return out.getvalue()


def test_each_file_gets_a_reading_in_its_order():
    files = [("a.png", png(1)), ("b.png", b"no image"), ("c.png", b""), ("d.png", png(2))]
    with surroundings(logits=LEANING):
        found = predict.predict(files, "cnn")
    assert [r.file for r in found] == ["a.png", "b.png", "c.png", "d.png"]
    assert [r.status for r in found] == ["ok", "error", "error", "ok"]
    assert all(r.reason and r.decision is None and not r.set for r in found[1:3])
    assert found[0].decision == "Normal"


def test_an_archive_stands_for_its_images():
    files = [("x.png", png(1)), ("many.zip", archive(one=png(2), two=png(3))), ("y.png", png(4))]
    with surroundings(logits=LEANING):
        found = predict.predict(files)
    assert len(found) == 4
    assert [r.status for r in found] == ["ok"] * 4
    assert "one.png" in found[1].file
    assert "two.png" in found[2].file


def test_a_refused_film_carries_no_finding():
    with surroundings(judged=gate("refuse", 0.001), logits=LEANING):
        (reading,) = predict.predict([("cat.jpg", png())])
    assert reading.status == "refused"
    assert reading.reason == "It is unlike a frontal chest film."
    assert reading.ood_p == 0.001
    assert reading.probabilities is reading.decision is reading.covid_alert is None
    assert reading.set == ()
    assert reading.sha256


def test_a_warning_of_the_gate_stands_beside_the_finding():
    with surroundings(judged=gate("attention"), logits=LEANING):
        reading = read_film(radiograph())
    assert reading.status == "ok"
    assert "It is unlike a frontal chest film." in reading.warnings


def test_what_the_caller_could_not_get_is_an_error_in_its_place():
    with surroundings(logits=LEANING):
        found = predict.predict([("gone.png", InputError("gone.png is not there.")), ("a", png())])
    assert [(r.status, r.reason) for r in found] == [
        ("error", "gone.png is not there."),
        ("ok", ""),
    ]


@pytest.mark.parametrize("place", ["read_image", "judge", "decide", "expand"])
def test_a_fault_of_the_software_ends_only_its_file(place, caplog):
    def fail(*given):
        if seen.append(1) or len(seen) == 2:
            raise RuntimeError("patient 4711")
        return real(*given)

    seen: list[int] = []
    with surroundings(logits=LEANING) as patch, caplog.at_level(logging.ERROR):
        real = getattr(predict, place)
        patch.setattr(predict, place, fail)
        found = predict.predict([(f"{i}.png", png(i)) for i in range(3)], "vit")
    assert [r.status for r in found] == ["ok", "error", "ok"]
    assert found[1].reason == UNEXPECTED
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is not None
    assert "1.png" not in caplog.records[0].getMessage()


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_numbers_that_do_not_exist_are_no_finding(nonsense):
    with surroundings(logits={**LEANING, Network.VIT: np.array([nonsense, 0, 0, 0])}):
        (reading,) = predict.predict([("a.png", png())])
    assert reading.status == "error"
    assert reading.probabilities is None


def test_a_gate_without_a_p_value_is_no_pass():
    with (
        surroundings(judged=gate(ood_p=math.nan), logits=LEANING),
        pytest.raises(SuiteError, match="p value of the film is nan"),
    ):
        read_film(radiograph())


def test_probabilities_that_do_not_sum_to_one_are_not_believed():
    half = decision.Decision(dict.fromkeys(LABELS, 0.125), (), None, False, 0.5, "")
    with surroundings(logits=LEANING) as patch:
        patch.setattr(predict, "decide", lambda *_: half)
        with pytest.raises(SuiteError, match=r"probabilities sum to 0\.5"):
            read_film(radiograph())


def test_an_unknown_network_is_refused_before_any_file_is_opened():
    def files():
        raise AssertionError("a file was opened")
        yield

    with pytest.raises(InputError) as caught:
        readings(files(), "resnet")
    assert caught.value.message == (
        "model: 'resnet' is not a network. Use one of: ensemble, vgg16, vit, cnn."
    )


@pytest.mark.parametrize("place", ["shipped", "parameters"])
def test_a_folder_that_cannot_be_used_is_no_reading(monkeypatch, place):
    def fail():
        raise ArtifactError("The model folder is gone.")

    monkeypatch.setattr(predict, place, fail)
    with pytest.raises(ArtifactError):
        readings([("a.png", png())])


def test_progress_is_told_after_each_reading_and_nothing_is_read_ahead():
    told: list[tuple[int, str]] = []
    files = [(f"{i}.png", png(i)) for i in range(3)]
    with surroundings(logits=LEANING):
        stream = readings(iter(files), on_progress=lambda n, name: told.append((n, name)))
        assert told == []
        next(stream)
        assert told == [(1, "0.png")]
        assert len(list(stream)) == 2
    assert told == [(1, "0.png"), (2, "1.png"), (3, "2.png")]


def test_an_alert_that_the_set_contradicts_is_said():
    raised = decision.Decision(
        dict(zip(LABELS, (0.45, 0.55, 0.0, 0.0), strict=True)),
        (Label.NORMAL,),
        Label.NORMAL,
        True,
        0.4,
        "",
    )
    with surroundings(logits=LEANING) as patch:
        patch.setattr(predict, "decide", lambda *_: raised)
        reading = read_film(radiograph())
    assert reading.warnings == (
        "The COVID-19 alert is raised (probability 0.450, threshold 0.400) although the set of "
        "findings leaves COVID-19 out.",
    )


def test_networks_that_disagree_are_named():
    with surroundings(logits={**LEANING, Network.VIT: np.array([0.0, 0.0, 0.0, 2.0])}):
        together, alone = read_film(radiograph()), read_film(radiograph(), "vit")
    assert together.warnings == (
        "The networks do not agree on the likeliest finding: VGG16 Normal, Vision transformer "
        "Lung Opacity and Custom CNN Normal.",
    )
    assert alone.warnings == ()


finite = st.floats(-30, 30)
rows = st.tuples(finite, finite, finite, finite).map(np.array)
answers = st.fixed_dictionaries(dict.fromkeys(SINGLE, rows))
gates = st.builds(gate, st.sampled_from(["ok", "attention", "refuse"]), st.floats(0, 1))


@given(
    judged=gates,
    logits=answers,
    content=st.sampled_from([png(), b"", b"none", png()[:200]]),
    model=st.sampled_from(list(Network)),
)
def test_a_reading_has_the_documented_shape(judged, logits, content, model):
    with surroundings(judged=judged, logits=logits):
        (reading,) = predict.predict([("=film.png", content)], model)
    record = json.loads(json.dumps(reading.to_dict(), allow_nan=False))
    assert set(record) == ASKED | FURTHER
    assert record["file"] == "=film.png"
    assert record["model"] == model.value
    assert record["status"] in ("ok", "refused", "error")
    assert (record["status"] == "ok") == (record["probabilities"] is not None)
    assert (record["ood_p"] is None) == (record["status"] == "error")
    if record["status"] == "ok":
        assert list(record["probabilities"]) == [label.value for label in LABELS]
        assert sum(record["probabilities"].values()) == pytest.approx(1, abs=1e-9)
        assert set(record["set"]) <= set(record["probabilities"])
        assert record["decision"] == (record["set"][0] if len(record["set"]) == 1 else None)
        assert bool(record["reason"]) == (record["decision"] is None)
        p = record["probabilities"]["COVID-19"]
        assert record["covid_alert"] == (p >= record["threshold"])
    else:
        assert record["reason"]
        assert record["set"] == []
        assert record["decision"] is record["covid_alert"] is record["threshold"] is None


@pytest.mark.parametrize("model", list(Network))
def test_a_reading_does_not_depend_on_the_files_beside_it(model):
    files = [(f"{i}.png", png(i)) for i in range(3)]
    with surroundings():
        together = predict.predict(files, model)
        assert [r.status for r in together] == ["ok"] * 3
        for file, reading in zip(files, together, strict=True):
            assert predict.predict([file], model) == (reading,)
        assert predict.predict(reversed(files), model) == together[::-1]


READINGS = (
    Reading(
        "=cmd.png",
        "ok",
        "",
        "cnn",
        probabilities=dict(zip(map(str, LABELS), (0.7, 0.2, 0.1, 0.0), strict=True)),
        set=("COVID-19", "Normal"),
        covid_alert=True,
        threshold=0.25,
        ood_p=0.5,
        warnings=("First.", "Second."),
        sha256="ab",
        artifact="respiratory/1",
    ),
    Reading("b.png", "refused", "It is a cat.", "cnn", ood_p=0.001),
    Reading("c.png", "error", "It is empty.", "cnn"),
)


def test_the_table_has_one_row_a_file():
    table = result_table(READINGS)
    assert tuple(table.columns) == COLUMNS
    assert list(table["file"]) == ["=cmd.png", "b.png", "c.png"]
    assert table.loc[0, "set"] == "COVID-19 | Normal"
    assert table.loc[0, "warnings"] == "First. | Second."
    assert table.loc[0, "COVID-19"] == 0.7
    for name in (*LABELS, "decision", "covid_alert", "threshold"):
        assert table.loc[1:, name].isna().all()


def test_no_rows_still_have_their_columns():
    assert tuple(result_table(()).columns) == COLUMNS


def test_the_csv_holds_no_formula_and_no_invented_zero():
    out = io.BytesIO()
    write_csv(READINGS, out)
    lines = out.getvalue().decode().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert lines[1] == (
        "'=cmd.png,ok,,0.7,0.2,0.1,0,COVID-19 | Normal,,true,0.25,0.5,First. | Second.,cnn,ab,"
        "respiratory/1"
    )
    assert lines[2] == "b.png,refused,It is a cat.,,,,,,,,,0.001,,cnn,,"
    assert lines[3] == "c.png,error,It is empty.,,,,,,,,,,,cnn,,"
    read = pd.read_csv(io.BytesIO(out.getvalue()))
    assert read["Normal"].isna().tolist() == [False, True, True]


def test_real_films_are_read_through_every_room():
    folder = SHARED / "test" / "normal"
    if not folder.is_dir():
        pytest.skip("the shared radiographs are not on this machine")
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.jpg"))[:4]]
    found = predict.predict([*files, ("broken.jpg", files[0][1][:500])])
    assert [r.file for r in found] == [*(name for name, _ in files), "broken.jpg"]
    assert "ok" in {r.status for r in found[:4]}
    assert found[4].status == "error"


@pytest.mark.parametrize("network", SINGLE)
def test_the_shipped_predictions_are_those_of_the_shipped_networks(network):
    if not SHARED.is_dir():
        pytest.skip("the shared radiographs are not on this machine")
    table = pd.read_csv(runtime.artifact().path("predictions.csv"))
    for _, row in table[table["split"] == "test"].iloc[::300].iterrows():
        film = predict.read_image(row["file"], (SHARED / row["file"]).read_bytes())
        stored = row[[f"{network}/{label}" for label in LABELS]].to_numpy(float)
        assert runtime.ask(network, film.pixels).logits[0] == pytest.approx(stored, abs=1e-3)
