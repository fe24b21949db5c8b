"""The saliency explorer in a real browser: a phantom, a film, broken files, the benchmark."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from core.respiratory import EXAMPLES, example
from core.saliency import METHODS, phantoms
from tests.core.saliency.onnx_files import classifier
from tests.e2e.helpers import no_exception, settle, visit

pytestmark = pytest.mark.e2e

FILM = next(one.key for one in EXAMPLES if one.kind == "real film")


def put_to_the_test(tab) -> None:
    """Wait until the map has been put to the network."""
    tab.get_by_text("Faithfulness", exact=True).first.wait_for()
    expect(tab.locator('[data-test-script-state="notRunning"]')).to_be_attached()


def test_from_home_to_a_map_with_its_verdict(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Put a map to the test").click()
    tab.get_by_role("heading", name="Saliency: explore").wait_for()
    put_to_the_test(tab)
    tab.get_by_text("random maps reach as much").first.wait_for()
    assert no_exception(tab)


def test_a_phantom_is_drawn_its_causes_shown_and_the_map_taken_along(tab, server, tmp_path):
    key = next(one for one in phantoms() if "-confounded-" in one)
    query = f"image=phantom&model={key}&method=saliency&seed=5&finding=2&shortcut=on"
    visit(tab, f"{server}/saliency?{query}&view=Causes")
    tab.get_by_text("Without the shortcut").first.wait_for()
    put_to_the_test(tab)
    tab.get_by_text("Of what speaks for").wait_for()
    tab.get_by_role("tab", name="Save").click()
    button = tab.get_by_role("button", name="Map, native (.npy)")
    button.wait_for()
    put_to_the_test(tab)
    with tab.expect_download() as waiting:
        button.click()
    waiting.value.save_as(tmp_path / "map.npy")
    assert np.load(io.BytesIO((tmp_path / "map.npy").read_bytes())).shape == (96, 96)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Numbers (JSON)").click()
    waiting.value.save_as(tmp_path / "numbers.json")
    record = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert record["network"] == key
    assert record["truth"]["shares"]["values"]
    assert no_exception(tab)


def test_a_choice_stands_in_the_address(tab, server):
    visit(tab, f"{server}/saliency?image={FILM}&model=cnn&method=gradcam++")
    tab.get_by_text(METHODS["gradcam++"].summary).first.wait_for()
    put_to_the_test(tab)
    tab.get_by_role("radio", name="native").click()
    expect(tab).to_have_url(re.compile("grid=native"))
    put_to_the_test(tab)
    assert no_exception(tab)


def test_an_own_network_is_explained_and_a_broken_one_is_a_sentence(tab, server):
    visit(tab, f"{server}/saliency-own?method=occlusion")
    files = tab.locator('input[type="file"]')
    broken = {"name": "broken.onnx", "mimeType": "application/octet-stream", "buffer": b"nothing"}
    name, content = example(FILM)
    files.nth(0).set_input_files(broken)
    files.nth(1).set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
    tab.get_by_text("Not explained").wait_for()
    assert no_exception(tab)
    tab.get_by_role("button", name="Remove broken.onnx").click()
    settle(tab)
    files.nth(0).set_input_files(broken | {"name": "net.onnx", "buffer": classifier()})
    put_to_the_test(tab)
    assert no_exception(tab)


def test_a_picture_of_the_benchmark_is_drawn_again(tab, server):
    visit(tab, f"{server}/saliency-benchmark?view=One+picture")
    tab.get_by_text("Explained:").first.wait_for()
    settle(tab)
    assert no_exception(tab)
    tab.get_by_role("tab", name="Pairs").click()
    tab.get_by_text("differ after Holm").wait_for()
    expect(tab).to_have_url(re.compile("view=Pairs"))


def test_the_argument_has_five_steps_with_figures(tab, server):
    visit(tab, f"{server}/saliency-paradox")
    for number in range(1, 6):
        tab.get_by_text(f"{number}. ").first.wait_for()
    assert no_exception(tab)
