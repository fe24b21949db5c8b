"""Figures of maps on a torch network, by the explorer and by the libraries."""

from __future__ import annotations

import numpy as np
import pytest

from core.saliency import metrics
from core.saliency.metrics import road
from tests.parity import networks, oracles, record
from tests.parity.adapter import Adapted

SIDE, FILL = networks.SIDE, 0.5
TARGETS = (0, 1, 2)


@pytest.fixture(scope="module")
def network():
    return networks.convolutional()


@pytest.fixture(scope="module")
def seen(network):
    return Adapted(SIDE, network)


@pytest.fixture(scope="module")
def images():
    return record.maps(SIDE, len(TARGETS), seed=200).astype(np.float32)


@pytest.fixture(scope="module")
def heats():
    return record.maps(SIDE, len(TARGETS), seed=300)


@pytest.fixture(scope="module")
def fill(seen):
    return metrics.named("mean", seen.grey)


def close(ours, theirs, within):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


def test_pixel_flipping_of_quantus(network, seen, images, heats, fill):
    theirs = oracles.pixel_flipping(network, images, TARGETS, heats, 32, FILL)
    for image, heat, target, flipped in zip(images, heats, TARGETS, theirs, strict=True):
        score = metrics.probability(seen, target)
        ours = metrics.deletion(score, image, heat, fill, steps=32, block=1)
        close(ours.values[1:], flipped, 1e-6)


@pytest.mark.parametrize(("rank", "order"), [("most first", "morf"), ("least first", "lerf")])
def test_region_perturbation_of_quantus(network, seen, images, heats, fill, rank, order):
    theirs = oracles.region_perturbation(network, images, TARGETS, heats, 4, FILL, order)
    for image, heat, target, fell in zip(images, heats, TARGETS, theirs, strict=True):
        score = metrics.probability(seen, target)
        ours = metrics.deletion(score, image, heat, fill, steps=64, block=4, rank=rank)
        close(ours.values[0] - ours.values[1:], fell, 1e-6)


def test_areas_under_the_curves_of_torchcam(network, seen, images, fill):
    for image, target in zip(images, TARGETS, strict=True):
        heat, deleted, inserted = oracles.deletion_and_insertion(
            network, image, target, "conv1", 32, FILL
        )
        given = metrics.probability(seen, target), image, heat, fill
        first = metrics.deletion(*given, steps=32, block=1)
        assert first.ties == 0
        close(metrics.deletion_auc(first).value, deleted, 1e-6)
        second = metrics.insertion(*given, steps=32, block=1)
        close(metrics.insertion_auc(second).value, inserted, 1e-6)


def test_faithfulness_correlation_of_quantus(network, seen, images, heats, fill):
    for image, heat, target in zip(images, heats, TARGETS, strict=True):
        theirs, removed = oracles.faithfulness_correlation(
            network, image, target, heat, draws=50, size=50, fill=FILL
        )
        score = metrics.probability(seen, target)
        ours = metrics.faithfulness_correlation(score, image, heat, fill, subsets=removed, block=1)
        # The drops of a probability are a few thousandths and float32 leaves 6e-8 of noise there.
        close(ours.value, theirs, 1e-4)


@pytest.mark.parametrize("normalise", [False, True])
def test_infidelity_of_captum(network, seen, images, normalise):
    for image, target in zip(images, TARGETS, strict=True):
        heat = seen.gradient(image[None], target)[0]
        for changes in (
            metrics.gaussian_changes(image.shape, 20, seed=1),
            metrics.square_changes(image, FILL, 20, seed=1),
        ):
            ours = metrics.infidelity(
                metrics.logit(seen, target), image, heat, changes, normalise=normalise
            )
            theirs = oracles.infidelity(network, image, target, heat, changes, normalise)
            close(ours.value, theirs, 1e-6)


def test_largest_sensitivity_of_captum(seen, images):
    noise = metrics.uniform_noise((SIDE, SIDE), 10, seed=2)
    for image, target in zip(images, TARGETS, strict=True):

        def explain(shown, target=target):
            return seen.gradient(shown[None], target)[0]

        theirs = oracles.sensitivity(explain, image, noise)
        moved = np.stack([explain(image + each) for each in noise])
        close(metrics.sensitivity_max(explain(image), moved).value, theirs, 1e-6)


@pytest.mark.parametrize(
    ("key", "measure", "within"),
    [("entropy", metrics.entropy, 1e-6), ("gini", metrics.gini, 5e-6)],
)
def test_shape_of_quantus(network, heats, key, measure, within):
    for power in (1, 4):  # the higher, the sparser
        theirs = oracles.shape(key, network, heats**power)
        close([measure(heat**power).value for heat in heats], theirs, within)


def test_the_gini_index_of_quantus_is_that_of_the_map_plus_a_constant(network, heats):
    theirs = oracles.shape("gini", network, heats**16)
    close([metrics.gini(heat**16 + 1e-7).value for heat in heats], theirs, 1e-9)


def test_effective_complexity_of_quantus(network, heats):
    theirs = oracles.shape("effective", network, heats, eps=0.1) / SIDE**2
    close([metrics.effective_complexity(heat, 0.1).value for heat in heats], theirs, 1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("key", "measure"),
    [
        ("relevance-mass", metrics.mass_accuracy),
        ("relevance-rank", metrics.rank_accuracy),
        ("auroc", metrics.area_under_roc),
        ("pointing", lambda heat, mask: metrics.pointing_game(heat, mask, tolerance=0)),
        ("top-k", lambda heat, mask: metrics.topk_intersection(heat, mask, 51 / heat.size)),
    ],
)
def test_place_of_quantus(network, key, measure, seed):
    heats = record.maps(SIDE, 2, seed=400 + 2 * seed)
    masks = record.masks(heats)
    theirs = oracles.place(key, network, heats, masks, **({"k": 51} if key == "top-k" else {}))
    close([measure(*pair).value for pair in zip(heats, masks, strict=True)], theirs, 1e-6)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_imputation_of_grad_cam(images, heats, share):
    for image, heat in zip(images, heats, strict=True):
        gone = heat > np.quantile(heat, 1 - share)
        close(road.impute(image, gone), oracles.road(image, ~gone), 1e-6)
