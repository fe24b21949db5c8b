"""Faults of disks and of processes that write files: killed in mid-write, full disk, read-only."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fault_lib import (
    FILLER,
    Outcome,
    cli,
    ended,
    fill,
    halted,
    is_sentence,
    killed,
    python,
    read_only,
    small_disk,
    wait_for,
)
from core.saliency.benchmark.run import PARTS, SUFFIX
from core.saliency.benchmark.table import NAME
from core.scale.parts import RECEIPT

Run = Callable[[tuple[str, ...]], tuple[int, str, str]]
"""Runs a command line; gives its status and what it printed on both outputs."""

BYTES = {".csv": (0, 1, 100_000, 1_000_000), ".parquet": (0, 1)}
"""How much of a result is written when the process is killed."""

MISSES = 5
"""How often a process may be through before it is caught in mid-write."""

KEPT_RESULT = "the earlier result stays whole, or there is none; the next run gives the same bytes"


def cases(rows: int) -> bytes:
    """Return a table of so many cases for the breast-cancer system."""
    from core.breast_cancer import example_batch
    from core.breast_cancer.schema import FEATURES

    values = example_batch("clean")
    repeated = np.resize(values, (rows, values.shape[1]))
    frame = pd.DataFrame(repeated, columns=list(FEATURES.names))
    out = io.StringIO()
    frame.to_csv(out, index=False)
    return out.getvalue().encode()


def process(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Run a command line in a process of its own."""
    return ended(cli(*arguments))


def kill_scoring(folder: Path, suffix: str, times: int, rows: int, again: Run = process) -> Outcome:
    """Kill the scoring of a table while its result is being written, and score it again."""
    found = Outcome(f"kill -9 of `breast-cancer score` writing OUT{suffix}", KEPT_RESULT)
    source, out = folder / "in.csv", folder / f"out{suffix}"
    source.write_bytes(cases(rows))
    earlier = b"the result of an earlier run\n"
    for seed in range(times):
        least = BYTES[suffix][seed % len(BYTES[suffix])]
        caught = False
        for _ in range(MISSES):
            out.write_bytes(earlier)
            if caught := _killed_in_mid_write(source, out, least):
                break
        found.require(caught, "the process ends before it is killed: the table is too small")
        found.tries += caught
        found.require(out.read_bytes() == earlier, "half a result stands under the final name")
    wholes = [_scored(found, source, out, again) for _ in range(2)]
    found.require(wholes[0] == wholes[1] != earlier, "the next run gives something else")
    found.require(not _unfinished(folder), f"left behind: {_unfinished(folder)}")
    return found


def _killed_in_mid_write(source: Path, out: Path, least: int) -> bool:
    """Kill a scoring that has written so many bytes beside the result; whether it was in time.

    It is halted first: else it might put its result in place between the look and the kill.
    """
    known = set(out.parent.rglob("*"))
    running = cli("breast-cancer", "score", str(source), str(out))
    wait_for(
        lambda: _begun(out.parent, known) >= least or running.poll() is not None,
        "nothing is written",
    )
    in_time = halted(running) and _begun(out.parent, known) >= least
    killed(running)
    return in_time


def _scored(found: Outcome, source: Path, out: Path, again: Run) -> bytes:
    status, _, said = again(("breast-cancer", "score", str(source), str(out)))
    found.require(status == 0, f"the next run ended with {status}: {said}")
    return out.read_bytes()


def _unfinished(folder: Path) -> list[str]:
    """Return what lies in a folder beside the input and the finished result."""
    return [p.name for p in folder.iterdir() if p.name not in {"in.csv", "out.csv", "out.parquet"}]


def _begun(folder: Path, known: set[Path]) -> int:
    """Return the bytes in files that are new in a folder; -1 while there is none."""
    total = -1
    for path in folder.rglob("*"):
        if path not in known and path.is_file():
            with contextlib.suppress(FileNotFoundError):
                total = max(total, 0) + path.stat().st_size
    return total


HARMED = """
import os, resource, runpy, signal, sys
step, half = sys.argv[1], int(sys.argv[2])
sys.argv[:] = ["apps.cli", *sys.argv[3:]]

def kill(event, given):
    if event == step and str(given[0]).endswith(".part"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
if step == "write":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (half, half))
runpy.run_module("apps.cli", run_name="__main__")
"""
"""A command line that dies at one step of writing. No look from outside meets a write that takes
microseconds; here the process kills itself before it opens or renames its file, and the kernel
kills it, as unprepared, where the file grows beyond so many bytes."""

HALF = 20_000
STEPS = ("open", "write", "os.rename")


def kill_report(folder: Path, again: Run = process) -> Outcome:
    """Kill the writing of a PDF before its first byte, in the middle and before it has its name."""
    from core.cardiosense import diagnostic_presets

    found = Outcome("kill -9 of `cardiosense report` at each step of writing OUT.pdf", KEPT_RESULT)
    record, out = folder / "patient.json", folder / "report" / "out.pdf"
    record.write_text(json.dumps(dict(diagnostic_presets()[0].values)), encoding="utf-8")
    out.parent.mkdir()
    run = ("cardiosense", "report", str(record), str(out), "--issued", "2024-01-01")
    earlier = b"%PDF of an earlier run\n"
    left, wholes = {}, set()
    for step in STEPS:
        out.write_bytes(earlier)
        status, _, said = ended(python("-B", "-c", HARMED, step, str(HALF), *run))
        found.tries += 1
        found.require(status < 0, f"{step}: it ended with {status}: {said}")
        found.require(out.read_bytes() == earlier, f"{step}: half a report has the final name")
        left[step] = [path.stat().st_size for path in out.parent.iterdir() if path != out]
        status, _, said = again(run)
        found.require(status == 0, f"{step}: the next run ended with {status}: {said}")
        found.require(list(out.parent.iterdir()) == [out], f"{step}: a part file stayed")
        wholes.add(out.read_bytes())
    whole = wholes.pop()
    found.require(not wholes, "two whole runs give different bytes")
    found.require(whole.rstrip().endswith(b"%%EOF"), "the next run gives no whole report")
    steps = {"open": [], "write": [HALF], "os.rename": [len(whole)]}
    found.require(left == steps, f"it died elsewhere: {left}")
    return found


OUTPUTS: dict[str, tuple[str, ...]] = {
    "cardiosense score": ("cardiosense", "score", "{patients}", "{out}/scored.csv"),
    "cardiosense score to Parquet": ("cardiosense", "score", "{patients}", "{out}/scored.parquet"),
    "cardiosense template": ("cardiosense", "template", "{out}/template.csv"),
    "breast-cancer score": ("breast-cancer", "score", "{cases}", "{out}/scored.csv"),
    "breast-cancer score to Parquet": ("breast-cancer", "score", "{cases}", "{out}/scored.parquet"),
    "respiratory report": ("respiratory", "report", "{film}", "{out}/report.pdf"),
    "apple-sales plan": ("apple-sales", "plan", "--pdf", "{out}/plan.pdf"),
    "saliency explain": ("saliency", "explain", "{film}", "--no-test", "--out", "{out}/maps"),
    "saliency benchmark": (
        "saliency",
        "benchmark",
        "--profile",
        "quick",
        "--out",
        "{out}/bench",
        "--workers",
        "1",
    ),
}
"""Command lines that write, with places for inputs and output."""


@contextlib.contextmanager
def inputs(folder: Path, rows: int) -> Iterator[dict[str, str]]:
    """Give the files that the command lines read."""
    from core.cardiosense import batch_template
    from core.respiratory import EXAMPLES, example

    folder.mkdir(parents=True, exist_ok=True)
    patients, table, film = folder / "patients.csv", folder / "cases.csv", folder / "film.jpg"
    head, *lines = batch_template().splitlines(keepends=True)
    patients.write_bytes(head + b"".join(lines) * (rows // len(lines)))
    table.write_bytes(cases(rows))
    film.write_bytes(example(next(one.key for one in EXAMPLES if one.refuse is not True))[1])
    yield {"patients": str(patients), "cases": str(table), "film": str(film)}


def full_disk(
    folder: Path, names: tuple[str, ...], run: Run = process, rows: int = 4000
) -> Outcome:
    """Let command lines write to a disk without a byte left."""
    found = Outcome(
        "a full disk under what the command line writes",
        "a sentence and exit status 2; no half file under the final name",
    )
    with inputs(folder / "inputs", rows) as given, filled_disk(folder / "full") as disk:
        return _on(disk, found, given, names, run)


@contextlib.contextmanager
def filled_disk(folder: Path) -> Iterator[Path]:
    """Give a disk without a byte left."""
    with small_disk(folder, 0.25) as disk:
        fill(disk)
        yield disk


def read_only_disk(
    folder: Path, names: tuple[str, ...], run: Run = process, rows: int = 4000
) -> Outcome:
    """Let command lines write to a disk that cannot be written."""
    found = Outcome(
        "a read-only disk under what the command line writes",
        "a sentence and exit status 2; nothing is changed",
    )
    (folder / "fixed").mkdir(parents=True, exist_ok=True)
    with inputs(folder / "inputs", rows) as given, read_only(folder / "fixed") as disk:
        return _on(disk, found, given, names, run)


def _on(
    out: Path, found: Outcome, given: Mapping[str, str], names: tuple[str, ...], run: Run
) -> Outcome:
    for name in names:
        arguments = tuple(part.format(out=out, **given) for part in OUTPUTS[name])
        status, printed, said = run(arguments)
        found.tries += 1
        found.require(status == 2, f"{name} ended with {status}: {said or printed}"[:600])
        found.require(is_sentence(said), f"{name} said {said!r}"[:600])
        left = [p for p in out.rglob("*") if p.is_file() and p.name != FILLER]
        whole = [path for path in left if path.suffix in {".csv", ".pdf", ".parquet"}]
        found.require(not whole, f"{name} left half a file: {whole}")
        found.require(not [p for p in left if p.suffix == ".part"], f"{name} left {left}")
        for path in left:
            path.unlink()
    return found


def kill_benchmark(folder: Path, times: int) -> Outcome:
    """Kill a saliency benchmark between its units, and go on."""
    found = Outcome(
        "kill -9 of `saliency benchmark`",
        "finished units stay and are not measured again; the table is that of a run left alone",
    )
    out, alone = folder / "bench", folder / "alone"
    arguments = ("saliency", "benchmark", "--profile", "quick", "--workers", "1", "--out")
    finished: dict[Path, int] = {}
    for _ in range(times):
        running = cli(*arguments, str(out))
        _wait_for_unit(running, out)
        if running.poll() is not None:
            found.lost.append("the process ended before it was killed: the benchmark is too small")
            continue
        killed(running)
        found.tries += 1
        _require_kept(found, finished, out)
        finished = _units(out)
    for folder_of_run in (out, alone):
        status, _, said = ended(cli(*arguments, str(folder_of_run)))
        found.require(status == 0, f"a run that was left alone ended with {status}: {said}")
    _require_kept(found, finished, out)
    tables = [(place / NAME).read_bytes() for place in (out, alone)]
    found.require(tables[0] == tables[1], "the table is another one")
    found.notes["units_kept"] = len(finished)
    return found


def _require_kept(found: Outcome, finished: Mapping[Path, int], out: Path) -> None:
    """Require of finished units that they are readable and that nothing wrote them anew."""
    now = _units(out)
    found.require(finished.keys() <= now.keys(), "a finished unit is gone")
    again = [path.name for path, at in finished.items() if now.get(path, at) != at]
    found.require(not again, f"finished units were measured again: {again}")
    for path in now:
        json.loads(path.read_text(encoding="utf-8"))


def _wait_for_unit(running: subprocess.Popen[str], out: Path) -> None:
    before = len(_units(out))
    wait_for(lambda: len(_units(out)) > before or running.poll() is not None, "no unit is finished")


def _units(out: Path) -> dict[Path, int]:
    """Return the finished units, those with a receipt, and when each was written."""
    receipts = (out / PARTS).rglob(f"*{RECEIPT}")
    units = (path.with_name(path.name.removesuffix(RECEIPT) + SUFFIX) for path in receipts)
    return {path: path.stat().st_mtime_ns for path in units}
