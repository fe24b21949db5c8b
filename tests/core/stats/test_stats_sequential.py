"""The stream detector: exact p values, the recursion, the run length, and resuming."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, NotEnoughDataError, SuiteError
from core.stats.sequential import (
    CEILING,
    KAPPAS,
    MIN_CALIBRATION,
    ShiryaevRoberts,
    change_point,
    mixed_bet,
    uniforms,
)
from core.stats.stream_baselines import cusum, river_alarm

CALIBRATION = np.arange(30.0)
scores = st.lists(st.integers(-5, 60).map(float) | st.just(math.inf), max_size=60)


def detector(values=(), calibration=CALIBRATION, **options) -> ShiryaevRoberts:
    made = ShiryaevRoberts(calibration, **options)
    made.update(list(values))
    return made


def test_random_numbers_belong_to_their_row():
    whole = uniforms(7, 0, 1000)
    for start, count in ((0, 1), (1, 1), (3, 2), (4, 9), (501, 400)):
        np.testing.assert_array_equal(uniforms(7, start, count), whole[start : start + count])
    assert scipy.stats.kstest(whole, "uniform").pvalue > 0.01
    assert 0 < whole.min() <= whole.max() <= 1
    assert not np.array_equal(whole, uniforms(8, 0, 1000))


@given(scores, st.integers(0, 3))
def test_p_values_are_smoothed_ranks_among_reference_and_earlier_rows(values, seed):
    found = detector(values, seed=seed, target_arl=1e12).p_values
    seen = CALIBRATION.tolist()
    for row, value in enumerate(values):
        above = sum(other > value for other in seen)
        ties = sum(other == value for other in seen)
        u = uniforms(seed, row, 1)[0]
        assert found[row] == pytest.approx((above + u * (ties + 1)) / (len(seen) + 1), rel=1e-14)
        seen.append(value)


def test_the_bets_by_hand():
    powers = [0.1 * 2**1.8, 0.25 * 2**1.5, 0.5 * 2, 0.75 * 2**0.5, 0.9 * 2**0.2]
    assert mixed_bet(0.25) == pytest.approx(math.log(sum(powers) / 5), rel=1e-14)
    assert mixed_bet([1.0])[0] == pytest.approx(math.log(0.5))  # the exponents have mean 0.5


def test_every_bet_has_mean_one():
    from scipy.integrate import quad

    for kappa in KAPPAS:
        assert quad(lambda p, k=kappa: k * p ** (k - 1), 0, 1)[0] == pytest.approx(1, abs=1e-6)


def test_the_recursion_agrees_with_online_cp():
    from online_cp.martingale import FixedStrategy, PluginMartingale, ShiryaevRobertsWrapper

    rng = np.random.default_rng(3)
    found = detector(rng.normal(15, 12, 200), target_arl=1e12)
    expected = np.zeros(200)
    for kappa in KAPPAS:
        strategy = FixedStrategy(
            pdf=lambda p, k=kappa: k * p ** (k - 1),
            cdf=lambda p, k=kappa: p**k,
            check_integration=False,
        )
        oracle = ShiryaevRobertsWrapper(PluginMartingale(betting_strategy=strategy))
        for p in found.p_values:
            oracle.update(p)
        expected += np.array(oracle.sr_values[1:]) / len(KAPPAS)
    np.testing.assert_allclose(found.statistics, expected, rtol=1e-10)


def test_p_values_are_uniform_and_independent_with_few_reference_scores():
    rng = np.random.default_rng(5)
    streams = [rng.standard_cauchy(MIN_CALIBRATION + 40) for _ in range(300)]
    p = np.array(
        [
            detector(s[MIN_CALIBRATION:], s[:MIN_CALIBRATION], target_arl=1e12, seed=i).p_values
            for i, s in enumerate(streams)
        ]
    )
    assert scipy.stats.kstest(p.ravel(), "uniform").pvalue > 0.01
    assert scipy.stats.kstest(p[:, -1], "uniform").pvalue > 0.01
    pairs = np.corrcoef(p[:, :-1].ravel(), p[:, 1:].ravel())[0, 1]
    assert abs(pairs) < 3 / math.sqrt(p[:, 1:].size)


def test_the_average_run_length_is_at_least_the_target():
    target, horizon, rng = 200.0, 3000, np.random.default_rng(0)
    lengths = []
    for seed in range(150):
        values = rng.standard_exponential(MIN_CALIBRATION + horizon)
        made = ShiryaevRoberts(values[:MIN_CALIBRATION], target, seed)
        made.update(values[MIN_CALIBRATION:])
        # Cutting a run short can only lower the mean.
        lengths.append(made.alarm.row + 1 if made.alarm else horizon)
    lengths = np.array(lengths)
    error = lengths.std() / math.sqrt(len(lengths))
    assert lengths.mean() >= target - 2 * error
    early = np.mean(lengths <= target / 4)
    assert early <= 0.25 + 2 * math.sqrt(0.25 * 0.75 / len(lengths))


def test_a_fixed_reference_loses_the_guarantee():
    """Within a tenth of the target, alarms are bound to 10 % of the streams."""
    target, rng, alarms = 5000.0, np.random.default_rng(1), {True: 0, False: 0}
    for seed in range(80):
        values = rng.normal(size=MIN_CALIBRATION + 500)
        for growing in alarms:
            made = ShiryaevRoberts(values[:MIN_CALIBRATION], target, seed, growing=growing)
            made.update(values[MIN_CALIBRATION:])
            alarms[growing] += made.alarm is not None
    assert alarms[True] / 80 <= 0.1
    assert alarms[False] / 80 > 0.2


def test_a_change_is_found_soon_and_dated():
    rng, delays, errors = np.random.default_rng(2), [], []
    for seed in range(40):
        quiet, shifted = rng.normal(size=200), rng.normal(3, 1, size=100)
        found = detector([*quiet, *shifted], rng.normal(size=300), seed=seed)
        delays.append(found.alarm.row - 200 + 1)
        errors.append(abs(found.alarm.change_point - 200))
    assert 1 <= np.median(delays) <= 10
    assert np.mean(np.array(errors) <= 5) >= 0.8


def test_the_change_point_is_the_best_start():
    rng = np.random.default_rng(4)
    for _ in range(20):
        p = 1 - rng.random(30)
        terms = [
            np.mean([np.prod(kappa * p[s:] ** (kappa - 1)) for kappa in KAPPAS])
            for s in range(len(p))
        ]
        assert change_point(p) == int(np.argmax(terms))
    assert change_point([0.9, 0.8, 0.001, 0.002]) == 2


@given(scores, scores, st.integers(0, 5))
@settings(max_examples=60)
def test_resuming_anywhere_gives_the_same_bits(before, after, seed):
    options = {"target_arl": 50.0, "seed": seed}
    whole = detector([*before, *after], **options)
    stored = json.loads(json.dumps(detector(before, **options).to_dict(), allow_nan=False))
    resumed = ShiryaevRoberts.from_dict(stored)
    for value in after:
        resumed.update(value)
    assert resumed.to_dict() == whole.to_dict()
    assert resumed.alarm == whole.alarm
    assert resumed.statistics.tobytes() == whole.statistics.tobytes()
    assert resumed.p_values.tobytes() == whole.p_values.tobytes()


@pytest.mark.parametrize("cuts", [[1], [1023, 1024, 1025], [500, 1800, 2999]])
def test_blocks_do_not_matter(cuts):
    values = np.round(np.random.default_rng(6).normal(15, 9, 3000), 1)
    values[2500:] = math.inf
    whole, cut = detector(values), detector()
    for part in np.split(values, cuts):
        cut.update(part)
    assert cut.statistics.tobytes() == whole.statistics.tobytes()
    assert cut.alarm == whole.alarm
    assert cut.alarm.row >= 2500


def test_after_the_alarm_the_reference_is_frozen_and_nothing_overflows():
    quiet = np.random.default_rng(11).uniform(0, 29, 50)
    found = detector([*quiet, *[math.inf] * 4000])
    assert found.n == 4050
    assert np.isfinite(found.statistics).all()
    assert CEILING / 10 < found.statistic <= CEILING
    kept = found.alarm.row + 1 - 50
    worst = (kept + 1) / (len(CALIBRATION) + found.alarm.row + 2)
    assert found.p_values[found.alarm.row + 1 :].max() <= worst
    assert found.alarm.span == slice(found.alarm.change_point, found.alarm.row + 1)
    json.dumps(found.alarm.to_dict())


def test_an_empty_stream_says_nothing():
    found = detector()
    assert (found.n, found.statistic, found.alarm) == (0, 0.0, None)
    assert found.statistics.shape == found.scores.shape == (0,)


def test_what_cannot_be_used_is_refused_and_leaves_no_trace():
    made = detector([1.0])
    for bad in ([math.nan], [1.0, math.nan], [-math.inf], [[1.0]]):
        with pytest.raises(InputError, match="without NaN"):
            made.update(bad)
    assert made.n == 1
    with pytest.raises(NotEnoughDataError, match="20 reference scores"):
        ShiryaevRoberts(np.arange(19.0))
    with pytest.raises(InputError, match="target of 1 rows"):
        ShiryaevRoberts(CALIBRATION, 1.0)
    with pytest.raises(InputError, match="seed -1"):
        ShiryaevRoberts(CALIBRATION, seed=-1)


def test_cusum_by_hand():
    found = cusum([1.0, 1.0, -3.0, 2.0, 4.0, 0.6])
    np.testing.assert_allclose(found.upper, [0.5, 1.0, 0.0, 1.5, 5.0, 5.1])
    assert found.alarm == 5
    np.testing.assert_array_equal(found.lower, np.zeros(6))
    both = cusum([-3.0, -3.0, -3.0], two_sided=True)
    np.testing.assert_allclose(both.lower, [2.5, 5.0, 7.5])
    assert both.alarm == 2
    assert cusum([-9.0, -9.0]).alarm is None


def run_lengths(draw, runs: int) -> float:
    lengths = [cusum(draw()).alarm for _ in range(runs)]
    return float(np.mean([4000 if row is None else row + 1 for row in lengths]))


def test_the_textbook_cusum_keeps_its_run_length_on_normal_scores_only():
    """One-sided with k = 0.5, h = 5 it is about 930 rows, for exactly standard normal scores."""
    rng = np.random.default_rng(9)
    normal = run_lengths(lambda: rng.normal(size=4000), 150)
    assert 700 <= normal <= 1100

    def largest_of_thirty():
        seen = np.abs(rng.standard_t(5, size=(4000, 30))).max(axis=1)
        return (seen - seen.mean()) / seen.std()

    assert run_lengths(largest_of_thirty, 60) < normal / 3


@pytest.mark.parametrize("name", ["ADWIN", "PageHinkley"])
def test_river_detectors_see_a_large_shift(name):
    pytest.importorskip("river")
    rng = np.random.default_rng(10)
    values = np.concatenate([rng.normal(size=300), rng.normal(8, 1, size=300)])
    assert 300 <= river_alarm(name, values) < 400


def test_a_missing_package_is_a_sentence_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "river", None)
    with pytest.raises(SuiteError, match=r'pip install "river>=0\.26,<1"'):
        river_alarm("ADWIN", [1.0])


def test_an_unknown_detector_is_a_sentence():
    pytest.importorskip("river")
    with pytest.raises(InputError, match="Choose one of: ADWIN, PageHinkley"):
        river_alarm("KSWIN", [1.0])


def test_the_statistic_is_the_sum_over_starts():
    found = detector(np.random.default_rng(12).uniform(0, 40, 40), target_arl=1e12)
    p = found.p_values
    terms = [
        np.mean([np.prod(kappa * p[s:] ** (kappa - 1)) for kappa in KAPPAS]) for s in range(len(p))
    ]
    assert found.statistic == pytest.approx(sum(terms))
