"""What a server does before its first request: read the models and run each path once."""

from __future__ import annotations

import datetime
import gc
import logging
import time

import numpy as np

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
from core.runtime.logs import configure
from core.runtime.settings import settings
from core.viz import interval_bar
from pages._shared import models

logger = logging.getLogger(__name__)

FEATURE = "mean_radius"


def warm() -> None:
    """Load and exercise every model, so that the first visitor waits for nothing.

    What was loaded is then taken out of the garbage collector's sight: Streamlit runs a full
    collection after every rerun, which would walk all modules and models each time (see
    docs/performance.md).
    """
    started = time.monotonic()
    configure(settings().log_level)
    _cardiosense()
    _breast_cancer()
    _respiratory()
    _saliency()
    _trust()
    _guardian()
    _apple_sales()
    _foundations()
    interval_bar(0.5, 0.4, 0.6)
    gc.collect()
    gc.freeze()
    logger.info("warm after %.1f s", time.monotonic() - started)


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
