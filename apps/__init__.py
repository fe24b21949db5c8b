"""The ways in: the suite's server, the REST API and the command line."""

from __future__ import annotations

from core.runtime.threads import limit_threads

limit_threads()
