"""The door for a user's network: every refusal is a sentence, and nothing gets past it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, SuiteError
from core.saliency.networks import own, untrusted
from core.saliency.networks.own import inspect
from core.saliency.networks.untrusted import Scale
from core.saliency.networks.wire import read_wire
from core.saliency.schema import Access
from tests.core.saliency.onnx_files import classifier, field, model, node, tensor

IMAGES = np.random.default_rng(3).random((5, 16, 16), dtype=np.float32)
ROWS = IMAGES.reshape(5, 4, 4, 16).mean(axis=(2, 3))
SHAPE = {"pixels": ("n", 1, 16, 16)}
ANSWER = {"logits": ("n", 3)}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process what a worker runs, except where a test is about that."""
    monkeypatch.setattr(untrusted, "apart", lambda fn, *args, timeout: fn(*args))


def refused(content: bytes, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        own("net.onnx", content, **options)  # type: ignore[arg-type]
    assert caught.value.message.startswith(("net.onnx: ", "scale: ", "labels: "))
    assert caught.value.message.endswith(".")
    return caught.value.message


def test_own_answers_as_computed_by_hand() -> None:
    network = own("net.onnx", classifier())
    assert (network.size, network.grey, network.layers) == (16, (0.0, 1.0), ())
    assert network.labels == ("class 0", "class 1", "class 2")
    assert network.access == {Access.LOGITS}
    np.testing.assert_allclose(network.logits(IMAGES), ROWS[:, :3], rtol=1e-6)


def test_own_repeats_the_grey_image_three_times() -> None:
    network = own("net.onnx", classifier(channels=3))
    np.testing.assert_allclose(network.logits(IMAGES), ROWS[:, :3], rtol=1e-6)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (Scale.UNIT, ROWS),
        (Scale.BYTES, ROWS * 255),
        ("-1 to 1", ROWS * 2 - 1),
        (Scale.IMAGENET, (ROWS - np.mean([0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225])) * 0),
    ],
)
def test_own_scales_grey_values(scale: Scale | str, expected: np.ndarray) -> None:
    if scale is Scale.IMAGENET:
        spread, mean = (0.229, 0.224, 0.225), (0.485, 0.456, 0.406)
        expected = np.mean([(ROWS - m) / s for m, s in zip(mean, spread, strict=True)], axis=0)
    network = own("net.onnx", classifier(channels=3), scale=scale)
    np.testing.assert_allclose(network.logits(IMAGES), expected[:, :3], rtol=1e-4, atol=1e-5)


def test_own_one_image_at_a_time_where_the_batch_is_fixed() -> None:
    network = own("net.onnx", classifier(films=1))
    np.testing.assert_allclose(network.logits(IMAGES), ROWS[:, :3], rtol=1e-6)


def test_own_takes_the_logarithm_of_probabilities() -> None:
    logits = own("net.onnx", classifier(last="Softmax")).logits(IMAGES)
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1, rtol=1e-5)
    shifted = logits - logits[:, :1] - (ROWS[:, :3] - ROWS[:, :1])
    np.testing.assert_allclose(shifted, 0, atol=1e-5)


def test_own_open_sides_need_a_size() -> None:
    content = classifier(size="s")
    assert "Say which size" in refused(content)
    assert own("net.onnx", content, size=16).size == 16


def test_own_labels_are_used_and_checked() -> None:
    assert own("net.onnx", classifier(), labels=("a", "b", "c")).labels == ("a", "b", "c")
    assert "2 different names" in refused(classifier(), labels=("a", "b"))
    assert "2 different names" in refused(classifier(), labels=("a", "b", "b"))


def test_own_refuses_what_it_does_not_offer() -> None:
    network = own("net.onnx", classifier())
    for ask in (
        lambda: network.gradient(IMAGES, 0),
        lambda: network.guided(IMAGES, 0),
        lambda: network.attention(IMAGES, 0),
        lambda: network.inside(IMAGES, 0, "last"),
        lambda: network.randomised(0.5, 0),
    ):
        with pytest.raises(InputError, match=r"net\.onnx"):
            ask()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "not an ONNX file"),
        (b"PK\x03\x04 a zip", "not an ONNX file"),
        (b"\x89PNG\r\n\x1a\n", "not an ONNX file"),
        (field(1, 8) + field(7, b""), "not an ONNX file"),
        (classifier(declared=("n", 16, 16, 3)), "channels last"),
        (classifier(declared=("n", 2, 16, 16)), "second axis must be 1"),
        (classifier(declared=("n", "c", 16, 16)), "second axis must be 1"),
        (classifier(declared=("n", 1, 16, 20)), "square"),
        (classifier(size=8), "8 pixels a side"),
        (classifier(size=600), "600 pixels a side"),
        (classifier(films=8), "exactly 8 images"),
        (classifier(classes=1), "nothing to tell apart"),
        (classifier(weights=np.zeros((4, 3))), "no pixel matters"),
        (classifier(weights=np.full((4, 3), np.nan)), "not finite"),
        (classifier(declared=("n", 1, 32, 32)), "answers 1 images with (2, 3)"),
        (classifier(weights=np.ones((3, 3))), "onnxruntime cannot open it"),
    ],
)
def test_own_refuses_with_a_sentence(content: bytes, part: str) -> None:
    assert part in refused(content)


def test_own_refuses_weights_in_another_file() -> None:
    outside = tensor("matrix", np.eye(4, 3, dtype=np.float32), elsewhere="/etc/passwd")
    plain = [node("MatMul", ["pixels", "matrix"], "logits")]
    assert "in another file" in refused(model(plain, SHAPE, ANSWER, [outside]))
    hidden = [node("Constant", [], "matrix", value=outside), *plain]
    assert "in another file" in refused(model(hidden, SHAPE, ANSWER))


def test_own_refuses_foreign_operators_loops_and_chance() -> None:
    foreign = model([node("FusedConv", ["pixels"], "logits", "com.microsoft")], SHAPE, ANSWER)
    assert "operators of com.microsoft" in refused(foreign)
    looped = model([node("Loop", ["pixels"], "logits")], SHAPE, ANSWER)
    assert "uses Loop" in refused(looped)
    chance = model([node("RandomNormalLike", ["pixels"], "logits")], SHAPE, ANSWER)
    assert "uses RandomNormalLike" in refused(chance)


def test_own_refuses_several_inputs_and_outputs() -> None:
    mean = [node("ReduceMean", ["pixels", "over"], "logits", keepdims=0)]
    over = [tensor("over", np.array([1, 2]))]
    two = SHAPE | {"age": ("n", 1)}
    assert "2 inputs (pixels, age)" in refused(model(mean, two, {"logits": ("n", 16)}, over))
    outputs = {"one": ("n", 16), "two": ("n", 16)}
    nodes = [node("Relu", ["logits"], "one"), node("Neg", ["logits"], "two")]
    assert "2 outputs (one, two)" in refused(model([*mean, *nodes], SHAPE, outputs, over))
    named = {"logits": ("n", 16), "one": ("n", 16)}
    assert len(own("net.onnx", model([*mean, nodes[0]], SHAPE, named, over)).labels) == 16


def test_own_refuses_maps_and_other_types_as_answers() -> None:
    kept = model([node("Relu", ["pixels"], "logits")], SHAPE, {"logits": SHAPE["pixels"]})
    assert "average over positions" in refused(kept)
    flat = model([node("Relu", ["pixels"], "logits")], {"pixels": ("n", 3)}, ANSWER)
    assert "2 axes" in refused(flat)
    kind = model([node("Cast", ["pixels"], "logits", to=1)], SHAPE, ANSWER, kind=7)
    assert "tensor(int64)" in refused(kind)


def test_own_refuses_a_network_that_lies_about_its_classes() -> None:
    nodes = [
        node("ReduceMean", ["pixels", "rest"], "rows", keepdims=0),
        node("ReduceMax", ["pixels", "all"], "columns", keepdims=0),
        node("ReduceMax", ["columns", "start"], "largest"),
        node("Mul", ["largest", "nothing"], "zero"),
        node("Add", ["zero", "two"], "count"),
        node("Cast", ["count"], "end", to=7),
        node("Slice", ["rows", "start", "end", "axis"], "logits"),
    ]
    tensors = [
        tensor("rest", np.array([1, 3])),
        tensor("all", np.array([0, 1, 2])),
        tensor("nothing", np.zeros(1, np.float32)),
        tensor("two", np.full(1, 2, np.float32)),
        tensor("start", np.array([0])),
        tensor("axis", np.array([1])),
    ]
    assert "declares 3 classes and answers with 2" in refused(model(nodes, SHAPE, ANSWER, tensors))


def test_own_refuses_a_network_that_mixes_its_batch() -> None:
    nodes = [
        node("ReduceMean", ["pixels", "rest"], "rows", keepdims=0),
        node("ReduceMean", ["rows", "first"], "middle"),
        node("Sub", ["rows", "middle"], "centred"),
        node("Add", ["centred", "shift"], "both"),
        node("Mul", ["both", "rows"], "logits"),
    ]
    tensors = [
        tensor("rest", np.array([1, 3])),
        tensor("first", np.array([0])),
        tensor("shift", np.ones(16, np.float32)),
    ]
    content = model(nodes, SHAPE, {"logits": ("n", 16)}, tensors)
    assert "evaluation mode" in refused(content)


def test_own_refuses_large_files_and_unknown_scales() -> None:
    assert "at most 60 MB" in refused(bytes(60_000_001))
    assert "Use one of: 0 to 1" in refused(classifier(), scale="grey")


def test_own_refuses_slow_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "SECONDS", -1.0)
    assert "hundreds of answers" in refused(classifier())


def test_own_says_when_a_worker_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, **__: object) -> None:
        raise SuiteError("The calculation ended its worker process.")

    monkeypatch.setattr(untrusted, "apart", ended)
    with pytest.raises(SuiteError, match=r"net\.onnx: the network could not be examined"):
        own("net.onnx", classifier())


def test_own_checks_every_later_image() -> None:
    network = own("net.onnx", classifier())
    for wrong in (IMAGES[0], IMAGES[:0], IMAGES[:, :8], IMAGES * np.nan):
        with pytest.raises(InputError, match="images"):
            network.logits(wrong)


def test_own_runs_in_a_worker_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    network = own("net.onnx", classifier())
    np.testing.assert_allclose(network.logits(IMAGES), ROWS[:, :3], rtol=1e-6)
    with pytest.raises(InputError, match="no pixel matters"):
        own("net.onnx", classifier(weights=np.zeros((4, 3))))


def _refused_or_answers(content: bytes) -> None:
    """Either a sentence that names the file, or a network whose answers are sound."""
    try:
        network = own("net.onnx", content)
    except InputError as error:
        sentence = error.message
    else:
        images = np.random.default_rng(1).random((2, network.size, network.size), np.float32)
        sentence = f"net.onnx: {network.logits(images).shape}"
    assert sentence.startswith("net.onnx: ")


@given(st.binary(max_size=300))
def test_own_random_bytes_are_refused_or_no_network(content: bytes) -> None:
    with pytest.raises(InputError):
        own("net.onnx", content)


@settings(max_examples=60)
@given(st.data())
def test_own_damaged_files_are_refused_or_answer(data: st.DataObject) -> None:
    content = bytearray(classifier())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    whole = data.draw(st.booleans())
    _refused_or_answers(bytes(content if whole else content[:cut]))


@given(st.lists(st.one_of(st.integers(1, 40), st.sampled_from(["n", "s"])), max_size=5))
def test_own_lying_shapes_are_refused_or_answer(declared: list[int | str]) -> None:
    _refused_or_answers(classifier(declared=declared))


def test_wire_finds_operators_of_subgraphs() -> None:
    body = model([node("Scan", [], "b")], {}, {})
    graph = body[2:][2:]  # behind the version, behind the tag and length of the graph
    inner = field(1, "body") + field(6, graph.split(b"B\x04")[0])
    whole = field(7, field(1, field(4, "Relu") + field(5, inner)))
    assert ("", "Scan") in read_wire(whole).operators


def test_wire_refuses_messages_that_lie_too_deep() -> None:
    content = field(1, field(4, "Relu"))
    for _ in range(40):
        content = field(1, field(4, "If") + field(5, field(6, content)))
    with pytest.raises(InputError, match="not an ONNX file"):
        inspect("net.onnx", field(7, content))
