"""What a server does before its first request: read the models and run each path once."""

from __future__ import annotations

import datetime
import gc
import logging
import time
from collections.abc import Callable, Mapping

import numpy as np

from apps.process import PROCESS
from core import (
    apple_sales,
    breast_cancer,
    cardiosense,
    foundations,
    guardian,
    respiratory,
    saliency,
    trust,
)
from core.errors import SuiteError
from core.runtime.logs import configure
from core.runtime.settings import settings
from core.viz import interval_bar
from pages._shared import models

logger = logging.getLogger(__name__)

FEATURE = "mean_radius"


def warm() -> None:
    """Load and exercise every model, so that the first visitor waits for nothing.

    A system whose files are refused is noted in ``PROCESS`` and the others are served: one altered
    file must not take the whole suite away.

    What was loaded is then taken out of the garbage collector's sight: every full collection would
    walk all modules and models (see docs/performance.md).
    """
    started = time.monotonic()
    configure(settings().log_level)
    PROCESS.systems = {name: _said(name, exercise) for name, exercise in SYSTEMS.items()}
    interval_bar(0.5, 0.4, 0.6)
    gc.collect()
    gc.freeze()
    PROCESS.warm_seconds = time.monotonic() - started
    logger.info("warm after %.1f s", PROCESS.warm_seconds)


def _said(name: str, exercise: Callable[[], None]) -> str:
    """Return why a system cannot answer; nothing if it can."""
    try:
        exercise()
    except SuiteError as error:
        logger.error("%s cannot answer: %s", name, error.message)
        return error.message
    except Exception:
        logger.exception("%s cannot answer", name)
        return f"{name} could not be started; the log of the start says why."
    return ""


def _cardiosense() -> None:
    for preset in cardiosense.diagnostic_presets():
        cardiosense.score_patient(preset.values)
    patient = cardiosense.diagnostic_presets()[0].values
    cardiosense.explain(patient, lime=False)
    cardiosense.least_effort_path(patient, target=0.2)
    cardiosense.global_view()
    cardiosense.reliability_bins()
    cardiosense.patient_report(patient, issued=datetime.date.min)


def _breast_cancer() -> None:
    for preset in breast_cancer.case_presets():
        breast_cancer.score_case(preset.values)
    case = breast_cancer.case_presets()[0].values
    breast_cancer.explain(case, lime=False)
    breast_cancer.sensitivity_curve(case, FEATURE)
    breast_cancer.case_mix(case)
    breast_cancer.case_map(case)
    breast_cancer.drift(breast_cancer.example_batch("clean"))
    breast_cancer.at_threshold(breast_cancer.default_threshold())


def _saliency() -> None:
    film = saliency.scene(0, "decoy")
    for network in (saliency.phantom("cnn-decoy-0"), saliency.shipped("cnn")):
        blank = np.zeros((network.size, network.size), dtype=np.float32)
        saliency.attribute(network, blank, "gradcam++")
    saliency.explain(saliency.phantom_subject(film, saliency.phantom("cnn-decoy-0")), "gradcam++")
    saliency.metric_validity()
    saliency.stored_paradox()


def _respiratory() -> None:
    # The networks stay on disk until the first film: opening them takes a second and 360 MB.
    respiratory.headline()
    respiratory.shortcut_audit()


def _trust() -> None:
    trust.judge(models.held_out()[0].predictions())


def _guardian() -> None:
    guardian.review({"meds": ["warfarin 5 mg daily", "ibuprofen 400 mg tid"]})


def _apple_sales() -> None:
    apple_sales.plan(apple_sales.default_problem(), checks=False)
    apple_sales.facts()


def _foundations() -> None:
    foundations.verify(ids=[topic.statements[0].id for topic in foundations.topics()])


SYSTEMS: Mapping[str, Callable[[], None]] = {
    "cardiosense": _cardiosense,
    "breast_cancer": _breast_cancer,
    "respiratory": _respiratory,
    "saliency": _saliency,
    "trust": _trust,
    "guardian": _guardian,
    "apple_sales": _apple_sales,
    "foundations": _foundations,
}
"""What is read and run before the first request, by system."""
