"""What a film's report shows beside its answer: the film with its evidence, the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.report import Block, Heading, Paragraph, Picture, Table
from core.respiratory.explain import FilmExplanation
from core.respiratory.schema import NETWORK_NAMES, Network, Pixels
from core.viz import theme
from core.viz.text import fixed

MAX_SIDE = 448
STRONGEST = 0.65
"""Opacity of the cell with most evidence."""
UNSEEN = 0.45
"""Brightness that is left to what a network does not see."""
FIGURES: Mapping[str, tuple[str, ...]] = {
    "AUC of COVID-19": ("four", "covid_auc", "films"),
    "Accuracy, four findings": ("four", "accuracy", "films"),
    "COVID-19 alert, recall": ("alert", "recall", "films"),
    "COVID-19 alert, specificity": ("alert", "specificity", "films"),
    "Coverage of the set": ("sets", "coverage", "films"),
}


def picture_blocks(pixels: Pixels, found: FilmExplanation | None) -> Iterator[Block]:
    """Yield the film, and under each network's map of evidence, if there is one.

    Parameters
    ----------
    pixels : (height, width) array
        Grey values of the film, from 0 to 1.
    found : FilmExplanation or None
        The maps.
    """
    film = _shrunk(pixels)
    yield Heading("Image" if found is None else "Film")
    yield Picture(_levels(film), "The image as it was read, without marks.", "As read")
    if found is None:
        return
    maps = [one.map.on_canvas() for one in found.networks]
    for one, evidence in zip(found.networks, maps, strict=True):
        name = NETWORK_NAMES[one.network]
        yield Picture(_overlaid(film, evidence), _described(name, found.label, evidence), name)
    cut_off = any(np.isnan(evidence).any() for evidence in maps)
    yield Paragraph(
        f"Evidence for {found.label}: orange raises it, blue lowers it, each map scaled to its own"
        f" strongest cell.{' What a network does not see is darkened.' if cut_off else ''}",
        "small",
    )


def figure_blocks(card: Mapping[str, Any], network: Network) -> Iterator[Block]:
    """Yield a network's figures on films like those of the training beside those on others.

    Parameters
    ----------
    card : mapping
        The model card.
    network : Network
        The network that was asked.
    """
    sides = dict(_sides(card, network))
    yield Heading("How good, in-source and cross-source")
    yield Table(
        ("Figure", *sides),
        tuple(
            (name, *(_figure(side, path) for side in sides.values()))
            for name, path in FIGURES.items()
        ),
        (1.6, *(1.5,) * len(sides)),
    )
    yield Paragraph(
        "Estimate, 95 % interval, films. In-source: other patients of the collections that trained"
        " the networks. The Cohen collection comes from many hospitals; the networks shipped were"
        f" {card['trained_with']}; for the last column they were trained again without it. An AUC"
        " of 0.5 is chance.",
        "small",
    )


def _sides(card: Mapping[str, Any], network: Network) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = card["networks"][network]
    yield "In-source", found["in_source"]
    if found["cohen"]:
        yield "Cohen collection, as shipped", found["cohen"]
    alone = card["protocols"].get("single")
    if alone:
        yield "Cohen collection, never seen", alone["in_full"]["networks"][network]["cohen"]


def _figure(side: Mapping[str, Any], path: tuple[str, ...]) -> str:
    found: Any = side
    for key in path:
        found = found[key]
    if found["estimate"] is None:
        return f"not enough data,\nn = {found['n']}"
    estimate, low, high = (fixed(found[key]) for key in ("estimate", "low", "high"))
    return f"{estimate} ({low} to {high}),\nn = {found['n']}"


def _shrunk(pixels: Pixels) -> Pixels:
    scale = MAX_SIDE / max(pixels.shape)
    if scale >= 1:
        return pixels
    high, wide = (max(1, round(scale * side)) for side in pixels.shape)
    source = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
    return np.asarray(source.resize((wide, high), Image.Resampling.BILINEAR), dtype=np.float32)


def _levels(values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    return np.asarray(np.round(np.clip(values, 0, 1) * 255), dtype=np.uint8)


def _overlaid(film: Pixels, evidence: Pixels) -> NDArray[np.uint8]:
    """Return a film (h, w) with a map of its whole area over it, as (h, w, 3)."""
    source = Image.fromarray(evidence)
    # The canvas is the film squashed; nearest keeps the edge of what a network sees sharp.
    spread = np.asarray(source.resize(film.shape[::-1], Image.Resampling.NEAREST))
    seen = np.isfinite(spread)
    strength = np.where(seen, spread, 0)
    weight = STRONGEST * np.abs(strength) / (float(np.abs(strength).max()) or 1.0)
    colour = np.where((strength > 0)[..., None], _rgb(theme.RAISES), _rgb(theme.LOWERS))
    grey = np.where(seen, film, UNSEEN * film)[..., None]
    return _levels((1 - weight[..., None]) * grey + weight[..., None] * colour)


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def _described(name: str, label: str, evidence: Pixels) -> str:
    row, column = np.unravel_index(np.nanargmax(evidence), evidence.shape)
    vertical = ("upper", "middle", "lower")[3 * int(row) // evidence.shape[0]]
    side = ("left", "middle", "right")[3 * int(column) // evidence.shape[1]]
    return (
        f"The film with the evidence of {name} for {label}: most in the {vertical} third of the"
        f" height and the {side} third of the width of the picture."
    )
