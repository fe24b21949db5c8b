from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import InputError
from core.stats.binary import predictive_value
from core.stats.intervals import wilson
from core.stats.operating_point import OperatingPoint, operating_point


def test_cells_are_counted():
    positive = np.array([1, 1, 0, 0, 0, 1]) == 1
    called = np.array([1, 0, 1, 0, 0, 1]) == 1
    assert operating_point(positive, called) == OperatingPoint(2, 1, 1, 2)


def test_rates_are_wilsons():
    point = OperatingPoint(hits=18, alarms=27, misses=2, spared=53)
    assert point.sensitivity == wilson(18, 20)
    assert point.specificity == wilson(53, 80)
    assert point.ppv == wilson(18, 45)
    assert point.npv == wilson(53, 55)
    assert point.called == wilson(45, 100)


def test_likelihood_ratios_by_hand():
    # 0.9 / 0.3375 = 2.667, with a log error of sqrt(1/18 - 1/20 + 1/27 - 1/80).
    point = OperatingPoint(18, 27, 2, 53)
    error = math.sqrt(1 / 18 - 1 / 20 + 1 / 27 - 1 / 80)
    found = point.ratio_called
    assert found.estimate == pytest.approx(0.9 / 0.3375)
    assert found.high == pytest.approx(0.9 / 0.3375 * math.exp(1.959963985 * error), rel=1e-9)
    assert point.ratio_not_called.estimate == pytest.approx(0.1 / 0.6625)


def test_an_empty_cell_leaves_the_ratio_finite():
    found = OperatingPoint(10, 0, 0, 40).ratio_called
    assert found.estimate == pytest.approx((10.5 / 11) / (0.5 / 41))
    assert found.low > 1
    assert "half a case" in found.method


def test_undefined_rates_are_not_numbers():
    nobody = OperatingPoint(0, 0, 0, 12)
    for figure in (nobody.sensitivity, nobody.ppv, nobody.ratio_called, *nobody.at_prevalence(0.1)):
        assert math.isnan(figure.estimate)
    assert nobody.specificity.estimate == 1.0
    plain = nobody.to_dict()
    assert plain["ppv"]["estimate"] is None
    assert plain["ppv"]["method"] == "nobody is called positive"


def test_another_prevalence():
    point = OperatingPoint(18, 27, 2, 53)
    ppv, npv = point.at_prevalence(0.01)
    assert ppv == predictive_value(18, 20, 27, 80, 0.01)
    assert ppv.estimate == pytest.approx(0.9 * 0.01 / (0.9 * 0.01 + 0.3375 * 0.99))
    assert npv.estimate == pytest.approx(0.6625 * 0.99 / (0.6625 * 0.99 + 0.1 * 0.01))
    same, _ = point.at_prevalence(0.2)
    assert same.estimate == pytest.approx(point.ppv.estimate)
    with pytest.raises(InputError, match="share is 1"):
        point.at_prevalence(1.0)
