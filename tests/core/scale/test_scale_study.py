from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scale_makers as makers

from core.errors import InputError, SuiteError
from core.scale.study import Search, search

ROOT = Path(__file__).resolve().parents[3]
DIGEST = "ab" * 32


def bowl(objective: Callable[..., float] = makers.bowl, *arguments: Any) -> Search:
    return Search("search of a bowl", DIGEST, objective, (3.0, *arguments), seed=7)


def states(journal: Path) -> Counter[str]:
    """Trials of a journal by state, read without the engine."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal)))
    study = optuna.load_study(study_name=None, storage=storage)
    return Counter(trial.state.name for trial in study.trials)


def tried(journal: Path) -> list[float]:
    """Every x in the order in which it was tried."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    return [line["param_value_internal"] for line in lines if line.get("param_name") == "x"]


def test_one_process_finds_the_same_with_and_without_interruption(tmp_path):
    whole, halves, worker = (tmp_path / f"{n}.journal" for n in ("whole", "halves", "worker"))
    told: list[tuple[int, int | None]] = []
    found = search(bowl(), whole, trials=14, on_progress=lambda *at: told.append(at))
    assert told == [(done, 14) for done in range(1, 15)]
    assert (found.n_trials, found.n_abandoned, found.parallel) == (14, 0, False)
    assert found.value == pytest.approx((found.params["x"] - 3.0) ** 2)
    assert found.note.startswith("Trials ran one after the other")
    stopped = search(bowl(), halves, trials=14, should_stop=lambda: states(halves).total() > 5)
    assert stopped.n_trials == 6
    assert search(bowl(), halves, trials=14) == found
    assert search(bowl(), worker, trials=14, workers=1) == found
    assert tried(whole) == tried(halves) == tried(worker)
    assert len(set(tried(whole))) == 14


def test_another_seed_tries_others(tmp_path):
    search(bowl(), tmp_path / "a", trials=3)
    search(dataclasses.replace(bowl(), seed=8), tmp_path / "b", trials=3)
    assert not set(tried(tmp_path / "a")) & set(tried(tmp_path / "b"))


def test_processes_share_a_journal_and_do_exactly_what_is_asked(tmp_path):
    journal = tmp_path / "shared.journal"
    found = search(bowl(makers.bowl_by, tmp_path), journal, trials=24, workers=2)
    assert states(journal) == {"COMPLETE": 24}
    assert (found.n_trials, found.parallel) == (24, True)
    assert "a repetition finds other trials" in found.note
    assert len(list(tmp_path.glob("*.worked"))) == 2
    again = search(bowl(), journal, trials=24)
    assert (again, states(journal)) == (found, {"COMPLETE": 24})
    assert search(bowl(), journal, trials=10) == found
    search(bowl(), journal, trials=26)
    assert states(journal) == {"COMPLETE": 26}


def test_a_worker_that_dies_does_its_trial_again_under_the_same_number(tmp_path):
    journal = tmp_path / "deadly.journal"
    found = search(bowl(makers.bowl_deadly, tmp_path), journal, trials=8, workers=2)
    assert (tmp_path / "died").exists()
    assert states(journal) == {"COMPLETE": 8}
    assert (found.n_trials, found.n_abandoned) == (8, 0)


KILLED = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
import scale_makers
from core.scale.study import Search, search
if __name__ == "__main__":
    arguments = (3.0, Path({marks!r}))
    wanted = Search("search of a bowl", {digest!r}, scale_makers.bowl_waits, arguments, seed=7)
    search(wanted, Path({journal!r}), trials=8)
"""


def test_what_a_killed_search_left_running_is_failed_and_made_again(tmp_path):
    journal = tmp_path / "killed.journal"
    script = KILLED.format(
        paths=[str(ROOT), str(Path(makers.__file__).parent)],
        marks=str(tmp_path),
        digest=DIGEST,
        journal=str(journal),
    )
    with subprocess.Popen([sys.executable, "-c", script]) as other:
        makers.until((tmp_path / "working").exists)
        with pytest.raises(InputError, match=f"in use by process {other.pid}"):
            search(bowl(), journal, trials=8)
        other.send_signal(signal.SIGKILL)
    assert states(journal) == {"COMPLETE": 2, "RUNNING": 1}
    with journal.open("a") as file:
        file.write('{"op_code":5,"wor')  # as if killed while it wrote
    found = search(bowl(), journal, trials=8)
    assert states(journal) == {"COMPLETE": 8, "FAIL": 1}
    assert (found.n_trials, found.n_abandoned) == (8, 1)
    search(bowl(), tmp_path / "whole.journal", trials=8)
    again = tried(journal)
    assert [*again[:2], *again[3:]] == tried(tmp_path / "whole.journal")


def test_a_trial_that_fails_ends_the_search_with_a_sentence(tmp_path):
    journal = tmp_path / "failing.journal"
    with pytest.raises(SuiteError, match="Trial 0 of the search of a bowl failed: ZeroDivision"):
        search(bowl(makers.bowl_fails), journal, trials=3)
    with pytest.raises(SuiteError, match=r"Trial 1 of the search of a bowl has no value \(nan\)"):
        search(bowl(makers.bowl_nan), journal, trials=3)
    assert states(journal) == {"FAIL": 2}
    assert search(bowl(), journal, trials=3).n_trials == 3
    assert states(journal) == {"FAIL": 2, "COMPLETE": 3}


def test_journals_that_are_refused_are_left_alone(tmp_path):
    journal = tmp_path / "own.journal"
    search(bowl(), journal, trials=1)
    before = journal.read_bytes()
    for other in (
        dataclasses.replace(bowl(), digest="cd" * 32),
        dataclasses.replace(bowl(), name="search of a hill"),
    ):
        with pytest.raises(InputError, match=r"holds another search.*Choose another file"):
            search(other, journal, trials=2)
    assert journal.read_bytes() == before
    for content in ("a,b\n1,2\n", "[1]\n", '{"op_code":99}\n', "thesis without a line end"):
        foreign = tmp_path / "foreign.csv"
        foreign.write_text(content)
        with pytest.raises(InputError, match="cannot be read as the journal of one search"):
            search(bowl(), foreign, trials=2)
        assert foreign.read_text() == content
    with pytest.raises(InputError, match="trials: 0 is too few"):
        search(bowl(), journal, trials=0)


def test_stopped_before_the_first_trial(tmp_path):
    with pytest.raises(SuiteError, match="stopped before its first trial"):
        search(bowl(), tmp_path / "s.journal", trials=2, should_stop=lambda: True)


def test_a_cluster_searches_too_and_survives_the_death_of_a_worker(tmp_path, scheduler):
    journal = tmp_path / "cluster.journal"
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        wanted = bowl(makers.bowl_waits, tmp_path)
        result = thread.submit(search, wanted, journal, trials=12, scheduler=scheduler)
        makers.until((tmp_path / "working").exists)
        os.kill(int((tmp_path / "working").read_text()), signal.SIGKILL)
        (tmp_path / "go").touch()
        found = result.result(makers.DEADLINE)
    assert states(journal) == {"COMPLETE": 12}
    assert (found.n_trials, found.n_abandoned, found.parallel) == (12, 0, True)
