"""The audit trail with every entry counted once it is written."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter

from apps.api.trail import Trail
from core.runtime.settings import Settings

if TYPE_CHECKING:
    from core.audit import Entry
    from core.audit.log import AuditLog


class CountedTrail(Trail):
    """A trail that counts.

    Parameters
    ----------
    settings : Settings
        Where the log is and what may be kept.
    written : Counter
        Counts entries.
    """

    def __init__(self, settings: Settings, written: Counter) -> None:
        self._written = written
        super().__init__(settings)

    @functools.cached_property
    def stored(self) -> AuditLog:
        """The log, whether auditing is on now or was earlier."""
        from core.audit.log import AuditLog

        written = self._written

        class Counted(AuditLog):
            def append(self, *args: Any, **named: Any) -> Entry:
                entry = super().append(*args, **named)
                written.inc()
                return entry

        return Counted(self._settings.audit_url)
