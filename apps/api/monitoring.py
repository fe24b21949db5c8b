"""Joining what the core says about logged patients and fed-back outcomes into one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.cardiosense import data
from core.cardiosense.model import RiskModel, models
from core.cardiosense.monitor import drift, logged_frame
from core.cardiosense.outcomes import Baseline, performance
from core.errors import NotEnoughDataError

if TYPE_CHECKING:
    from core.audit.log import AuditLog


def monitor(log: AuditLog, window: int) -> dict[str, Any]:
    """Return drift of the latest patients and performance of both champions, as plain data.

    Parameters
    ----------
    log : AuditLog
        The log that is being written.
    window : int
        How many of the latest patients to compare with the training patients.

    Raises
    ------
    SuiteError
        If the log does not verify.
    """
    frame = logged_frame(log)
    notes, shifted = [], None
    try:
        shifted = drift(data.site("cleveland").values, frame.tail(window)).to_dict()
    except NotEnoughDataError as error:
        notes.append(error.message)
    loaded = models()
    figures = {
        model.name: performance(log, baseline).to_dict()
        for model in (loaded.champion_13, loaded.champion_10)
        if (baseline := _baseline(model)) is not None
    }
    if not figures:
        notes.append("The model card states no sensitivity and specificity to compare with.")
    return {
        "patients": len(frame),
        "without_input": frame.attrs["without_input"],
        "repeated": frame.attrs["repeated"],
        "drift": shifted,
        "performance": figures,
        "notes": notes,
    }


def _baseline(model: RiskModel) -> Baseline | None:
    nested = models().card.get("nested")
    if nested is None:
        return None
    metrics = nested["models"][model.name]["metrics"]
    return Baseline(
        model.tag, metrics["sensitivity"]["estimate"], metrics["specificity"]["estimate"]
    )
