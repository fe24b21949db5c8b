from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.viz import theme

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "apps" / "static"


@pytest.fixture(scope="module")
def config() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def _texts(value):
    if isinstance(value, dict):
        for child in value.values():
            yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)
    elif isinstance(value, str):
        yield value


def test_config_options_exist_in_this_streamlit(config):
    from streamlit import config as streamlit_config

    known = set(streamlit_config.get_config_options())

    def leaves(table, prefix):
        for key, value in table.items():
            name = f"{prefix}.{key}" if prefix else key
            if isinstance(value, dict):
                yield from leaves(value, name)
            else:
                yield name

    assert sorted(set(leaves(config, "")) - known) == []


def test_server_is_private_quiet_and_bounded(config):
    assert config["browser"]["gatherUsageStats"] is False
    server = config["server"]
    assert (server["address"], server["port"]) == ("127.0.0.1", 8501)
    assert server["enableXsrfProtection"] is True
    assert server["maxUploadSize"] == 512  # a million cases; other pages ask for less
    assert config["client"]["showErrorDetails"] == "none"
    assert config["runner"]["magicEnabled"] is False


def test_chart_colours_of_the_pages_are_those_of_the_charts(config):
    assert tuple(config["theme"]["chartCategoricalColors"]) == theme.CATEGORICAL
    assert tuple(config["theme"]["chartSequentialColors"]) == theme.SEQUENTIAL
    assert tuple(config["theme"]["chartDivergingColors"]) == theme.DIVERGING
    for colours in (theme.CATEGORICAL, theme.SEQUENTIAL, theme.DIVERGING):
        assert len(set(colours)) == 10 or colours is not theme.CATEGORICAL
        assert len(colours) == 10


def test_status_colours_of_the_light_theme_are_those_of_the_charts(config):
    light = config["theme"]["light"]
    assert light["greenColor"] == theme.STATUSES["ok"].colour
    assert light["orangeColor"] == theme.STATUSES["attention"].colour
    assert light["redColor"] == theme.STATUSES["critical"].colour
    assert light["grayColor"] == theme.STATUSES["unknown"].colour


def test_the_text_colour_of_charts_is_still_the_one_that_streamlit_replaces():
    from streamlit.elements.lib import streamlit_plotly_theme

    assert theme.INK == streamlit_plotly_theme.GRAY_90


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_backgrounds_agree(config, mode):
    assert config["theme"][mode]["backgroundColor"] == theme.BACKGROUNDS[mode]


def test_fonts_are_bundled_with_their_licence(config):
    faces = config["theme"]["fontFaces"]
    assert {face["family"] for face in faces} == {"IBM Plex Sans", "IBM Plex Mono"}
    for face in faces:
        assert face["url"].startswith("app/static/")
        path = STATIC / face["url"].removeprefix("app/static/")
        assert path.read_bytes()[:4] == b"\x00\x01\x00\x00"  # TrueType outlines
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_static_files_are_small_and_the_icon_is_a_png():
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    assert (STATIC / "favicon.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_nothing_is_fetched_from_elsewhere(config):
    assert [text for text in _texts(config) if "//" in text] == []
