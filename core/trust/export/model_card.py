"""The audits in a model card: computed once with the model, shown as sentences and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.trust.audit import DEFAULT_POLICY, judge
from core.trust.export.card import card_lines
from core.trust.held_out import HeldOut
from core.trust.policy import policy


def audits(models: Iterable[HeldOut]) -> dict[str, Any]:
    """Audit models under the strictest policy.

    Parameters
    ----------
    models : iterable of HeldOut
        Their predictions for rows held out.

    Returns
    -------
    dict
        Key of a model to its title, how the rows were held out, and the audit's document without
        the parts that only charts need.
    """
    found = {}
    for model in models:
        document = judge(model.predictions()).to_dict()
        for part in ("panels", "limits"):
            del document[part]
        found[model.key] = {"title": model.title, "how": model.how, "data": model.data, **document}
    return found


def audit_section(found: Mapping[str, Any]) -> list[str]:
    """Return the audits as lines of Markdown, under a heading of their own.

    Parameters
    ----------
    found : mapping
        What :func:`audits` returned.
    """
    rules = policy(DEFAULT_POLICY)
    lines = [
        "## Audit",
        "",
        f"Under the policy {rules.name} {rules.version}: each claim is shown, broken, or without "
        "enough evidence. A rate at one threshold can differ between groups because their risks "
        "do, even where the probabilities are right.",
    ]
    for one in found.values():
        lines += ["", f"### {one['title']}", "", f"{one['how']} Data: {one['data']}.", ""]
        lines += card_lines(one)
    return lines
