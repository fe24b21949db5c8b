"""Faults of disks and of processes that write files: killed in mid-write, full disk, read-only."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fault_lib import (
    FILLER,
    Outcome,
    cli,
    ended,
    fill,
    is_sentence,
    killed,
    read_only,
    small_disk,
    wait_for,
)

Run = Callable[[tuple[str, ...]], tuple[int, str, str]]
"""Runs a command line; gives its status and what it printed on both outputs."""

BYTES = {".csv": (0, 1, 100_000, 1_000_000), ".parquet": (0, 1)}
"""How much of a result is written when the process is killed."""

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
        out.write_bytes(earlier)
        running = cli("breast-cancer", "score", str(source), str(out))
        _wait_for_bytes(running, folder, BYTES[suffix][seed % len(BYTES[suffix])])
        if running.poll() is not None:
            found.lost.append("the process ended before it was killed: the table is too small")
            continue
        killed(running)
        found.tries += 1
        found.require(out.read_bytes() == earlier, "half a result stands under the final name")
    wholes = [_scored(found, source, out, again) for _ in range(2)]
    found.require(wholes[0] == wholes[1] != earlier, "the next run gives something else")
    found.require(not _unfinished(folder), f"left behind: {_unfinished(folder)}")
    return found


def _wait_for_bytes(running: subprocess.Popen[str], folder: Path, least: int) -> None:
    """Wait until a process has written so many bytes beside the result, or has ended."""
    wait_for(lambda: _unfinished(folder) or running.poll() is not None, "nothing is begun")
    wait_for(lambda: _size(folder) >= least or running.poll() is not None, "nothing is written")


def _scored(found: Outcome, source: Path, out: Path, again: Run) -> bytes:
    status, _, said = again(("breast-cancer", "score", str(source), str(out)))
    found.require(status == 0, f"the next run ended with {status}: {said}")
    return out.read_bytes()


def _unfinished(folder: Path) -> list[str]:
    """Return what lies in a folder beside the input and the finished result."""
    return [p.name for p in folder.iterdir() if p.name not in {"in.csv", "out.csv", "out.parquet"}]


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.name not in {"in.csv", "out.csv"} else 0
        except FileNotFoundError:
            continue
    return total


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


@contextmanager
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


@contextmanager
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
    out = folder / "bench"
    arguments = ("saliency", "benchmark", "--profile", "quick", "--out", str(out), "--workers", "1")
    finished: set[str] = set()
    for _ in range(times):
        running = cli(*arguments)
        _wait_for_unit(running, out)
        killed(running)
        found.tries += 1
        units = _units(out)
        found.require(finished <= set(units), "a finished unit is gone")
        for path in units.values():
            json.loads(path.read_text(encoding="utf-8"))
        finished = set(units)
    stamps = {name: path.stat().st_mtime_ns for name, path in _units(out).items()}
    status, _, said = ended(cli(*arguments))
    found.require(status == 0, f"the run that goes on ended with {status}: {said}")
    again = _units(out)
    found.require(
        all(again[name].stat().st_mtime_ns == at for name, at in stamps.items() if name in again),
        "a finished unit was measured again",
    )
    found.notes["units_kept"] = len(stamps)
    return found


def _wait_for_unit(running: subprocess.Popen[str], out: Path) -> None:
    before = len(_units(out))
    wait_for(lambda: len(_units(out)) > before or running.poll() is not None, "no unit is finished")


def _units(out: Path) -> dict[str, Path]:
    return {path.name: path for path in (out / "units").rglob("*.json")} if out.is_dir() else {}
