"""Policies: which claims an audit must show before it passes, with their limits.

A policy is a file under ``policies/``; its name and version are part of every verdict. A limit that
changes is a new version, so that a verdict can be read years later.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from core.errors import InputError

Demand = Literal["always", "if given", "advisory"]

METRICS = {"sensitivity", "specificity"}
"""Rates that a policy can ask to be alike between groups."""

FOLDER = Path(__file__).with_name("policies")


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """What a policy asks of one claim.

    Attributes
    ----------
    demand : {"always", "if given", "advisory"}
        Whether the verdict needs the claim always, only when the input offers what it is measured
        on, or never.
    limits : mapping of str to Any
        The limits of the claim, under the names its panel gives them.
    """

    demand: Demand
    limits: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """A named, versioned set of claims.

    Attributes
    ----------
    name, version : str
        What the policy is called in a verdict.
    purpose : str
        What it is for, in a sentence.
    level : float
        Probability that an audit fails a model which satisfies every claim, at most; and that it
        passes a model which breaks one.
    rules : mapping of str to Rule
        Claims by the first parts of their check's name: ``"fairness"`` stands for every check of
        that area.
    """

    name: str
    version: str
    purpose: str
    level: float
    rules: Mapping[str, Rule]

    def rule(self, check: str) -> Rule | None:
        """Return the rule for a check's name, or ``None`` where the policy says nothing of it."""
        return self.rules.get(check) or self.rules.get(check.split(".")[0])

    def limits(self, family: str) -> dict[str, Any]:
        """Return the limits of one claim.

        Raises
        ------
        KeyError
            If the policy says nothing of it.
        """
        return dict(self.rules[family].limits)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as plain data, in the form of its file."""
        return {
            "name": self.name,
            "version": self.version,
            "purpose": self.purpose,
            "level": self.level,
            "checks": {
                name: {"demand": rule.demand, **rule.limits} for name, rule in self.rules.items()
            },
        }


def policies() -> tuple[Policy, ...]:
    """Return the policies of the suite, the strictest first."""
    return tuple(_stored(name) for name in ("clinical-strict", "screening", "research"))


def policy(name: str | Policy) -> Policy:
    """Return a policy by its name; one that is given as such is returned as it is.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if isinstance(name, Policy):
        return name
    known = [one.name for one in policies()]
    if name not in known:
        raise InputError(f"policy: there is none called {name!r}. Choose {', '.join(known)}.")
    return _stored(name)


def from_dict(content: Mapping[str, Any]) -> Policy:
    """Build a policy from plain data, such as a file of one's own.

    Parameters
    ----------
    content : mapping
        The form of the files under ``policies/``.

    Raises
    ------
    InputError
        If a part is missing, a claim is not one that an audit measures, or a limit is not one of
        that claim.
    """
    known = _stored("clinical-strict").rules
    try:
        checks = {str(name): dict(rule) for name, rule in content["checks"].items()}
        level = float(content["level"])
        names = {key: str(content[key]) for key in ("name", "version", "purpose")}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = "policy: needs name, version, purpose, level and checks with their limits."
        raise InputError(message) from error
    if not 0 < level < 1:
        raise InputError(f"policy: level is {level:g}. Give a share between 0 and 1, such as 0.05.")
    for name, limits in checks.items():
        _check_rule(name, limits, known)
    rules = {name: Rule(limits.pop("demand"), limits) for name, limits in checks.items()}
    return Policy(level=level, rules=rules, **names)


def _check_rule(name: str, limits: Mapping[str, Any], known: Mapping[str, Rule]) -> None:
    if name not in known:
        raise InputError(
            f"policy: no audit measures {name!r}. Choose among {', '.join(sorted(known))}."
        )
    demands = get_args(Demand)
    if limits.get("demand") not in demands:
        raise InputError(
            f"policy: demand of {name} is {limits.get('demand')!r}. Choose {', '.join(demands)}."
        )
    expected, given = set(known[name].limits), set(limits) - {"demand"}
    if expected != given:
        wanted = ", ".join(sorted(expected)) or "no limit"
        raise InputError(f"policy: the limits of {name} are {wanted}. Give exactly these.")
    for limit in expected:
        if not _fits(limits[limit], known[name].limits[limit]):
            raise InputError(
                f"policy: {limit} of {name} is {limits[limit]!r}. Give something like "
                f"{known[name].limits[limit]!r}."
            )


def _fits(value: object, example: object) -> bool:
    """Return whether a limit is of the same kind as the suite's own."""
    if isinstance(example, list):
        return isinstance(value, list) and bool(value) and set(value) <= METRICS
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    whole = not isinstance(example, int) or isinstance(value, int)
    return whole and math.isfinite(value)


@functools.cache
def _stored(name: str) -> Policy:
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    rules = {
        check: Rule(limits.pop("demand"), limits) for check, limits in content["checks"].items()
    }
    return Policy(content["name"], content["version"], content["purpose"], content["level"], rules)
