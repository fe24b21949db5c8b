from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import InputError
from core.respiratory import perturb, runtime
from core.respiratory.explain import explain
from core.respiratory.prepare import CANVAS, LUNGS, Recipe, prepare, resize, treat
from core.respiratory.schema import LABELS, SINGLE, Label, Network
from tests.core.respiratory.fakes import film, gate, png, said, surroundings

# The package exports a verb of this name; the module is meant here.
module = importlib.import_module("core.respiratory.explain")

AREAS = arrays.arrays(np.bool_, st.tuples(st.integers(2, 9), st.integers(2, 9)))
INSIDE = np.zeros((CANVAS, CANVAS), dtype=bool)
INSIDE[LUNGS.top : LUNGS.bottom, LUNGS.left : LUNGS.right] = True


@pytest.fixture(scope="module")
def whole():
    with surroundings():
        return explain("a.png", png(5))


def test_each_network_is_explained_by_a_map_that_is_its_logit(whole):
    assert tuple(part.network for part in whole.networks) == SINGLE
    for part in whole.networks:
        again = runtime.ask(part.network, whole.canvas)
        index = LABELS.index(whole.label)
        assert part.map.logit == again.logits[0, index]
        assert part.map.gap < 1e-4
        assert part.map.evidence.mean() == pytest.approx(part.map.logit, abs=1e-4)
        assert part.map.positive + part.map.negative == pytest.approx(part.map.logit, abs=1e-4)
        assert part.map.positive >= 0 >= part.map.negative


def test_the_contrast_averages_to_the_log_odds_against_the_runner_up(whole):
    for part in whole.networks:
        logits = dict(zip(LABELS, runtime.ask(part.network, whole.canvas).logits[0], strict=True))
        chosen = logits.pop(whole.label)
        assert part.map.runner_up == max(logits, key=logits.get)
        assert part.map.contrast.mean() == pytest.approx(
            chosen - logits[part.map.runner_up], abs=1e-4
        )


def test_a_map_lies_on_what_the_network_sees(whole):
    for part in whole.networks:
        cropped = (
            treat(whole.canvas, runtime.intake(part.network).recipe).shape != whole.canvas.shape
        )
        for canvas in (part.map.on_canvas(), part.map.contrast_on_canvas()):
            assert canvas.shape == (CANVAS, CANVAS)
            assert np.isfinite(canvas[INSIDE]).all()
            assert np.isnan(canvas[~INSIDE]).all() == cropped
        assert np.nanmin(part.map.on_canvas()) >= part.map.evidence.min() - 1e-5
        assert np.nanmax(part.map.on_canvas()) <= part.map.evidence.max() + 1e-5


@pytest.mark.parametrize("recipe", list(Recipe))
def test_a_map_lies_on_the_lungs_if_the_recipe_leaves_only_them(recipe):
    canvas = resize(film(), CANVAS)
    alike = np.array_equal(treat(canvas, recipe), treat(perturb.without_border(canvas), recipe))
    blacked_out = recipe is Recipe.BORDER  # unseen, but still in the picture
    assert (module._view(recipe) == LUNGS) == (alike and not blacked_out)


def test_the_deletion_test_counts_what_it_says(whole):
    for part in whole.networks:
        test = part.deletion
        assert test.area.shape == part.map.evidence.shape
        assert test.area.sum() == round(0.2 * test.area.size)
        assert part.map.evidence[test.area].min() >= part.map.evidence[~test.area].max()
        assert len(test.elsewhere) == 20
        less = sum(p > test.after for p in test.elsewhere)
        assert test.share_less == less / 20
        assert f"{less} of 20 areas" in test.sentence


def test_a_network_is_explained_alike_alone_and_again(whole):
    with surroundings():
        alone = explain("a.png", png(5), "cnn", str(whole.label))
        again = explain("a.png", png(5), "cnn", str(whole.label))
        other = explain("a.png", png(5), "cnn", str(whole.label), seed=1)
    (beside,) = (part for part in whole.networks if part.network is Network.CNN)
    assert again.to_dict() == alone.to_dict()
    assert alone.networks[0].deletion.elsewhere == beside.deletion.elsewhere
    assert alone.border == alone.networks[0].border == beside.border
    assert other.networks[0].deletion.elsewhere != beside.deletion.elsewhere
    assert other.networks[0].deletion.after == beside.deletion.after


def test_an_explanation_is_plain_data_without_the_film(whole):
    record = json.loads(json.dumps(whole.to_dict(), allow_nan=False))
    assert set(record) == {"reading", "label", "networks", "border", "seed"}
    assert set(record["networks"][0]) == {"network", "map", "deletion", "border"}


def test_any_finding_can_be_asked_for():
    with surroundings():
        asked = explain("a.png", png(1), "cnn", "Lung Opacity")
    assert asked.label is Label.OPACITY
    assert asked.border.before == pytest.approx(asked.reading.probabilities["Lung Opacity"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "resnet"}, "model: 'resnet' is not a network."),
        ({"label": "flu"}, "label: 'flu' is not a finding. Use one of: COVID-19, Normal, "),
    ],
)
def test_what_is_not_there_cannot_be_explained(given, message):
    with surroundings(), pytest.raises(InputError) as caught:
        explain("a.png", png(), **given)
    assert caught.value.message.startswith(message)


def test_a_refused_film_has_nothing_to_explain():
    with surroundings(judged=gate("refuse")), pytest.raises(InputError) as caught:
        explain("cat.png", png())
    assert caught.value.message == (
        "cat.png: there is no answer to explain. It is unlike a frontal chest film."
    )


def test_a_file_that_is_no_image_cannot_be_explained():
    with surroundings(), pytest.raises(InputError):
        explain("a.txt", b"words")


@contextlib.contextmanager
def ruled(recipe, measure):
    """Let the custom network answer by a measure of the film, after a recipe."""
    takes = dataclasses.replace(runtime.intake(Network.CNN), recipe=recipe)
    with surroundings(logits={Network.CNN: np.zeros(4)}) as patch:
        patch.setattr(runtime, "intake", lambda _: takes)
        patch.setattr(runtime, "ask", lambda _, pixels: said(np.array([measure(pixels), 0, 0, 0])))
        yield


def structure(pixels, where):
    """Return much evidence for COVID-19 if this part of the canvas is not of one grey."""
    canvas = resize(pixels, CANVAS)
    return 4.0 if canvas[where].std() > 0.01 else -4.0


def test_an_answer_from_the_border_is_found_out():
    with ruled(Recipe.PLAIN, lambda film: structure(film, ~INSIDE)):
        found = explain("a.png", png(2), "cnn", "COVID-19").border
    assert found.sees_border
    assert (found.answer_before, found.answer_without_border) == (Label.COVID, Label.NORMAL)
    assert found.before == found.without_lungs > 0.8 > found.without_border
    assert found.sentence == (
        "The answer depends on what lies outside the lungs: made grey, it takes COVID-19 from "
        "88 % to 2 %, and Normal becomes likelier than COVID-19."
    )


def test_an_answer_from_the_lungs_stays_without_the_border():
    with ruled(Recipe.PLAIN, lambda film: structure(film, INSIDE)):
        found = explain("a.png", png(2), "cnn", "COVID-19").border
    assert found.before == found.without_border > 0.8 > found.without_lungs
    assert found.sentence == (
        "The likeliest finding stays without what lies outside the lungs: made grey, it takes "
        "COVID-19 from 88 % to 88 %."
    )


def test_a_network_of_cropped_films_cannot_see_the_border():
    with ruled(Recipe.CROP_RANKS, lambda film: structure(film, INSIDE)):
        found = explain("a.png", png(2), "cnn", "COVID-19").border
    assert not found.sees_border
    assert found.sentence == (
        "The answer cannot depend on what lies outside the lungs: it is taken away before the film "
        "is read."
    )


def test_a_map_in_the_right_place_beats_all_areas_elsewhere():
    """The network answers by the sharpness of one corner, and its map says so."""
    height = width = 8
    corner = np.zeros((height, width), dtype=bool)
    corner[:3, :4] = True
    takes = runtime.intake(Network.CNN)
    inside = np.kron(corner, np.ones((takes.size // height,) * 2, dtype=bool)).astype(bool)

    def answer(film):
        logit = 4 * float(np.abs(np.diff(film, axis=1))[inside[:, 1:]].mean())
        evidence = np.zeros((1, 4, height, width), np.float32)
        evidence[0, 0][corner] = logit * corner.size / corner.sum()
        logits = np.array([[logit, 0, 0, 0]], np.float32)
        return runtime.Forward(logits, evidence, evidence)

    def forward(_, films):
        parts = [answer(film) for film in films]
        fields = [f.name for f in dataclasses.fields(runtime.Forward)]
        return runtime.Forward(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in fields)
        )

    with surroundings(logits={Network.CNN: np.zeros(4)}) as patch:
        patch.setattr(
            runtime, "ask", lambda _, pixels: answer(prepare(pixels, takes.size, takes.recipe))
        )
        patch.setattr(runtime, "forward", forward)
        found = explain("a.png", png(2), "cnn", "COVID-19").networks[0].deletion
    assert found.area.sum() == 13
    assert found.area[corner].all()
    assert found.after < found.before
    assert found.share_less == 1
    assert found.sentence.endswith("; 20 of 20 areas of the same shape elsewhere lower it less.")


@given(arrays.arrays(np.float32, (5, 6), elements=st.floats(-3, 3, width=32)), st.floats(0.01, 1))
def test_the_top_cells_are_the_largest_and_as_many_as_asked(grid, share):
    area = perturb.top_cells(grid, share)
    assert area.sum() == max(1, round(share * 30))
    if not area.all():
        assert grid[area].min() >= grid[~area].max()


@given(AREAS, st.integers(0, 3))
def test_other_areas_are_different_and_have_the_same_size(area, seed):
    found = perturb.other_areas(area, 20, np.random.default_rng(seed))
    assert len(found) <= 20
    assert len({other.tobytes() for other in found} | {area.tobytes()}) == len(found) + 1
    assert all(other.sum() == area.sum() for other in found)


def test_one_cell_may_go_to_every_other_cell():
    area = np.zeros((3, 4), dtype=bool)
    area[1, 2] = True
    found = perturb.other_areas(area, 100, np.random.default_rng(0))
    assert len(found) == 11
    assert (np.sum(found, axis=0) == ~area).all()


def test_blurring_an_area_leaves_the_rest_of_the_film():
    z = np.random.default_rng(0).normal(size=(128, 128)).astype(np.float32)
    area = np.zeros((8, 8), dtype=bool)
    area[2, 5] = True
    (changed,) = perturb.blurred(z, [area])
    inside = np.zeros((128, 128), dtype=bool)
    inside[32:48, 80:96] = True
    assert np.array_equal(changed[~inside], z[~inside])
    assert changed[inside].std() < z[inside].std() / 10


def test_border_and_lungs_are_taken_away_in_turn():
    canvas = resize(film(1), CANVAS)
    no_border, no_lungs = perturb.without_border(canvas), perturb.without_lungs(canvas)
    assert np.array_equal(no_border[INSIDE], canvas[INSIDE])
    assert np.array_equal(no_lungs[~INSIDE], canvas[~INSIDE])
    assert np.unique(no_border[~INSIDE]) == pytest.approx([canvas[INSIDE].mean()], abs=1e-5)
    assert np.unique(no_lungs[INSIDE]) == pytest.approx([canvas[~INSIDE].mean()], abs=1e-5)
