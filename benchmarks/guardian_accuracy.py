"""How often the medication check finds what it must, and how often it cries wolf.

``python -m benchmarks.guardian_accuracy`` prints one JSON document over the development set of
``tests/data/guardian`` (written from US labels, FDA communications and guidelines before the check
was first run on it; later corrections are listed beside it). ``--write`` stores the figures for the
page in ``data/guardian/evidence.json``, beside those of the first run, which came before any miss
was known. ``--misses`` prints every miss and false alarm instead. A
second set was written blind when the first had been used to mend the rules; its first run is kept
too.
The public pair lists are scored as well when their folder exists (``--lists FOLDER``).

A critical expectation counts as found when an alert of the expected kind names the expected
medicines and is contraindicated or major.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import functools
import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.artifacts import write_json
from core.guardian import check, knowledge, normalise
from core.guardian.schema import Severity
from core.stats.intervals import wilson

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "guardian"
LISTS = ROOT.parent / "shared" / "data" / "guardian"
EVIDENCE = ROOT / "data" / "guardian" / "evidence.json"
FIRST, SECOND = "development.jsonl", "second.jsonl"
COMMAND = "python -m benchmarks.guardian_accuracy --write"

Record = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One expectation of a case and what the check said to it.

    Attributes
    ----------
    case, group : str
        Which case.
    expected : mapping
        Type, medicines and least severity.
    found : bool
        Whether a critical expectation met a critical alert, a milder one any alert.
    as_severe : bool
        Whether the alert is at least as severe as expected.
    got : tuple of str
        What was said about those medicines, as ``rule id (severity)``.
    """

    case: str
    group: str
    expected: Mapping[str, Any]
    found: bool
    as_severe: bool
    got: tuple[str, ...]


def read_lines(name: str) -> list[Record]:
    """Return the records of a file of the development set."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def critical(alert: Mapping[str, Any]) -> bool:
    """Return whether an alert is contraindicated or major."""
    return Severity(alert["severity"]).critical


def named(alert: Mapping[str, Any]) -> str:
    """Return an alert as rule and severity."""
    return f"{alert['rule_id']} ({alert['severity']}: {' + '.join(alert['drugs'])})"


@functools.cache
def _known(name: str) -> str:
    """Return the one ingredient a name stands for, or nothing."""
    read = normalise(name)
    return read[0] if len(read) == 1 else ""


def judge(case: Record, result: Record) -> list[Finding]:
    """Compare the alerts of a case with its expectations."""
    findings = []
    for expected in case["expect"]:
        wanted = {_known(name) or name for name in expected["drugs"]}
        near = [one for one in result["alerts"] if wanted <= set(one["drugs"])]
        fits = [one for one in near if one["type"] in expected["type"].split("|")]
        least = Severity(expected["severity"])
        findings.append(
            Finding(
                case=case["id"],
                group=case["group"],
                expected=expected,
                found=any(critical(one) or not least.critical for one in fits),
                as_severe=any(Severity(one["severity"]).rank <= least.rank for one in fits),
                got=tuple(named(one) for one in near),
            )
        )
    return findings


def input_problem(case: Record, result: Record) -> str:
    """Return what is wrong with the answer to a bad input, or nothing."""
    if result["status"] != case["expect_status"]:
        return f"status {result['status']}"
    if not any(case["gap"] in gap["field"] for gap in result["gaps"]):
        return f"no gap at {case['gap']}"
    return ""


def read_as(name: Record) -> tuple[list[str], bool, list[str]]:
    """Return how a name was read, whether that is right, and ingredients it does not hold."""
    read = normalise(name["text"])
    accepted = [name["expect"], *name.get("also", [])]
    strange = [] if read in accepted else sorted(set(read) - set(name["expect"]))
    return read, read in accepted, strange


@functools.cache
def results(name: str = FIRST) -> tuple[tuple[Record, Record], ...]:
    """Return every case of a set with the answer to it."""
    return tuple((case, check(case["case"])) for case in read_lines(name))


def share(hits: Iterable[bool]) -> Record:
    """Return a proportion with its Wilson interval."""
    known = list(hits)
    if not known:
        return {"k": 0, "n": 0}
    return {"k": sum(known), **wilson(sum(known), len(known)).to_dict()}


def _recall(findings: Sequence[Finding]) -> Record:
    wanted = [one for one in findings if Severity(one.expected["severity"]).critical]
    groups = sorted({one.group for one in wanted})
    milder = [one for one in findings if not Severity(one.expected["severity"]).critical]
    return {
        "all": share(one.found for one in wanted),
        "drug pairs": share(one.found for one in wanted if one.group.split("-")[0] == "ddi"),
        "groups": {key: share(one.found for one in wanted if one.group == key) for key in groups},
        "at least as severe as expected": share(one.as_severe for one in wanted),
        "moderate expectations": share(one.found for one in milder),
    }


def _false_alarms(answers: Sequence[tuple[Record, Record]]) -> Record:
    quiet = [(case, answer) for case, answer in answers if case.get("forbid") == "critical"]
    clean = [answer for case, answer in quiet if case["group"] == "clean"]
    moderate = [
        sum(one["severity"] == Severity.MODERATE for one in answer["alerts"]) for answer in clean
    ]
    return {
        "clean lists with a critical alert": share(any(map(critical, a["alerts"])) for a in clean),
        "negatives with a critical alert": share(any(map(critical, a["alerts"])) for _, a in quiet),
        "clean lists that are complete": share(a["status"] == "complete" for a in clean),
        "moderate alerts per clean list": round(statistics.mean(moderate), 3),
        "moderate alerts by rule": dict(
            Counter(
                one["rule_id"]
                for answer in clean
                for one in answer["alerts"]
                if one["severity"] == Severity.MODERATE
            ).most_common(25)
        ),
    }


def _names() -> Record:
    read = [(name, *read_as(name)) for name in read_lines("names.jsonl")]
    kinds = sorted({name["kind"] for name, *_ in read})
    return {
        "exact": share(right for _, _, right, _ in read),
        "kinds": {
            kind: share(right for name, _, right, _ in read if name["kind"] == kind)
            for kind in kinds
        },
        "look-alikes crossed": sum(
            bool(strange) for name, _, _, strange in read if name["kind"] == "look-alike"
        ),
        "names read as another medicine": sum(bool(strange) for *_, strange in read),
    }


def _pairs(path: Path) -> list[tuple[str, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["drug_a"], row["drug_b"], row.get("severity", "")) for row in rows]


def _said(first: str, second: str) -> list[Record]:
    alerts: list[Record] = check({"meds": [first, second]})["alerts"]
    return [one for one in alerts if {first, second} <= set(one["drugs"])]


def public_list(path: Path, wanted: Callable[[str], bool] = lambda _: True) -> Record:
    """Return what the check says of the pairs of a public list."""
    listed = [pair for pair in _pairs(path) if wanted(pair[2])]
    both = {tuple(sorted((_known(a), _known(b)))) for a, b, _ in listed if _known(a) and _known(b)}
    said = [_said(*pair) for pair in sorted(both) if pair[0] != pair[1]]
    return {
        "pairs": len(listed),
        "pairs with both names known": len(said),
        "critical": share(any(map(critical, alerts)) for alerts in said),
        "any alert": share(bool(alerts) for alerts in said),
        "interruptive": share(any(a["tier"] == "interruptive" for a in alerts) for alerts in said),
    }


def _lists(folder: Path) -> Record:
    if not folder.is_dir():
        return {}
    return {
        "ONC high priority": public_list(folder / "onc_high_priority_pairs.csv"),
        "ONC non-interruptive": public_list(folder / "onc_non_interruptive_pairs.csv"),
        "NDF-RT critical": public_list(folder / "ndfrt_pairs.csv", lambda s: s == "Critical"),
    }


def second_set() -> Record:
    """Return recall and false alarms on the second set, written when the first had been used."""
    answers = results(SECOND)
    findings = [one for case, answer in answers for one in judge(case, answer)]
    return {
        "kb_version": knowledge().version,
        "cases": len(answers),
        "critical recall": _recall(findings),
        "false alarms": _false_alarms(answers),
    }


def measure(lists: Path = LISTS) -> Record:
    """Return every figure of the development set and the public lists."""
    answers = results()
    findings = [one for case, answer in answers for one in judge(case, answer)]
    inputs = [(case, answer) for case, answer in answers if case["group"] == "input"]
    return {
        "command": COMMAND,
        "kb_version": knowledge().version,
        "cases": len(answers),
        "critical recall": _recall(findings),
        "false alarms": _false_alarms(answers),
        "names": _names(),
        "bad input": share(not input_problem(case, answer) for case, answer in inputs),
        "public lists": _lists(lists),
        "first run": _stored("first_run.json"),
        "second set": second_set(),
        "second set, first run": _stored("second_run.json"),
    }


def _stored(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def misses() -> list[str]:
    """Return each miss, milder answer, false alarm and wrong name as a line."""
    lines = []
    for case, answer in (*results(), *results(SECOND)):
        for one in judge(case, answer):
            if not one.as_severe:
                word = "MILDER" if one.found else "MISSED"
                wanted = f"{one.expected['type']} {one.expected['severity']}"
                about = " + ".join(one.expected["drugs"])
                lines.append(f"{word} {one.case}: {wanted} {about}; got {list(one.got)}")
        if case.get("forbid") == "critical":
            loud = [named(one) for one in answer["alerts"] if critical(one)]
            lines += [f"FALSE {case['id']}: {case['case']['meds']}; got {loud}"] if loud else []
        elif case["group"] == "input" and (problem := input_problem(case, answer)):
            lines.append(f"INPUT {case['id']}: {problem}; {[g['field'] for g in answer['gaps']]}")
    for name in read_lines("names.jsonl"):
        read, right, strange = read_as(name)
        if not right:
            word = "CROSSED" if strange else "NAME"
            lines.append(f"{word} {name['kind']}: {name['text']!r}, {name['expect']}; got {read}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"store {EVIDENCE.name}")
    parser.add_argument("--misses", action="store_true", help="print misses and false alarms")
    parser.add_argument("--lists", type=Path, default=LISTS, help="folder of public pair lists")
    arguments = parser.parse_args()
    if arguments.misses:
        print("\n".join(misses()))
        return
    figures = measure(arguments.lists)
    if arguments.write:
        write_json(EVIDENCE, figures)
    print(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
