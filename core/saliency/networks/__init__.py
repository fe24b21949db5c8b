"""Networks as the methods see them: the suite's own, those trained on phantoms, and yours."""

from __future__ import annotations

from core.saliency.networks.own import LIMIT_MB, own
from core.saliency.networks.phantom import phantom, phantoms
from core.saliency.networks.shipped import NETWORKS, film, shipped
from core.saliency.networks.untrusted import Scale

__all__ = ["LIMIT_MB", "NETWORKS", "Scale", "film", "own", "phantom", "phantoms", "shipped"]
