"""The simulated delays that the page shows, held to what the monitor promises."""

from __future__ import annotations

import itertools
import json

import pytest

from core.breast_cancer.delays import delay_table, simulated_targets
from core.breast_cancer.faults import FAULTS
from core.errors import InputError

MAIN = 10_000
HARD = ("scale off by 15 %, two columns", "shuffled, one column", "stuck, one column",
        "rounded to 0.5 sd")  # fmt: skip
"""Faults that the monitor sees late, or does not date well."""
HARD_IN_A_FIFTH = (*HARD, "offset of 1 sd, one column", "offset of 0.5 sd, three columns",
                   "3 of 30 cells imputed")  # fmt: skip


@pytest.mark.parametrize("target", simulated_targets())
def test_false_alarms_stay_within_the_bound(target):
    table = delay_table(target)
    assert table.target_arl == target
    assert table.bound == min(1.0, table.rows / target)
    assert table.false_alarm.estimate <= table.bound
    assert table.false_alarm.n >= 200


def test_an_alarm_comes_soon_and_is_dated():
    for delay in delay_table(MAIN).delays:
        if delay.share == 1 and delay.label not in HARD:
            assert delay.median <= 10, delay.label
            assert delay.dated.estimate >= 0.8, delay.label
            assert delay.tolerance == 5


def test_a_fault_of_every_fifth_row_takes_longer():
    for delay in delay_table(MAIN).delays:
        if delay.share == 0.2 and delay.label not in HARD_IN_A_FIFTH:
            assert delay.median <= 30, delay.label
            assert delay.dated.estimate >= 0.8, delay.label
            assert delay.tolerance == 20
        assert delay.median <= 100
        assert delay.named.estimate >= 0.9, delay.label


def test_rarer_false_alarms_cost_delay():
    tables = [delay_table(target) for target in simulated_targets()]
    for before, after in itertools.pairwise(tables):
        assert after.false_alarm.estimate <= before.false_alarm.estimate
        for early, late in zip(before.delays, after.delays, strict=True):
            assert (early.label, early.share) == (late.label, late.share)
            assert early.median <= late.median + 1


def test_the_next_larger_target_is_shown_and_none_beyond():
    assert delay_table(5_000).target_arl == MAIN
    with pytest.raises(InputError, match="up to 100,000 rows"):
        delay_table(200_000)


def test_a_table_is_plain_data():
    plain = json.loads(json.dumps(delay_table(MAIN).to_dict(), allow_nan=False))
    assert {line["fault"] for line in plain["delays"]} <= FAULTS.keys()
    assert plain["delays"][0]["detected"]["n"] >= 100
    assert "generator" in plain["world"]
