"""How far maps move: by hand, in the limit of none, and with what cannot be compared."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.saliency.metrics import (
    METRICS,
    normal_noise,
    relative_output_stability,
    robustness,
    sensitivity_max,
    sensitivity_mean,
    spearman,
    uniform_noise,
)

HEAT = np.array([[3.0, 0.0], [0.0, 4.0]])
MOVED = np.array([[[3.0, 0.0], [0.0, 4.0]], [[3.0, 1.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 8.0]]])


def test_every_function_has_a_card() -> None:
    for key in (
        "sensitivity-max",
        "sensitivity-mean",
        "robustness",
        "relative-output-stability",
    ):
        assert METRICS[key].key == key


def test_sensitivity_by_hand() -> None:
    assert sensitivity_max(HEAT, MOVED).value == pytest.approx(1)
    assert sensitivity_mean(HEAT, MOVED).value == pytest.approx((0 + 1 / 5 + 5 / 5) / 3)
    assert sensitivity_max(HEAT, MOVED[:1]).value == 0
    assert sensitivity_max(-7 * HEAT, -7 * MOVED).value == pytest.approx(1)


def test_robustness_is_the_mean_rank_correlation_where_the_class_stays() -> None:
    rng = np.random.default_rng(0)
    heat, moved = rng.normal(size=(6, 6)), rng.normal(size=(4, 6, 6))
    kept = np.array([True, False, True, False])
    expected = (spearman(heat, moved[0]).value + spearman(heat, moved[2]).value) / 2
    assert robustness(heat, moved, kept).value == pytest.approx(expected)
    assert robustness(heat, heat[None], np.array([True])).value == pytest.approx(1)
    nothing = robustness(heat, moved, np.zeros(4, dtype=bool))
    assert "changed the class" in nothing.reason
    assert "constant" in robustness(heat, np.ones((1, 6, 6)), np.array([True])).reason


def test_relative_output_stability_by_hand() -> None:
    logits, moved_logits = np.array([1.0, 0.0]), np.array([[1.0, 0.5], [1.0, 0.0], [4.0, 4.0]])
    found = relative_output_stability(HEAT, MOVED, logits, moved_logits).value
    # Pixels (3, 4): no change; no change there either; (1, -1) over a change of logits of 5.
    assert found == pytest.approx(np.sqrt(2) / 5)
    still = relative_output_stability(HEAT, MOVED[2:], logits, logits[None])
    assert still.value == pytest.approx(np.sqrt(2) / 1e-4)


def test_what_cannot_be_compared_has_a_reason() -> None:
    zeros, broken = np.zeros((2, 2)), np.full((2, 2), np.nan)
    for measure in (sensitivity_max, sensitivity_mean):
        assert "zero everywhere" in measure(zeros, MOVED).reason
        assert "NaN or infinity" in measure(broken, MOVED).reason
    logits = np.zeros(2), np.zeros((3, 2))
    assert "zero everywhere" in relative_output_stability(zeros, MOVED, *logits).reason
    assert "NaN or infinity" in relative_output_stability(broken, MOVED, *logits).reason


def test_noise_stays_within_its_limits_and_repeats() -> None:
    box = uniform_noise((20, 20), 8, radius=0.3)
    assert np.abs(box).max() <= 0.3
    assert np.abs(box).max() > 0.29
    assert normal_noise((40, 40), 8, sigma=0.1).std() == pytest.approx(0.1, rel=0.02)
    for make in (uniform_noise, normal_noise):
        assert np.array_equal(make((4, 4), seed=3), make((4, 4), seed=3))
        assert make((4, 4)).dtype == np.float32


def test_sizes_that_do_not_fit_are_named() -> None:
    for measure in (sensitivity_max, sensitivity_mean):
        with pytest.raises(InputError, match=r"maps: the shape is \(3, 2, 2\)"):
            measure(np.ones((3, 3)), MOVED)
        with pytest.raises(InputError, match="at least one map"):
            measure(HEAT, MOVED[:0])
    with pytest.raises(InputError, match=r"kept: the shape is \(2,\)"):
        robustness(HEAT, MOVED, np.ones(2, dtype=bool))
    with pytest.raises(InputError, match=r"logits: the shape is \(2, 2\). Give 3 rows of 2"):
        relative_output_stability(HEAT, MOVED, np.zeros(2), np.zeros((2, 2)))
