"""Films whose causes are known because they were drawn, and the laws they are drawn by."""

from core.saliency.ground_truth.regimes import LABELS, REGIMES, Kind, Regime, find_regime
from core.saliency.ground_truth.scenes import SEEDS, Scene, scene

__all__ = ["LABELS", "REGIMES", "SEEDS", "Kind", "Regime", "Scene", "find_regime", "scene"]
