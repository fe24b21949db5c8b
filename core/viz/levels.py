"""The worst level for each pair of names, as fields with a sign in each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import NotEnoughDataError, SuiteError
from core.viz import theme
from core.viz.chart import Chart, figure, note
from core.viz.text import label, listed

_FIELD = 30
_NAME_CHARACTERS = 22


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """One level of a pair matrix.

    Attributes
    ----------
    word : str
        What the level is called.
    sign : str
        One to three letters that stand in the field, so that colour is not needed.
    status : StatusName
        Which colour the field has.
    """

    word: str
    sign: str
    status: theme.StatusName


def level_matrix(
    names: Sequence[str],
    levels: Sequence[Level],
    pairs: Mapping[tuple[str, str], tuple[int, str]],
    *,
    quantity: str,
) -> Chart:
    """Draw the lower half of a square of names; a name with itself lies on the diagonal.

    Parameters
    ----------
    names : sequence of str
        Rows and columns.
    levels : sequence of Level
        Worst first.
    pairs : mapping of (str, str) to (int, str)
        Two names, in any order, to the place of their level and a sentence; a pair that is not
        named stays empty.
    quantity : str
        What the levels are of, for the text alternative.

    Raises
    ------
    NotEnoughDataError
        If there is no name.
    SuiteError
        If a pair holds an unknown name or level.
    """
    if not names:
        message = "The chart cannot be drawn: there are no names."
        raise NotEnoughDataError(message)
    place = {name: i for i, name in enumerate(names)}
    fields: dict[tuple[int, int], tuple[int, str]] = {}
    for (one, other), (level, said) in pairs.items():
        if one not in place or other not in place or not 0 <= level < len(levels):
            message = f"The chart cannot be drawn: {one} with {other} has no place in it."
            raise SuiteError(message)
        row, column = sorted((place[one], place[other]), reverse=True)
        known = fields.get((row, column))
        fields[row, column] = min(known, (level, said)) if known else (level, said)
    order = sorted(fields, key=lambda at: (fields[at][0], at))
    table = pd.DataFrame(
        [
            {
                "Of": names[column],
                "With": names[row] if row != column else "",
                "Level": levels[fields[row, column][0]].word,
                "What": fields[row, column][1],
            }
            for row, column in order
        ],
        columns=["Of", "With", "Level", "What"],
    )
    return Chart(
        _figure(names, levels, fields), _alt(names, levels, fields, order, quantity), table
    )


def _alt(
    names: Sequence[str],
    levels: Sequence[Level],
    fields: Mapping[tuple[int, int], tuple[int, str]],
    order: Sequence[tuple[int, int]],
    quantity: str,
) -> str:
    told = [
        f"{names[column]}{f' with {names[row]}' if row != column else ''}: "
        f"{levels[fields[row, column][0]].word}"
        for row, column in order
    ]
    return f"{quantity} among {len(names)}. {listed(told) or 'No field is filled'}."


def _figure(
    names: Sequence[str],
    levels: Sequence[Level],
    fields: Mapping[tuple[int, int], tuple[int, str]],
) -> Any:
    import plotly.graph_objects as go

    n, top = len(names), len(levels)
    # Every field of the half is drawn, an empty one in the colour of tracks.
    z = np.full((n, n), np.nan)
    z[np.tril_indices(n)] = top
    told = [[f"{label(names[i])}, {label(names[j])}: nothing" for j in range(n)] for i in range(n)]
    for (i, j), (level, said) in fields.items():
        z[i, j] = level
        told[i][j] = f"{label(levels[level].word)}: {label(said)}"
    colours = [*(theme.STATUSES[one.status].colour for one in levels), theme.TRACK]
    heat = go.Heatmap(
        z=z,
        zmin=-0.5,
        zmax=top + 0.5,
        colorscale=_steps(colours),
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickvals": list(range(n)),
        "ticktext": [label(name, _NAME_CHARACTERS) for name in names],
    }
    return figure(
        [heat],
        height=130 + _FIELD * max(n, 2),
        xaxis={**axis, "tickangle": -45 if n > 2 else 0},
        yaxis={**axis, "autorange": "reversed"},
        annotations=[
            note(levels[level].sign, x=j, y=i, font={"size": 12, "color": _ink(levels[level])})
            for (i, j), (level, _) in fields.items()
        ],
    )


def _ink(level: Level) -> str:
    return theme.BACKGROUNDS["dark" if level.status == "attention" else "light"]


def _steps(colours: Sequence[str]) -> list[list[Any]]:
    """Return a colour scale that jumps from one colour to the next."""
    n = len(colours)
    return [[(i + end) / n, colour] for i, colour in enumerate(colours) for end in (0, 1)]
