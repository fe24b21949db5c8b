"""Policies: what is stored, what a file of one's own may say, what is refused."""

from __future__ import annotations

import copy

import pytest

from core.errors import InputError
from core.trust import policies, policy
from core.trust.policy import from_dict

NAMES = ("clinical-strict", "screening", "research")


def test_the_stored_policies_are_named_versioned_and_ask_for_the_same_claims():
    assert tuple(one.name for one in policies()) == NAMES
    assert all(one.version and one.purpose for one in policies())
    assert len({frozenset(one.rules) for one in policies()}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_survives_its_own_plain_form(name):
    assert from_dict(policy(name).to_dict()) == policy(name)
    assert policy(policy(name)) is policy(name)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match=r"'clinical'.*clinical-strict, screening, research"):
        policy("clinical")


def test_the_strict_policy_is_nowhere_looser_than_the_others():
    strict, *others = policies()
    for other in others:
        assert strict.limits("data.size")["events"] >= other.limits("data.size")["events"]
        for family, limit in (("calibration.mean", "mean_ratio"), ("calibration.error", "error"),
                              ("fairness", "margin"), ("drift.calibration", "margin")):  # fmt: skip
            assert strict.limits(family)[limit] <= other.limits(family)[limit]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("version"), "name, version, purpose, level and checks"),
        (lambda c: c.update(level=5), "level is 5"),
        (lambda c: c.update(checks=[]), "name, version"),
        (lambda c: c["checks"].update(trust={"demand": "always"}), "no audit measures 'trust'"),
        (lambda c: c["checks"]["fairness"].update(demand="maybe"), "demand of fairness is 'maybe'"),
        (lambda c: c["checks"]["fairness"].pop("margin"), "limits of fairness are margin, metrics"),
        (lambda c: c["checks"]["fairness"].update(margin="wide"), "margin of fairness is 'wide'"),
        (lambda c: c["checks"]["fairness"].update(extra=1.0), "limits of fairness"),
        (lambda c: c["checks"]["data.size"].update(events=True), "events of data.size is True"),
        (lambda c: c["checks"]["fairness"].update(metrics=["luck"]), "metrics of fairness"),
        (lambda c: c["checks"]["fairness"].update(margin=float("nan")), "margin of fairness"),
    ],
)
def test_a_policy_that_cannot_be_applied_is_refused(change, said):
    content = copy.deepcopy(policy("clinical-strict").to_dict())
    change(content)
    with pytest.raises(InputError, match=said):
        from_dict(content)


def test_a_whole_number_will_do_for_a_limit():
    content = copy.deepcopy(policy("clinical-strict").to_dict())
    content["checks"]["calibration.mean"]["mean_ratio"] = 2
    assert from_dict(content).limits("calibration.mean") == {"mean_ratio": 2.0}
