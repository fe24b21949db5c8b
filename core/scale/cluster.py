"""A Dask cluster that somebody runs: its scheduler is asked, its workers do the jobs."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from core.errors import InputError, SuiteError
from core.scale.versions import require_same, versions
from core.scale.workers import attempt, checked

CONNECT_SECONDS = 15
WITHOUT_WORKERS_SECONDS = 60.0
"""How long a cluster may have no worker before its jobs are given up."""
LOOK_SECONDS = 1.0
COUNT_SECONDS = 5.0
RETRIES = 2
MEND_START = "Start it from the suite's folder, with PYTHONPATH=. before the command."

_ADDRESS = re.compile(r"(tcp|tls)://[^\s/:@]+:\d{1,5}|(tcp|tls)://\[[0-9A-Fa-f:]+\]:\d{1,5}")


class Cluster:
    """The workers of one scheduler, found to compute with the same versions as this process.

    Dask gives the jobs of a worker that dies to another.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``"tcp://10.0.0.5:8786"``.

    Raises
    ------
    InputError
        If that is no address.
    SuiteError
        If Dask is not installed, nobody answers, there is no worker, or a worker would compute
        with something else.
    """

    def __init__(self, address: str) -> None:
        self._client = connect(address)
        self._address = address
        self._labels: dict[Any, str] = {}
        self._seen = self._counted = time.monotonic()
        try:
            self._require_loading_scheduler()
            self._require_workers()
            self.size = self._count()
        except BaseException:
            self._client.close()
            raise

    @property
    def room(self) -> int:
        """How many jobs may be taken at once, so that no worker waits for its next."""
        return 2 * self.size

    @property
    def busy(self) -> int:
        """Jobs taken whose results were not handed back."""
        return len(self._labels)

    def start(self, label: str, fn: Callable[..., Any], *args: Any) -> None:
        """Take a job."""
        with self._connected():
            future = self._client.submit(
                attempt,
                label,
                versions(),
                fn,
                args,
                key=f"suite-{uuid.uuid4().hex}",
                pure=False,
                retries=RETRIES,
            )
        self._labels[future] = label

    def done(self) -> list[Any]:
        """Wait for jobs to end, and return the results of those that have."""
        ended: list[Any] = []
        while not ended:
            with self._connected():
                try:
                    ended = self._ended()
                    self._note_workers()
                except TimeoutError:
                    self._require_some_worker()
        return [self._result(future) for future in ended]

    def __enter__(self) -> Cluster:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the cluster, which forgets the jobs that have not ended."""
        self._labels.clear()
        self._client.close()

    def _ended(self) -> list[Any]:
        wait, jobs = _dask().wait, list(self._labels)
        with self._client.as_current():
            return list(wait(jobs, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done)

    def _result(self, future: Any) -> Any:
        label = self._labels.pop(future)
        try:
            return checked(future.result())
        except (concurrent.futures.CancelledError, OSError) as error:  # the job raises neither
            raise self._lost() from error
        except SuiteError:
            raise
        except _dask().KilledWorker as error:
            raise SuiteError(
                f"{label} failed on the cluster: every worker that took it died, perhaps for lack "
                "of memory. What is finished is kept."
            ) from error
        except Exception as error:  # such as a job that a worker cannot load
            raise SuiteError(
                f"{label} failed on the cluster: {type(error).__name__}: {error}. "
                "What is finished is kept."
            ) from error

    def _require_loading_scheduler(self) -> None:
        """Refuse a scheduler that cannot read the jobs it passes on."""
        try:
            self._client.run_on_scheduler(versions)
        except Exception as error:  # Dask wraps what was raised there in kinds of its own
            raise SuiteError(
                f"The scheduler at {self._address} cannot load the suite ({error}). {MEND_START}"
            ) from error

    def _require_workers(self) -> None:
        """Wait for a worker, and refuse those that would compute with something else."""
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise SuiteError(
                f"The scheduler at {self._address} has no worker. Start one from the suite's "
                f"folder: PYTHONPATH=. dask worker {self._address} --nthreads 1"
            ) from None
        for worker, found in self._client.run(versions, on_error="return").items():
            if isinstance(found, BaseException):
                raise SuiteError(
                    f"The worker {worker} cannot load the suite ({found}). {MEND_START}"
                ) from found
            require_same(versions(), found, worker)

    def _count(self) -> int:
        """Return how many jobs the workers that are there now do at once."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _note_workers(self) -> None:
        """Keep up with workers that come and go."""
        self._seen = time.monotonic()
        if self._seen - self._counted > COUNT_SECONDS:
            self._counted = self._seen
            self.size = self._count()

    def _require_some_worker(self) -> None:
        if self._client.nthreads():
            self._seen = time.monotonic()
        if time.monotonic() - self._seen > WITHOUT_WORKERS_SECONDS:
            raise SuiteError(
                f"The scheduler at {self._address} has had no worker for "
                f"{WITHOUT_WORKERS_SECONDS:g} s. What is finished is kept; start workers and run "
                "this again."
            )

    @contextlib.contextmanager
    def _connected(self) -> Iterator[None]:
        """Say that the scheduler was lost; a client that has given up raises errors of any kind."""
        try:
            yield
        except SuiteError:
            raise
        except (concurrent.futures.CancelledError, OSError) as error:
            raise self._lost() from error
        except Exception as error:
            if self._client.status == "running":
                raise
            raise self._lost() from error

    def _lost(self) -> SuiteError:
        return SuiteError(
            f"The scheduler at {self._address} was lost. What is finished is kept; run this again "
            "once it is back, or without a scheduler."
        )


def connect(address: str) -> Any:
    """Return a client of a scheduler.

    Raises
    ------
    InputError
        If the address is none.
    SuiteError
        If Dask is not installed, or nobody answers.
    """
    if not _ADDRESS.fullmatch(address):
        raise InputError(
            f"scheduler: {address!r} is no address. Write tcp://host:8786 or tls://host:8786."
        )
    dask = _dask()
    # What goes wrong is said by the errors of this module; Dask would add tracebacks of its own.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        return dask.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # Dask raises many kinds: no answer, no certificate, no such host
        raise SuiteError(
            f"The scheduler at {address} cannot be reached ({type(error).__name__}: {error}). "
            "Check that it runs and that this machine may connect to it."
        ) from error


def _dask() -> Any:
    """Return the library; its types are not declared."""
    try:
        import distributed
    except ImportError as error:
        raise SuiteError(
            "Dask is not installed, and a cluster is reached through it. "
            "Run: python -m pip install -r requirements-server.txt"
        ) from error
    return distributed
