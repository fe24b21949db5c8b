"""The knowledge base stands line by line, and every rule does what its example says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import ArtifactError
from core.guardian import AlertType, Severity, inventory, knowledge, knowledge_problems, review
from core.guardian.knowledge import FOLDER, load, read
from core.guardian.knowledge.lint import problems

KNOWN = knowledge()
RULES = list(KNOWN.rules.values())
ONC_HIGH = 15
ONC_QUIET = 29
LEAST = {
    AlertType.DDI: 250,
    AlertType.RENAL: 60,
    AlertType.PREGNANCY: 60,
    AlertType.LAB: 40,
    AlertType.DISEASE: 60,
    AlertType.AGE: 40,
    AlertType.DOSE: 150,
    AlertType.ALLERGY: 12,
    AlertType.DUPLICATE: 60,
}


def raised(case) -> set[str]:
    alerts = review(case).alerts
    return {alert.rule_id for alert in alerts} | {one for alert in alerts for one in alert.also}


def test_no_line_is_faulty():
    assert knowledge_problems() == []


def test_it_is_as_large_as_promised():
    found = inventory()
    assert found.ingredients >= 900
    assert found.names >= 5_000
    assert found.classes >= 120
    for kind, least in LEAST.items():
        assert found.rules[kind] >= least, kind


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_example_raises_the_rule_and_the_counter_does_not(rule):
    assert rule.id in raised(rule.example)
    if rule.counter is not None:
        assert rule.id not in raised(rule.counter)


def test_every_rule_states_source_management_and_review():
    for rule in RULES:
        assert rule.sources, rule.id
        assert all(one.name and one.section and 1970 <= one.year <= 2026 for one in rule.sources)
        assert all((rule.mechanism, rule.effect, rule.management, rule.reviewed_on)), rule.id


def test_derived_rules_stay_at_moderate():
    derived = [rule for rule in RULES if rule.evidence == "derived"]
    assert not [rule.id for rule in derived if rule.severity.critical]


def test_the_consensus_lists_are_held():
    high = [rule for rule in RULES if rule.id.startswith("ddi-onc-")]
    quiet = [rule for rule in RULES if rule.id.startswith("ddi-passive-")]
    assert len(high) >= ONC_HIGH
    assert len(quiet) >= ONC_QUIET
    assert all(rule.passive and rule.severity.rank >= Severity.MODERATE.rank for rule in quiet)
    assert not [rule.id for rule in quiet for one in rule.adjust if one.severity.critical]


def test_no_rule_calls_anything_safe():
    for rule in RULES:
        said = " ".join((rule.management, rule.effect, *(one.note for one in rule.adjust)))
        assert "is safe" not in said.casefold(), rule.id


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "kb")
    return tmp_path / "kb"


def spoil(folder: Path, name: str, change) -> None:
    path = folder / name
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    record = json.loads(first)
    change(record)
    path.write_text("\n".join([json.dumps(record), *rest]), encoding="utf-8")


RULE_FILE = "rules/engine.jsonl"


@pytest.mark.parametrize(
    ("name", "change", "part"),
    [
        (RULE_FILE, lambda r: r.update(sources=[]), "no source"),
        (RULE_FILE, lambda r: r.update(management=" "), "management is empty"),
        (RULE_FILE, lambda r: r.update(drugs=["#nonsense"]), "no class '#nonsense'"),
        (RULE_FILE, lambda r: r.update(drugs=["nonsense"]), "no ingredient 'nonsense'"),
        (RULE_FILE, lambda r: r.update(severity="deadly"), "deadly"),
        (RULE_FILE, lambda r: r.update(colour="red"), "no field 'colour'"),
        (RULE_FILE, lambda r: r.pop("management"), "management"),
        (RULE_FILE, lambda r: r.update(example={}), "example has no medicines"),
        (RULE_FILE, lambda r: r.update(evidence="hearsay"), "no grade of evidence"),
        (RULE_FILE, lambda r: r.update(when=[{"of": "mood"}]), "no clause about 'mood'"),
        (RULE_FILE, lambda r: r.update(when=[{"of": "lab", "any": ["x"]}]), "no lab 'x'"),
        (RULE_FILE, lambda r: r.update(when=[{"of": "lab"}]), "names none"),
        (RULE_FILE, lambda r: r.update(when=[{"of": "age", "over": 5}]), "no field 'over'"),
        ("ingredients/cardiometabolic.jsonl", lambda r: r.update(classes=["x"]), "no class 'x'"),
        ("ingredients/cardiometabolic.jsonl", lambda r: r.update(routes=["x"]), "no route 'x'"),
        (
            "ingredients/cardiometabolic.jsonl",
            lambda r: r["names"].append("aspirin"),
            "stands already",
        ),
        (
            "products/cardiometabolic.jsonl",
            lambda r: r.update(ingredients=["x"]),
            "no ingredient 'x'",
        ),
        ("conditions.jsonl", lambda r: r.update(implies=["x"]), "no condition 'x'"),
        ("allergens.jsonl", lambda r: r.update(members=["x"]), "no ingredient 'x'"),
    ],
)
def test_a_faulty_line_is_named(copy, name, change, part):
    spoil(copy, name, change)
    found = problems(copy)
    assert any(part in fault and fault.startswith(name) for fault in found) or (
        "stands already" in part and any(part in fault for fault in found)
    )


def test_a_line_that_is_no_json_and_a_repeated_key_are_refused(copy):
    path = copy / RULE_FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match="twice"):
        read(copy, "copy")
    path.write_text("{\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"engine\.jsonl:1 is not JSON"):
        read(copy, "copy")


def test_a_byte_altered_since_the_review_is_refused(tmp_path, monkeypatch):
    root = tmp_path / "data"
    shutil.copytree(FOLDER, root / "guardian" / "1")
    monkeypatch.setattr(load, "ROOT", root)
    load.knowledge.cache_clear()
    try:
        assert load.knowledge().version == KNOWN.version
        load.knowledge.cache_clear()
        spoil(root / "guardian" / "1", RULE_FILE, lambda r: r.update(severity="minor"))
        with pytest.raises(ArtifactError, match=r"engine\.jsonl .* was altered"):
            load.knowledge()
    finally:
        load.knowledge.cache_clear()
