"""What every fault needs: real processes to harm, small disks, and a record of what was lost."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEADLINE_S = 300.0
STEP_S = 0.005
FILLER = "filler.bin"


@dataclasses.dataclass
class Outcome:
    """What became of the system under one kind of fault.

    Attributes
    ----------
    fault : str
        What was done to it.
    kept : str
        What "nothing lost" means here.
    tries : int
        How often it was done.
    lost : list of str
        What was lost or went wrong; empty if nothing did.
    notes : dict
        Figures worth knowing.
    """

    fault: str
    kept: str
    tries: int = 0
    lost: list[str] = dataclasses.field(default_factory=list)
    notes: dict[str, object] = dataclasses.field(default_factory=dict)

    def require(self, holds: object, otherwise: str) -> None:
        """Note what was lost unless a property holds."""
        if not holds:
            self.lost.append(otherwise)


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a child: this one's without the suite's settings, and these."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SUITE_")}
    return {**inherited, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **settings}


def cli(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    return python("-m", "apps.cli", *arguments, **settings)


def python(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Start an interpreter in the suite's folder."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a process and return its status and what it printed."""
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


def killed(process: subprocess.Popen[str]) -> None:
    """End a process as a power cut does: at once, with no chance to tidy up."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def halted(process: subprocess.Popen[str]) -> bool:
    """Stop a process where it stands; returns whether it had not ended before."""
    if process.poll() is not None:
        return False
    os.kill(process.pid, signal.SIGSTOP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    return os.WIFSTOPPED(status)


def wait_for(happened: Callable[[], object], what: str, seconds: float = DEADLINE_S) -> None:
    """Wait until a condition holds.

    Raises
    ------
    TimeoutError
        If it does not in time.
    """
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(STEP_S)


def is_sentence(text: str) -> bool:
    """Whether what a process said on its error output is for people."""
    return bool(text.strip()) and "Traceback" not in text and text.strip().endswith(".")


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """Mount a disk of so many megabytes over a folder; needs the rights of root."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={int(megabytes * 1024)}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte and return the file that does."""
    filler = disk / FILLER
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            continue
    return filler


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Make a folder a disk that cannot be written; needs the rights of root."""
    for options in (["--bind", str(folder), str(folder)], ["-o", "remount,ro,bind", str(folder)]):
        subprocess.run(["mount", *options], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def may_mount() -> bool:
    """Whether this process may mount disks, which full and read-only ones are made of."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def handles(pid: int) -> int:
    """Return the number of open files and sockets of a process."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def threads(pid: int) -> int:
    """Return the number of threads of a process."""
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for path in found for one in path.read_text().split()]
