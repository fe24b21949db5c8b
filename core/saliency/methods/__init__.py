"""Ways to make a map: class activation, gradients, perturbation, attention, and controls."""

from core.saliency.methods.controls import MASK_OF
from core.saliency.methods.eigen import EigenSigns, eigen_signs
from core.saliency.methods.question import mid_grey
from core.saliency.methods.registry import METHODS, attribute, available, find_method, why_not
from core.saliency.methods.segments import superpixels
from core.saliency.methods.upscale import upscale

__all__ = [
    "MASK_OF",
    "METHODS",
    "EigenSigns",
    "attribute",
    "available",
    "eigen_signs",
    "find_method",
    "mid_grey",
    "superpixels",
    "upscale",
    "why_not",
]
