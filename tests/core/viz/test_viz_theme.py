"""Colours hold on both backgrounds and for colour-blind readers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.viz import theme
from core.viz.chart import figure

MARK_CONTRAST = 3.0  # WCAG 2.2, success criterion 1.4.11
TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
MIN_DISTANCE = 10.0  # CIEDE2000; about 1 is just noticeable side by side

# Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009) 1291-1298, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


def _linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _contrast(first: str, second: str) -> float:
    light = [float(_linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (first, second)]
    return max(light) / min(light)


def _distance(first: str, second: str, vision: str) -> float:
    from skimage.color import deltaE_ciede2000, xyz2lab

    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    seen = [np.clip(VISION[vision] @ _linear(c), 0, 1) for c in (first, second)]
    labs = [xyz2lab((to_xyz @ rgb)[None, None, :])[0, 0] for rgb in seen]
    return float(deltaE_ciede2000(*labs))


def test_contrast_of_known_pairs():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", theme.BACKGROUNDS)
@pytest.mark.parametrize(
    "colour",
    sorted({*theme.CATEGORICAL, theme.NEUTRAL, *(s.colour for s in theme.STATUSES.values())}),
)
def test_marks_stand_out_from_both_backgrounds(colour, mode):
    assert _contrast(colour, theme.BACKGROUNDS[mode]) >= MARK_CONTRAST


@pytest.mark.parametrize("vision", VISION)
def test_ten_colours_stay_apart(vision):
    pairs = itertools.combinations(theme.CATEGORICAL, 2)
    assert min(_distance(a, b, vision) for a, b in pairs) >= MIN_DISTANCE


@pytest.mark.parametrize("vision", VISION)
def test_status_colours_stay_apart(vision):
    pairs = itertools.combinations([s.colour for s in theme.STATUSES.values()], 2)
    assert min(_distance(a, b, vision) for a, b in pairs) >= MIN_DISTANCE


@pytest.mark.parametrize("vision", VISION)
def test_for_and_against_are_far_apart(vision):
    assert _distance(theme.RAISES, theme.LOWERS, vision) >= 4 * MIN_DISTANCE


@pytest.mark.parametrize("scale", [theme.SEQUENTIAL, theme.DIVERGING])
def test_scales_change_at_every_step(scale):
    lightness = [float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in scale]
    steps = np.sign(np.diff(lightness))
    if scale is theme.SEQUENTIAL:
        assert (steps == -1).all()
    else:
        assert (steps[:4] == 1).all()
        assert (steps[5:] == -1).all()


def test_a_status_never_speaks_by_colour_alone():
    statuses = list(theme.STATUSES.values())
    assert [s.name for s in statuses] == list(theme.STATUSES)
    for attribute in ("word", "icon", "colour"):
        assert len({getattr(s, attribute) for s in statuses}) == len(statuses)
    assert all(s.word and s.icon for s in statuses)


def test_template_works_on_any_background_and_has_room():
    layout = theme.template().layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.colorway == theme.CATEGORICAL
    assert layout.xaxis.automargin
    assert layout.yaxis.automargin
    assert layout.font.family.startswith("IBM Plex Sans")


def test_a_figure_sets_its_sizes_and_text_colour_itself():
    layout = figure([], 100, xaxis={"title": "x"}).layout
    assert layout.font.size == theme.FONT_SIZE
    assert layout.xaxis.title.text == "x"
    assert layout.font.color == theme.INK
    assert layout.height == 100


def test_tint_keeps_the_hue():
    assert theme.tint("#0072b2", 0.5) == "rgba(0, 114, 178, 0.5)"


def _config():
    import tomllib
    from pathlib import Path

    path = Path(__file__).resolve().parents[3] / ".streamlit" / "config.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["theme"]


@pytest.mark.parametrize("mode", theme.BACKGROUNDS)
def test_page_text_links_and_buttons_can_be_read(mode):
    colours = _config()[mode]
    for surface in (colours, colours["sidebar"]):
        for background in (surface["backgroundColor"], surface["secondaryBackgroundColor"]):
            assert _contrast(colours["textColor"], background) >= 7
            assert _contrast(colours["linkColor"], background) >= TEXT_CONTRAST
    # The label of a chosen option is the accent on a tenth of itself; nothing is written on the
    # accent (apps/accessible.py), which tests/e2e/test_accessibility.py sees in the browser.
    accent, background = colours["primaryColor"], colours["backgroundColor"]
    assert _contrast(accent, _tinted(background, accent, 0.1)) >= TEXT_CONTRAST


def _tinted(background: str, colour: str, share: float) -> str:
    channels = (
        round(share * int(colour[i : i + 2], 16) + (1 - share) * int(background[i : i + 2], 16))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)
