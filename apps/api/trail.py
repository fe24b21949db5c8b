"""What the API leaves in the audit log: nothing while auditing is off, else one entry an answer."""

from __future__ import annotations

import contextlib
import datetime
import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request

from apps.api.errors import Refusal
from apps.api.security import used_id
from core.audit import INFERENCE, record_inference
from core.audit.inference import Result
from core.errors import InputError
from core.runtime.settings import Settings

if TYPE_CHECKING:
    from core.audit.log import AuditLog


class Trail:
    """The audit log as the routes use it.

    Parameters
    ----------
    settings : Settings
        Where the log is and what may be kept.

    Attributes
    ----------
    mode : {"off", "hashes", "full"}
        What the log keeps of a patient.
    """

    def __init__(self, settings: Settings) -> None:
        self.mode = settings.audit_mode
        self._settings = settings
        self._log = None if settings.audit_mode == "off" else self.stored

    @property
    def is_on(self) -> bool:
        """Whether answers are recorded."""
        return self._log is not None

    @functools.cached_property
    def stored(self) -> AuditLog:
        """The log, whether auditing is on now or was earlier."""
        from core.audit.log import AuditLog

        return AuditLog(self._settings.audit_url)

    def log(self) -> AuditLog:
        """Return the log that is being written.

        Raises
        ------
        Refusal
            409 if auditing is off.
        """
        if self._log is None:
            raise Refusal(
                409,
                "request_id",
                "Auditing is off, so no estimate is on record.",
                "Start the service with SUITE_AUDIT_MODE=full or hashes.",
                rule="audit-off",
            )
        return self._log

    def estimate(self, request: Request, values: Mapping[str, float], result: Result) -> None:
        """Record an estimate before it is given.

        Parameters
        ----------
        request : Request
            The question; its id stands for the answer.
        values : mapping
            The validated record.
        result : Result
            The answer.

        Raises
        ------
        Refusal
            409 if the request's id already stands for another estimate.
        """
        if self._log is None:
            return
        with self._once(INFERENCE, request):
            record_inference(
                self._log,
                self._settings,
                request_id=request.state.request_id,
                at=now(),
                patient=values,
                result=result,
            )

    def event(self, name: str, request: Request, payload: Mapping[str, object]) -> None:
        """Record another answer: hashes and figures, never input values.

        Raises
        ------
        Refusal
            409 if the request's id already stands for another event of this kind.
        """
        if self._log is None:
            return
        with self._once(name, request):
            self._log.append(name, payload, request_id=request.state.request_id, at=now())

    @contextlib.contextmanager
    def _once(self, event: str, request: Request) -> Iterator[None]:
        self._require_new(event, request)
        try:
            yield
        except InputError:
            self._require_new(event, request)  # another process was quicker
            raise

    def _require_new(self, event: str, request: Request) -> None:
        request_id: str = request.state.request_id
        if self._log and any(self._log.entries(event=event, request_id=request_id)):
            raise used_id(request_id)


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat()
