"""Maps and their figures against what grad-cam, torchcam, Captum and Quantus answered.

``python -m tests.parity.record`` made the recording; ``make parity`` holds it against the
libraries again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.saliency import metrics
from core.saliency.classifier import Attended, Inside
from core.saliency.methods import attribute
from core.saliency.methods.question import Question
from core.saliency.methods.segments import grid_shap
from core.saliency.metrics import road
from core.saliency.schema import Options
from tests.parity import plain

RECORDED = Path(__file__).parents[2] / "data" / "saliency" / "oracles.npz"
TARGET, FILL, STEPS = 1, 0.5, 64
CAMS = ("gradcam", "gradcam++", "hirescam", "layercam")
LAYERS = ("conv2", "conv3")


@pytest.fixture(scope="module")
def recorded():
    with np.load(RECORDED, allow_pickle=False) as file:
        return dict(file)


@pytest.fixture(scope="module")
def convolutional(recorded):
    inside = {
        layer: Inside(*(recorded[f"cam/{layer}/{part}"] for part in Inside._fields))
        for layer in LAYERS
    }
    image = recorded["cam/image"]
    return plain.Replay(len(image), image, inside, answer=recorded["cam/logits"])


@pytest.fixture(scope="module")
def dense(recorded):
    parts = (recorded[f"dense/{part}"].astype(float) for part in ("hidden", "offset", "head"))
    return plain.Dense(16, *parts)


@pytest.fixture(scope="module")
def image(recorded):
    return recorded["dense/images"][0]


def scaled(heat):
    """From 0 to 1, after negative values were cut."""
    heat = np.maximum(heat, 0)
    return (heat - heat.min()) / np.ptp(heat)


def close(ours, theirs, within):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", CAMS)
def test_activation_maps_are_those_of_grad_cam(recorded, convolutional, key, layer):
    image = recorded["cam/image"]
    ours = attribute(convolutional, image, key, TARGET, Options(layer=layer))
    close(scaled(ours.native), scaled(recorded[f"cam/{layer}/grad-cam/{key}"]), 1e-5)
    close(scaled(ours.pixels), recorded[f"cam/{layer}/delivered/{key}"], 1e-5)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", ["gradcam", "layercam"])
def test_activation_maps_are_those_of_torchcam(recorded, convolutional, key, layer):
    ours = attribute(convolutional, recorded["cam/image"], key, TARGET, Options(layer=layer))
    close(scaled(ours.native), scaled(recorded[f"cam/{layer}/torchcam/{key}"]), 1e-5)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", ["eigencam", "eigencam-raw"])
def test_eigencam_is_that_of_grad_cam_up_to_its_sign(recorded, convolutional, key, layer):
    ours = attribute(convolutional, recorded["cam/image"], key, TARGET, Options(layer=layer))
    theirs = recorded[f"cam/{layer}/grad-cam/eigencam"]
    turned = np.sign((ours.native * theirs).sum())
    close(turned * ours.native / np.ptp(ours.native), theirs / np.ptp(theirs), 1e-5)


def test_legrad_of_one_block_is_that_of_torchcam(recorded):
    seen = (recorded[f"vit/{part}"] for part in ("attention", "gradients"))
    image = recorded["vit/image"]
    network = plain.Replay(len(image), image, {}, Attended(*seen, prefix=1, side=8))
    ours = attribute(network, image, "legrad", TARGET)
    close(scaled(ours.native), scaled(recorded["vit/legrad"]), 1e-5)


def test_gradients_are_those_of_captum(recorded, dense, image):
    for key in ("saliency", "inputxgradient"):
        close(attribute(dense, image, key, TARGET).native, recorded[f"dense/{key}"], 1e-7)


def test_integrated_gradients_are_those_of_captum(recorded, dense, image):
    ours = attribute(dense, image, "integrated-gradients", TARGET, Options(samples=STEPS))
    close(ours.native, recorded["dense/integrated-gradients"], 1e-6)


def test_occlusion_is_that_of_captum(recorded, dense, image):
    close(attribute(dense, image, "occlusion", TARGET).native, recorded["dense/occlusion"], 1e-6)


def test_shapley_values_of_a_grid_are_those_of_captum(recorded, dense, image):
    question = Question(dense, image, TARGET, Options(), {})
    close(grid_shap(question, 2).pixels, recorded["dense/shapley"], 1e-6)


def test_infidelity_is_that_of_captum(recorded, dense, image):
    answer, changes = metrics.logit(dense, TARGET), recorded["dense/changes"]
    plainly = metrics.infidelity(answer, image, dense.gradient(image[None], TARGET)[0], changes)
    close(plainly.value, recorded["dense/infidelity"], 1e-6)
    fitted = metrics.infidelity(answer, image, recorded["dense/maps"][0], changes, normalise=True)
    close(fitted.value, recorded["dense/infidelity-normalised"], 1e-6)


def test_largest_sensitivity_is_that_of_captum(recorded, dense, image):
    moved = dense.gradient(image + recorded["dense/noise"], TARGET)
    ours = metrics.sensitivity_max(dense.gradient(image[None], TARGET)[0], moved)
    close(ours.value, recorded["dense/sensitivity-max"], 1e-6)


@pytest.mark.parametrize("which", [0, 1])
def test_pixel_flipping_is_that_of_quantus(recorded, dense, which):
    ours = metrics.deletion(
        metrics.probability(dense, (TARGET, 2)[which]),
        recorded["dense/images"][which],
        recorded["dense/maps"][which],
        metrics.named("mean", dense.grey),
        steps=16,
        block=1,
    )
    close(ours.values[1:], recorded["dense/pixel-flipping"][which], 1e-6)


@pytest.mark.parametrize("which", [0, 1])
def test_region_perturbation_is_that_of_quantus(recorded, dense, which):
    found = metrics.both(
        metrics.probability(dense, (TARGET, 2)[which]),
        recorded["dense/images"][which],
        recorded["dense/maps"][which],
        metrics.named("mean", dense.grey),
        steps=16,
        block=4,
    )
    for ours, order in zip(found, ("morf", "lerf"), strict=True):
        drops = ours.values[0] - ours.values[1:]
        close(drops, recorded[f"dense/region-{order}"][which], 1e-6)
        close(metrics.aopc(ours).value, np.append(0, drops).mean(), 1e-12)


def test_faithfulness_correlation_is_that_of_quantus(recorded, dense, image):
    ours = metrics.faithfulness_correlation(
        metrics.probability(dense, TARGET),
        image,
        recorded["dense/maps"][0],
        metrics.named("mean", dense.grey),
        subsets=recorded["dense/removed"],
        block=1,
    )
    close(ours.value, recorded["dense/faithfulness-correlation"], 1e-6)


@pytest.mark.parametrize(
    ("key", "measure", "within"),
    [
        ("entropy", metrics.entropy, 1e-6),
        ("gini", metrics.gini, 5e-6),
        ("effective", lambda heat: metrics.effective_complexity(heat, 0.1), 1e-12),
    ],
)
def test_shape_is_that_of_quantus(recorded, key, measure, within):
    theirs = recorded[f"shape/{key}"]
    if key == "effective":
        theirs = theirs / recorded["shape/maps"][0].size
    close([measure(heat).value for heat in recorded["shape/maps"]], theirs, within)


@pytest.mark.parametrize(
    ("key", "measure"),
    [
        ("relevance-mass", metrics.mass_accuracy),
        ("relevance-rank", metrics.rank_accuracy),
        ("auroc", metrics.area_under_roc),
        ("pointing", lambda heat, mask: metrics.pointing_game(heat, mask, tolerance=0)),
        ("top-k", lambda heat, mask: metrics.topk_intersection(heat, mask, 26 / heat.size)),
    ],
)
def test_place_is_that_of_quantus(recorded, key, measure):
    pairs = zip(recorded["shape/maps"], recorded["shape/masks"], strict=True)
    close([measure(*pair).value for pair in pairs], recorded[f"shape/{key}"], 1e-6)


def test_imputation_is_that_of_grad_cam(recorded):
    for kept, theirs in zip(recorded["road/kept"], recorded["road/filled"], strict=True):
        close(road.impute(recorded["road/image"], ~kept), theirs, 1e-6)
