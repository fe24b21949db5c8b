"""What a process would compute with: its libraries, the suite's code, the trained models."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from core.artifacts import MANIFEST
from core.errors import SuiteError
from core.runtime.settings import settings

CORE = Path(__file__).resolve().parents[1]
LIBRARIES = (
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "scikit-learn",
    "xgboost",
    "xgboost-cpu",
    "onnxruntime",
    "pillow",
    "pydicom",
    "scikit-image",
    "lime",
    "pyprevent",
    "optuna",
)

Versions = Mapping[str, str]


@functools.cache
def versions() -> Versions:
    """Return what this process computes with, by name; read once.

    Python, the kind of processor, the libraries on which results depend, the SHA-256 of the source
    files of ``core``, and that of the manifest of every model folder.
    """
    found = {
        "Python": platform.python_version(),
        "processor": platform.machine(),
        "suite code": _sources(CORE),
    }
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    root = settings().models_root
    for manifest in sorted(root.glob(f"*/*/{MANIFEST}")):
        model = manifest.parent.relative_to(root).as_posix()
        found[f"model {model}"] = hashlib.sha256(manifest.read_bytes()).hexdigest()
    return found


def require_same(expected: Versions, found: Versions, worker: str) -> None:
    """Refuse a worker that would compute with something else.

    Raises
    ------
    SuiteError
        Naming the worker and, for everything that differs, both values.
    """
    differences = [
        f"{name} is {_shown(found, name)} there and {_shown(expected, name)} here"
        for name in sorted({*expected, *found})
        if expected.get(name) != found.get(name)
    ]
    if differences:
        raise SuiteError(
            f"The worker {worker} would compute with something else: {'; '.join(differences)}. "
            "Install the same versions, code and models there, restart it, and run this again."
        )


def _shown(given: Versions, name: str) -> str:
    value = given.get(name, "absent")
    return value[:12] if len(value) == len(hashlib.sha256().hexdigest()) else value


def _sources(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()
