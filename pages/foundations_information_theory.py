"""Information theory: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import information_theory
from pages._foundations import (
    article,
    information_theory_bias,
    information_theory_diagnosis,
    information_theory_loss,
    information_theory_normals,
    information_theory_simplex,
)

article.show(
    "foundations-information-theory",
    information_theory.TOPIC,
    {
        "entropy": (information_theory_simplex.show,),
        "divergence": (information_theory_normals.show,),
        "mutual-information": (information_theory_diagnosis.show, information_theory_bias.show),
        "learning": (information_theory_loss.show,),
    },
)
