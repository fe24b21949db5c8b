"""Which column of a file of predictions is what."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.trust import guess_columns
from pages._trust.questions import ask_threshold

NONE = "(none)"


@dataclasses.dataclass(frozen=True, slots=True)
class Picked:
    """Columns by role, as the reader left them, and the threshold."""

    label: str | None
    prob: tuple[str, ...]
    pred: str | None
    groups: tuple[str, ...]
    date: str | None
    threshold: float

    def arguments(self) -> dict[str, Any]:
        """Return them as :func:`core.trust.read_table` takes them."""
        prob = self.prob or None
        return {**dataclasses.asdict(self), "prob": prob}


def pick(columns: Sequence[str], key: str) -> Picked:
    """Show which column is what, as far as the names tell, and let the reader decide."""
    guess = guess_columns(columns)
    clear = guess.label is not None and bool(guess.prob or guess.pred)
    used = {guess.label, guess.pred, guess.date, *guess.prob}
    free = [column for column in columns if column not in used]
    said = "recognised by their names" if clear else "please choose"
    with st.expander(
        f"Columns ({len(columns)}): {said}", expanded=True, icon=":material/view_column:"
    ):
        left, middle, right = st.columns(3)
        with left:
            label = choose("Outcome", columns, guess.label, f"{key}.label")
            pred = choose("Call or predicted quantity", columns, guess.pred, f"{key}.pred")
        with middle:
            prob = st.multiselect(
                "Probability, or one column a class",
                list(columns),
                default=list(guess.prob),
                key=f"{key}.prob",
            )
            date = choose("Date or batch", columns, guess.date, f"{key}.date")
        with right:
            groups = st.multiselect(
                "Attributes to compare",
                [column for column in columns if column != label and column not in prob],
                default=[column for column in free if _is_attribute(column)],
                key=f"{key}.groups",
                help="Such as sex, age or site. Numbers with many values are cut into bins.",
            )
            threshold = ask_threshold(0.5, f"{key}.threshold", disabled=len(prob) not in (1, 2))
    # With probabilities, the calls follow from the threshold.
    call = None if prob and pred == guess.pred else pred
    return Picked(label, tuple(prob), call, tuple(groups), date, threshold)


_ATTRIBUTES = ("sex", "gender", "age", "site", "hospital", "centre", "center", "ethnicity", "race")


def _is_attribute(column: str) -> bool:
    return any(word in column.lower().replace("_", " ").split() for word in _ATTRIBUTES)


def choose(label: str, columns: Sequence[str], guess: str | None, key: str) -> str | None:
    """Ask for one column; ``None`` where there is none."""
    options = [NONE, *columns]
    chosen = st.selectbox(label, options, options.index(guess) if guess else 0, key=key)
    return None if chosen == NONE else chosen
