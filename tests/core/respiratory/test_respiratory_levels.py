"""Readers for the pages: reliability bins, levels of the gate, the film as the gate gets it."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import ArtifactError
from core.respiratory import (
    CANVAS,
    NETWORK_NAMES,
    canvas,
    card,
    gate_levels,
    reliability_bins,
)
from tests.core.respiratory.fakes import radiograph
from tests.pages.respiratory_folder import in_use
from tests.pages.simulated_study import GATE, sealed, study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return sealed(tmp_path_factory.mktemp("models"), study())


@pytest.fixture(autouse=True)
def models(folder):
    with in_use(folder):
        yield


@pytest.mark.parametrize("network", NETWORK_NAMES)
@pytest.mark.parametrize("tempered", [True, False])
def test_the_bins_give_the_cards_calibration_error(network, tempered):
    own = card()["networks"][network]["in_source"]
    expected = own["four"]["calibration"] if tempered else own["calibration_raw"]
    bins = reliability_bins(network, tempered=tempered)
    gaps = [one.n * abs(one.mean_p - one.observed.estimate) for one in bins]
    assert sum(one.n for one in bins) == expected["n"]
    assert sum(gaps) / expected["n"] == pytest.approx(expected["ece"], abs=1e-12)


def test_the_levels_are_those_of_the_gates_file():
    found = gate_levels()
    assert found.levels.frontal_refuse == GATE["levels"]["frontal_refuse"]
    assert [(one.source, one.films) for one in found.left_out] == [("kermany", 1084)]


def test_a_folder_without_a_gate_says_so(folder, monkeypatch):
    monkeypatch.setitem(folder.manifest["files"], "gate.json", "")
    monkeypatch.delitem(folder.manifest["files"], "gate.json")
    with pytest.raises(ArtifactError, match=r"no file gate\.json"):
        gate_levels()


def test_a_film_is_squashed_to_a_square():
    shown = canvas(radiograph())
    assert shown.shape == (CANVAS, CANVAS)
    assert np.isfinite(shown).all()
