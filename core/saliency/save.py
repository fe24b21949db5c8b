"""Files of an explanation: the map as arrays, the figure, the numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

from core.saliency.explanation import Explanation
from core.saliency.schema import Floats
from core.viz.overlay import overlay_png

NATIVE, UPSAMPLED, FIGURE = "map-native.npy", "map.npy", "overlay.png"
NUMBERS, TABLE = "explanation.json", "numbers.csv"


def files(found: Explanation, opacity: float = 0.7) -> Mapping[str, bytes]:
    """Return the files by name: two arrays, a PNG, a JSON document and a table.

    Parameters
    ----------
    found : Explanation
        What to save.
    opacity : float
        Of the strongest pixels of the map in the figure, from 0 to 1.
    """
    made = found.attribution
    return {
        NATIVE: array_file(made.native),
        UPSAMPLED: array_file(made.pixels),
        FIGURE: overlay_png(found.subject.canvas, made.pixels, opacity=opacity),
        NUMBERS: json.dumps(found.to_dict(), indent=1, allow_nan=False).encode(),
        TABLE: table_file(found),
    }


def array_file(values: Floats) -> bytes:
    """Return an array as the content of a .npy file."""
    import numpy as np

    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()


def table_file(found: Explanation) -> bytes:
    """Return the figures as CSV: key, value, and the reason where there is no value."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("figure", "value", "reason"))
    for name, value in found.metrics.items():
        writer.writerow((name, value.value if value.defined else "", value.reason))
    return file.getvalue().encode()
