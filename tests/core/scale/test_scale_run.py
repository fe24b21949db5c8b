from __future__ import annotations

import ast
import errno
import importlib.metadata
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import scale_makers as makers

from core.errors import InputError, SuiteError
from core.scale import Part, Unit, Work, parts, run
from core.scale.versions import require_same, versions

ROOT = Path(__file__).resolve().parents[3]
DIGEST = "ab" * 32
KEYS = [f"block-{first:03d}" for first in range(0, 50, 5)]


def squares(make: Callable[..., Any] = makers.squares, *extra: Any, digest: str = DIGEST) -> Work:
    units = (Unit(f"block-{first:03d}", (first, 5, *extra)) for first in range(0, 50, 5))
    return Work("making of squares", digest, make, units, ".txt", 10)


def single(make: Callable[..., Any], *arguments: Any) -> Work:
    return Work("making of one", DIGEST, make, [Unit("only", arguments)], ".txt")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, whose content is that of the run."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != parts.LOCK)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("reference")
    run(squares(), folder)
    return contents(folder)


def test_a_part_its_receipt_and_what_is_returned(tmp_path: Path):
    told: list[tuple[int, int | None]] = []
    found = run(squares(), tmp_path / "new" / "folder", on_progress=lambda *at: told.append(at))
    assert [part.key for part in found] == KEYS
    folder = tmp_path / "new" / "folder"
    assert found[1] == Part("block-005", folder / "block-005.txt", {"sum": 255, "span": [5, 5]})
    assert found[1].path.read_text() == "25\n36\n49\n64\n81\n"
    assert told == [(done, 10) for done in range(1, 11)]
    assert set(contents(folder)) == {
        "work.json",
        *(f"{key}.txt" for key in KEYS),
        *(f"{key}.receipt.json" for key in KEYS),
    }


def test_workers_give_the_same_bytes_in_the_same_order(tmp_path, reference):
    found = run(squares(), tmp_path, workers=3)
    assert [part.key for part in found] == KEYS
    assert contents(tmp_path) == reference
    assert found == run(squares(), tmp_path)


@pytest.mark.parametrize(("workers", "most"), [(0, 1), (2, 4)])
def test_no_more_units_are_drawn_than_the_workers_can_take(tmp_path, workers, most):
    drawn, done, ahead = 0, 0, []

    def units() -> Iterator[Unit]:
        nonlocal drawn
        for unit in squares().units:
            drawn += 1
            ahead.append(drawn - done)
            yield unit

    def progress(now: int, _: int | None) -> None:
        nonlocal done
        done = now

    work = Work("making of squares", DIGEST, makers.squares, units(), ".txt")
    run(work, tmp_path, workers=workers, on_progress=progress)
    assert max(ahead) <= most


def test_only_what_is_missing_or_altered_is_made_again(tmp_path, reference):
    run(squares(), tmp_path)
    (tmp_path / "block-000.txt").unlink()
    (tmp_path / "block-005.txt").write_text("25\n")
    altered = (tmp_path / "block-010.txt").read_bytes().replace(b"100", b"101")
    (tmp_path / "block-010.txt").write_bytes(altered)
    (tmp_path / "block-015.receipt.json").unlink()
    (tmp_path / "block-020.receipt.json").write_text('{"bytes": 15')
    receipt = (tmp_path / "block-025.receipt.json").read_text()
    (tmp_path / "block-025.receipt.json").write_text(receipt.replace(DIGEST, "cd" * 32))
    written = {key: (tmp_path / f"{key}.txt").stat().st_ino for key in KEYS[6:]}
    run(squares(), tmp_path)
    assert contents(tmp_path) == reference
    assert written == {key: (tmp_path / f"{key}.txt").stat().st_ino for key in KEYS[6:]}


def test_a_finished_run_makes_nothing_and_still_tells(tmp_path):
    first, told = run(squares(), tmp_path), []
    assert list(first[0].summary) == ["span", "sum"], "sorted, as the receipt gives it back"
    again = run(squares(makers.writes_nothing), tmp_path, on_progress=lambda *at: told.append(at))
    assert (again, told[-1]) == (first, (10, 10))


def test_keys_may_name_folders(tmp_path):
    units = [Unit("net-a/00", (1, 1)), Unit("net-b/00", (2, 1))]
    found = run(Work("x", DIGEST, makers.squares, units, ".json"), tmp_path)
    assert [part.path.read_text() for part in found] == ["1\n", "4\n"]
    assert found[1].path == tmp_path / "net-b" / "00.json"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["b", "a"], "a comes after b"),
        (["a", "a"], "a comes after a"),
        (["../a"], "no name of a part"),
        (["/a"], "no name of a part"),
        (["A"], "no name of a part"),
        ([""], "no name of a part"),
        (["a\n"], "no name of a part"),
    ],
)
def test_keys_that_are_refused(tmp_path, keys, text):
    work = Work("x", DIGEST, makers.squares, [Unit(key, (1, 1)) for key in keys], ".txt")
    with pytest.raises(InputError, match=text):
        run(work, tmp_path)


@pytest.mark.parametrize("suffix", ["", "txt", "./x", ".receipt.json"])
def test_a_suffix_that_is_none(tmp_path, suffix):
    with pytest.raises(InputError, match="suffix"):
        run(Work("x", DIGEST, makers.squares, [Unit("a", (1, 1))], suffix), tmp_path)


def test_a_negative_number_of_workers(tmp_path):
    with pytest.raises(InputError, match="workers: -1"):
        run(squares(), tmp_path, workers=-1)


def test_a_folder_of_other_work_is_refused_and_left_alone(tmp_path):
    run(squares(), tmp_path)
    before = contents(tmp_path)
    with pytest.raises(InputError, match=r"other work \(making of squares, digest abab.*cdcd"):
        run(squares(digest="cd" * 32), tmp_path)
    assert contents(tmp_path) == before
    (tmp_path / "work.json").write_text("{")
    with pytest.raises(InputError, match="Choose another folder"):
        run(squares(), tmp_path)


def test_a_folder_of_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(InputError, match=r"holds other files\. Choose a new or an empty folder"):
        run(squares(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


OTHER_RUN = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
import scale_makers
from core.scale import Unit, Work, run
if __name__ == "__main__":
    units = (Unit(f"block-{{n:03d}}", (n, 5, Path({marks!r}))) for n in range(0, 50, 5))
    run(Work("making of squares", {digest!r}, scale_makers.waits, units, ".txt", 10),
        Path({folder!r}))
"""


def test_a_second_run_is_refused_until_the_first_one_dies(tmp_path, reference):
    folder, marks = tmp_path / "parts", tmp_path / "marks"
    marks.mkdir()
    paths = [str(ROOT), str(Path(makers.__file__).parent)]
    script = OTHER_RUN.format(paths=paths, marks=str(marks), digest=DIGEST, folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", script]) as other:
        makers.until(lambda: any(marks.iterdir()))
        with pytest.raises(InputError, match=f"is in use by process {other.pid} on"):
            run(squares(), folder)
        other.send_signal(signal.SIGKILL)
    left = [name for name in contents(folder) if ".tmp" in name]
    assert len(left) == 1, "the part that it was writing"
    found = run(squares(), folder)
    assert ([part.key for part in found], contents(folder)) == (KEYS, reference)


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("input", InputError, r"^age: 300 is too high\. Give 1 to 120\.$"),
        ("suite", SuiteError, r"^The model is missing\.$"),
        ("full", SuiteError, r"Part only of the making of one: .*No space left.* Free some space"),
        ("other", SuiteError, r"Part only of the making of one failed: ValueError: no number"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_leaves_nothing(tmp_path, kind, error, text):
    with pytest.raises(SuiteError, match=text) as caught:
        run(single(makers.refuses, kind), tmp_path)
    assert type(caught.value) is error
    assert set(contents(tmp_path)) == {"work.json"}


def test_a_function_that_breaks_its_promise(tmp_path):
    with pytest.raises(SuiteError, match="the part only wrote no file"):
        run(single(makers.writes_nothing), tmp_path)
    with pytest.raises(SuiteError, match="summary of the part only is no JSON object"):
        run(single(makers.bad_summary), tmp_path)


def test_an_error_in_a_worker_names_the_part_and_what_is_finished_stays(tmp_path, reference):
    with pytest.raises(SuiteError, match=r"Part block-010 .* ZeroDivisionError: ten is too much"):
        run(squares(makers.squares_or_error), tmp_path, workers=2)
    left = contents(tmp_path)
    assert "block-010.txt" not in left
    assert not [name for name in left if ".tmp" in name]
    assert {name: reference[name] for name in left} == left
    run(squares(), tmp_path)
    assert contents(tmp_path) == reference


def test_an_error_of_the_input_comes_back_from_a_worker_as_it_was(tmp_path):
    with pytest.raises(InputError, match="Give 1 to 120"):
        run(single(makers.refuses, "input"), tmp_path, workers=1)


def test_what_cannot_be_sent_to_a_worker_is_a_sentence(tmp_path):
    with pytest.raises(SuiteError, match="Part only of the making of one failed"):
        run(single(makers.squares, lambda: 0), tmp_path, workers=1)


def test_a_worker_that_dies_is_replaced_once(tmp_path, reference):
    marks = tmp_path / "marks"
    marks.mkdir()
    run(squares(makers.dies_once, marks), tmp_path / "once", workers=1)
    assert contents(tmp_path / "once") == reference
    with pytest.raises(SuiteError, match="Part only of the making of one failed twice"):
        run(single(makers.dies), tmp_path / "twice", workers=1)
    assert set(contents(tmp_path / "twice")) == {"work.json"}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_at_the_last_moment(tmp_path, monkeypatch, reference, code):
    real, calls = os.fsync, 0

    def fails(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 20:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(SuiteError, match="Part block-020 of the making of squares: a file cannot"):
        run(squares(), tmp_path)
    monkeypatch.undo()
    left = contents(tmp_path)
    assert {name: reference[name] for name in left} == left
    run(squares(), tmp_path)
    assert contents(tmp_path) == reference


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SuiteError, match="The making of squares: a file cannot be read or written"):
        run(squares(), tmp_path / "file" / "parts")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
def test_a_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(SuiteError, match="Make the folder writable or choose another"):
        run(squares(), tmp_path)
    tmp_path.chmod(0o700)


def test_a_stopped_run_says_so_and_goes_on(tmp_path, reference):
    answers = iter([False, False, False, True])
    with pytest.raises(SuiteError, match=r"was stopped after 3 of 10 parts\. They are kept"):
        run(squares(), tmp_path, should_stop=lambda: next(answers))
    assert len(contents(tmp_path)) == 7
    run(squares(), tmp_path, should_stop=lambda: False)
    assert contents(tmp_path) == reference


def test_a_stop_after_the_last_part_changes_nothing(tmp_path):
    told: list[int] = []
    work = squares()
    found = run(
        work,
        tmp_path,
        on_progress=lambda done, _: told.append(done),
        should_stop=lambda: len(told) == len(KEYS),
    )
    assert len(found) == len(KEYS)


def test_an_interrupt_ends_the_workers_and_leaves_whole_parts(tmp_path, reference):
    marks, folder = tmp_path / "marks", tmp_path / "parts"
    marks.mkdir()

    def interrupt(done: int, _: int | None) -> None:
        makers.until(lambda: any(marks.iterdir()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(squares(makers.waits, marks), folder, workers=2, on_progress=interrupt)
    (worker,) = (int(mark.stem) for mark in marks.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    left = contents(folder)
    assert not [name for name in left if ".tmp" in name]
    assert {name: reference[name] for name in left} == left
    run(squares(), folder)
    assert contents(folder) == reference


def test_workers_end_with_the_run(tmp_path):
    (part,) = run(single(makers.pid), tmp_path, workers=1)
    assert part.summary["pid"] != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(part.summary["pid"], 0)


def test_what_a_dead_run_left_is_removed_before_work_starts(tmp_path):
    (tmp_path / "net").mkdir()
    left = tmp_path / "net" / f".0007.{'0' * 16}.tmp.parquet"
    left.touch()
    (tmp_path / "work.json").write_text("{}")
    with parts.held(tmp_path):
        assert not left.exists()


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "table.parquet"
    with parts.whole(path) as unfinished:
        unfinished.write_text("all")
        assert (unfinished.parent, unfinished.suffix) == (tmp_path, ".parquet")
    with pytest.raises(ValueError, match="no number"), parts.whole(path) as unfinished:
        makers.refuses(unfinished, "other")
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [
        ("table.parquet", "all")
    ]


def test_a_process_that_sees_another_folder_refuses(tmp_path):
    given = (tmp_path, "a", ".txt", DIGEST, "token of another run")
    with parts.held(tmp_path), pytest.raises(SuiteError, match="Give every worker the same disk"):
        parts.make_part(makers.squares, (1, 1), *given)
    assert not (tmp_path / "a.txt").exists()


def test_other_versions_are_named_with_both_values():
    here = {"Python": "3.11.7", "numpy": "2.4.6", "suite code": "a" * 64, "optuna": "5.0.0"}
    there = {"Python": "3.11.7", "numpy": "2.0.0", "suite code": "b" * 64}
    require_same(here, dict(here), "tcp://10.0.0.7:4001")
    with pytest.raises(SuiteError) as caught:
        require_same(here, there, "tcp://10.0.0.7:4001")
    for text in (
        "The worker tcp://10.0.0.7:4001",
        "numpy is 2.0.0 there and 2.4.6 here",
        f"suite code is {'b' * 12} there and {'a' * 12} here",
        "optuna is absent there and 5.0.0 here",
    ):
        assert text in caught.value.message
    assert "Python" not in caught.value.message


def test_versions_hold_libraries_code_and_models():
    found = versions()
    assert {"Python", "numpy", "pandas", "pyarrow", "scipy", "scikit-learn"} <= set(found)
    assert {"onnxruntime", "suite code", "model cardiosense/1", "model respiratory/1"} <= set(found)


def test_every_library_that_may_decide_a_part_is_compared():
    systems = ("breast_cancer", "cardiosense", "respiratory", "saliency")
    sources = [path for name in systems for path in (ROOT / "core" / name).rglob("*.py")]
    used: set[str] = set()
    for path in (path for path in sources if "training" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                used.add(str(node.module).partition(".")[0])
    installed = importlib.metadata.packages_distributions()
    libraries = {name.lower() for module in used for name in installed.get(module, [])}
    assert libraries - {"mapie"} <= set(versions()), "mapie chose thresholds that are stored"
    assert {"pillow", "pydicom", "pyprevent"} <= libraries


def test_importing_the_engine_loads_no_optional_library():
    script = (
        "import sys, core.scale, core.scale.cluster, core.scale.study\n"
        "print({'dask', 'distributed', 'optuna'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
