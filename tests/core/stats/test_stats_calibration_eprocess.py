from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.special import expit

from core.errors import InputError, NotEnoughDataError
from core.stats.calibration_eprocess import (
    SHIFTS,
    SLOPES,
    THRESHOLD,
    CalibrationMonitor,
    names,
)
from core.stats.calibration_line import checked_sample, line_of


def drawn(n, line=(0.0, 1.0), seed=0):
    rng = np.random.default_rng(seed)
    score = -1.15 + 1.3 * rng.standard_normal(n)
    y = (rng.random(n) < expit(line[0] + line[1] * score)).astype(int)
    return y, expit(score)


def watched(monitor, batches):
    for batch in batches:
        monitor = monitor.update(*batch)
    return monitor


def test_the_evidence_is_what_the_definition_says():
    reference, batches = drawn(300), [drawn(40, (0.4, 1), seed=i) for i in range(1, 4)]
    monitor = watched(CalibrationMonitor.start(*reference), batches)

    def height(line, y, p):
        eta = line[0] + line[1] * np.log(p / (1 - p))
        return float(np.sum(y * eta - np.logaddexp(0, eta)))

    own = monitor.null[0]
    worth = []
    for line in monitor.null:
        deviance = 2 * (height(own, *reference) - height(line, *reference))
        total = 1 / 4
        for start in range(3):
            for bet in monitor.bets:
                gain = sum(height(bet, *b) - height(line, *b) for b in batches[start:])
                total += math.exp(gain) / ((start + 1) * (start + 2)) / len(monitor.bets)
        worth.append(math.log(total) + math.log(0.2) + 0.4 * max(deviance, 0))
    assert monitor.log_evidence[-1] == pytest.approx(min(worth), abs=1e-8)


def test_bets_are_on_shifted_and_turned_lines():
    reference = drawn(2000)
    monitor = CalibrationMonitor.start(*reference)
    line, centre, _ = line_of(checked_sample(*reference))
    assert monitor.null[0] == pytest.approx(line)
    assert len(monitor.bets) == len(SHIFTS) + 2 * len(SLOPES) == len(names())
    assert monitor.bets[0] == pytest.approx(line - [1, 0])
    assert monitor.bets[6] == pytest.approx(0.4 * line)
    typical = line[0] + line[1] * centre
    assert monitor.bets[10] @ [1, centre] == pytest.approx(typical)
    assert monitor.bets[10][1] == pytest.approx(0.4 * line[1])


def test_a_change_is_seen_and_named():
    quiet = [drawn(200, seed=i) for i in range(1, 7)]
    changed = [drawn(200, (0, 0.4), seed=i) for i in range(7, 15)]
    monitor = watched(CalibrationMonitor.start(*drawn(2000)), quiet)
    assert monitor.alarm is None
    monitor = watched(monitor, changed)
    assert 6 <= monitor.alarm <= 10
    assert "slope times 0.4" in monitor.suspicion
    assert monitor.batches == 14
    assert monitor.n == 2800
    assert monitor.note is None


def test_state_survives_json_bit_by_bit():
    for count in (0, 3):
        monitor = watched(
            CalibrationMonitor.start(*drawn(400)), [drawn(50, seed=i) for i in range(1, count + 1)]
        )
        stored = json.loads(json.dumps(monitor.to_dict(), allow_nan=False))
        again = CalibrationMonitor.from_dict(stored)
        assert again.to_dict() == monitor.to_dict()
        further = drawn(60, (0.5, 1), seed=99)
        assert again.update(*further).log_evidence == monitor.update(*further).log_evidence
    assert CalibrationMonitor.start(*drawn(400)).suspicion is None


def test_neither_rows_nor_states_are_changed_by_an_update():
    y, p = drawn(80, seed=4)
    monitor = CalibrationMonitor.start(*drawn(400))
    order = np.random.default_rng(0).permutation(len(y))
    assert monitor.update(y, p).log_evidence == monitor.update(y[order], p[order]).log_evidence
    assert monitor.log_evidence == ()
    assert np.isneginf(monitor.stakes).all()


def test_references_that_cannot_serve():
    with pytest.raises(NotEnoughDataError, match="9 events and 31 rows without"):
        CalibrationMonitor.start([1] * 9 + [0] * 31, np.linspace(0.1, 0.9, 40))
    with pytest.raises(NotEnoughDataError, match="separate the 40 outcomes"):
        CalibrationMonitor.start([0] * 20 + [1] * 20, np.linspace(0.1, 0.9, 40))
    small = CalibrationMonitor.start(*drawn(100))
    assert "below 200" in small.note


@pytest.mark.parametrize(
    "change",
    [
        {"stakes": None},
        {"null": [[1, 2, 3]]},
        {"penalty": ["x"]},
        {"n": None},
        {"log_evidence": [math.nan]},
    ],
)
def test_states_that_are_none(change):
    good = CalibrationMonitor.start(*drawn(200)).update(*drawn(40, seed=1)).to_dict()
    with pytest.raises(InputError, match="not the stored state"):
        CalibrationMonitor.from_dict(good | change)
    with pytest.raises(InputError, match="not the stored state"):
        CalibrationMonitor.from_dict({})


@pytest.mark.parametrize("size", [60, 300, 2000])
def test_false_alarms_stay_rare_however_small_the_reference(size):
    runs = alarms = plug_in = 0
    for seed in range(60):
        y, p = drawn(size, seed=[1, seed])
        if min(y.sum(), len(y) - y.sum()) < 10:
            continue
        monitor = watched(
            CalibrationMonitor.start(y, p), [drawn(200, seed=[2, seed, i]) for i in range(60)]
        )
        runs += 1
        alarms += monitor.alarm is not None
        plug_in += monitor.stakes[:, 0].max() > math.log(14 * 20)
    assert alarms <= 0.05 * runs
    if size == 60:
        # What taking the estimated reference for exact would do.
        assert plug_in > 0.3 * runs


def test_threshold():
    assert pytest.approx(1 / 0.049) == THRESHOLD
