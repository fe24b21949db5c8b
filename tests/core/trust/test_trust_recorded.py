"""Figures of two packages that do not install beside the suite, recorded once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.stats.decision_curve import decision_curve
from core.trust import audit

RECORDED = json.loads(
    (Path(__file__).parents[2] / "data" / "recorded_oracles.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", RECORDED["netcal"]["cases"], ids=lambda c: f"{c['n']}-{c['grid']}")
def test_calibration_errors_are_those_of_netcal(case):
    """Probabilities on a grid too, whose values lie on the edges of bins."""
    found = audit(case["y"], case["p"], areas=["calibration"]).metrics
    assert found["ece"] == pytest.approx(case["ece"], abs=1e-12)
    assert found["mce"] == pytest.approx(case["mce"], abs=1e-12)


def test_net_benefit_is_that_of_dcurves():
    case = RECORDED["dcurves"]
    curve = decision_curve(np.array(case["y"]), np.array(case["p"]), np.array(case["t"]))
    np.testing.assert_allclose(curve.model, case["model"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(curve.treat_all, case["all"], rtol=0, atol=1e-12)
