"""What the parts of the tests are made by; a module of its own, since workers import it."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import InputError, SuiteError

DEADLINE = 60.0


def squares(path: Path, first: int, count: int) -> Mapping[str, Any]:
    """Write some square numbers, and report their sum."""
    values = [n * n for n in range(first, first + count)]
    path.write_text("".join(f"{value}\n" for value in values))
    return {"sum": sum(values), "span": (first, count)}


def squares_or_error(path: Path, first: int, count: int) -> Mapping[str, Any]:
    """Fail at the tenth number, half of the file written."""
    path.write_text("half")
    if first == 10:
        raise ZeroDivisionError("ten is too much")
    return squares(path, first, count)


def refuses(path: Path, kind: str) -> Mapping[str, Any]:
    """Raise an error of the wanted kind."""
    path.write_text("half")
    if kind == "input":
        raise InputError("age: 300 is too high. Give 1 to 120.")
    if kind == "suite":
        raise SuiteError("The model is missing.")
    if kind == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    raise ValueError("no number")


def writes_nothing(path: Path) -> Mapping[str, Any]:
    """Forget the file."""
    return {}


def bad_summary(path: Path) -> Mapping[str, Any]:
    """Report what JSON cannot hold."""
    path.write_text("x")
    return {"value": float("nan")}


def dies_once(path: Path, first: int, count: int, folder: Path) -> Mapping[str, Any]:
    """End the process at the tenth number, the first time."""
    mark = folder / "died"
    if first == 10 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(path, first, count)


def dies(path: Path) -> Mapping[str, Any]:
    """End the process."""
    path.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def waits(path: Path, first: int, count: int, folder: Path) -> Mapping[str, Any]:
    """Say who works at the tenth number, and go on when told."""
    if first == 10:
        path.write_text("half")
        own = folder / f"{os.getpid()}.working"
        own.touch()
        until(lambda: (folder / "go").exists())
    return squares(path, first, count)


def pid(path: Path) -> Mapping[str, Any]:
    """Report the process."""
    path.write_text("x")
    return {"pid": os.getpid()}


def until(holds: Any) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the condition did not come to hold")
        time.sleep(0.01)


def bowl(trial: Any, low: float, *_: Any) -> float:
    """Lowest at a point."""
    return float((trial.suggest_float("x", -10.0, 10.0) - low) ** 2)


def bowl_by(trial: Any, low: float, folder: Path) -> float:
    """Say which process works, and wait for a second one."""
    (folder / f"{os.getpid()}.worked").touch()
    until(lambda: len(list(folder.glob("*.worked"))) > 1)
    return bowl(trial, low)


def bowl_deadly(trial: Any, low: float, folder: Path) -> float:
    """End the process at the fourth trial, the first time."""
    value = bowl(trial, low)
    mark = folder / "died"
    if trial.number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def bowl_waits(trial: Any, low: float, folder: Path) -> float:
    """Say who works at the third trial, and go on when told."""
    value = bowl(trial, low)
    if trial.number == 2:
        unfinished = folder / "working.new"
        unfinished.write_text(str(os.getpid()))
        unfinished.replace(folder / "working")
        until(lambda: (folder / "go").exists())
    return value


def bowl_fails(trial: Any, low: float) -> float:
    """Fail."""
    raise ZeroDivisionError("no bowl")


def bowl_nan(trial: Any, low: float) -> float:
    """Have no value."""
    return float("nan")
