"""What the server does before its first request: read the models and run each path once."""

from __future__ import annotations

import logging
import time

from core import cardiosense
from core.runtime.logs import configure
from core.runtime.settings import settings

logger = logging.getLogger(__name__)


def warm() -> None:
    """Load and exercise every model, so that the first visitor waits for nothing."""
    started = time.monotonic()
    configure(settings().log_level)
    for preset in cardiosense.diagnostic_presets():
        cardiosense.score_patient(preset.values)
    patient = cardiosense.diagnostic_presets()[0].values
    cardiosense.explain(patient, lime=False)
    cardiosense.least_effort_path(patient, target=0.2)
    logger.info("warm after %.1f s", time.monotonic() - started)
