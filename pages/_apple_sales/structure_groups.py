"""The verdict on groups, and what it rests on."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Structure
from core.stats.cluster_stability import STABLE
from core.viz import Line, Mark, forest, lines
from core.viz.text import counted, fixed, percent
from core.viz.theme import StatusName
from pages._apple_sales.structure_source import Given, find, show_code
from pages._shared import charts, results

KEY = "apple.groups"
BADGES: dict[str, tuple[StatusName, str]] = {
    "groups": ("ok", "Groups found"),
    "unstable groups": ("attention", "Not uniform, but no stable groups"),
    "no structure": ("unknown", "No structure"),
}


def show(given: Given) -> None:
    """Show the verdict, the gap curve, silhouettes and stability."""
    found = find(given)
    _verdict(found)
    left, right = st.columns(2)
    with left:
        st.subheader("Gap statistic", anchor=False)
        _gap(found)
    with right:
        st.subheader("Silhouette", anchor=False)
        _silhouette(found)
    st.subheader("Do the groups come back?", anchor=False)
    _stability(found)
    show_code(given)
    results.provenance(
        {
            "Data": SOURCE[given.public],
            "Size": f"n = {found.gap.n}, {found.gap.d} columns, standardised",
            "Method": found.gap.method,
            "Reference": f"{found.gap.references} tables uniform in the box of the rows along their"
            " principal axes",
        }
    )


SOURCE = {True: "built in", False: "your file, kept in this session only"}


def _verdict(found: Structure) -> None:
    status, words = BADGES[found.verdict]
    with st.container(border=True):
        results.badge(status, words)
        st.markdown(results.escaped(found.sentence))
        best = found.gap.points[found.gap.tempting - 1]
        st.caption(
            f"A tool that takes the highest silhouette would show {found.gap.tempting} groups "
            f"(silhouette {fixed(best.silhouette, 2)}; noise of the same shape gives "
            f"{fixed(best.noise_low, 2)} to {fixed(best.noise_high, 2)}). This test finds groups "
            f"in at most {percent(found.gap.level)} of uniform noise tables."
        )
        if found.k > 1:
            st.caption(
                "One skewed cloud is not uniform either and can pass for groups: where amounts are "
                "skewed, give their logarithms instead."
            )
        left_out = found.numbers.left_out
        if left_out:
            st.caption(f"Not used: {results.escaped(' '.join(left_out))}")


def _gap(found: Structure) -> None:
    points = found.gap.points
    chosen = points[found.k - 1]
    curve = Line(
        [p.k for p in points],
        [p.gap for p in points],
        [p.gap - p.se for p in points],
        [p.gap + p.se for p in points],
    )
    chart = lines(
        {"Gap, with one standard error": curve},
        x_label="Number of groups",
        y_label="Gap: log dispersion of noise minus that of the rows",
        marks=(Mark(chosen.k, chosen.gap, counted(chosen.k, "group")),),
    )
    charts.show(chart, key=f"{KEY}.gap")
    st.caption(
        "The 1-SE rule takes the smallest number whose gap reaches that of the next minus its "
        f"standard error; alone it would take {found.gap.one_se}. Here it is asked how many groups "
        "there are only once the test says that there are any, and then starts at two."
    )


def _silhouette(found: Structure) -> None:
    points = found.gap.points[1:]
    k = [p.k for p in points]
    low, high = [p.noise_low for p in points], [p.noise_high for p in points]
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    chart = lines(
        {
            "These rows": Line(k, [p.silhouette for p in points]),
            "19 noise tables, smallest to largest": Line(k, middle, low, high),
        },
        x_label="Number of groups",
        y_label="Mean silhouette (-1 to 1)",
    )
    charts.show(chart, key=f"{KEY}.silhouette")
    st.caption("A line inside the band of noise is no evidence of groups, however it is shaped.")


def _stability(found: Structure) -> None:
    shown = {
        f"Group {one.group}, {'stable' if one.stable else 'not stable'}": one.jaccard
        for one in found.stability
    }
    chart = forest(shown, axis="Jaccard similarity with the nearest group of a bootstrap draw",
                   reference=STABLE, reference_label="stable from", digits=2)  # fmt: skip
    charts.show(chart, key=f"{KEY}.stability")
    which = "found" if found.k > 1 else "a tool without a test would show"
    st.caption(
        f"The {found.shown} groups {which}. Mean over the draws, and where 90 % of them lie; n is "
        "the rows of the group. Small samples can look stable without being groups."
    )
