"""Trained models on disk: safe formats, a manifest with hashes, and refusal of anything altered."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ArtifactError
from core.runtime.settings import settings

MODELS_ROOT = Path(__file__).resolve().parents[1] / "models"
MANIFEST = "manifest.json"
FORMAT = 1
LIBRARIES = (
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "xgboost",
    "xgboost-cpu",
    "optuna",
    "onnxruntime",
    "pillow",
    "torch",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Artifact:
    """A verified folder of model files.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    system, version : str
        What the models belong to, such as ``"cardiosense"`` and ``"1"``.
    manifest : mapping
        The manifest as written by :func:`seal`.
    sha256 : str
        SHA-256 of the manifest file, which in turn holds the hash of every other file.
    """

    folder: Path
    system: str
    version: str
    manifest: Mapping[str, Any]
    sha256: str

    @property
    def tag(self) -> str:
        """Short name of exactly these bytes, shown beside every result."""
        return f"{self.system}/{self.version} sha256:{self.sha256[:12]}"

    def path(self, name: str) -> Path:
        """Return the path of a file that the manifest lists.

        Raises
        ------
        ArtifactError
            If the manifest does not list it.
        """
        if name not in self.manifest["files"]:
            raise ArtifactError(
                f"The model folder {self.system}/{self.version} has no file {name}. "
                "Train the models again with the version of the code in use."
            )
        return self.folder / name

    def json(self, name: str) -> Any:
        """Return the content of a JSON file that the manifest lists."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))


def load(system: str, version: str | None = None, root: Path | None = None) -> Artifact:
    """Open a model folder after checking every byte of it.

    Parameters
    ----------
    system : str
        Name of the system, such as ``"cardiosense"``.
    version : str, optional
        Version folder; by default the highest.
    root : Path, optional
        Folder that holds the systems; by default that of the settings.

    Raises
    ------
    ArtifactError
        If the folder, its manifest or a file is missing, altered, or of an unknown format.
    """
    base = (root or settings().models_root) / system
    folder = base / (version or _latest(base))
    manifest, digest = _read_manifest(folder, system)
    for name, expected in manifest["files"].items():
        _verify(folder / name, expected, system)
    return Artifact(folder, system, folder.name, manifest, digest)


def seal(folder: Path, meta: Mapping[str, Any], created: datetime.date) -> Artifact:
    """Write the manifest of a model folder and return the folder, verified.

    Parameters
    ----------
    folder : Path
        ``<root>/<system>/<version>`` with every file in its final state.
    meta : mapping
        What the manifest states beside the hashes: data checksums, licence, intended use and
        whatever the models need to be understood. JSON-safe.
    created : date
        Declared date of the training.
    """
    names = sorted(
        str(path.relative_to(folder).as_posix())
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    )
    manifest = {
        **meta,
        "format": FORMAT,
        "system": folder.parent.name,
        "version": folder.name,
        "created": created.isoformat(),
        "python": platform.python_version(),
        "libraries": _library_versions(),
        "files": {name: _sha256(folder / name) for name in names},
    }
    write_json(folder / MANIFEST, manifest)
    return load(folder.parent.name, folder.name, folder.parent.parent)


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that equal content gives equal bytes on every platform."""
    text = json.dumps(content, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    path.write_bytes(f"{text}\n".encode())


def _latest(base: Path) -> str:
    numbers = [int(p.name) for p in base.glob("*") if p.is_dir() and p.name.isdigit()]
    if not numbers:
        raise ArtifactError(f"There is no trained model in {base}. Run the training command first.")
    return str(max(numbers))


def _read_manifest(folder: Path, system: str) -> tuple[dict[str, Any], str]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ArtifactError(
            f"The model folder {system}/{folder.name} has no {MANIFEST}. "
            "Restore it from the repository or train the models again."
        )
    content = path.read_bytes()
    try:
        manifest = json.loads(content)
        known = manifest["format"] == FORMAT and isinstance(manifest["files"], dict)
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ArtifactError(
            f"The manifest of {system}/{folder.name} is not in format {FORMAT}. "
            "Use the version of the code that wrote it, or train the models again."
        )
    return manifest, hashlib.sha256(content).hexdigest()


def _verify(path: Path, expected: str, system: str) -> None:
    place = f"{system}/{path.parent.name}"
    if not path.is_file():
        raise ArtifactError(
            f"The model file {path.name} of {place} is missing. Restore it from the repository."
        )
    if _sha256(path) != expected:
        raise ArtifactError(
            f"The model file {path.name} of {place} was altered: its SHA-256 is not the one in "
            "the manifest. Restore it from the repository."
        )


def read_data(path: Path, sha256: str) -> bytes:
    """Return the content of a data file of the repository.

    Raises
    ------
    ArtifactError
        If it is missing, or its SHA-256 is not the recorded one.
    """
    mend = f"Restore data/{path.parent.name} from the repository."
    if not path.is_file():
        raise ArtifactError(f"The data file {path.name} is missing. {mend}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ArtifactError(
            f"The data file {path.name} was altered: its SHA-256 is not the recorded one. {mend}"
        )
    return content


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _library_versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
