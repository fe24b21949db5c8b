"""Six dimensions, AUC and AOPC: as published, and on the suite's networks."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from core.saliency import ORIGINAL_DIMENSIONS, PUBLISHED, Comparison, OriginalStudy
from core.viz.text import counted, fixed, p_value
from pages._shared import results, tables

DELETION = {"auc": "Deletion AUC", "aopc": "AOPC"}
DIGITS = 3


def show(study: OriginalStudy) -> None:
    """Show both tables as one, then the tests."""
    st.markdown(
        "Mean and standard deviation over images. Other networks, other films: the figures are not "
        "meant to be equal. What can be compared is how the protocol behaves."
    )
    first, second = (results.escaped(one.title) for one in study.networks)
    rows = [
        {
            "Dimension": one.title,
            "Published VGG16": _pair(*PUBLISHED[one.key].vgg16),
            "Published ViT": _pair(*PUBLISHED[one.key].vit),
            f"Ours {first}": _pair(one.means[0], one.deviations[0]),
            f"Ours {second}": _pair(one.means[1], one.deviations[1]),
        }
        for one in study.comparisons
    ]
    for key, title in DELETION.items():
        own = [one.of(key) for one in study.networks]
        rows.append(
            {
                "Dimension": title,
                "Published VGG16": _pair(*PUBLISHED[key].vgg16),
                "Published ViT": _pair(*PUBLISHED[key].vit),
                f"Ours {first}": _pair(*_moments(own[0])),
                f"Ours {second}": _pair(*_moments(own[1])),
            }
        )
    tables.show(rows, alt="Published figures beside ours.")
    _tests(study)


def _tests(study: OriginalStudy) -> None:
    st.subheader("Do the two networks differ?", anchor=False)
    tables.show([_test(one) for one in study.comparisons], alt="Tests of the six dimensions.")
    st.caption(
        f"{counted(study.n, 'film')}. Mann-Whitney treats the same films as different ones, as "
        "the original does; Wilcoxon's test knows that they are the same. p values after "
        "Bonferroni over six tests; effect: rank-biserial, -1 to 1."
    )


def _test(one: Comparison) -> dict[str, object]:
    return {
        "Dimension": one.title,
        "Mann-Whitney": _p(one.p_bonferroni),
        "Effect": _number(one.rank_biserial),
        "Wilcoxon, paired": _p(one.p_paired_bonferroni),
        "Effect, paired": _number(one.rank_biserial_paired),
        "Pairs": one.pairs,
    }


def assumptions(study: OriginalStudy) -> None:
    """List what the print leaves open and how it was closed, and where no map can be read."""
    tables.show(
        [
            {"Dimension": one.title, "As printed": one.formula, "Assumed": one.assumed}
            for one in ORIGINAL_DIMENSIONS
        ],
        alt="Formulas of the dimensions and what was assumed.",
    )
    for one in study.networks:
        if one.unread:
            st.markdown(f"**{results.escaped(one.title)}**: layers where no map can be read")
            tables.show(
                [{"Layer": layer.title, "Why": layer.reason} for layer in one.unread],
                alt=f"Layers of {one.title} where no map can be read.",
            )


def _moments(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return math.nan, math.nan
    return float(known.mean()), float(known.std(ddof=1))


def _pair(mean: float, deviation: float) -> str:
    if math.isnan(mean):
        return "none"
    return f"{fixed(mean, DIGITS)} ± {fixed(deviation, DIGITS)}"


def _p(value: float) -> str:
    return "none" if math.isnan(value) else p_value(value)


def _number(value: float) -> str:
    return "none" if math.isnan(value) else fixed(value, 2)
