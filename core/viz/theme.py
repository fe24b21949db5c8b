"""The one visual language of the suite's charts: colours, status signs and the Plotly template."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import plotly.graph_objects as go

StatusName = Literal["ok", "attention", "critical", "unknown"]

BACKGROUNDS = {"light": "#ffffff", "dark": "#0e1114"}
"""Page backgrounds, as in ``.streamlit/config.toml``."""

CATEGORICAL = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#c70099",
    "#4880ff",
    "#8e5d3e",
    "#4d897f",
    "#4e646c",
    "#715d56",
)
"""Ten colours for unordered groups.

The first four are those of the Okabe-Ito set that keep a contrast of 3:1 against both
backgrounds; the other six were searched for under the same limit. Any two stay at least
10 units of CIEDE2000 apart in normal, protanopic and deuteranopic vision.
"""

SEQUENTIAL = (
    "#e3eef7",
    "#c6ddef",
    "#a8cbe6",
    "#89b8dd",
    "#68a5d3",
    "#4492c7",
    "#1a80bb",
    "#006ba7",
    "#005384",
    "#003b60",
)
"""Ten steps from little to much."""

DIVERGING = (
    "#8f3f00",
    "#b75000",
    "#d96d24",
    "#e79b6e",
    "#f2cdb6",
    "#c6ddef",
    "#89b8dd",
    "#4492c7",
    "#006ba7",
    "#003b60",
)
"""Ten steps between two ends; the same hues as `RAISES` and `LOWERS`."""

ESTIMATE = CATEGORICAL[0]
RAISES = CATEGORICAL[1]
LOWERS = CATEGORICAL[0]
SECOND = CATEGORICAL[1]
NEUTRAL = "#747b85"
TRACK = "rgba(116, 123, 133, 0.22)"

INK = "#000037"
"""Colour of all text in charts.

Streamlit's frontend replaces this very value by the strong text colour of the theme in use, light
or dark, also when the reader switches; its default for chart text is too pale on white. Anywhere
else it is a near-black.
"""

FONT = "IBM Plex Sans, sans-serif"
FONT_SIZE = 14
TICK_SIZE = 13


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """How a verdict is shown: never by colour alone.

    Attributes
    ----------
    name : str
        One of ``ok``, ``attention``, ``critical``, ``unknown``.
    word : str
        The word that stands beside the icon.
    icon : str
        Name of the sign in the Material Symbols set.
    colour : str
        Colour readable on both backgrounds; red is kept for ``critical``.
    """

    name: StatusName
    word: str
    icon: str
    colour: str


STATUSES: dict[StatusName, Status] = {
    "ok": Status("ok", "OK", "check_circle", "#00915f"),
    "attention": Status("attention", "Attention", "warning", "#bd7b00"),
    "critical": Status("critical", "Critical", "error", "#c81e3a"),
    "unknown": Status("unknown", "Unknown", "help", NEUTRAL),
}


def tint(colour: str, opacity: float) -> str:
    """Return a hexadecimal colour as a translucent one, for bands over either background."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


@functools.cache
def template() -> go.layout.Template:
    """Return the Plotly template: transparent, one font, quiet grid, margins that fit.

    The grid is translucent, and text has the one colour that the page's theme replaces.
    """
    import plotly.graph_objects as go

    axis = {
        "automargin": True,
        "showgrid": True,
        "gridcolor": TRACK,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": TICK_SIZE},
        "title": {"font": {"size": TICK_SIZE}, "standoff": 12},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "colorway": CATEGORICAL,
            "font": {"family": FONT, "size": FONT_SIZE, "color": INK},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "xaxis": axis,
            "yaxis": axis,
            "hovermode": "closest",
            "hoverlabel": {"align": "left", "font": {"family": FONT, "size": FONT_SIZE}},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
            },
            "colorscale": {
                "sequential": [[i / 9, colour] for i, colour in enumerate(SEQUENTIAL)],
                "diverging": [[i / 9, colour] for i, colour in enumerate(DIVERGING)],
            },
        }
    )
