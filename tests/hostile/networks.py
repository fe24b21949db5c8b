"""ONNX files that are no classifier, or one that would harm its host."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.core.saliency.onnx_files import classifier, field, model, node, tensor
from tests.hostile.made import Hostile, damaged

PICTURE = ("n", 1, 16, 16)


def files() -> Iterator[Hostile]:
    """Yield every hostile network."""
    for part in (_shapes(), _graphs(), _bytes()):
        for name, content in part:
            yield Hostile("onnx", "saliency", name, content)
    for name, content in damaged("onnx", classifier(), 24):
        yield Hostile("onnx", "saliency", name, content)


def _shapes() -> Iterator[tuple[str, bytes]]:
    yield "input-not-square", classifier(declared=("n", 1, 16, 20))
    yield "input-of-three-sides", classifier(declared=("n", 16, 16))
    yield "input-of-four-channels", classifier(declared=("n", 4, 16, 16))
    yield "input-huge", classifier(declared=("n", 1, 2**40, 2**40))
    yield "input-zero", classifier(declared=("n", 1, 0, 0))
    yield "input-minus", classifier(declared=("n", 1, -5, -5))
    yield "input-batch-7", classifier(films=7)
    yield "classes-one", classifier(classes=1, weights=np.ones((4, 1)))
    yield "weights-nan", classifier(weights=np.full((4, 3), np.nan))
    yield "weights-infinite", classifier(weights=np.full((4, 3), np.inf))
    yield "weights-of-another-shape", classifier(weights=np.ones((9, 3)))


def _graphs() -> Iterator[tuple[str, bytes]]:
    flat = node("Flatten", ["pixels"], "logits")
    one, two = {"pixels": PICTURE}, {"logits": ("n", 256)}
    yield "outputs-none", model([flat], one, {})
    yield (
        "inputs-none",
        model(
            [node("Identity", ["c"], "logits")],
            {},
            {"logits": (1, 3)},
            [tensor("c", np.ones((1, 3), np.float32))],
        ),
    )
    yield "outputs-unknown", model([flat], one, {"other": ("n", 256)})
    yield "inputs-two", model([flat], {**one, "more": PICTURE}, two)
    yield "inputs-integers", model([flat], one, two, kind=7)
    yield "nodes-none", model([], one, two)
    yield "node-unknown", model([node("Hologram", ["pixels"], "logits")], one, two)
    yield (
        "node-foreign-domain",
        model(
            [node("Evil", ["pixels"], "logits", "evil.domain")],
            one,
            two,
            domains=("", "evil.domain"),
        ),
    )
    yield (
        "node-random",
        model(
            [node("RandomNormalLike", ["pixels"], "x"), node("Flatten", ["x"], "logits")], one, two
        ),
    )
    yield (
        "node-loop",
        model([node("Loop", ["pixels"], "x"), node("Flatten", ["x"], "logits")], one, two),
    )
    yield "node-if", model([node("If", ["pixels"], "logits")], one, two)
    yield (
        "cycle",
        model(
            [
                node("Identity", ["b"], "a"),
                node("Identity", ["a"], "b"),
                node("Flatten", ["b"], "logits"),
            ],
            one,
            two,
        ),
    )
    yield (
        "weights-elsewhere",
        model(
            [node("Add", ["pixels", "w"], "x"), node("Flatten", ["x"], "logits")],
            one,
            two,
            [tensor("w", np.ones((1,), np.float32), elsewhere="../../etc/passwd")],
        ),
    )
    yield (
        "memory-bomb",
        model(
            [node("Expand", ["pixels", "s"], "x"), node("Flatten", ["x"], "logits")],
            one,
            {"logits": ("n", 2**40)},
            [tensor("s", np.array([1, 2**20, 2**10, 2**10]))],
        ),
    )
    yield "name-nul", model([node("Flatten", ["pi\0xels"], "logits")], {"pi\0xels": PICTURE}, two)
    yield "opset-none", model([flat], one, two, domains=())


def _bytes() -> Iterator[tuple[str, bytes]]:
    good = classifier()
    for share in (0.1, 0.5, 0.9, 0.99):
        yield f"cut-at-{share:g}", good[: int(len(good) * share)]
    yield "empty", b""
    yield "one-byte", b"\x08"
    yield "text", b"not a network"
    yield "pickle", b"\x80\x04\x95\x10\0\0\0\0\0\0\0]."
    yield "zip", b"PK\x03\x04" + bytes(80)
    yield "length-lie", field(1, 8) + b"\x3a\xff\xff\xff\xff\x0f"
    yield "varint-endless", b"\xff" * 500
    yield "two-models", good + good
    yield "zeros", bytes(5000)
