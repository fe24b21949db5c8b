"""What the audit log keeps of a reading, where the owner of the machine switched it on."""

from __future__ import annotations

from core.respiratory import Reading
from pages._shared import trail


def reading(found: Reading) -> None:
    """Record a reading once for each session, file and network, as the REST routes do."""
    trail.event(
        "films",
        f"{found.sha256}.{found.model}",
        {"model": found.model, "artifact": found.artifact, "films": [found.to_log()]},
    )
