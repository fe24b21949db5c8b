"""Networks trained on phantoms as they are shipped, against the libraries on the same weights.

The explorer runs them in ONNX Runtime with gradients that are part of the graph; the libraries see
torch and its autograd.
"""

from __future__ import annotations

import numpy as np
import pytest

from core.saliency.ground_truth import scene
from core.saliency.methods import attribute
from core.saliency.networks import phantom
from core.saliency.schema import Options
from tests.parity import networks, oracles, record
from tests.parity.adapter import array, tensor


@pytest.fixture(scope="module", params=["cnn", "vgg"])
def key(request):
    return networks.one_of(request.param)


@pytest.fixture(scope="module")
def seen(key):
    return phantom(key)


@pytest.fixture(scope="module")
def network(key):
    return networks.phantom(key)


@pytest.fixture(scope="module")
def image():
    return scene(7, "decoy", label=2, carries=True).image


def scaled(heat):
    heat = np.maximum(heat, 0)
    return (heat - heat.min()) / max(np.ptp(heat), 1e-12)


def close(ours, theirs, within):
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=within)


def test_logits(seen, network, image):
    close(seen.logits(image[None]), array(network(tensor(image[None]))), 1e-4)


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "hirescam", "layercam", "eigencam"])
def test_activation_maps_of_grad_cam(seen, network, image, method):
    for layer in seen.layers:
        ours = attribute(seen, image, method, 2, Options(layer=layer.key)).native
        place = layer.key.replace("-linear", ".conv")
        theirs = oracles.grad_cam(method, network, image, 2, f"network.stages.{place}")[0]
        if method == "eigencam":
            ours, theirs = record.one_sign(ours), record.one_sign(theirs)
            # Activations of two runtimes differ in their last digits, and the direction with them.
            close(ours / np.ptp(ours), theirs / np.ptp(theirs), 5e-5)
        else:
            close(scaled(ours), scaled(theirs), 1e-5)


@pytest.mark.parametrize(
    ("method", "name"), [("saliency", "Saliency"), ("guided-backprop", "GuidedBackprop")]
)
def test_gradients_of_captum(seen, network, image, method, name):
    ours = attribute(seen, image, method, 2).native
    theirs = np.abs(oracles.captum_map(name, network, image, 2))
    close(ours / theirs.max(), theirs / theirs.max(), 1e-5)


def test_integrated_gradients_of_captum(image):
    # Not of the VGG: where two pixels of a maximum differ by less than float32 tells, the runtimes
    # may follow different ones, which at one of 64 steps moves a pixel by up to 3e-4.
    key = networks.one_of("cnn")
    ours = attribute(phantom(key), image, "integrated-gradients", 2).native
    theirs = oracles.captum_map(
        "IntegratedGradients",
        networks.phantom(key),
        image,
        2,
        baselines=0.5,
        n_steps=64,
        method="riemann_middle",
    )
    close(ours / np.abs(theirs).max(), theirs / np.abs(theirs).max(), 1e-5)
