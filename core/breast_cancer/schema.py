"""Fields of a case: ten measurements of cell nuclei, each as mean, standard error and worst."""

from __future__ import annotations

import dataclasses

from core.fields import FieldSet, FieldSpec

SOURCE = (
    "Wisconsin Diagnostic Breast Cancer, UCI (Wolberg, Mangasarian, Street and Street 1995, "
    "doi:10.24432/C5DW2B); features: Street, Wolberg and Mangasarian, Proc. SPIE 1905 (1993)"
)
LENGTH, AREA = "u", "u²"
"""Units of length and area of the digitised image; the source does not say how large they are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One measurement of the nuclei in an image.

    Attributes
    ----------
    name, label : str
        Stem of the field names, and the name shown to people.
    meaning : str
        What is measured of each nucleus.
    unit : str
        Unit; empty for ratios.
    low, high : float
        Limits beyond which no measurement lies, whatever its unit: a value inside them that is in
        the wrong unit is scored and flagged, not refused.
    step : float
        Resolution in the source.
    typical : tuple of float
        Medians of the source for the mean, the standard error and the worst, to three digits; the
        values a form starts from.
    """

    name: str
    label: str
    meaning: str
    unit: str
    low: float
    high: float
    step: float
    typical: tuple[float, float, float]


MEASURES = (
    Measure(
        "radius",
        "Radius",
        "mean distance from the centre to the outline",
        LENGTH,
        1e-4,
        1e5,
        0.01,
        (13.4, 0.324, 15.0),
    ),
    Measure(
        "texture",
        "Texture",
        "standard deviation of the grey values",
        "",
        1e-4,
        1e5,
        0.01,
        (18.8, 1.11, 25.4),
    ),
    Measure(
        "perimeter",
        "Perimeter",
        "length of the outline",
        LENGTH,
        1e-4,
        1e6,
        0.1,
        (86.2, 2.29, 97.7),
    ),
    Measure("area", "Area", "area inside the outline", AREA, 1e-4, 1e8, 0.1, (551.0, 24.5, 686.0)),
    Measure(
        "smoothness",
        "Smoothness",
        "local variation of the radius",
        "",
        1e-6,
        1e4,
        0.0001,
        (0.0959, 0.00638, 0.131),
    ),
    Measure(
        "compactness",
        "Compactness",
        "perimeter squared over area, minus 1",
        "",
        1e-6,
        1e4,
        0.0001,
        (0.0926, 0.0204, 0.212),
    ),
    Measure(
        "concavity",
        "Concavity",
        "depth of the concave parts of the outline",
        "",
        0.0,
        1e4,
        0.0001,
        (0.0615, 0.0259, 0.227),
    ),
    Measure(
        "concave_points",
        "Concave points",
        "number of concave parts of the outline, scaled",
        "",
        0.0,
        1e4,
        0.0001,
        (0.0335, 0.0109, 0.0999),
    ),
    Measure(
        "symmetry",
        "Symmetry",
        "difference of lengths on both sides of the longest chord",
        "",
        1e-6,
        1e4,
        0.0001,
        (0.179, 0.0187, 0.282),
    ),
    Measure(
        "fractal_dimension",
        "Fractal dimension",
        "roughness of the outline",
        "",
        1e-6,
        1e4,
        0.00001,
        (0.0615, 0.00319, 0.08),
    ),
)

STATISTICS = {
    "mean": ("Mean", "{}_mean {}1", "Mean over the nuclei of the image"),
    "error": ("Standard error", "{}_se {}2", "Standard error of the mean over the nuclei"),
    "worst": ("Worst", "{}_worst {}3", "Mean of the three largest nuclei values"),
}
"""Heading, names in other copies of the table, and meaning of each statistic."""

NAMES = {
    "mean": "mean_{}",
    "error": "{}_error",
    "worst": "worst_{}",
}
"""Field name of each statistic, as scikit-learn calls it."""


def _spec(measure: Measure, statistic: str) -> FieldSpec:
    heading, aliases, meaning = STATISTICS[statistic]
    return FieldSpec(
        NAMES[statistic].format(measure.name),
        f"{heading} {measure.label.lower()}",
        f"{meaning}: {measure.meaning}.",
        SOURCE,
        unit=measure.unit,
        low=measure.low / 100 if statistic == "error" else measure.low,
        high=measure.high,
        step=measure.step,
        default=measure.typical[list(STATISTICS).index(statistic)],
        required=True,
        aliases=tuple(aliases.format(measure.name, measure.name).split()),
        group=heading,
    )


FEATURES = FieldSet(tuple(_spec(m, statistic) for statistic in STATISTICS for m in MEASURES))
"""The record of a case, in the column order of the source."""


def measure_of(feature: str) -> Measure:
    """Return the measurement a field belongs to."""
    for measure in MEASURES:
        if feature in {pattern.format(measure.name) for pattern in NAMES.values()}:
            return measure
    raise KeyError(feature)
