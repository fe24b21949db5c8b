"""Gradient graphs against torch's autograd on the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch, which only training installs")
onnx = pytest.importorskip("onnx", reason="needs onnx, which only training installs")

from onnx import helper, numpy_helper  # noqa: E402

from core.errors import InputError  # noqa: E402
from core.respiratory import Network, artifact, intake  # noqa: E402
from core.runtime.onnx import open_session  # noqa: E402
from core.saliency.networks import shipped, stored  # noqa: E402
from core.saliency.training import shipped_export as export  # noqa: E402
from core.saliency.training.baking import baked, values_of, without_weights  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
RNG = np.random.default_rng(0)
# Softmax of large scores: torch's own 32 bits are this far from its 64 bits as well (1.7e-5).
ROUNDED = {"attention": 3e-5}


@pytest.mark.parametrize("network", list(Network)[1:])
def test_stored_graphs_agree_with_autograd(network: Network) -> None:
    plan, size = export.PLANS[network], intake(network).size
    forward = export.forward_graph(plan, size)
    films = export.example_films(network)[:1]
    graph = shipped(str(network)).graph
    assert graph is not None
    answers = export.answers_of(graph(), films, plan)
    found = export.parity(forward, plan, films, answers)
    for name, difference in found.differences.items():
        assert difference <= ROUNDED.get(name, 1e-5), name


@pytest.mark.parametrize("network", list(Network)[1:])
def test_export_makes_the_graphs_that_are_shipped(network: Network) -> None:
    plan, size = export.PLANS[network], intake(network).size
    bare, held = without_weights(
        export.gradient_graph(export.forward_graph(plan, size), plan, size)
    )
    path = stored.artifact().path(f"{network}-gradient.onnx")
    assert bare.SerializeToString() == path.read_bytes()
    record = stored.artifact().json("sources.json")[str(network)]
    named = {one["name"] for one in (*record["tensors"], *record["arrays"])}
    assert set(held) == named


def test_kernels_are_counted_from_the_input() -> None:
    kernels = export.kernels_of(onnx.load(artifact().path("cnn.onnx")))
    assert kernels[0] == "stem.0.weight"
    assert kernels[-1] == "unsqueeze_1.half"
    assert len(kernels) == 22


def _graph(nodes: list[Any], tensors: dict[str, Any], side: int = 6) -> Any:
    pixels = helper.make_tensor_value_info("pixels", 1, ["n", 1, side, side])
    logits = helper.make_tensor_value_info("logits", 1, ["n", None])
    kept = [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()]
    graph = helper.make_graph(nodes, "g", [pixels], [logits], kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def _convolution(**attributes: Any) -> Any:
    side = attributes.get("kernel_shape", [3, 3])
    kernel = RNG.normal(size=(2, 1, *side)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["pixels", "kernel"], ["map"], **attributes),
        helper.make_node("Relu", ["map"], ["kept"]),
        helper.make_node("ReduceMean", ["kept", "over"], ["logits"], keepdims=0),
    ]
    return _graph(nodes, {"kernel": kernel, "over": np.array([2, 3])})


@pytest.mark.parametrize(
    "attributes",
    [
        {"kernel_shape": [3, 3]},
        {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]},
        {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]},
        {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2], "strides": [2, 2]},
        {"kernel_shape": [2, 2], "strides": [2, 2]},
        {"kernel_shape": [1, 1], "strides": [2, 2]},
    ],
)
def test_convolutions_of_every_stride_and_padding(attributes: dict[str, Any]) -> None:
    _agrees(_convolution(**attributes))


def _agrees(model: Any) -> None:
    plan = export.Plan((), (("kept", "", "Relu", 0),))
    graph = export.gradient_graph(model, plan, 6)
    bare, held = without_weights(graph)
    session = open_session(bare.SerializeToString(), held)
    films = RNG.normal(size=(3, 6, 6)).astype(np.float32)
    feed = {"pixels": films[:, None], "floor": np.array(np.finfo(np.float32).min)}
    classes = open_session(model.SerializeToString()).run(["logits"], {"pixels": films[:, None]})
    target = np.zeros_like(classes[0])
    target[:, 0] = 1
    names = ["logits", "gradient", "kept.activations", "kept.gradients"]
    answers = dict(zip(names, session.run(names, {**feed, "target": target}), strict=True))
    expected = export.autograd(model, plan, films)
    for name, answer in answers.items():
        np.testing.assert_allclose(answer, expected[name], atol=1e-5, err_msg=name)


def test_values_that_meet_again_get_the_sum_of_their_gradients() -> None:
    nodes = [
        helper.make_node("Relu", ["pixels"], ["kept"]),
        helper.make_node("ReduceMean", ["kept", "over"], ["level"]),
        helper.make_node("Mul", ["kept", "level"], ["product"]),
        helper.make_node("Sub", ["product", "kept"], ["less"]),
        helper.make_node("ReduceMean", ["less", "over"], ["logits"], keepdims=0),
    ]
    _agrees(_graph(nodes, {"over": np.array([2, 3])}))


def test_an_unknown_operator_is_refused_with_its_name() -> None:
    nodes = [
        helper.make_node("Sin", ["pixels"], ["wave"]),
        helper.make_node("ReduceMean", ["wave", "over"], ["logits"], keepdims=0),
    ]
    model = _graph(nodes, {"over": np.array([2, 3])})
    with pytest.raises(InputError, match="Sin: no rule is written"):
        baked(model, {}, 6)


@pytest.mark.parametrize(
    ("node", "part"),
    [
        (helper.make_node("Conv", ["pixels", "kernel"], ["map"], auto_pad="SAME_UPPER"), "padding"),
        (helper.make_node("Conv", ["pixels", "kernel"], ["map"], dilations=[2, 2]), "dilated"),
        (
            helper.make_node("MaxPool", ["pixels"], ["map"], kernel_shape=[3, 3], strides=[2, 2]),
            "overlap",
        ),
        (helper.make_node("Mul", ["pixels", "pixels"], ["map"]), "with itself"),
        (helper.make_node("Div", ["one", "pixels"], ["map"]), "depends on the pixels"),
    ],
)
def test_what_no_rule_covers_is_refused(node: Any, part: str) -> None:
    nodes = [node, helper.make_node("ReduceMean", ["map", "over"], ["logits"], keepdims=0)]
    kernel = np.ones((1, 1, 3, 3), np.float32)
    tensors = {"over": np.array([2, 3]), "kernel": kernel, "one": np.ones(1, np.float32)}
    with pytest.raises(InputError, match=part):
        baked(_graph(nodes, tensors), {}, 6)


def test_values_of_an_operator_come_in_their_order() -> None:
    assert values_of(_convolution(kernel_shape=[3, 3]), "Relu") == ["kept"]
