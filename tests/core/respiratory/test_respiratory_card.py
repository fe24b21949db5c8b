"""The card: complete, the same each time, honest about what is missing."""

from __future__ import annotations

import collections
import csv
import datetime
import importlib
import json
import math
import re

import pytest

from core import artifacts
from core.errors import InputError
from core.respiratory import out_of_sample, runtime
from core.respiratory.claim import claim
from core.respiratory.decision import shipped
from core.respiratory.evaluate import measures
from core.respiratory.evaluate.goals import ACCURACY
from core.respiratory.provenance import LIMITS, SOURCES, TRUNKS
from core.respiratory.schema import LABELS, SINGLE, Network
from core.respiratory.seal import seal_models
from core.respiratory.training.collection import SHARED
from core.trust import judge
from tests.core.respiratory.simulated_films import folder_of

# The package exports verbs of these names; the modules are meant here.
about = importlib.import_module("core.respiratory.about")

DAY = datetime.date(2026, 1, 1)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A sealed folder made of simulated predictions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "N_BOOT", 20)
        return seal_models(folder_of(tmp_path_factory.mktemp("models")), DAY)


@pytest.fixture
def in_use(sealed, monkeypatch):
    """The same folder in place of the shipped one."""
    monkeypatch.setattr(runtime, "artifact", lambda: sealed)
    for cached in (about._card, out_of_sample.held_out, shipped):
        cached.cache_clear()
    yield sealed
    for cached in (about._card, out_of_sample.held_out, shipped):
        cached.cache_clear()


@pytest.fixture
def card(sealed):
    return sealed.json("card.json")


def test_every_goal_of_the_project_is_in_the_card_with_its_verdict(card, sealed):
    wanted = {f"accuracy_{network}" for network in ACCURACY} | {
        "covid_recall", "covid_specificity", "ece", "selective", "size", "left_out",
        *(f"speed_{network}" for network in SINGLE),
        *(f"external_auc_{network}" for network in Network),
    }  # fmt: skip
    assert {goal["key"] for goal in card["goals"]} == wanted
    text = sealed.path("card.md").read_text(encoding="utf-8")
    for goal in card["goals"]:
        assert goal["verdict"] in {"reached", "missed", "not measured"}
        assert goal["n"] > 0 or goal["verdict"] == "not measured"
        line = next(line for line in text.splitlines() if line.startswith(f"| {goal['text']}"))
        assert goal["verdict"] in line
        assert goal["verdict"] == "not measured" or f"n = {goal['n']}" in line


def test_limits_of_the_goals_are_those_of_the_issue(card):
    limits = {goal["key"]: goal["limit"] for goal in card["goals"]}
    assert limits["accuracy_vgg16"] == limits["accuracy_vit"] == 0.95
    assert (limits["accuracy_cnn"], limits["accuracy_ensemble"]) == (0.93, 0.965)
    assert (limits["covid_recall"], limits["covid_specificity"]) == (0.98, 0.96)
    assert (limits["ece"], limits["selective"], limits["size"]) == (0.03, 0.97, 40)


def test_sealing_again_gives_the_same_bytes(sealed, monkeypatch):
    monkeypatch.setattr(measures, "N_BOOT", 20)
    assert seal_models(sealed.folder, DAY).sha256 == sealed.sha256


def test_every_file_is_sealed(sealed):
    files = set(sealed.manifest["files"])
    assert {"operating.json", "card.json", "card.md", "predictions.csv", "vgg16.md", "vit.md",
            "cnn.md", "seeds.csv"} <= files  # fmt: skip
    assert sealed.manifest["created"] == "2026-01-01"
    assert "not a diagnostic" in sealed.manifest["intended_use"]
    assert len(sealed.manifest["data"]["licences"]) == len(SOURCES)


def test_the_cards_name_limits_licences_and_both_figures(sealed):
    for name in ("card.md", "vgg16.md", "vit.md", "cnn.md"):
        text = sealed.path(name).read_text(encoding="utf-8")
        assert "In-source and cross-source, side by side" in text
        assert all(limit in text for limit in LIMITS)
        assert "not a diagnostic" in text
        assert "nan" not in re.findall(r"\w+", text)
    whole = sealed.path("card.md").read_text(encoding="utf-8")
    for trunk in TRUNKS:
        assert trunk["Licence"] in whole
    for name in ("Chowdhury", "Rahman", "Wang", "Kermany", "Cohen", "Shih", "Vaya", "Simonyan",
                 "Oquab"):  # fmt: skip
        assert name in whole


def test_tables_are_rectangular(sealed):
    for name in ("card.md", "vgg16.md", "vit.md", "cnn.md"):
        width = 0
        for line in sealed.path(name).read_text(encoding="utf-8").splitlines():
            cells = line.count(" | ") + line.count("|---|") if line.startswith("| ") else 0
            assert not (cells and width) or cells == width, line
            width = cells


def test_claim_is_answered_item_by_item():
    items = claim()
    assert [item.number for item in items] == [str(i) for i in range(1, 45)]
    for item in items:
        assert item.status in {"done", "partly", "not done"}
        assert len(item.answer) > 5
        assert item.text


def test_the_headline_never_comes_alone(in_use):
    found = about.headline()
    assert found.shipped.in_source.n == 852
    assert found.shipped.cross_source.n == 101
    assert found.external is not None
    assert found.external.cross_source.n == 101
    assert found.accuracy.n == 750
    for pair in (found.shipped, found.external):
        assert pair.cross_source.low <= pair.cross_source.estimate <= pair.cross_source.high
    assert found.accuracy.text() in found.sentence
    assert found.external.cross_source.text() in found.sentence
    assert "0.5 is chance" in found.sentence


def test_evidence_has_figures_with_sample_sizes(in_use):
    found = about.evidence()
    assert 3 <= len(found) <= 5
    for chip in found:
        assert "n = " in chip.text
        assert chip.status in {"ok", "attention", "unknown"}
    titles = [chip.title for chip in found]
    assert titles[0] == "Other hospitals: not better than chance"
    assert titles[-1] == "Viral pneumonia: learnt from children only"


def test_without_runs_transfer_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "N_BOOT", 10)
    found = seal_models(folder_of(tmp_path, runs=False), DAY).json("card.json")
    chip = about.evidence_of(found, Network.ENSEMBLE)[0]
    assert (chip.status, chip.title) == (
        "unknown", "Other hospitals: not measured from outside")  # fmt: skip
    assert about.headline_of(found, Network.VIT).external is None
    verdicts = {goal["key"]: goal["verdict"] for goal in found["goals"]}
    assert verdicts["external_auc_vit"] == "not measured"


@pytest.mark.parametrize(
    ("low", "high", "status", "title"),
    [
        (0.48, 0.7, "attention", "Other hospitals: not better than chance"),
        (0.6, 0.7, "attention", "Other hospitals: much worse"),
        (0.98, 1.0, "ok", "Other hospitals: no loss shown"),
    ],
)
def test_transfer_is_judged_by_intervals(card, low, high, status, title):
    pair = card["protocols"]["single"]["in_full"]["networks"]["ensemble"]
    pair["in_source"]["four"]["covid_auc"]["films"].update(low=0.97, high=1.0)
    pair["cohen"]["four"]["covid_auc"]["films"].update(low=low, high=high)
    chip = about.evidence_of(card, Network.ENSEMBLE)[0]
    assert (chip.status, chip.title) == (status, title)


def test_calibration_evidence_is_judged_against_chance(card):
    found = card["networks"]["ensemble"]["in_source"]["four"]["calibration"]
    found["ece"] = found["null_95"] + 0.01
    chip = about.evidence_of(card, Network.ENSEMBLE)[1]
    assert (chip.status, chip.title) == ("attention", "Calibration off")


def test_held_out_predictions_can_be_audited(in_use):
    found = out_of_sample.held_out()
    assert [one.key for one in found] == [
        "respiratory-ensemble", *(f"respiratory-{network}" for network in SINGLE)
    ]  # fmt: skip
    first = found[0]
    assert (len(first.y), int(first.y.sum())) == (953, 330)
    assert set(first.groups) == {"source", "age"}
    assert first.threshold == shipped()[Network.ENSEMBLE].threshold
    assert list(first.features.columns) == list(LABELS[1:])
    result = judge(first.predictions())
    assert result.to_dict()["n"] == 953


def test_reliability_is_that_of_the_in_source_test(in_use, card):
    bins = out_of_sample.reliability_bins()
    assert sum(one.n for one in bins) == 852
    gaps = [one.n * abs(one.observed.estimate - one.mean_p) for one in bins]
    error = card["networks"]["ensemble"]["in_source"]["four"]["calibration"]["ece"]
    assert sum(gaps) / 852 == pytest.approx(error)


def test_about_names_models_data_and_licences(in_use, monkeypatch):
    class Intake:
        file = "card.json"

    monkeypatch.setattr(runtime, "intake", lambda network: Intake)
    found = about.about()
    assert [row["Model"] for row in found.models] == ["VGG16", "Vision transformer", "Custom CNN"]
    assert "Apache-2.0" in found.models[1]["Role"]
    assert len(found.data) == 5
    assert found.trained == "2026-01-01"
    assert about.card_markdown(Network.VIT).startswith("# Vision transformer")
    assert about.card()["system"] == "respiratory"


def test_a_folder_without_predictions_is_refused(tmp_path):
    with pytest.raises(InputError, match="Train the networks first"):
        seal_models(tmp_path, DAY)


def test_an_open_figure_becomes_nan():
    found = about.interval({"estimate": None, "low": None, "high": None, "n": 0, "level": 0.95,
                            "method": "no film"})  # fmt: skip
    assert math.isnan(found.estimate)


SHIPPED = artifacts.MODELS_ROOT / "respiratory" / "1" / "card.json"


def test_the_shipped_card_stands_on_the_films_of_the_collection():
    stored = json.loads(SHIPPED.read_text(encoding="utf-8"))
    ensemble = stored["networks"]["ensemble"]
    assert ensemble["in_source"]["four"]["n"] == 852
    assert ensemble["in_source"]["three"]["n"] == 750
    assert ensemble["cohen"]["four"]["n"] > 50
    assert stored["protocols"]["single"]["in_full"]["networks"]["ensemble"]["cohen"]["four"]["n"] \
        == 433  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared films are not here")
def test_the_films_of_each_source_are_counted_right():
    with (SHARED / "metadata.csv").open(newline="", encoding="utf-8") as file:
        counted = collections.Counter(row["source"] for row in csv.DictReader(file))
    assert {one["key"]: one["Films"] for one in SOURCES} == counted
