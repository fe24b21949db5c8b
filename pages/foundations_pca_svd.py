"""PCA and SVD: derivations that are checked where they are read."""

from __future__ import annotations

from core.foundations import pca_svd
from pages._foundations import (
    article,
    pca_svd_case,
    pca_svd_direction,
    pca_svd_film,
    pca_svd_noise,
    pca_svd_units,
)

article.show(
    "foundations-pca-svd",
    pca_svd.TOPIC,
    {
        "eckart-young": (pca_svd_film.show,),
        "pca": (pca_svd_direction.show,),
        "cautions": (pca_svd_units.show, pca_svd_noise.show),
        "use": (pca_svd_case.show,),
    },
)
