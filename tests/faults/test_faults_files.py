"""Killed in mid-write, full disks, read-only disks: what the command line leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from apps.cli import app
from apps.cli.spoken import write, writing
from benchmarks import fault_files
from benchmarks.fault_lib import Outcome, killed, may_mount, python, wait_for

needs_mounts = pytest.mark.skipif(
    not may_mount(), reason="full and read-only disks are mounted, which needs root on Linux"
)
QUICK = ("cardiosense score", "breast-cancer score to Parquet", "cardiosense template")


def in_process(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Run a command line here, to spare its start."""
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_kill_in_mid_write_leaves_no_half_result(tmp_path: Path) -> None:
    found = fault_files.kill_scoring(tmp_path, ".csv", 1, 6_000, in_process)
    assert found.tries == 1
    assert found.lost == []


def test_a_kill_at_any_step_of_a_report_leaves_the_earlier_one_or_the_new(tmp_path: Path) -> None:
    found = fault_files.kill_report(tmp_path, in_process)
    assert found.tries == len(fault_files.STEPS)
    assert found.lost == []


@needs_mounts
def test_a_killed_benchmark_keeps_its_units(tmp_path: Path) -> None:
    found = fault_files.kill_benchmark(tmp_path, 1)
    assert (found.tries, found.lost) == (1, [])


def test_a_full_disk_ends_in_a_sentence(tmp_path: Path) -> None:
    found = fault_files.full_disk(tmp_path, QUICK, in_process, 40)
    assert found.tries == len(QUICK)
    assert found.lost == []


@needs_mounts
def test_a_read_only_disk_ends_in_a_sentence(tmp_path: Path) -> None:
    found = fault_files.read_only_disk(tmp_path, QUICK, in_process, 40)
    assert found.tries == len(QUICK)
    assert found.lost == []


WRITE = """
import sys, time
from pathlib import Path
from apps.cli.spoken import writing
with writing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    time.sleep(600)
"""


def test_what_a_killed_run_left_is_removed_by_the_next_and_a_living_one_is_not(
    tmp_path: Path,
) -> None:
    out = tmp_path / "a[1].csv"
    dead, living = (python("-c", WRITE, str(out)) for _ in range(2))
    wait_for(lambda: len(list(tmp_path.glob(".*.part"))) == 2, "nothing is written")
    killed(dead)
    write(out, b"whole")
    (left,) = tmp_path.glob(".*.part")
    assert str(living.pid) in left.name
    assert out.read_bytes() == b"whole"
    killed(living)
    write(out, b"again")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_what_fails_while_writing_leaves_the_earlier_result(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    write(out, b"earlier")

    def fail() -> None:
        with writing(out) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]


def test_a_loss_is_noticed() -> None:
    found = Outcome("none", "everything")
    found.require(True, "a")
    found.require(False, "b")
    assert found.lost == ["b"]
