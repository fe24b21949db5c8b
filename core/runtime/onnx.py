"""onnxruntime as this suite uses it: one thread, no telemetry, nothing on standard error.

The official builds of onnxruntime from 1.32 on create a device identifier and a database under the
user's cache folder as soon as they are imported, and report to their maker, unless the environment
forbids it before the import (onnxruntime, Privacy.md). Nothing else in the suite may import it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"
ERRORS_ONLY = 3  # severity: 0 verbose, 1 information, 2 warning, 3 error


class Session(Protocol):
    """An opened network; it may be run by several threads at once."""

    def get_inputs(self) -> Any:
        """Return the inputs, each with a name."""

    def run(self, names: list[str], feed: dict[str, Any]) -> Any:
        """Return the outputs of these names."""


def engine() -> Any:
    """Return the module onnxruntime, imported so that it neither reports nor writes anything."""
    os.environ[NO_TELEMETRY] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # the Windows builds before 1.32 know only this
    onnxruntime.set_default_logger_severity(ERRORS_ONLY)
    return onnxruntime


def open_session(
    source: Path | bytes, weights: Mapping[str, NDArray[np.generic]] | None = None
) -> Session:
    """Open an ONNX graph on the processor with one thread (see ``core.runtime.threads``).

    Parameters
    ----------
    source : Path or bytes
        The file, or its content.
    weights : mapping, optional
        Initialisers that the graph declares as external data, by name. So graphs of one network,
        or one graph of many networks, need not each carry the weights.

    Notes
    -----
    Kernels stored in 8 bits are turned into floats here, once. Left to itself, onnxruntime fuses
    that step with matrix products and then rounds what is multiplied to 8 bits as well, which
    shifts the answers and differs between processors.
    """
    runtime = engine()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    if weights:
        values = [runtime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
        options.add_external_initializers(list(weights), values)
    given = source if isinstance(source, bytes) else source.as_posix()
    session: Session = runtime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
    return session
