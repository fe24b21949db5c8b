"""The explorer in its own words: what was trained, on what, and with which libraries."""

from __future__ import annotations

import collections

from core.evidence import About
from core.saliency.networks import NETWORKS, phantoms
from core.saliency.networks.stored import artifact

ARCHITECTURES = {
    "cnn": "Small convolutional network",
    "vgg": "VGG16 in small",
    "vit": "Vision transformer in small",
}


def about() -> About:
    """Return models, data and libraries with versions and hashes."""
    found = artifact()
    manifest = found.manifest
    files, version = manifest["files"], f"{found.system}/{found.version}"
    trained = collections.Counter(str(one["architecture"]) for one in phantoms().values())
    return About(
        intended_use=manifest["intended_use"],
        trained=manifest["created"],
        models=(
            *(
                {
                    "Model": f"Gradients of {title}",
                    "Role": "Reads the weights of the chest X-ray system",
                    "Version": version,
                    "SHA-256": files[f"{key}-gradient.onnx"],
                }
                for key, title in NETWORKS.items()
            ),
            *(
                {
                    "Model": f"{ARCHITECTURES[key]}, {count} trainings on phantoms",
                    "Role": "Its causes are known",
                    "Version": version,
                    "SHA-256": files[f"phantom-{key}.onnx"],
                }
                for key, count in trained.items()
            ),
        ),
        data=(
            {
                "Data": "Phantoms",
                "Rows": "drawn when needed",
                "Use": "Training, test and benchmark of the small networks; seeds are disjoint",
                "Licence": "part of the suite",
                "Source": "core.phantoms",
                "SHA-256": "equal seeds give equal pixels",
            },
        ),
        libraries=tuple(
            {"Library": name, "Version at training": version}
            for name, version in manifest["libraries"].items()
            if version
        ),
    )
