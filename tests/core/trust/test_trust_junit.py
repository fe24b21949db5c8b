"""The JUnit report: what a build server reads is what the verdict says, whatever the names."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.trust import Audit, audit, junit
from core.trust.policy import Policy


def example(n: int = 400, seed: int = 0, **groups: object) -> Audit:
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n)
    p = 1 / (1 + np.exp(-score))
    y = (rng.random(n) < p).astype(int)
    named = {name: np.resize(np.array(levels, dtype=object), n) for name, levels in groups.items()}
    areas = ("calibration", "utility", "fairness", "failures")
    return audit(y, p, groups=named or None, areas=areas)


def broken() -> Audit:
    """A model whose probabilities are turned round."""
    rng = np.random.default_rng(1)
    p = rng.random(2000)
    y = (rng.random(2000) < 1 - p).astype(int)
    return audit(y, p, areas=("calibration", "utility", "failures"))


def suite_of(found: Audit) -> ET.Element:
    return ET.fromstring(junit(found))


@pytest.mark.parametrize("found", [example(sex=["f", "m"]), broken()], ids=["unsure", "broken"])
def test_every_check_is_a_test_with_its_status(found):
    suite = suite_of(found)
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [check.id for check in found.checks]
    for case, check in zip(cases, found.checks, strict=True):
        needed = check.demand != "advisory"
        assert (case.find("failure") is not None) == (check.status == "fail" and needed)
        assert (case.find("skipped") is not None) == (check.status == "not enough evidence")
        assert check.reason in (case.findtext("system-out") or "")
    assert int(suite.get("tests", "")) == len(found.checks)
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))


def test_the_broken_model_fails_the_build():
    found = broken()
    assert found.verdict.status == "fail"
    suite = suite_of(found)
    assert int(suite.get("failures", "")) >= 1
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert properties == {"verdict": "fail", "policy": "clinical-strict 1.0", "n": "2000"}


def test_an_advisory_claim_that_is_broken_does_not_fail_the_build():
    found = broken()
    relaxed = tuple(dataclasses.replace(one, demand="advisory") for one in found.checks)
    verdict = dataclasses.replace(found.verdict, checks=relaxed)
    suite = suite_of(dataclasses.replace(found, verdict=verdict))
    assert suite.get("failures") == "0"
    assert not suite.findall("testcase/failure")


def test_hostile_names_stay_names():
    levels = ["<script>", "a&b", "]]>", "x\x00y", "\u202eb"]
    found = example(**{'si"te <&\x07': levels})
    suite = suite_of(found)
    text = junit(found).decode()
    assert "<script>" not in text
    assert any("&lt;script&gt;" in line or "a&amp;b" in line for line in text.splitlines())
    assert len(suite.findall("testcase")) == len(found.checks)


def test_a_policy_of_ones_own_may_be_called_anything():
    found = example()
    named = Policy("<ours>\x01", '1"0', "Ours.", 0.05, found.policy.rules)
    suite = suite_of(dataclasses.replace(found, policy=named))
    assert suite.get("name") == "trust.<ours>?"


def test_equal_audits_give_equal_bytes():
    assert junit(example(sex=["f", "m"])) == junit(example(sex=["f", "m"]))
