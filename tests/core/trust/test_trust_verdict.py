"""The verdict: what decides, what does not, and what nobody can say."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stats.intervals import Interval
from core.stats.shift import holm
from core.trust import policy
from core.trust.predictions import Finding
from core.trust.verdict import ABSENT, decide

RULES = policy("clinical-strict")
FAMILIES = tuple(name for name in RULES.rules if not name.startswith("regression"))
IDS = (
    "data.size",
    "discrimination.auc",
    "calibration.mean",
    "calibration.slope",
    "utility.net_benefit",
    "fairness.sex.sensitivity",
)
P = st.none() | st.floats(0, 1)


def finding(id_: str, p_met: float | None, p_broken: float | None) -> Finding:
    measured = Interval(0.5, 0.4, 0.6, 100, 0.95, "made up")
    return Finding(id_, id_.split(".")[0], "A claim.", measured, p_met, p_broken, "A reason.")


def shown(**other: tuple[float | None, float | None]) -> list[Finding]:
    return [finding(id_, *other.get(id_.replace(".", "_"), (0.01, 1.0))) for id_ in IDS]


def test_every_claim_shown_is_a_pass():
    verdict = decide(RULES, shown(), FAMILIES)
    assert verdict.status == "pass"
    assert verdict.count("pass") == len(IDS)
    assert [check.id for check in verdict.checks] == list(IDS)


def test_one_broken_claim_fails_the_audit():
    verdict = decide(RULES, shown(calibration_slope=(1.0, 1e-6)), FAMILIES)
    assert verdict.status == "fail"
    assert {c.id for c in verdict.checks if c.status == "fail"} == {"calibration.slope"}


def test_one_claim_without_evidence_is_no_pass():
    verdict = decide(RULES, shown(calibration_slope=(0.2, 0.7)), FAMILIES)
    assert verdict.status == "not enough evidence"


def test_a_claim_that_nothing_was_measured_on_stays_without_evidence():
    found = [one for one in shown() if not one.id.startswith("fairness")]
    verdict = decide(RULES, found, FAMILIES)
    assert verdict.status == "not enough evidence"
    (missing,) = (check for check in verdict.checks if check.id == "fairness")
    assert (missing.claim, missing.reason) == ABSENT["fairness"]
    assert "no attribute" in missing.reason
    assert missing.to_dict()["estimate"] is None


def test_a_claim_broken_only_before_the_adjustment_says_so():
    found = shown(calibration_slope=(1.0, 0.02))
    (check,) = (c for c in decide(RULES, found, FAMILIES).checks if c.id == "calibration.slope")
    assert check.status == "not enough evidence"
    assert "Alone, this would break the claim (p = 0.02)" in check.reason


def test_an_advisory_claim_never_decides():
    for p in ((1.0, 1e-9), (0.5, 0.5), (None, None)):
        found = [*shown(), finding("failures.slices", *p)]
        assert decide(RULES, found, FAMILIES).status == "pass"


def test_a_claim_the_policy_does_not_name_is_left_out():
    found = [*shown(), finding("weather", 1.0, 1e-9)]
    assert len(decide(RULES, found, FAMILIES).checks) == len(IDS)


def test_nothing_at_all_is_no_pass():
    assert decide(RULES, [], ()).status == "not enough evidence"


@given(st.lists(st.tuples(P, P), min_size=len(IDS), max_size=len(IDS)))
def test_failing_needs_a_small_adjusted_p_and_passing_a_small_p(pairs):
    found = [finding(id_, *pair) for id_, pair in zip(IDS, pairs, strict=True)]
    verdict = decide(RULES, found, FAMILIES)
    known = [one.p_broken for one in found if one.p_broken is not None]
    adjusted = iter(holm(known)) if known else iter(())
    for check, one in zip(verdict.checks, found, strict=True):
        broken = None if one.p_broken is None else next(adjusted)
        assert (check.status == "fail") == (broken is not None and broken <= RULES.level)
        if check.status == "pass":
            assert one.p_met is not None
            assert one.p_met <= RULES.level
    assert (verdict.status == "fail") == any(c.status == "fail" for c in verdict.checks)


@given(st.lists(st.floats(0.06, 1), min_size=1, max_size=6))
def test_more_checks_never_make_a_failure_easier(p):
    alone = decide(RULES, [finding("calibration.slope", 1.0, 0.03)], ())
    beside = [finding(id_, 1.0, value) for id_, value in zip(IDS, p, strict=False)]
    both = decide(RULES, [*beside, finding("calibration.error", 1.0, 0.03)], ())
    assert alone.status == "fail"
    assert both.checks[-1].p_broken >= 0.03


@pytest.mark.parametrize("name", ["clinical-strict", "screening", "research"])
def test_every_rule_can_be_asked_for(name):
    rules = policy(name)
    for family in rules.rules:
        assert rules.rule(family) is rules.rules[family]
        assert rules.rule(f"{family.split('.')[0]}.nowhere") is rules.rules.get(
            family.split(".")[0]
        )


def test_plain_text_of_a_check_survives_xml(audit_of):
    from core.trust import junit

    text = junit(audit_of(groups={"site <&> \x00": ["a", "b"] * 60}))
    suite = ET.fromstring(text)
    assert suite.get("tests") == str(len(suite.findall("testcase")))
