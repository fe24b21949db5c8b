"""What the original study printed, as figures.

Khanz9664, Transfer-Learning-for-Respiratory-Disease-Classification (README and METHODOLOGY) and
Transfer-Learning-in-Medical-Imaging (plots and slides). No code and no weights are public.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

SOURCE = (
    "Khanz9664, Transfer-Learning-for-Respiratory-Disease-Classification, README and METHODOLOGY "
    "(sections 9 and 10); Transfer-Learning-in-Medical-Imaging, deletion plot"
)
IMAGES = 32
STEPS = 10
LEVEL = 0.05
TESTS = 6
GRID = 14
"""Side of the grid that both of its maps are computed on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reported:
    """Mean and standard deviation over 32 images for each of two networks.

    Attributes
    ----------
    vgg16, vit : tuple of float
        Mean and standard deviation.
    """

    vgg16: tuple[float, float]
    vit: tuple[float, float]


PUBLISHED: Mapping[str, Reported] = MappingProxyType(
    {
        "entropy": Reported((5.159, 0.034), (4.987, 0.092)),
        "activation-sd": Reported((0.216, 0.018), (0.250, 0.024)),
        "sparsity": Reported((0.466, 0.148), (0.252, 0.116)),
        "top-mass": Reported((16.350, 0.874), (16.197, 0.861)),
        "robustness": Reported((0.542, 0.215), (0.809, 0.217)),
        "inter-method": Reported((-0.309, 0.483), (0.301, 0.406)),
        "auc": Reported((0.828, 0.119), (0.588, 0.076)),
        "aopc": Reported((-0.012, 0.140), (0.199, 0.143)),
    }
)
"""The printed tables; ``top-mass`` in percent, with a share of pixels that is not stated."""

PLOTTED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"vgg16": (0.47, 0.98), "vit": (0.99, 0.41)}
)
"""First and last point of the plotted deletion curves."""

SIGNIFICANT = frozenset(PUBLISHED) - {"auc", "aopc"}
"""Said to differ between the networks with p < .05/6: all six dimensions."""
