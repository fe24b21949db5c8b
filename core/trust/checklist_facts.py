"""What an audit knows of the items of a reporting checklist: sentences made of its document."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.trust.predictions import MISSING

Facts = Mapping[str, Any]

_SHOWN = 8
_EVENTS_ADVISED = 100
_STATUS = (
    ("pass", "shown"),
    ("fail", "broken"),
    ("not enough evidence", "without enough evidence"),
)
_KINDS = {
    "discrimination": ("discrimination", "auc", "accuracy", "sensitivity", "specificity", "recall"),
    "calibration": ("calibration", "slope", "intercept", "observed_expected", "coverage"),
    "clinical utility": ("utility", "net_benefit"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What the audit contributes to an item.

    Attributes
    ----------
    text : str
        A sentence with its numbers.
    whole : bool
        Whether it answers the item.
    """

    text: str
    whole: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class _Figure:
    """A number with its interval, wherever in the document it stands."""

    name: str
    area: str
    estimate: float
    low: float
    high: float
    n: int
    method: str

    @property
    def text(self) -> str:
        return f"{self.name} {self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}], n = {self.n:,}"


def known(name: str, facts: Facts) -> Known | None:
    """Return what the audit knows under a name of the checklist files; ``None`` for nothing.

    Raises
    ------
    KeyError
        If no sentence has that name.
    """
    return _KNOWN[name](facts)


def _sample(facts: Facts) -> Known | None:
    n = facts.get("n")
    if not n:
        return None
    counts = _counts(facts)
    events = ", ".join(f"{count:,} of class {label!r}" for label, count in counts.items())
    more = f": {events}" if events else ""
    return Known(f"{int(n):,} rows enter the evaluation{more}.")


def _counts(facts: Facts) -> dict[str, int]:
    """Return rows by class: as given, or from the panel of performance."""
    events, classes = facts.get("events"), [str(name) for name in facts.get("classes") or ()]
    if isinstance(events, Mapping):
        return {str(label): int(count) for label, count in events.items()}
    if isinstance(events, int) and len(classes) == 2:
        return {classes[0]: int(facts["n"]) - events, classes[1]: events}
    support = _panel(facts, "performance").get("support") or ()
    return dict(zip(classes, map(int, support), strict=False))


def _panel(facts: Facts, name: str) -> Mapping[str, Any]:
    panel = (facts.get("panels") or {}).get(name)
    return panel if isinstance(panel, Mapping) else {}


def _sample_judged(facts: Facts) -> Known | None:
    sample, counts = _sample(facts), _counts(facts)
    if sample is None or not counts:
        return sample and Known(sample.text, whole=False)
    fewest = min(counts.values())
    side = "at least" if fewest >= _EVENTS_ADVISED else "fewer than"
    checks = list(facts.get("checks") or ())
    open_ones = sum(check.get("status") == "not enough evidence" for check in checks)
    undecided = f" {open_ones} of {len(checks)} checks stay undecided." if checks else ""
    ratio = _events_per_feature(facts)
    return Known(
        f"{sample.text} The rarest class has {fewest:,} rows, {side} the {_EVENTS_ADVISED} often "
        f"asked for.{undecided}{' ' + ratio.text if ratio else ''}"
    )


def _events_per_feature(facts: Facts) -> Known | None:
    features, counts = facts.get("features"), _counts(facts)
    number = features if isinstance(features, int) else len(features) if features else 0
    if not number or not counts:
        return None
    fewest = min(counts.values())
    return Known(
        f"{fewest:,} rows of the rarest class for {number} features: {fewest / number:.1f} each, "
        "in these data."
    )


def _missing(facts: Facts) -> Known | None:
    if not facts.get("n"):
        return None
    groups = _groups(facts)
    some = [name for name, levels in groups.items() if MISSING in levels]
    text = f"None of the {int(facts['n']):,} audited rows lacks an outcome or a prediction."
    if some:
        text += f" Rows without a value of {_listed(some)} form a group of their own."
    elif groups:
        text += f" No value of {_listed(groups)} is missing."
    return Known(text, whole=False)


def _groups(facts: Facts) -> dict[str, list[str]]:
    groups = facts.get("groups") or {}
    if isinstance(groups, Mapping):
        return {str(name): [str(level) for level in levels] for name, levels in groups.items()}
    return {str(g["name"]): [str(level) for level in g["levels"]] for g in groups}


def _imbalance(facts: Facts) -> Known | None:
    counts = _counts(facts)
    total = sum(counts.values())
    if not total:
        return None
    shares = ", ".join(f"{label!r} {count / total:.1%}" for label, count in counts.items())
    return Known(f"Shares of the classes among {total:,} rows: {shares}.", whole=False)


def _threshold(facts: Facts) -> Known | None:
    threshold = facts.get("threshold")
    if threshold is None:
        return None
    return Known(f"Rows are called positive from a probability of {threshold:g}.", whole=False)


def _figures(facts: Facts) -> list[_Figure]:
    """Return every figure that has an interval: those of the whole, then those of checks."""
    found: dict[str, _Figure] = {}
    for name, entry in (facts.get("figures") or {}).items():
        numbers = [entry.get(key) for key in ("estimate", "low", "high")]
        _add(found, str(name), "", numbers, entry)
    for check in facts.get("checks") or ():
        numbers = [check.get(key) for key in ("estimate", "ci_low", "ci_high")]
        _add(found, str(check["id"]), str(check.get("area") or ""), numbers, check)
    return list(found.values())


def _add(found: dict[str, _Figure], name: str, area: str, numbers: list[Any], entry: Facts) -> None:
    if all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        estimate, low, high = map(float, numbers)
        n, method = int(entry.get("n") or 0), str(entry.get("method") or "")
        found[name] = _Figure(name, area, estimate, low, high, n, method)


def _overall(facts: Facts) -> list[_Figure]:
    """Return the figures of performance of the whole."""
    return [
        figure
        for figure in _figures(facts)
        if figure.area != "data" and not _about(figure.name, figure.area, "fairness")
    ]


def _about(name: str, area: str, word: str) -> bool:
    return word in name.lower() or word in area.lower()


def _performance(facts: Facts) -> Known | None:
    figures = _overall(facts)
    return Known(_some(figure.text for figure in figures)) if figures else None


def _performance_by_group(facts: Facts) -> Known | None:
    overall, groups = _performance(facts), _subgroups(facts)
    if overall is None:
        return None
    if groups is None:
        return Known(f"{overall.text} No subgroup was given to the audit.", whole=False)
    return Known(f"{overall.text} {groups.text}")


def _subgroups(facts: Facts) -> Known | None:
    groups = _groups(facts)
    checks = [
        check
        for check in facts.get("checks") or ()
        if _about(str(check["id"]), str(check.get("area") or ""), "fairness")
    ]
    if not groups or not checks:
        return None
    named = _listed(f"{name} ({len(levels)} groups)" for name, levels in groups.items())
    measured = [f for f in _figures(facts) if _about(f.name, f.area, "fairness")]
    shown = f" {_some(figure.text for figure in measured)}" if measured else ""
    return Known(f"Compared by {named}: {_tally(checks)}.{shown}")


def _tally(checks: list[Any]) -> str:
    parts = [
        f"{sum(check.get('status') == status for check in checks)} {word}"
        for status, word in _STATUS
    ]
    return f"of {len(checks)} checks {', '.join(parts)}"


def _measures(facts: Facts) -> Known | None:
    names = [*(facts.get("figures") or facts.get("metrics") or {})]
    names += [str(check["id"]) for check in facts.get("checks") or ()]
    names = [name for name in dict.fromkeys(names) if name != "n"]
    return Known(f"Measured: {_listed(names)}.") if names else None


def _all_three(facts: Facts) -> Known | None:
    figures = _overall(facts)
    found = {
        kind: next((f for f in figures for word in words if _about(f.name, f.area, word)), None)
        for kind, words in _KINDS.items()
    }
    texts = [f"{kind}: {figure.text}" for kind, figure in found.items() if figure]
    if not texts:
        return None
    absent = [kind for kind, figure in found.items() if figure is None]
    more = f" Not measured: {_listed(absent)}." if absent else ""
    return Known(f"{'; '.join(texts)}.{more}", whole=not absent)


def _uncertainty(facts: Facts) -> Known | None:
    figures = _figures(facts)
    if not figures:
        return None
    methods = dict.fromkeys(figure.method for figure in figures if figure.method)
    by = f" Methods: {_listed(methods, '; ')}." if methods else ""
    return Known(f"{len(figures)} figures carry a confidence interval.{by}")


def _recalibration(facts: Facts) -> Known | None:
    texts = [str(check["reason"]) for check in _named(facts, "recalibr") if check.get("reason")]
    return Known(" ".join(texts), whole=False) if texts else None


def _robustness(facts: Facts) -> Known | None:
    return _reasons(facts, ("drift", "slices", "robust"))


def _batches(facts: Facts) -> Known | None:
    found = _reasons(facts, ("drift",))
    return found and Known(found.text, whole=False)


def _reasons(facts: Facts, words: Iterable[str]) -> Known | None:
    texts = [
        f"{check['id']}: {check['reason']}"
        for word in words
        for check in _named(facts, word)
        if check.get("reason") and check.get("n")
    ]
    return Known(" ".join(texts)) if texts else None


def _named(facts: Facts, word: str) -> list[Any]:
    return [c for c in facts.get("checks") or () if word in str(c["id"]).lower()]


def _failures(facts: Facts) -> Known | None:
    table = _panel(facts, "performance").get("confusion")
    classes = [str(name) for name in facts.get("classes") or ()]
    if not table or not classes:
        return None
    wrong = sum(sum(row) for row in table) - sum(row[i] for i, row in enumerate(table))
    cells = [
        f"{row[j]} of class {classes[i]!r} called {classes[j]!r}"
        for i, row in enumerate(table)
        for j in range(len(row))
        if i != j and row[j]
    ]
    return Known(f"{wrong:,} wrong calls{': ' + _listed(cells) if cells else ''}.", whole=False)


def _characteristics(facts: Facts) -> Known | None:
    sample, groups = _sample(facts), _groups(facts)
    if sample is None:
        return None
    by = "; ".join(f"{name}: {_listed(levels)}" for name, levels in groups.items())
    return Known(f"{sample.text}{f' Attributes: {by}.' if by else ''}", whole=False)


def _undecided(facts: Facts) -> Known | None:
    names = [
        str(check["id"])
        for check in facts.get("checks") or ()
        if check.get("status") == "not enough evidence"
    ]
    if not names:
        return None
    return Known(f"Not enough evidence in these data for {_listed(names)}.", whole=False)


def _some(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f"; and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return "; ".join(every[:_SHOWN]) + more + "."


def _listed(names: Iterable[str], separator: str = ", ") -> str:
    every = list(names)
    more = [f"{len(every) - _SHOWN} more"] if len(every) > _SHOWN else []
    return separator.join([*every[:_SHOWN], *more])


_KNOWN: dict[str, Callable[[Facts], Known | None]] = {
    "sample": _sample,
    "sample_judged": _sample_judged,
    "events_per_feature": _events_per_feature,
    "missing": _missing,
    "imbalance": _imbalance,
    "threshold": _threshold,
    "performance": _performance,
    "performance_by_group": _performance_by_group,
    "subgroups": _subgroups,
    "measures": _measures,
    "all_three": _all_three,
    "uncertainty": _uncertainty,
    "recalibration": _recalibration,
    "robustness": _robustness,
    "batches": _batches,
    "failures": _failures,
    "characteristics": _characteristics,
    "undecided": _undecided,
}
