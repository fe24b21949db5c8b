"""The border of real films, on a network whose use of it is set by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from toys import Linear

from core.saliency.ground_truth.border import CAVEAT, border_shares, border_study

LUNGS = np.zeros((16, 16), dtype=bool)
LUNGS[4:12, 4:12] = True


def network(border, lungs):
    weights = np.zeros((2, 16, 16))
    weights[0] = border * ~LUNGS / (~LUNGS).sum() + lungs * LUNGS / LUNGS.sum()
    return Linear(labels=("a", "b"), size=16, weights=weights, bias=np.zeros(2), grey=(-1.0, 1.0))


def test_shares_of_a_network_that_adds_up_both():
    found = border_shares(network(3.0, 1.0), np.ones((16, 16), np.float32), LUNGS, 0)
    assert found.players == ("lungs", "border")
    assert found.values == pytest.approx((1.0, 3.0))
    assert found.share("border") == pytest.approx(0.75)


def test_study_correlates_maps_with_the_cause():
    rng = np.random.default_rng(0)
    one = network(1.0, 1.0)
    images = rng.random((40, 16, 16)).astype(np.float32)
    images[:, ~LUNGS] *= np.linspace(0.2, 3, 40)[:, None].astype(np.float32)
    shares = [border_shares(one, image, LUNGS, 0) for image in images]
    heats = {
        "true": [image * one.weights[0] for image in images],
        "blank": [np.zeros((16, 16))] * 40,
    }
    found = border_study(one, LUNGS, shares, heats)
    true, blank = found.maps
    assert true.correlation.estimate > 0.95
    assert true.correlation.low > 0.9
    assert true.excess.estimate == pytest.approx(true.mass.estimate - found.area)
    assert blank.blank == 40
    assert np.isnan(blank.correlation.estimate)
    assert found.area == 0.75
    assert found.films == 40
    assert found.undefined == 0
    assert found.caveat == CAVEAT
    assert json.dumps(found.to_dict(), allow_nan=False)
