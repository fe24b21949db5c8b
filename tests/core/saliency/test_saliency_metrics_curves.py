"""Perturbation curves: by hand, the identity of area and mean drop, invariants, bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import InputError, SuiteError
from core.saliency.metrics import (
    METRICS,
    Curve,
    abpc,
    aopc,
    aopc_above_chance,
    aopc_lerf,
    aopc_original,
    aopc_z,
    both,
    deletion,
    deletion_auc,
    faithfulness_correlation,
    identity_gap,
    insertion,
    insertion_auc,
    named,
    naopc,
    order,
    random_band,
    random_maps,
    random_order,
    road_combined,
    sufficiency,
    trace,
)
from core.saliency.metrics.faithfulness import CARDS
from core.saliency.schema import Topic

BLACK = named("black")
scores = st.lists(st.floats(-5, 5), min_size=2, max_size=60).map(np.array)
maps = arrays(np.float64, (6, 6), elements=st.integers(-30, 30).map(float))
IMAGE = np.random.default_rng(0).random((6, 6)).astype(np.float32)


def mean(images):
    return images.astype(np.float64).mean(axis=(1, 2))


def bent(images):
    return np.tanh(np.cumsum(images.astype(np.float64), axis=2)[:, ::2].sum(axis=(1, 2)) / 20)


def curve(values, fractions=None, blank=""):
    values = np.asarray(values, dtype=np.float64)
    places = np.linspace(0, 1, len(values)) if fractions is None else np.asarray(fractions)
    return Curve(places, values, values[None], 0.0, len(values), blank)


# --- order


def test_blocks_go_by_their_mean_and_edge_blocks_may_be_smaller() -> None:
    heat = np.zeros((5, 5))
    heat[4, 4] = 1  # alone in its block
    heat[:2, :2] = 0.5
    heat[0, 4] = 0.9  # half of its block
    found = order(heat, 2)
    assert found.blocks.max() == 8
    assert [int(found.places[0, block]) for block in (8, 0, 2)] == [0, 1, 2]
    assert found.ties == pytest.approx(6 / 9)
    assert len(found.places) == 5
    assert len({tuple(row) for row in found.places}) > 1


def test_without_ties_one_order_is_enough() -> None:
    found = order(np.arange(36.0).reshape(6, 6), 2, repeats=9)
    assert found.places.tolist() == [[8, 7, 6, 5, 4, 3, 2, 1, 0]]
    assert found.ties == 0
    assert found.reversed().places.tolist() == [[0, 1, 2, 3, 4, 5, 6, 7, 8]]


def test_rounding_does_not_hide_ties_between_blocks_of_different_size() -> None:
    heat = np.full((7, 7), 0.1)
    heat[0, 0] = 0.3
    assert order(heat, 3).ties == pytest.approx(8 / 9)
    assert order(np.full((7, 7), 0.1), 3).blank
    assert order(np.full((7, 7), np.float32(0.1)), 3).ties == 1


@given(maps)
def test_places_are_permutations_that_respect_the_map(heat) -> None:
    found = order(heat, 1)
    flat = heat.ravel()
    for row in found.places:
        assert sorted(row) == list(range(36))
        assert (np.diff(flat[np.argsort(row)]) <= 0).all()
    _, which, counts = np.unique(flat, return_inverse=True, return_counts=True)
    assert found.ties == pytest.approx(np.mean(counts[which] > 1))


def test_random_maps_are_smooth_and_can_have_the_spectrum_of_a_map() -> None:
    like = np.cumsum(np.random.default_rng(3).normal(size=(16, 16)), axis=0)
    drawn = random_maps((16, 16), 3, seed=1, like=like)
    for one in drawn:
        assert np.allclose(np.abs(np.fft.fft2(one)), np.abs(np.fft.fft2(like)), atol=1e-8)
    smooth = random_maps((64, 64), 2, seed=1)
    assert np.corrcoef(smooth[0, :, 1:].ravel(), smooth[0, :, :-1].ravel())[0, 1] > 0.95
    assert abs(np.corrcoef(smooth[0].ravel(), smooth[1].ravel())[0, 1]) < 0.5


# --- curves


def test_deletion_and_insertion_of_the_mean_by_hand() -> None:
    image = np.array([[4.0, 2.0], [1.0, 1.0]], dtype=np.float32)
    heat = np.array([[4.0, 2.0], [1.1, 1.0]])
    found = deletion(mean, image, heat, BLACK, steps=4, block=1)
    assert found.fractions.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.values.tolist() == [2, 1, 0.5, 0.25, 0]
    assert found.forwards == 5
    assert deletion_auc(found).value == pytest.approx((1 + 1 + 0.5 + 0.25 + 0) / 4)
    assert aopc(found).value == pytest.approx((0 + 1 + 1.5 + 1.75 + 2) / 5)
    assert aopc_original(found).value == pytest.approx((1 + 1.5 + 1.75 + 2) / 4)
    back = insertion(mean, image, image.astype(float), BLACK, steps=4, block=1)
    assert back.values[:3].tolist() == [0, 1, 1.5]
    assert insertion_auc(back).value == pytest.approx((0 + 1 + 1.5 + 1.75 + 1) / 4)


def test_least_first_is_most_first_of_the_turned_map() -> None:
    heat = np.random.default_rng(5).random((6, 6))
    first = deletion(bent, IMAGE, heat, BLACK, steps=6, block=2, rank="least first")
    turned = deletion(bent, IMAGE, -heat, BLACK, steps=6, block=2)
    assert np.allclose(first.values, turned.values)
    most, least = both(bent, IMAGE, heat, BLACK, steps=6, block=2)
    assert np.array_equal(least.values, first.values)
    assert abpc(most, least).value == pytest.approx(aopc(most).value - aopc_lerf(least).value)
    gap = (least.values - most.values)[1:-1]
    assert road_combined(most, least).value == pytest.approx(gap.mean() / 2)


def test_insertion_undoes_deletion_in_the_other_order() -> None:
    heat = np.random.default_rng(6).random((6, 6))
    down = deletion(bent, IMAGE, heat, BLACK, steps=9, block=2, rank="least first")
    up = insertion(bent, IMAGE, heat, BLACK, steps=9, block=2)
    assert np.allclose(up.values, down.values[::-1])


def test_ties_are_averaged_and_shared_images_asked_about_once() -> None:
    heat = np.zeros((6, 6))
    heat[:2] = np.arange(12).reshape(2, 6) + 1.0
    asked = []

    def counted(images):
        asked.append(len(images))
        return bent(images)

    found = deletion(counted, IMAGE, heat, BLACK, steps=36, block=1, repeats=7)
    assert found.ties == pytest.approx(24 / 36)
    assert found.repeats.shape == (7, 37)
    assert np.array_equal(found.repeats[0, :13], found.repeats[6, :13])
    assert np.allclose(found.values, found.repeats.mean(axis=0))
    assert len(asked) == 1
    assert asked[0] == found.forwards <= 13 + 7 * 23 + 1


def test_several_orders_are_one_batch() -> None:
    asked = []

    def counted(images):
        asked.append(len(images))
        return bent(images)

    orders = [random_order((6, 6), 2, seed, 2) for seed in range(3)]
    curves = trace(counted, IMAGE, orders, BLACK, steps=9)
    assert len(asked) == 1
    assert [len(one.repeats) for one in curves] == [2, 2, 2]
    alone = trace(bent, IMAGE, orders[1:2], BLACK, steps=9)[0]
    assert np.array_equal(alone.repeats, curves[1].repeats)


@given(maps, st.sampled_from([1, 4, 5, 6, 36]), st.booleans())
def test_the_batch_equals_a_loop_over_steps(heat, steps, restore) -> None:
    found = trace(bent, IMAGE, [order(heat, 1, 3, 2)], BLACK, steps=steps, restore=restore)[0]
    for row, places in zip(found.repeats, order(heat, 1, 3, 2).places, strict=True):
        for t, value in enumerate(row):
            gone = (places < round(t * 36 / steps)).reshape(6, 6) ^ restore
            assert value == pytest.approx(bent(np.where(gone, 0, IMAGE)[None])[0], abs=1e-12)


@pytest.mark.parametrize(("side", "block"), [(96, 4), (128, 16), (140, 16), (13, 4)])
def test_fractions_are_of_pixels_also_with_ragged_blocks(side, block) -> None:
    rng = np.random.default_rng(0)
    heat, image = rng.random((side, side)), rng.random((side, side)).astype(np.float32)
    heat[-3:, -3:] += 5
    found = deletion(mean, image, heat, BLACK, steps=7, block=block)
    remaining = found.values / found.values[0]
    assert found.fractions[0] == 0
    assert found.fractions[-1] == 1
    assert (np.diff(found.fractions) > 0).all()
    assert np.allclose(remaining, 1 - found.fractions, atol=0.03 if side > 13 else 0.1)


# --- the identity


@given(scores)
def test_area_and_mean_drop_add_up(values) -> None:
    steps = len(values) - 1
    found = curve(values)
    total = deletion_auc(found).value + aopc_original(found).value
    assert total == pytest.approx(values[0] + (values[0] - values[-1]) / (2 * steps), abs=1e-9)
    assert identity_gap(values, np.full(steps, 1 / steps)) < 1e-9


@given(scores, st.integers(0, 10**6))
def test_the_identity_also_holds_for_unequal_steps(values, seed) -> None:
    widths = np.random.default_rng(seed).random(len(values) - 1) + 0.01
    assert identity_gap(values, widths / widths.sum()) < 1e-9


def test_a_curve_that_breaks_the_identity_cannot_be_made(monkeypatch) -> None:
    monkeypatch.setattr("core.saliency.metrics.curves.identity_gap", lambda *_: 1e-8)
    with pytest.raises(SuiteError, match="breaks AUC"):
        curve([1.0, 0.5])


def test_an_answer_that_is_no_number_is_no_curve() -> None:
    with pytest.raises(SuiteError, match="NaN or infinity"):
        curve([1.0, np.nan])
    with pytest.raises(SuiteError, match="Return one number for each image"):
        deletion(lambda images: np.zeros(1), IMAGE, IMAGE, BLACK, steps=4, block=1)


# --- invariants


@given(maps, st.sampled_from([lambda x: x**3, lambda x: np.exp(x / 9), lambda x: 2 * x - 7]))
def test_only_the_ranks_of_the_map_matter(heat, rising) -> None:
    first = deletion(bent, IMAGE, heat, BLACK, steps=6, block=1)
    second = deletion(bent, IMAGE, rising(heat), BLACK, steps=6, block=1)
    assert np.array_equal(first.values, second.values)


@given(maps.filter(lambda heat: np.ptp(heat) > 0), st.floats(0.01, 100), st.integers(-5, 5))
def test_scale_and_offset_do_not_matter_with_blocks_either(heat, factor, offset) -> None:
    first = deletion(bent, IMAGE, heat, BLACK, steps=4, block=4)
    second = deletion(bent, IMAGE, factor * heat + offset, BLACK, steps=4, block=4)
    assert np.array_equal(first.values, second.values)


@given(maps)
def test_both_ends_are_the_image_and_the_fill(heat) -> None:
    found = deletion(bent, IMAGE, heat, BLACK, steps=5, block=2)
    assert found.values[0] == pytest.approx(bent(IMAGE[None])[0], abs=1e-12)
    assert found.values[-1] == pytest.approx(bent(np.zeros((1, 6, 6)))[0], abs=1e-12)


def test_single_and_double_precision_give_one_curve() -> None:
    heat = np.random.default_rng(2).random((6, 6)).astype(np.float32)
    first = deletion(bent, IMAGE, heat, BLACK, steps=4, block=2)
    second = deletion(bent, IMAGE.astype(float), heat.astype(float), BLACK, steps=4, block=2)
    assert np.array_equal(first.values, second.values)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0])
def test_a_constant_map_has_a_curve_and_no_figure(value) -> None:
    most, least = both(bent, IMAGE, np.full((6, 6), value), BLACK, steps=4, block=2)
    assert most.ties == 1
    assert most.tied
    for found in (
        deletion_auc(most),
        insertion_auc(most),
        aopc(most),
        aopc_original(most),
        abpc(most, least),
        road_combined(most, least),
        naopc(most, [least]),
        aopc_z(most, [curve([1, 0])] * 2),
        sufficiency(bent, IMAGE, np.full((6, 6), value), BLACK),
        faithfulness_correlation(bent, IMAGE, np.full((6, 6), value), BLACK),
    ):
        assert not found.defined
        assert "constant" in found.reason


# --- derived figures


def test_every_card_is_a_card_of_faithfulness() -> None:
    assert len(CARDS) == 12
    for card in CARDS:
        assert METRICS[card.key] is card
        assert card.topic is Topic.FAITHFULNESS


def test_chance_is_taken_off_by_hand() -> None:
    found, chance = curve([1, 0, 0]), [curve([1, 1, 1]), curve([1, 0.4, 0.1])]
    assert aopc_above_chance(found, chance).value == pytest.approx(2 / 3 - 0.25)
    assert aopc_z(found, chance).value == pytest.approx((2 / 3 - 0.25) / np.std([0, 0.5], ddof=1))
    assert "no random map" in aopc_above_chance(found, []).reason
    assert "no spread" in aopc_z(found, chance[:1]).reason
    assert "same AOPC" in aopc_z(found, chance[:1] * 3).reason


def test_normalised_by_the_pool_by_hand() -> None:
    found = curve([1, 0.5, 0.5])
    pool = [curve([1, 0, 0]), curve([1, 1, 1])]
    assert naopc(found, pool).value == pytest.approx(0.5)
    assert naopc(curve([1, -1, -1]), pool).value == 1
    assert "same AOPC" in naopc(found, [found]).reason


def test_sufficiency_by_hand() -> None:
    image = np.arange(1.0, 26.0).reshape(5, 5).astype(np.float32)
    found = sufficiency(mean, image, image.astype(float), BLACK, block=1)
    assert found.value == pytest.approx((21 + 22 + 23 + 24 + 25) / 25)


def test_the_weights_of_a_linear_network_correlate_perfectly() -> None:
    weights = np.random.default_rng(3).normal(size=(6, 6))

    def linear(images):
        return (images.astype(np.float64) * weights).sum(axis=(1, 2))

    found = faithfulness_correlation(linear, IMAGE, weights * IMAGE, BLACK, block=2)
    assert found.value == pytest.approx(1, abs=1e-6)
    assert faithfulness_correlation(
        linear, IMAGE, -weights * IMAGE, BLACK, block=2
    ).value == pytest.approx(-1, abs=1e-6)
    never = faithfulness_correlation(lambda x: np.ones(len(x)), IMAGE, weights, BLACK, block=2)
    assert "never changes" in never.reason


def test_the_correlation_takes_the_draws_it_is_given() -> None:
    draws = np.zeros((3, 36), dtype=bool)
    draws[0, 0] = draws[1, 7] = draws[2, 20] = True
    heat = np.random.default_rng(4).normal(size=(6, 6))
    found = faithfulness_correlation(mean, IMAGE, heat, BLACK, subsets=draws, block=1)
    said, done = heat.ravel()[[0, 7, 20]], IMAGE.ravel()[[0, 7, 20]]
    assert found.value == pytest.approx(np.corrcoef(said, done)[0, 1], abs=1e-6)
    with pytest.raises(InputError, match=r"subsets: the shape is \(3, 35\)"):
        faithfulness_correlation(mean, IMAGE, heat, BLACK, subsets=draws[:, 1:], block=1)


def test_the_band_holds_the_random_curves() -> None:
    band = random_band(bent, IMAGE, BLACK, 11, steps=4, block=1, seed=2)
    assert len(band.curves) == 11
    inside = [(one.values >= band.low) & (one.values <= band.high) for one in band.curves]
    assert np.mean(inside) > 0.8
    assert (band.low <= band.median).all()
    assert (band.median <= band.high).all()
    again = random_band(bent, IMAGE, BLACK, 11, steps=4, block=1, seed=2)
    assert np.array_equal(band.median, again.median)


def test_a_curve_leaves_the_process_as_plain_data() -> None:
    record = json.loads(json.dumps(curve([1, 0.5, 0]).to_dict(), allow_nan=False))
    assert record["values"] == [1, 0.5, 0]
    assert record["forwards"] == 3


# --- bad input


def test_bad_input_is_a_sentence() -> None:
    heat = np.random.default_rng(0).random((6, 6))
    broken = heat.copy()
    broken[0, 0] = np.nan
    for changes, message in (
        ({"heat": broken}, "map: holds NaN or infinity"),
        ({"heat": heat[:5]}, r"map: it has \(5, 6\) pixels and the image \(6, 6\)"),
        ({"heat": heat[0]}, r"map: the shape is \(6,\)"),
        ({"image": np.full((6, 6), np.inf)}, "image: holds NaN or infinity"),
        ({"steps": 37}, "steps: 37 steps are not possible with 36 blocks. Use 1 to 36"),
        ({"steps": 0}, "steps: 0 steps are not possible"),
        ({"block": 0}, "block: a side of 0 pixels"),
        ({"repeats": 0}, "repeats: 0 tie-breaks"),
    ):
        arguments = {"image": IMAGE, "heat": heat, "steps": 4, "block": 1} | changes
        with pytest.raises(InputError, match=message):
            deletion(score=bent, fill=BLACK, **arguments)
    with pytest.raises(InputError, match="curves: they have 1 and 2 steps"):
        abpc(curve([1, 0]), curve([1, 1, 0]))
    with pytest.raises(InputError, match="share: 1 is out of range"):
        sufficiency(bent, IMAGE, heat, BLACK, share=1)
    with pytest.raises(InputError, match="map: it has"):
        sufficiency(bent, IMAGE, heat[:5], BLACK)
    assert "no point between" in road_combined(curve([1, 0]), curve([1, 0])).reason
