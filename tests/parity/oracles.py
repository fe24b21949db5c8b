"""What the libraries answer, as arrays.

Two of them need help before they can be imported. numpy 2.4 has no ``trapz``, which Quantus calls.
grad-cam imports four names of torchvision, of which no map uses any; a stand-in spares a package
whose usual build on Linux is a CUDA one.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from core.saliency.schema import Floats, Mask, Pixels
from tests.parity.adapter import array, tensor


def _stand_in(name: str, *names: str) -> None:
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    for each in names:
        setattr(module, each, None)
    sys.modules[name] = module


_stand_in("torchvision")
_stand_in("torchvision.transforms", "Compose", "Normalize", "ToTensor")
_stand_in("torchvision.transforms.functional", "resize")
setattr(np, "trapz", np.trapezoid)  # noqa: B010 -- numpy 2.4 has no such name to assign to

import captum.attr  # noqa: E402
import captum.metrics  # noqa: E402
import pytorch_grad_cam  # noqa: E402
import quantus  # noqa: E402
import torchcam.methods  # noqa: E402
import torchcam.metrics  # noqa: E402
from pytorch_grad_cam.metrics.road import NoisyLinearImputer  # noqa: E402
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

CAMS = {
    "gradcam": pytorch_grad_cam.GradCAM,
    "gradcam++": pytorch_grad_cam.GradCAMPlusPlus,
    "hirescam": pytorch_grad_cam.HiResCAM,
    "layercam": pytorch_grad_cam.LayerCAM,
    "eigencam": pytorch_grad_cam.EigenCAM,
    "scorecam": pytorch_grad_cam.ScoreCAM,
}
# Not its Grad-CAM++: release 0.5.0 divides a copy of the alphas (``alpha[mask].div_``), so that
# they stay the squared gradients. ``test_parity_methods`` holds that, to notice when it is mended.
TORCHCAMS = {"gradcam": torchcam.methods.GradCAM, "layercam": torchcam.methods.LayerCAM}


def grad_cam(
    key: str, network: nn.Module, image: Pixels, target: int, layer: str, reshape: Any = None
) -> tuple[Floats, Floats]:
    """Return grad-cam's map on the layer's grid as it sums it, and as it delivers it (S, S)."""
    part, wanted = network.get_submodule(layer), [ClassifierOutputTarget(target)]
    given = tensor(image[None]).requires_grad_()
    with CAMS[key](network, [part], reshape_transform=reshape) as cam:
        delivered = cam(given, wanted)[0]
        kept = cam.activations_and_grads
        seen = kept.activations[0].numpy()
        back = kept.gradients[0].numpy() if kept.gradients else None
        native = cam.get_cam_image(given, part, wanted, seen, back, False)[0]
    return native.astype(np.float64), delivered.astype(np.float64)


def torch_cam(
    method: Callable[..., Any], network: nn.Module, image: Pixels, target: int, layer: str
) -> Floats:
    """Return the map of one of torchcam's classes on the layer's grid."""
    with method(network, layer) as cam:
        answer = network(tensor(image[None]).requires_grad_())
        return array(cam(target, answer, normalized=False)[0][0])


def legrad(network: Any, image: Pixels, target: int) -> Floats:
    """Return torchcam's LeGrad of all blocks on the grid of patches."""
    with torchcam.methods.LeGrad(
        network, list(network.blocks), score_projection=network.answer
    ) as cam:
        answer = network(tensor(image[None]).requires_grad_())
        return array(cam(target, answer, normalized=False)[0][0])


def captum_map(name: str, network: nn.Module, image: Pixels, target: int, **options: Any) -> Floats:
    """Return a map of one of Captum's classes (S, S)."""
    made = getattr(captum.attr, name)(network)
    given = tensor(image[None]).requires_grad_()
    return array(made.attribute(given, target=target, **options)[0, 0])


def infidelity(
    network: nn.Module,
    image: Pixels,
    target: int,
    attribution: Floats,
    moved: Floats,
    normalise: bool,
) -> float:
    """Return Captum's infidelity over given perturbations (n, S, S)."""
    steps = torch.from_numpy(moved).float()[:, None]
    return captum.metrics.infidelity(
        network,
        lambda given, *_: (steps, given - steps),
        tensor(image[None]),
        torch.from_numpy(attribution).float()[None, None],
        target=target,
        n_perturb_samples=len(moved),
        max_examples_per_batch=len(moved),
        normalize=normalise,
    ).item()


def sensitivity(explain: Callable[[Pixels], Floats], image: Pixels, moved: Floats) -> float:
    """Return Captum's largest relative change of a map over given perturbations (n, S, S)."""

    def mapped(given: Any, **_: Any) -> Any:
        shown = (given[0] if isinstance(given, tuple) else given)[:, 0].numpy()
        found = torch.from_numpy(np.stack([explain(each) for each in shown]))
        return (found[:, None],)  # not a tuple, and Captum compares each map with all others

    return captum.metrics.sensitivity_max(
        mapped,
        tensor(image[None]),
        perturb_func=lambda given, _radius: given[0] + torch.from_numpy(moved).float()[:, None],
        n_perturb_samples=len(moved),
        max_examples_per_batch=len(moved),
    ).item()


def road(image: Pixels, kept: Mask) -> Floats:
    """Return grad-cam's linear imputation of the pixels that are not kept, without noise."""
    imputer = NoisyLinearImputer(noise=0)
    given = torch.from_numpy(image)[None]
    return array(imputer(given, torch.from_numpy(kept.astype(np.float32)))[0])


def pixel_flipping(
    network: nn.Module, images: Pixels, targets: Sequence[int], maps: Floats, step: int, fill: float
) -> Floats:
    """Return Quantus's curves (n, steps): probabilities after the first, second ... step."""
    metric = quantus.PixelFlipping(
        features_in_step=step,
        perturb_baseline=fill,
        normalise=False,
        disable_warnings=True,
    )
    return np.asarray(_asked(metric, network, images, targets, maps))


def region_perturbation(
    network: nn.Module,
    images: Pixels,
    targets: Sequence[int],
    maps: Floats,
    side: int,
    fill: float,
    order: str,
) -> Floats:
    """Return Quantus's falls of probability (n, regions), ``order`` being morf or lerf."""
    metric = quantus.RegionPerturbation(
        patch_size=side,
        regions_evaluation=(images.shape[-1] // side) ** 2,
        perturb_baseline=fill,
        order=order,
        normalise=False,
        disable_warnings=True,
    )
    return np.asarray(_asked(metric, network, images, targets, maps))


def faithfulness_correlation(
    network: nn.Module, image: Pixels, target: int, heat: Floats, draws: int, size: int, fill: float
) -> tuple[float, Mask]:
    """Return Quantus's correlation, and the pixels (draws, n) that it chose to remove."""
    chosen: list[Mask] = []

    def replaced(arr: Floats, indices: Any, **_: Any) -> Floats:
        gone = np.zeros(arr.shape, dtype=np.bool_)
        np.put_along_axis(gone, indices, True, axis=1)
        chosen.append(gone[0])
        return np.where(gone, np.float32(fill), arr)

    metric = quantus.FaithfulnessCorrelation(
        nr_runs=draws,
        subset_size=size,
        perturb_func=replaced,
        normalise=False,
        return_aggregate=False,
        disable_warnings=True,
    )
    np.random.seed(0)  # noqa: NPY002 -- Quantus draws from numpy's global stream
    (found,) = _asked(metric, network, image[None], [target], heat[None])
    return float(found), np.stack(chosen)


def deletion_and_insertion(
    network: nn.Module, image: Pixels, target: int, layer: str, steps: int, fill: float
) -> tuple[Floats, float, float]:
    """Return torchcam's Score-CAM of a layer and both areas under its curves."""
    with torchcam.methods.ScoreCAM(network, layer) as cam:
        metric = torchcam.metrics.DeletionInsertionMetric(
            cam,
            lambda logits: logits.softmax(-1),
            steps=steps,
            baseline=torch.full((1,), fill),
        )
        metric.update(tensor(image[None]).requires_grad_(), target)
        areas = metric.summary()
        heat = array(cam(target, network(tensor(image[None])))[0][0])
    return heat, areas["deletion_auc"], areas["insertion_auc"]


SHAPES: Mapping[str, Any] = {
    "entropy": quantus.Complexity,
    "gini": quantus.Sparseness,
    "effective": quantus.EffectiveComplexity,
}
PLACES: Mapping[str, Any] = {
    "relevance-mass": quantus.RelevanceMassAccuracy,
    "relevance-rank": quantus.RelevanceRankAccuracy,
    "auroc": quantus.AUC,
    "pointing": quantus.PointingGame,
    "top-k": quantus.TopKIntersection,
}


def shape(key: str, network: nn.Module, maps: Floats, **options: Any) -> Floats:
    """Return what Quantus makes of the shape of maps (n, S, S) without negative values."""
    metric = SHAPES[key](normalise=False, disable_warnings=True, **options)
    return np.asarray(_asked(metric, network, np.float32(maps), [0] * len(maps), maps), float)


def place(key: str, network: nn.Module, maps: Floats, masks: Mask, **options: Any) -> Floats:
    """Return how well maps agree with masks, as Quantus counts."""
    metric = PLACES[key](normalise=False, disable_warnings=True, **options)
    given = np.float32(maps), [0] * len(maps), maps
    return np.asarray(_asked(metric, network, *given, masks), float)


def _asked(
    metric: Any,
    network: nn.Module,
    images: Pixels,
    targets: Sequence[int],
    maps: Floats,
    masks: Mask | None = None,
) -> Any:
    return metric(
        model=network,
        x_batch=images[:, None].copy(),
        y_batch=np.asarray(targets),
        a_batch=maps[:, None].copy(),
        s_batch=None if masks is None else masks[:, None].astype(int),
        channel_first=True,
        device="cpu",
        softmax=True,
    )


def quarters(side: int) -> Any:
    """Return the number of the quarter that each pixel (1, 1, S, S) lies in."""
    half = np.arange(side) * 2 // side
    return torch.from_numpy(half[:, None] * 2 + half)[None, None]
