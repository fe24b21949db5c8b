from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.trust.checklists import FOLDER, KINDS, fill

COUNTS = {"tripod_ai": 52, "probast_ai": 34, "claim_2024": 44}


def check(name, area, estimate=0.9, status="pass", n=171):
    return {
        "id": name,
        "area": area,
        "status": status,
        "estimate": estimate,
        "ci_low": None if estimate is None else estimate - 0.05,
        "ci_high": None if estimate is None else estimate + 0.05,
        "n": n,
        "reason": f"{name} was measured.",
        "method": "Wilson",
    }


@pytest.fixture
def facts():
    return {
        "n": 171,
        "task": "binary",
        "classes": ["benign", "malignant"],
        "events": 64,
        "threshold": 0.2,
        "features": [f"x{i}" for i in range(30)],
        "metrics": {"n": 171, "auc": 0.97},
        "figures": {
            "auc": {"estimate": 0.97, "low": 0.94, "high": 0.99, "n": 171, "method": "DeLong"},
            "mcc": {"estimate": None, "low": None, "high": None, "n": 171, "method": "none"},
        },
        "checks": [
            check("data.size", "data", 64.0),
            check("calibration.slope", "calibration", 1.02),
            check("utility.net_benefit", "utility", 0.12),
            check("fairness.sex.sensitivity", "fairness", 0.04, "not enough evidence"),
            check("drift.calibration", "drift", 0.1),
        ],
        "groups": {"sex": ["F", "M", "(missing)"], "site": ["a", "b"]},
        "notes": ["Rows were read in order."],
        "panels": {"performance": {"support": [107, 64], "confusion": [[104, 3], [2, 62]]}},
    }


def items(checklist):
    return {item.number: item for item in checklist.items}


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_hold_the_published_numbers_of_items(kind):
    content = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    numbers = [item["number"] for item in content["items"]]
    assert len(numbers) == len(set(numbers)) == COUNTS[kind]
    assert re.search(r"doi:10\.\d+/", content["reference"])
    assert all(len(item["text"]) < 110 for item in content["items"])


def test_tripod_has_27_items_and_probast_16_and_18_questions():
    tripod = {re.match(r"\d+", i.number)[0] for i in fill({}, "tripod_ai").items}
    assert sorted(map(int, tripod)) == list(range(1, 28))
    probast = [item.number for item in fill({}, "probast_ai").items]
    assert [sum(n.startswith(part) for n in probast) for part in "DE"] == [16, 18]
    assert [i.number for i in fill({}, "claim_2024").items] == [str(i) for i in range(1, 45)]


def test_what_the_audit_answers_carries_its_numbers(facts):
    tripod = items(fill(facts, "tripod_ai"))
    assert {n for n, item in tripod.items() if item.status == "filled"} == {"12e", "21", "23a"}
    assert tripod["21"].answer == (
        "171 rows enter the evaluation: 107 of class 'benign', 64 of class 'malignant'."
    )
    assert "auc 0.970 [0.940, 0.990], n = 171" in tripod["23a"].answer
    assert "calibration.slope 1.020 [0.970, 1.070]" in tripod["23a"].answer
    assert "of 1 checks 0 shown, 0 broken, 1 without enough evidence" in tripod["23a"].answer
    assert "data.size" not in tripod["23a"].answer
    probast = items(fill(facts, "probast_ai"))
    assert {n for n, item in probast.items() if item.status == "filled"} == {"E4.2", "E4.7"}
    assert "64 rows, fewer than the 100" in probast["E4.2"].answer
    assert "2.1 each" in probast["E4.2"].answer
    assert "clinical utility: utility.net_benefit" in probast["E4.7"].answer
    claim = items(fill(facts, "claim_2024"))
    filled = {n for n, item in claim.items() if item.status == "filled"}
    assert filled == {"28", "29", "30", "37", "38"}
    assert "6 figures carry a confidence interval" in claim["29"].answer
    assert "Methods: DeLong; Wilson." in claim["29"].answer


def test_what_the_audit_only_contributes_to_stays_with_the_author(facts):
    tripod = items(fill(facts, "tripod_ai"))
    for number in ("10", "11", "13", "14", "20a", "20b", "26"):
        assert tripod[number].status == "author must answer"
        assert tripod[number].answer
    assert "Rows without a value of sex form a group of their own" in tripod["11"].answer
    assert "'malignant' 37.4%" in tripod["13"].answer
    assert "fairness.sex.sensitivity" in tripod["26"].answer
    assert tripod["10"].author == "how the size was planned"
    failures = items(fill(facts, "claim_2024"))["39"]
    assert failures.answer == (
        "5 wrong calls: 3 of class 'benign' called 'malignant', 2 of class 'malignant' called "
        "'benign'."
    )


def test_without_subgroups_or_utility_the_items_stay_with_the_author(facts):
    bare = facts | {"groups": {}, "checks": facts["checks"][:2]}
    assert items(fill(bare, "tripod_ai"))["23a"].status == "author must answer"
    performance = items(fill(bare, "probast_ai"))["E4.7"]
    assert performance.status == "author must answer"
    assert "Not measured: clinical utility" in performance.answer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("study", ["evaluation", "development", "both"])
def test_an_audit_that_knows_nothing_fills_nothing(kind, study):
    empty = fill({}, kind, study=study)
    assert empty.count("filled") == 0
    assert all(not item.answer for item in empty.items if item.status == "author must answer")


def test_items_of_the_other_kind_of_study_do_not_apply(facts):
    evaluation, development = (
        fill(facts, "probast_ai", study=s) for s in ("evaluation", "development")
    )
    assert evaluation.count("not applicable") == 16
    assert development.count("not applicable") == 18
    assert fill(facts, "probast_ai", study="both").count("not applicable") == 0
    assert "2.1 each" in items(development)["D4.1"].answer
    built = items(fill(facts, "tripod_ai", study="development"))
    assert "0.2" in built["15"].answer
    assert built["12f"].status == "not applicable"


def test_quantities_have_no_class_imbalance(facts):
    quantities = {"n": 50, "task": "regression", "classes": []}
    item = items(fill(quantities, "tripod_ai"))["13"]
    assert (item.status, item.answer) == (
        "not applicable",
        "Quantities are predicted, not classes.",
    )


def test_events_by_class_groups_as_records_and_the_support_of_the_panel(facts):
    by_class = facts | {"events": {"benign": 107, "malignant": 64}}
    by_panel = {name: value for name, value in facts.items() if name != "events"}
    records = [{"name": name, "levels": levels} for name, levels in facts["groups"].items()]
    texts = {
        items(fill(known, "tripod_ai"))["21"].answer
        for known in (facts, by_class, by_panel, facts | {"groups": records})
    }
    assert len(texts) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_that_passes_for_a_seal(facts, kind):
    text = json.dumps(fill(facts, kind).to_dict(), allow_nan=False).lower()
    text += (FOLDER / f"{kind}.json").read_text(encoding="utf-8").lower()
    for word in ("complian", "comply", "certif", "badge", "conform", "adher", "approved", "meets"):
        assert word not in text


@pytest.mark.parametrize("kind", KINDS)
def test_counts_add_up_in_the_sentence_and_the_plain_data(facts, kind):
    found = fill(facts, kind)
    plain = found.to_dict()
    assert sum(plain["counts"].values()) == COUNTS[kind] == len(plain["items"])
    for count in plain["counts"].values():
        assert str(count) in plain["summary"]


@given(
    st.dictionaries(
        st.sampled_from(["n", "classes", "events", "metrics", "checks", "groups", "notes"]),
        st.none(),
    ),
    st.sampled_from(KINDS),
)
def test_absent_facts_are_no_error(facts, kind):
    assert fill(facts, kind).count("filled") == 0


def test_unknown_kinds_are_refused_in_words():
    with pytest.raises(InputError, match="no checklist 'strobe'"):
        fill({}, "strobe")
    with pytest.raises(InputError, match="study: 'trial'"):
        fill({}, "tripod_ai", study="trial")
