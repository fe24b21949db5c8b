"""Heavy jobs in worker processes, so that one session's work does not stall all the others.

Workers are started at the first job, hold no patient's data between jobs, and are replaced when a
job overruns its time or takes its worker down.
"""

from __future__ import annotations

import concurrent.futures
import functools
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, TypeVar

from core.errors import SuiteError
from core.runtime.settings import settings
from core.runtime.threads import THREAD_VARIABLES

T = TypeVar("T")

PROCESS_NAME = "suite-job"


class JobPool:
    """Up to ``workers`` worker processes, each doing one job at a time.

    Parameters
    ----------
    workers : int
        Number of processes; further jobs wait for a free one.
    """

    def __init__(self, workers: int) -> None:
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._waiting = 0
        self._workers = [_Worker() for _ in range(workers)]
        for worker in self._workers:
            self._idle.put(worker)

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return len(self._workers) - self._idle.qsize()

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return self._waiting

    def run(self, fn: Callable[..., T], *args: Any, timeout: float) -> T:
        """Run ``fn(*args)`` in a worker process and return its result.

        Parameters
        ----------
        fn : callable
            A function at module level in ``core``; it, its arguments and its result are pickled.
        *args
            Its positional arguments.
        timeout : float
            Seconds to wait for a free worker, and again for the job.

        Raises
        ------
        SuiteError
            If no worker became free, or the job ran too long or took its worker down.
        Exception
            Whatever ``fn`` raises.
        """
        self._waiting += 1
        try:
            worker = self._idle.get(timeout=timeout)
        except queue.Empty:
            raise SuiteError(
                f"Other calculations kept the machine busy for {timeout:g} s. Try again later."
            ) from None
        finally:
            self._waiting -= 1
        try:
            return worker.run(fn, args, timeout)
        finally:
            self._idle.put(worker)

    def shutdown(self) -> None:
        """End all workers, whatever they are doing; a later job would start new ones."""
        for worker in self._workers:
            worker.stop()


class _Worker:
    """One process and the executor that feeds it, started at the first job."""

    def __init__(self) -> None:
        self._context = _Context()
        self._executor: concurrent.futures.ProcessPoolExecutor | None = None

    def run(self, fn: Callable[..., T], args: tuple[Any, ...], timeout: float) -> T:
        future = self._submit(fn, args)
        try:
            return future.result(timeout)
        except BrokenProcessPool:
            self.stop()
            raise SuiteError(
                "The calculation ended its worker process, perhaps for lack of memory. "
                "Try again with less data."
            ) from None
        except concurrent.futures.TimeoutError:
            if future.done():  # it ended this very moment, or raised a TimeoutError itself
                return future.result()
            self.stop()
            raise SuiteError(
                f"The calculation took longer than {timeout:g} s and was stopped. "
                "Try again with less data or when the machine is less busy."
            ) from None
        except BaseException:
            if not future.done():
                self.stop()
            raise

    def stop(self) -> None:
        executor, self._executor = self._executor, None
        self._context.kill()
        if executor is not None:
            executor.shutdown(cancel_futures=True)

    def _submit(self, fn: Callable[..., T], args: tuple[Any, ...]) -> concurrent.futures.Future[T]:
        try:
            return self._start().submit(fn, *args)
        except BrokenProcessPool:  # the worker ended while it was idle
            self.stop()
            return self._start().submit(fn, *args)

    def _start(self) -> concurrent.futures.ProcessPoolExecutor:
        if self._executor is None:
            self._executor = concurrent.futures.ProcessPoolExecutor(
                1, mp_context=self._context, initializer=_prepare_worker
            )
        return self._executor


class _Context(SpawnContext):
    """The spawn context, with processes that this module knows and can end."""

    def __init__(self) -> None:
        super().__init__()
        self._started: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        process = SpawnProcess(*args, **{**kwargs, "name": PROCESS_NAME})
        self._started.append(process)
        return process

    def kill(self) -> None:
        for process in self._started:
            if process.is_alive():
                process.kill()
        self._started.clear()


@functools.cache
def pool() -> JobPool:
    """Return the pool of this process, sized by the settings."""
    return JobPool(settings().job_workers)


def run(fn: Callable[..., T], *args: Any, timeout: float) -> T:
    """Run a job in the pool of this process; see :meth:`JobPool.run`."""
    return pool().run(fn, *args, timeout=timeout)


def _prepare_worker() -> None:
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the parent, which ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


_preparation_data = spawn.get_preparation_data


def _without_main(name: str) -> dict[str, Any]:
    """Return what a spawned process is told about its parent, for ours without the main module.

    A spawned process imports the parent's main module under another name. While Streamlit runs a
    session that module is the page script, which would run a second time inside the worker.
    """
    data: dict[str, Any] = _preparation_data(name)
    if name == PROCESS_NAME:
        data.pop("init_main_from_name", None)
        data.pop("init_main_from_path", None)
    return data


spawn.get_preparation_data = _without_main
