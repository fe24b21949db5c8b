"""Logging one estimate, as far as the owner of the machine permits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from core.audit.chain import Entry
from core.runtime.settings import Settings

if TYPE_CHECKING:
    from core.audit.log import AuditLog

INFERENCE = "inference"

OUTPUT_KEYS = (
    "p", "low", "high", "level", "decision",
    "prediction_set", "challenger_p",  # CardioSense
    "threshold", "ood_p", "flagged", "forest_p",  # breast cancer
)  # fmt: skip
"""What ``hashes`` mode keeps of a result: figures and labels, no text that may quote an input."""


class Result(Protocol):
    """What a result must offer to be logged."""

    @property
    def model(self) -> str:
        """Name, version and hash of the model."""

    @property
    def input_hash(self) -> str:
        """SHA-256 of the canonical input."""

    def to_dict(self) -> dict[str, object]:
        """Return the result as JSON-safe data."""


def record_inference(
    log: AuditLog | None,
    settings: Settings,
    *,
    request_id: str,
    at: str,
    patient: Mapping[str, float],
    result: Result,
) -> Entry | None:
    """Log one estimate as far as the settings permit.

    A patient's hash is a pseudonym, not anonymity: somebody with enough time can try out all
    plausible records. Treat the log as patient data in ``hashes`` mode too.

    Parameters
    ----------
    log : AuditLog or None
        Where to write; may be ``None`` only when auditing is off.
    settings : Settings
        ``audit_mode`` decides: ``off`` writes nothing; ``hashes`` keeps input hash, model and the
        ``OUTPUT_KEYS`` of the result; ``full`` keeps the input values and the whole result too.
    request_id, at : str
        As in :meth:`core.audit.log.AuditLog.append`.
    patient : mapping
        The validated input values, NaN where missing.
    result : Result
        What the model answered.

    Returns
    -------
    Entry or None
        ``None`` when auditing is off.

    Raises
    ------
    InputError, SuiteError
        As for :meth:`core.audit.log.AuditLog.append`; the answer must then not be given either.
    """
    if settings.audit_mode == "off":
        return None
    if log is None:
        message = f"audit mode {settings.audit_mode!r} needs a log"
        raise ValueError(message)
    output = result.to_dict()
    payload: dict[str, object] = {
        "mode": settings.audit_mode,
        "model": result.model,
        "input_hash": result.input_hash,
    }
    if settings.audit_mode == "full":
        payload |= {"input": dict(patient), "output": output}
    else:
        payload["output"] = {key: output[key] for key in OUTPUT_KEYS if key in output}
    return log.append(INFERENCE, payload, request_id=request_id, at=at)
