"""What a solver can prove about its answer, as data that a reader can check."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any, Literal

Status = Literal["optimal", "infeasible", "already below"]


@dataclasses.dataclass(frozen=True, slots=True)
class Certificate:
    """Proof status of one search.

    Attributes
    ----------
    status : {"optimal", "infeasible", "already below"}
        ``"optimal"``: no cell of the grid with less effort is acceptable. ``"infeasible"``: no
        cell at all is. ``"already below"``: the starting point is acceptable.
    bound : float or None
        Proven lower bound of the effort; equals the effort when optimal, ``None`` when
        infeasible (no effort suffices).
    gap : float or None
        Effort found minus the bound; 0 when optimal, ``None`` when infeasible.
    nodes : int
        Cells (or, for a proof by best responses, single levels) that were evaluated.
    cells_total : int
        Cells of the full grid, before any were merged or discarded.
    method : str
        How the proof was obtained.
    model : str
        Name, version and hash of the risk model.
    input_hash : str
        SHA-256 of the canonical input; the same input always has the same hash.
    """

    status: Status
    bound: float | None
    gap: float | None
    nodes: int
    cells_total: int
    method: str
    model: str
    input_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the certificate as plain, JSON-safe data."""
        return dataclasses.asdict(self)


def canonical_hash(data: Any) -> str:
    """Return the SHA-256 of JSON-safe data, independent of the order of its keys.

    Raises
    ------
    ValueError
        If the data holds NaN or an infinity.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
