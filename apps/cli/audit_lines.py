"""What the audit log's verbs say to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.audit.status import Status

KIB = 1024


def status_lines(found: Status, retention_days: int) -> Iterable[str]:
    """Return the state of a log, line by line."""
    if found.revision is None:
        yield f"There is no log at {found.place} yet."
        return
    yield found.place
    behind = "" if found.revision == found.current else f"; this release writes {found.current}"
    yield f"Revision {found.revision}{behind}"
    yield f"Entries {found.entries}, from {found.first_at} to {found.last_at}"
    if found.redacted:
        yield f"Erased content: {found.redacted} of them"
    if found.purged:
        yield f"Purged: entries 1 to {found.purged}, the last time on {found.purged_at}"
    yield f"Size {found.size / KIB:,.0f} KiB"
    yield f"Kept for {retention_days} days" if retention_days else "Kept for good"
    yield f"Head {found.head}"
