from __future__ import annotations

import json
from pathlib import Path

import optuna
import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core.artifacts import MODELS_ROOT
from core.cardiosense.search import FEATURES, SEARCH_FIGURE, objective
from core.cardiosense.train import SEED


def tune(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["cardiosense", "tune", *(str(word) for word in words)])


def stamps(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize("model", FEATURES)
def test_the_search_measures_what_training_measured(model):
    stored = json.loads((MODELS_ROOT / "cardiosense" / "1" / f"{model}.json").read_text())
    for trial in stored["search"]["trials"][:2]:
        params = {name: value for name, value in trial.items() if name != "loss"}
        found = objective(optuna.trial.FixedTrial(params), model, SEED)
        assert found == pytest.approx(trial["loss"], abs=1e-6)


def test_a_search_by_two_processes_goes_on_and_leaves_the_models_alone(tmp_path):
    before = stamps(MODELS_ROOT)
    journal = tmp_path / "STUDY.journal"
    first = tune(journal, "--trials", 2, "--json")
    assert first.exit_code == 0, first.output
    found = json.loads(first.stdout)
    assert (found["model"], found["trials"], found["abandoned"]) == ("xgboost-13", 2, 0)
    assert set(found["params"]) == {
        "rounds", "max_depth", "eta", "subsample", "colsample_bytree", "min_child_weight", "lambda"
    }  # fmt: skip
    assert 0.2 < found["inner_log_loss"] < 0.7
    assert found["notes"][0] == SEARCH_FIGURE
    second = tune(journal, "--trials", 5, "--workers", 2)
    assert second.exit_code == 0, second.output
    assert "after 5 trials." in second.stdout
    assert "The model card has the held-out figures" in second.stdout
    assert "a repetition finds other trials" in second.stdout
    assert stamps(MODELS_ROOT) == before


def test_what_is_refused_ends_in_a_sentence(tmp_path):
    journal = tmp_path / "STUDY.journal"
    assert tune(journal, "--trials", 1).exit_code == 0
    other = tune(journal, "--trials", 1, "--model", "xgboost-10")
    assert (other.exit_code, "holds another search" in other.stderr) == (2, True)
    nowhere = tune(journal, "--trials", 2, "--scheduler", "nowhere")
    assert (nowhere.exit_code, "Write tcp://host:8786" in nowhere.stderr) == (2, True)
