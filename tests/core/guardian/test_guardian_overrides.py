from __future__ import annotations

import json
import math

import pytest

from core.audit.chain import link
from core.errors import InputError
from core.guardian import (
    CHECK,
    COMMENTED,
    OVERRIDE,
    REASONS,
    burden,
    check_payload,
    override,
    review,
)
from core.guardian.overrides import MOST_COMMENT, case_hash
from core.plain import plain
from tests.guardian_cases import WARFARIN

ALERT = review(WARFARIN).alerts[0]


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_each_reason_is_recorded_with_the_comment_it_needs(reason):
    found = override(ALERT, reason, "INR on Friday" if reason in COMMENTED else "")
    assert found.rule_id == ALERT.rule_id
    assert found.payload(keep_text=False)["outcomes"][0]["comment"] == ""
    if reason in COMMENTED:
        assert found.payload(keep_text=True)["outcomes"][0]["comment"] == "INR on Friday"
        with pytest.raises(InputError, match=r"^comment: is empty"):
            override(ALERT, reason, "  ")


def test_an_unknown_reason_and_a_long_comment_are_refused():
    with pytest.raises(InputError, match=r"^reason: 'busy' is not known"):
        override(ALERT, "busy")
    with pytest.raises(InputError, match=r"^comment: has"):
        override(ALERT, "other", "x" * (MOST_COMMENT + 1))


def test_the_hash_of_a_case_depends_on_its_content_only():
    assert case_hash({"a": 1, "b": [2]}) == case_hash({"b": [2], "a": 1})
    assert case_hash({"a": 1}) != case_hash({"a": 2})
    assert len(case_hash({"a": "\ud800", "b": math.nan})) == 64


def entries(*events):
    found = []
    for number, (event, payload) in enumerate(events):
        last = (found[-1].seq, found[-1].hash) if found else None
        found.append(
            link(
                last,
                at="2026-11-29T00:00:00.000000+00:00",
                event=event,
                request_id=f"r{number}",
                payload=json.dumps(plain(payload)),
            )
        )
    return found


def test_burden_by_hand():
    check = check_payload(WARFARIN, review(WARFARIN))
    over = override(ALERT, "short-course").payload(keep_text=False)
    found = burden(
        entries((CHECK, check), (CHECK, check), (OVERRIDE, over), ("inference", {"x": 1}))
    )
    interruptive = sum(one["tier"] == "interruptive" for one in check["alerts"])
    assert (found.checks, found.orders, found.overrides) == (2, 4, 1)
    assert found.interruptive == 2 * interruptive
    assert found.per_100_orders == pytest.approx(100 * found.interruptive / 4)
    first = next(one for one in found.rules if one.rule_id == ALERT.rule_id)
    assert (first.alerts, first.overridden, first.rate.n) == (2, 1, 2)
    assert first.rate.low < 0.5 < first.rate.high


def test_an_empty_log_has_no_rate():
    found = burden([])
    assert math.isnan(found.per_100_orders)
    assert found.rules == ()
