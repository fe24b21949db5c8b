"""A picture with a map burned into it, outlines around what matters, and a choice of opacity."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from core.errors import SuiteError
from core.viz import theme
from core.viz.chart import Chart, Floats, figure, need_finite, note
from core.viz.picture import png
from core.viz.text import fixed, label, listed, percent

Area = NDArray[np.generic]

SIDE = 448
"""Least side in pixels of what is drawn, so that outlines stay thin."""
STRONGEST = 0.995
"""Quantile of the map's sizes that has the full colour: one bright pixel must not dim the rest."""
CELLS = 16
"""Most cells along a side of the table."""

_OUTLINES = (theme.CATEGORICAL[2], theme.CATEGORICAL[3], "#ffffff", theme.CATEGORICAL[5])
_ROWS, _COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")
_NAMED = 3
_KEY_LINE = 20


def overlay(
    pixels: ArrayLike,
    heat: ArrayLike | None = None,
    *,
    title: str,
    quantity: str = "Weight",
    opacity: float = 0.7,
    smooth: bool = True,
    outlines: Mapping[str, ArrayLike] | None = None,
    height: int = 380,
) -> Chart:
    """Draw a square grey picture with a map over it.

    Orange is positive and blue negative; a pixel of no weight is clear.

    Parameters
    ----------
    pixels : array_like, shape (n, n)
        Grey values from 0 to 1.
    heat : array_like, shape (h, w), optional
        The map, the top row first, on a grid of its own.
    title : str
        What the picture shows.
    quantity : str
        What the values are.
    opacity : float, default 0.7
        Of the strongest pixels of the map, from 0 to 1.
    smooth : bool, default True
        Whether the map is interpolated between its cells; otherwise the cells are seen.
    outlines : mapping of str to array_like of bool or int, shape (r, c), optional
        Areas by name, on grids of their own; lines are drawn where the values change. An area
        without a pixel is left out.
    height : int, default 380
        Height in pixels.

    Raises
    ------
    SuiteError
        If the picture is not square, map or areas have not two dimensions, or a value is not
        finite.
    """
    drawn = composed(pixels, heat, opacity=opacity, smooth=smooth, outlines=outlines)
    areas = _areas(outlines)
    key = [
        f'<span style="color:{_spoken(colour)}">▢</span> {label(name)}'
        for name, (colour, _) in areas.items()
    ]
    if heat is None:
        grey = np.asarray(pixels, dtype=np.float64)
        alt, table = f"{title}.", _table(_coarse(grey), "Grey value, 0 to 1")
    else:
        cells = _coarse(_map(heat))
        alt = f"{title}. {_words(_map(heat), quantity)}"
        table = _table(cells, quantity)
    if areas:
        alt += f" Outlined: {listed(list(areas))}."
    return Chart(_figure(drawn, key, height), alt, table)


def overlay_png(
    pixels: ArrayLike,
    heat: ArrayLike | None = None,
    *,
    opacity: float = 0.7,
    smooth: bool = True,
    outlines: Mapping[str, ArrayLike] | None = None,
) -> bytes:
    """Return what :func:`overlay` draws as a PNG; parameters and errors are the same."""
    return png(composed(pixels, heat, opacity=opacity, smooth=smooth, outlines=outlines))


def composed(
    pixels: ArrayLike,
    heat: ArrayLike | None = None,
    *,
    opacity: float = 0.7,
    smooth: bool = True,
    outlines: Mapping[str, ArrayLike] | None = None,
) -> Floats:
    """Return the picture with map and outlines, shape (m, m, 3), values from 0 to 1."""
    grey = np.asarray(pixels, dtype=np.float64)
    if grey.ndim != 2 or grey.shape[0] != grey.shape[1]:
        raise SuiteError(f"The picture cannot be drawn: its shape is {grey.shape}, not square.")
    need_finite("grey values", grey.ravel())
    if not 0 <= opacity <= 1:
        raise SuiteError(f"The picture cannot be drawn: the opacity {opacity:g} is not 0 to 1.")
    side = grey.shape[0] * -(-SIDE // grey.shape[0])
    colours = np.repeat(_scaled(grey.clip(0, 1), side, smooth=True)[..., None], 3, axis=2)
    if heat is not None:
        colours = _burned(colours, _map(heat), opacity, smooth)
    for colour, area in _areas(outlines).values():
        colours[_edge(area, side)] = _channels(colour)
    return colours


def _map(heat: ArrayLike) -> Floats:
    cells = np.asarray(heat, dtype=np.float64)
    if cells.ndim != 2:
        raise SuiteError(f"The picture cannot be drawn: its map has {cells.ndim} dimensions.")
    need_finite("cells of the map", cells.ravel())
    return cells


def _burned(colours: Floats, cells: Floats, opacity: float, smooth: bool) -> Floats:
    most = float(np.quantile(np.abs(cells), STRONGEST)) or float(np.abs(cells).max()) or 1.0
    strength = _scaled((cells / most).clip(-1, 1), len(colours), smooth)
    ink = np.where(strength[..., None] > 0, _channels(theme.RAISES), _channels(theme.LOWERS))
    alpha = opacity * np.abs(strength)[..., None]
    return np.asarray((1 - alpha) * colours + alpha * ink)


def _scaled(values: Floats, side: int, smooth: bool) -> Floats:
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    source = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.asarray(source.resize((side, side), how), dtype=np.float64)


def _areas(outlines: Mapping[str, ArrayLike] | None) -> dict[str, tuple[str, Area]]:
    """Return the colour and the pixels of each area that has any."""
    found = {}
    for colour, (name, given) in zip(_OUTLINES, (outlines or {}).items(), strict=False):
        area = np.asarray(given)
        if area.ndim != 2:
            raise SuiteError(f"The picture cannot be drawn: {name} has {area.ndim} dimensions.")
        if area.any():
            found[name] = (colour, area)
    return found


def _edge(area: Area, side: int) -> NDArray[np.bool_]:
    """Return the pixels beside the borders between values, on a larger square."""
    rows, columns = (np.arange(side) * cells // side for cells in area.shape)
    large = area[np.ix_(rows, columns)]
    edge = np.zeros(large.shape, dtype=bool)
    down, across = large[1:] != large[:-1], large[:, 1:] != large[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    return edge


def _channels(colour: str) -> Floats:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _spoken(colour: str) -> str:
    return theme.NEUTRAL if colour == "#ffffff" else colour


def _figure(drawn: Floats, key: list[str], height: int) -> Any:
    import plotly.graph_objects as go

    data = base64.b64encode(png(drawn)).decode()
    side = len(drawn)
    above = _KEY_LINE * bool(key)
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1}
    return figure(
        [go.Image(source=f"data:image/png;base64,{data}", hoverinfo="skip")],
        height=height + above,
        xaxis={"visible": False, "range": [-0.5, side - 0.5], "constrain": "domain"},
        yaxis={"visible": False, "range": [side - 0.5, -0.5], "scaleanchor": "x"},
        margin={"l": 0, "r": 0, "t": 4 + above, "b": 4},
        annotations=[note("  ".join(key), yanchor="bottom", **place)] if key else [],
    )


def _coarse(cells: Floats) -> Floats:
    """Return means of at most ``CELLS`` by ``CELLS`` blocks of a map."""
    for axis in (0, 1):
        blocks = np.array_split(cells, min(CELLS, cells.shape[axis]), axis=axis)
        cells = np.stack([block.mean(axis=axis) for block in blocks], axis=axis)
    return cells


def _words(cells: Floats, quantity: str) -> str:
    """Return where the weight lies, in ninths of the picture."""
    total = float(np.abs(cells).sum())
    if not total:
        return f"{quantity}: zero everywhere."
    shares = {
        f"{row} {column}": float(np.abs(part).sum()) / total
        for row, band in zip(_ROWS, np.array_split(cells, 3), strict=True)
        for column, part in zip(_COLUMNS, np.array_split(band, 3, axis=1), strict=True)
    }
    most = sorted(shares, key=lambda place: -shares[place])[:_NAMED]
    parts = [f"{place} {percent(shares[place])}" for place in most]
    peak = np.unravel_index(int(np.abs(cells).argmax()), cells.shape)
    across, down = (
        (at + 0.5) / size for at, size in zip(peak[::-1], cells.shape[::-1], strict=True)
    )
    return (
        f"{quantity}: {listed(parts)} of its size; the peak lies at {fixed(across, 2)} of the "
        f"width and {fixed(down, 2)} of the height."
    )


def _table(cells: Floats, quantity: str) -> pd.DataFrame:
    rows, columns = np.indices(cells.shape)
    return pd.DataFrame(
        {"Row": rows.ravel() + 1, "Column": columns.ravel() + 1, quantity: cells.ravel()}
    )
