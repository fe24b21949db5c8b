"""Graphs without weights: opened with arrays given by name."""

from __future__ import annotations

import numpy as np
import pytest

from core.runtime.onnx import open_session
from tests.core.saliency.onnx_files import model, node, tensor

MATRIX = np.arange(12, dtype=np.float32).reshape(4, 3)
PIXELS = np.random.default_rng(0).random((2, 4), dtype=np.float32)
SHAPES = {"pixels": ("n", 4)}, {"logits": ("n", 3)}


def bare(values: np.ndarray, *nodes: bytes) -> bytes:
    return model(nodes, *SHAPES, [tensor("matrix", values, elsewhere="weights")])


def test_weights_given_by_name_are_used() -> None:
    content = bare(np.zeros_like(MATRIX), node("MatMul", ["pixels", "matrix"], "logits"))
    session = open_session(content, {"matrix": MATRIX})
    (answer,) = session.run(["logits"], {"pixels": PIXELS})
    np.testing.assert_allclose(answer, PIXELS @ MATRIX, rtol=1e-6)


def test_one_graph_serves_networks_with_other_weights() -> None:
    content = bare(MATRIX, node("MatMul", ["pixels", "matrix"], "logits"))
    first, second = (open_session(content, {"matrix": MATRIX * by}) for by in (1, 2))
    np.testing.assert_allclose(
        second.run(["logits"], {"pixels": PIXELS})[0],
        2 * first.run(["logits"], {"pixels": PIXELS})[0],
    )


def test_weights_of_8_bits_are_restored_inside_the_graph() -> None:
    whole = MATRIX.astype(np.int8)
    content = model(
        [
            node("DequantizeLinear", ["whole", "scale"], "matrix", axis=1),
            node("MatMul", ["pixels", "matrix"], "logits"),
        ],
        *SHAPES,
        [
            tensor("whole", whole, elsewhere="weights"),
            tensor("scale", np.ones(3, np.float32), elsewhere="weights"),
        ],
    )
    scale = np.array([1, 0.5, 0.1], np.float32)
    session = open_session(content, {"whole": whole, "scale": scale})
    (answer,) = session.run(["logits"], {"pixels": PIXELS})
    np.testing.assert_allclose(answer, PIXELS @ (MATRIX * scale), rtol=1e-6)


def test_weights_may_be_thrown_away_after_opening() -> None:
    content = bare(MATRIX, node("MatMul", ["pixels", "matrix"], "logits"))
    passing = MATRIX.copy()
    session = open_session(content, {"matrix": passing})
    passing[:] = np.nan
    (answer,) = session.run(["logits"], {"pixels": PIXELS})
    np.testing.assert_allclose(answer, PIXELS @ MATRIX, rtol=1e-6)


def test_a_graph_without_its_weights_is_not_opened() -> None:
    content = bare(MATRIX, node("MatMul", ["pixels", "matrix"], "logits"))
    with pytest.raises(Exception, match="weights"):
        open_session(content)
