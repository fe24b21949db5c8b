"""One thread a computation: a server has many visitors for few cores."""

from __future__ import annotations

import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limit_threads() -> None:
    """Let numerical libraries use one thread each, unless the environment says otherwise.

    Two computations that each start a thread a core wait for each other most of the time. OpenMP
    libraries read the environment when they are loaded, so this comes before they are; BLAS may be
    loaded already and is told directly.
    """
    from threadpoolctl import threadpool_limits

    if any(name in os.environ for name in THREAD_VARIABLES):
        return
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    threadpool_limits(1, user_api="blas")
