"""What was measured of the check, as the benchmark wrote it down; no figure is typed in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from core.errors import ArtifactError
from core.guardian import knowledge, measured
from core.stats.intervals import Interval
from core.viz import forest
from core.viz.text import fixed, percent
from pages._shared import charts, results, tables

FACTS = ("command", "kb_version", "cases")
FIRST = "first run"
HEADLINES = (
    ("Critical alerts found", ("critical recall", "all")),
    ("Clean lists with a critical alert", ("false alarms", "clean lists with a critical alert")),
    ("Names read exactly", ("names", "exact")),
)
MEANING = {
    FIRST: "Before any miss was known, with the expectations as first written.",
    "second set": "Cases written blind after the first set had been used to mend the rules.",
    "second set, first run": "The same before any of its own misses was known.",
    "critical recall": "Of the alerts that a case must raise, the share that was raised.",
    "false alarms": "Lists on which no critical alert belongs. Fewer is better.",
    "names": "Names, abbreviations and misspellings, read to exactly the right ingredients.",
    "public lists": "Pairs of published lists. They grade differently from labels; nothing was "
    "fitted to them.",
}


def show() -> None:
    """Show the figures, or say how to make them."""
    try:
        found = measured.measured()
    except ArtifactError as error:
        results.refusal(error, "No figures")
        return
    if found is None:
        st.info(
            f"The benchmark has not been run here. `{measured.COMMAND}` measures and stores.",
            icon=":material/info:",
        )
        return
    if found["kb_version"] != knowledge().version:
        results.notes(
            ["These figures are of another version of the knowledge base. Run the command again."],
            "attention",
        )
    st.markdown(
        "Measured on cases written for this purpose before the check was first run on them. That "
        "first run, in large figures, is the one that was blind: the cases were used to improve "
        "the check since, so later figures are those of a development set, and lists that nobody "
        "has seen will fare worse than those."
    )
    _headlines(found)
    for name, part in found.items():
        if name not in FACTS and part:
            _section(name, part)
    results.provenance(
        {
            "Knowledge base": str(found["kb_version"]),
            "cases": f"{found.get('cases', 0):,}",
            "again with": str(found.get("command", measured.COMMAND)),
        }
    )


def _headlines(found: Mapping[str, Any]) -> None:
    """Show the blind run in large figures, and what became of them beneath."""
    columns = st.columns(len(HEADLINES))
    for column, (title, path) in zip(columns, HEADLINES, strict=True):
        later, first = _at(found, path), _at(found.get(FIRST), path)
        share = first if _is_share(first) else later
        if not _is_share(share):
            continue
        column.metric(title, f"{fixed(100 * share['estimate'], 1)} %")
        low, high = percent(share["low"]), percent(share["high"])
        column.caption(f"{share['k']} of {share['n']}, 95 % interval {low} to {high}.")
        if share is first and _is_share(later):
            column.caption(f"Now, no longer blind: {later['k']} of {later['n']}.")


def _at(found: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _section(name: str, part: Any) -> None:
    st.subheader(name.capitalize(), anchor=False)
    if name in MEANING:
        st.caption(MEANING[name])
    leaves = list(_leaves("", part))
    groups = [(title, one) for title, one in leaves if title.startswith(("groups: ", "kinds: "))]
    rows = [_row(title or name, one) for title, one in leaves if (title, one) not in groups]
    if rows:
        tables.show(rows, alt=f"Figures of {name}.")
    if groups:
        with st.expander(f"By group, {len(groups)} of them", icon=":material/stacked_bar_chart:"):
            _chart(name, groups)


def _chart(name: str, groups: list[tuple[str, Any]]) -> None:
    chart = forest(
        {
            title.partition(": ")[2]: Interval(**{k: v for k, v in one.items() if k != "k"})
            for title, one in groups
        },
        axis="Share, with the 95 % interval (Wilson)",
        digits=2,
    )
    charts.show(chart, key=f"guardian.evidence.{name}")


def _leaves(title: str, part: Any) -> Iterator[tuple[str, Any]]:
    """Yield every figure of a part with its name."""
    if not isinstance(part, Mapping) or "n" in part:
        yield title, part
        return
    for key, inside in part.items():
        yield from _leaves(f"{title}: {key}" if title else str(key), inside)


def _is_share(one: Any) -> bool:
    return isinstance(one, Mapping) and "estimate" in one


def _row(title: str, one: Any) -> dict[str, object]:
    row: dict[str, object] = {"Figure": title, "Value": "none", "95 % interval": "", "n": None}
    if _is_share(one):
        row["Value"] = f"{one['k']} of {one['n']} ({percent(one['estimate'])})"
        row["95 % interval"] = f"{percent(one['low'])} to {percent(one['high'])}"
        row["n"] = one["n"]
    elif isinstance(one, float):
        row["Value"] = fixed(one, 3)
    elif not isinstance(one, Mapping):
        row["Value"] = str(one)
    return row
