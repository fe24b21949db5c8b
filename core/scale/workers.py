"""Who does the work: this process, worker processes of this machine, or a cluster."""

from __future__ import annotations

import concurrent.futures
import errno
import os
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from core.errors import InputError, SuiteError
from core.runtime.jobs import JobPool
from core.scale.versions import Versions, require_same, versions

PATIENCE = 6 * 3600.0
"""Seconds that one job may take in a worker process."""


class Crew(Protocol):
    """Takes jobs and hands back results, in the order in which they end."""

    @property
    def size(self) -> int:
        """How many jobs are done at once."""

    @property
    def room(self) -> int:
        """How many jobs may be taken at once, so that no worker waits for its next."""

    @property
    def busy(self) -> int:
        """Jobs taken whose results were not handed back."""

    def start(self, label: str, fn: Callable[..., Any], *args: Any) -> None:
        """Take a job; the label, such as ``"Part 0007"``, begins messages about it."""

    def done(self) -> list[Any]:
        """Wait until at least one job has ended, and return the results of those that have.

        Raises
        ------
        SuiteError
            If a job failed; the text says which and why.
        """

    def __enter__(self) -> Crew:
        """Return itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the workers; jobs that have not ended are given up."""


def crew(workers: int, scheduler: str | None) -> Crew:
    """Return who works: the cluster of a scheduler, worker processes, or this process (0).

    Raises
    ------
    InputError
        If the number is negative.
    """
    if scheduler is not None:
        from core.scale.cluster import Cluster

        return Cluster(scheduler)
    if workers < 0:
        raise InputError(f"workers: {workers} is no number of processes. Give 0 or more.")
    return Processes(workers) if workers else InProcess()


def attempt(
    label: str, expected: Versions | None, fn: Callable[..., Any], args: tuple[Any, ...]
) -> Any:
    """Do a job and return its result, or the error to raise where the results are gathered.

    Where versions are expected, a process that computes with others refuses the job: a worker may
    have joined after the workers were compared. Processes of this machine start from the same files
    as their parent and expect none.

    An error travels as a value: what is raised in a worker stands for the worker's own death, and
    only that is tried again.
    """
    try:
        if expected is not None:
            require_same(expected, versions(), f"{socket.gethostname()}, process {os.getpid()}")
        return fn(*args)
    except SuiteError as error:
        return error
    except OSError as error:
        return SuiteError(disk_sentence(error, label))
    except Exception as error:  # whatever the function raises must reach the user as a sentence
        failed = SuiteError(f"{label} failed: {type(error).__name__}: {error}.")
        failed.__cause__ = error  # for whoever debugs; it does not travel between processes
        return failed


def disk_sentence(error: OSError, label: str) -> str:
    """Return what is wrong with the disk, and the mend."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        mend = "The disk is full. Free some space and run this again; what is finished is kept."
    elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        mend = "Make the folder writable or choose another."
    else:
        mend = "Check the disk and run this again; what is finished is kept."
    return f"{label}: a file cannot be read or written: {error.strerror or error}{place}. {mend}"


def checked(result: Any) -> Any:
    """Return a result of :func:`attempt`, or raise the error that it is."""
    if isinstance(result, SuiteError):
        raise result
    return result


class InProcess:
    """Does each job at once, in this process."""

    size = room = 1

    def __init__(self) -> None:
        self._ended: list[Any] = []

    @property
    def busy(self) -> int:
        """Jobs taken whose results were not handed back."""
        return len(self._ended)

    def start(self, label: str, fn: Callable[..., Any], *args: Any) -> None:
        """Do a job."""
        self._ended.append(checked(attempt(label, None, fn, args)))

    def done(self) -> list[Any]:
        """Return the results of the jobs done since the last call."""
        ended, self._ended = self._ended, []
        return ended

    def __enter__(self) -> InProcess:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to end."""


class Processes:
    """Worker processes of this machine; one that dies is replaced and its job done once more.

    Parameters
    ----------
    size : int
        Number of processes.
    """

    def __init__(self, size: int) -> None:
        self.size, self.room = size, 2 * size
        self._pool, self._threads = JobPool(size), concurrent.futures.ThreadPoolExecutor(size)
        self._given_up = threading.Event()
        self._taken: set[concurrent.futures.Future[Any]] = set()

    @property
    def busy(self) -> int:
        """Jobs taken whose results were not handed back."""
        return len(self._taken)

    def start(self, label: str, fn: Callable[..., Any], *args: Any) -> None:
        """Take a job."""
        self._taken.add(self._threads.submit(self._attempt, label, fn, args))

    def done(self) -> list[Any]:
        """Wait for jobs to end, and return the results of those that have."""
        first = concurrent.futures.FIRST_COMPLETED
        ended, self._taken = concurrent.futures.wait(self._taken, return_when=first)
        return [checked(future.result()) for future in ended]

    def __enter__(self) -> Processes:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes; jobs that have not ended are given up."""
        self._given_up.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        running = {future for future in self._taken if not future.done()}
        self._pool.shutdown()
        while running:  # a job handed over at this very moment has started a new worker
            running = concurrent.futures.wait(running, timeout=0.2).not_done
            self._pool.shutdown()
        self._threads.shutdown()

    def _attempt(self, label: str, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        for last in (False, True):
            try:
                return self._pool.run(attempt, label, None, fn, args, timeout=PATIENCE)
            except SuiteError as error:
                if last or self._given_up.is_set():
                    return SuiteError(f"{label} failed twice. {error.message}")
            except Exception as error:  # such as arguments that cannot be pickled
                return SuiteError(f"{label} failed: {type(error).__name__}: {error}.")
        raise AssertionError("the second attempt returns")
