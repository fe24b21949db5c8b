"""The service killed, its disk full or read-only, its clock jumping, its workers gone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks import fault_service
from benchmarks.fault_lib import children, is_sentence, may_mount
from core.runtime import jobs
from pages._shared.page_def import ROOT
from pages._shared.registry import page

needs_mounts = pytest.mark.skipif(
    not may_mount(), reason="full and read-only disks are mounted, which needs root on Linux"
)


def test_every_answer_is_in_the_log_of_a_killed_service(tmp_path: Path) -> None:
    found = fault_service.kill_auditing(tmp_path, 1, 20)
    assert int(str(found.notes["answers"])) >= 20
    assert found.lost == []


@needs_mounts
def test_no_answer_without_its_entry_on_a_full_disk(tmp_path: Path) -> None:
    assert fault_service.full_audit_disk(tmp_path).lost == []


@needs_mounts
def test_no_answer_without_its_entry_on_a_read_only_disk(tmp_path: Path) -> None:
    assert fault_service.read_only_audit(tmp_path).lost == []


def test_a_jumping_clock_breaks_neither_chain_nor_limits(tmp_path: Path) -> None:
    found = fault_service.clock_jumps(tmp_path)
    assert found.tries == 5
    assert found.lost == []


def test_a_killed_timeline_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    assert fault_service.kill_drift(tmp_path, 1).lost == []


def test_a_page_says_that_its_worker_was_killed_and_the_next_job_works() -> None:
    app = AppTest.from_file(ROOT / "apps" / "suite.py", default_timeout=300)
    app.run()
    app.switch_page(str(page("cardiosense").path))
    app.query_params["preset"] = "woman-66"
    app.run()
    run = next(one for one in app.button if one.label == "Run LIME")
    jobs.pool().shutdown()  # a worker of an earlier test would not be a new child
    known = set(children(os.getpid()))
    killer = threading.Thread(target=fault_service.kill_new_child, args=(known,))
    killer.start()
    run.click().run()
    killer.join()
    assert not app.exception
    assert any("ended its worker process" in one.value for one in app.markdown)
    next(one for one in app.button if one.label == "Run LIME").click().run()
    assert not app.exception
    assert any("local variation" in one.value for one in app.caption)


@pytest.mark.parametrize("fault", ["flip", "missing", "empty", "manifest", "folder"])
def test_a_spoiled_model_folder_is_refused_by_name(tmp_path: Path, fault: str) -> None:
    from core import artifacts
    from core.errors import ArtifactError

    root = fault_service.copied_models(tmp_path, "cardiosense", fault)
    with pytest.raises(ArtifactError) as refused:
        artifacts.load("cardiosense", root=root)
    assert is_sentence(refused.value.message)
    assert artifacts.load("breast_cancer", root=root).system == "breast_cancer"


def test_a_file_that_the_manifest_does_not_list_is_never_read(tmp_path: Path) -> None:
    from core import artifacts
    from core.errors import ArtifactError

    root = fault_service.copied_models(tmp_path, "cardiosense", "added")
    with pytest.raises(ArtifactError, match=r"has no file added\.bin"):
        artifacts.load("cardiosense", root=root).path("added.bin")
