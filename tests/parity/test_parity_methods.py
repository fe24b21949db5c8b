"""Maps on torch networks, computed by the explorer through autograd and by the libraries."""

from __future__ import annotations

import numpy as np
import pytest
import torchcam.methods

from core.saliency.methods import attribute
from core.saliency.methods.perturbation import occlusion
from core.saliency.methods.question import Question
from core.saliency.methods.segments import grid_shap
from core.saliency.schema import Options
from tests.parity import networks, oracles, record
from tests.parity.adapter import Adapted, tensor

SIDE = networks.SIDE
LAYERS = ("conv1", "conv2", "conv3")
TOKENS = "blocks.0.norm1"


@pytest.fixture(scope="module", params=[1, 2])
def image(request):
    return record.image(SIDE, seed=100 + request.param)


@pytest.fixture(scope="module")
def network():
    return networks.convolutional()


@pytest.fixture(scope="module")
def seen(network):
    return Adapted(SIDE, network, LAYERS)


def scaled(heat):
    heat = np.maximum(heat, 0)
    return (heat - heat.min()) / max(np.ptp(heat), 1e-12)


def close(ours, theirs, within):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", ["gradcam", "gradcam++", "hirescam", "layercam"])
def test_activation_maps_of_grad_cam(network, seen, image, key, layer, target):
    ours = attribute(seen, image, key, target, Options(layer=layer))
    native, delivered = oracles.grad_cam(key, network, image, target, layer)
    close(scaled(ours.native), scaled(native), 1e-5)
    if ours.native.any():
        close(scaled(ours.pixels), delivered, 1e-5)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("key", oracles.TORCHCAMS)
def test_activation_maps_of_torchcam(network, seen, image, key, layer, target):
    ours = attribute(seen, image, key, target, Options(layer=layer))
    theirs = oracles.torch_cam(oracles.TORCHCAMS[key], network, image, target, layer)
    close(scaled(ours.native), scaled(theirs), 1e-5)


def test_the_alphas_of_torchcams_grad_cam_plus_plus_are_still_undivided(network, seen, image):
    activations, gradients = seen.inside(image[None], 1, "conv2")
    cubed = (np.maximum(gradients, 0) ** 3).sum((2, 3))
    undivided = np.maximum((cubed[..., None, None] * activations).sum(1)[0], 0)
    theirs = oracles.torch_cam(torchcam.methods.GradCAMpp, network, image, 1, "conv2")
    close(scaled(undivided), scaled(theirs), 1e-5)


@pytest.mark.parametrize("layer", LAYERS)
def test_eigencam_of_grad_cam_up_to_its_sign(network, seen, image, layer):
    ours = attribute(seen, image, "eigencam", 1, Options(layer=layer)).native
    theirs = oracles.grad_cam("eigencam", network, image, 1, layer)[0]
    ours, theirs = record.one_sign(ours), record.one_sign(theirs)
    close(ours / np.ptp(ours), theirs / np.ptp(theirs), 1e-5)


def test_scorecam_of_grad_cam_where_both_hide_with_zero_and_need_no_interpolation(network, image):
    seen = Adapted(SIDE, network, LAYERS, grey=(-1.0, 1.0))
    ours = attribute(seen, image, "scorecam", 1, Options(layer="conv1"))
    theirs = oracles.grad_cam("scorecam", network, image, 1, "conv1")[0]
    close(scaled(ours.native), scaled(theirs), 1e-5)


@pytest.mark.parametrize("key", ["gradcam", "hirescam", "layercam", "eigencam"])
def test_maps_of_tokens_are_those_of_grad_cam(image, key):
    network = networks.attentive(2)
    seen = Adapted(SIDE, network, (TOKENS,), prefix=1)

    def patches(tokens):
        return tokens[:, 1:].transpose(1, 2).reshape(len(tokens), -1, 8, 8)

    ours = attribute(seen, image, key, 3, Options(layer=TOKENS)).native
    theirs = oracles.grad_cam(key, network, image, 3, TOKENS, patches)[0]
    assert ours.any()
    if key == "eigencam":
        ours, theirs = record.one_sign(ours), record.one_sign(theirs)
        close(ours / np.ptp(ours), theirs / np.ptp(theirs), 1e-5)
    else:
        close(scaled(ours), scaled(theirs), 1e-5)


def test_the_transformer_answers_the_same_with_its_attention_laid_open(image):
    network = networks.attentive(2)
    plainly = network(tensor(image[None]))
    for block in network.blocks:
        block.tap = lambda attention: attention
    close(network(tensor(image[None])), plainly, 1e-5)


@pytest.mark.parametrize("target", range(4))
def test_legrad_of_one_block_is_that_of_torchcam(image, target):
    network = networks.attentive(1)
    seen = Adapted(SIDE, network, prefix=1)
    ours = attribute(seen, image, "legrad", target).native
    close(scaled(ours), scaled(oracles.legrad(network, image, target)), 1e-5)


@pytest.mark.parametrize(
    ("key", "name", "options", "within"),
    [
        ("saliency", "Saliency", {}, 1e-7),
        ("inputxgradient", "InputXGradient", {}, 1e-7),
        ("guided-backprop", "GuidedBackprop", {}, 1e-7),
        (
            "integrated-gradients",
            "IntegratedGradients",
            {"baselines": 0.5, "n_steps": 64, "method": "riemann_middle"},
            1e-6,
        ),
        (
            "occlusion",
            "Occlusion",
            {
                "baselines": 0.5,
                "sliding_window_shapes": (1, 4, 4),
                "strides": (1, 2, 2),
                "perturbations_per_eval": 64,
            },
            1e-6,
        ),
    ],
)
def test_maps_of_captum(network, seen, image, key, name, options, within):
    for target in range(4):
        ours = attribute(seen, image, key, target).native
        theirs = oracles.captum_map(name, network, image, target, **options)
        close(ours, np.abs(theirs) if key == "guided-backprop" else theirs, within)


@pytest.mark.parametrize(("window", "stride"), [(4, 4), (7, 3), (5, 5)])
def test_occlusion_of_captum_with_windows_that_do_not_fit(network, seen, image, window, stride):
    question = Question(seen, image, 1, Options(), {})
    theirs = oracles.captum_map(
        "Occlusion",
        network,
        image,
        1,
        baselines=0.25,
        sliding_window_shapes=(1, window, window),
        strides=(1, stride, stride),
    )
    close(occlusion(question, window, stride, 0.25).native, theirs, 1e-6)


def test_shapley_values_of_captum(network, seen, image):
    ours = grid_shap(Question(seen, image, 1, Options(), {}), 2).pixels
    theirs = oracles.captum_map(
        "ShapleyValues",
        network,
        image,
        1,
        baselines=0.5,
        feature_mask=oracles.quarters(SIDE),
    )
    close(ours, theirs, 1e-6)
