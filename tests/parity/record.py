"""Inputs and the libraries' answers, for tests that run without torch.

``python -m tests.parity.record`` writes ``tests/data/saliency/oracles.npz`` anew, in the
environment of ``make parity``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.saliency.schema import Floats, Mask, Pixels
from tests.parity import networks, oracles, plain
from tests.parity.adapter import Adapted

RECORDED = Path(__file__).parents[1] / "data" / "saliency" / "oracles.npz"
TARGET, FILL = 1, 0.5
STEPS = 64  # of integrated gradients
LAYERS = ("conv2", "conv3")
SMALL = 16  # side of what the dense network takes


def image(side: int, seed: int) -> Pixels:
    """Return a smooth random image with grey values from 0 to 1."""
    noise = np.random.default_rng(seed).normal(size=(side, side))
    waves = np.fft.fftfreq(side)
    damped = np.fft.fft2(noise) / (0.05 + np.hypot(waves[:, None], waves))
    smooth = np.fft.ifft2(damped).real
    return ((smooth - smooth.min()) / np.ptp(smooth)).astype(np.float32)


def maps(side: int, count: int, seed: int) -> Floats:
    """Return maps (n, S, S) from 0 to 1 without ties."""
    return np.stack([image(side, seed + each) for each in range(count)]).astype(np.float64)


def masks(heats: Floats) -> Mask:
    """Return a disc around the peak of the first of two maps, and a square for the second."""
    side = heats.shape[-1]
    rows, columns = np.mgrid[:side, :side]
    row, column = np.unravel_index(heats[0].argmax(), heats[0].shape)
    square = (rows > side // 3) & (rows < side // 2) & (columns < side // 3)
    return np.stack([np.hypot(rows - row, columns - column) < side / 4, square])


def record() -> dict[str, Any]:
    """Return every recorded array by its name."""
    parts = {
        "cam": cams(),
        "vit": attended(),
        "dense": dense(),
        "shape": shapes(),
        "road": imputed(),
    }
    return {
        f"{part}/{key}": np.asarray(value) for part in parts for key, value in parts[part].items()
    }


def cams() -> dict[str, Any]:
    network, shown = networks.convolutional(), image(networks.SIDE, 1)
    seen = Adapted(networks.SIDE, network, LAYERS)
    kept: dict[str, Any] = {"image": shown, "logits": seen.logits(shown[None])}
    for layer in LAYERS:
        inside = seen.inside(shown[None], TARGET, layer)
        kept[f"{layer}/activations"] = inside.activations.astype(np.float32)
        kept[f"{layer}/gradients"] = inside.gradients.astype(np.float32)
        for key in ("gradcam", "gradcam++", "hirescam", "layercam", "eigencam"):
            native, delivered = oracles.grad_cam(key, network, shown, TARGET, layer)
            kept[f"{layer}/grad-cam/{key}"] = one_sign(native) if key == "eigencam" else native
            if key != "eigencam":
                kept[f"{layer}/delivered/{key}"] = delivered.astype(np.float32)
        for key, method in oracles.TORCHCAMS.items():
            found = oracles.torch_cam(method, network, shown, TARGET, layer)
            kept[f"{layer}/torchcam/{key}"] = found
    return kept


def one_sign(heat: Floats) -> Floats:
    """Return a map or its negative, whichever is positive where it is largest in size."""
    return heat * np.sign(heat.flat[np.abs(heat).argmax()])


def attended() -> dict[str, Any]:
    network, shown = networks.attentive(1), image(networks.SIDE, 2)
    seen = Adapted(networks.SIDE, network, prefix=1).attention(shown[None], TARGET)
    return {
        "image": shown,
        "attention": seen.attention.astype(np.float32),
        "gradients": seen.gradients.astype(np.float32),
        "legrad": oracles.legrad(network, shown, TARGET),
    }


def dense() -> dict[str, Any]:
    weights = plain.dense(SMALL, seed=3)
    network, seen = networks.Dense(weights), Adapted(SMALL, networks.Dense(weights))
    shown = np.stack([image(SMALL, 4), image(SMALL, 5)])
    first, targets = shown[0], [TARGET, 2]
    heat = maps(SMALL, 2, seed=20)
    gradient = weights.gradient(first[None], TARGET)[0]
    noise = np.random.default_rng(6).uniform(-0.02, 0.02, (10, SMALL, SMALL)).astype(np.float32)
    changes = np.random.default_rng(7).normal(0, 0.05, (20, SMALL, SMALL)).astype(np.float32)
    correlation, removed = oracles.faithfulness_correlation(
        network, first, TARGET, heat[0], draws=40, size=12, fill=FILL
    )
    return {
        "hidden": weights.hidden.astype(np.float32),
        "offset": weights.offset.astype(np.float32),
        "head": weights.head.astype(np.float32),
        "images": shown,
        "maps": heat,
        "noise": noise,
        "changes": changes,
        "removed": removed,
        **captum_maps(network, first),
        "infidelity": oracles.infidelity(network, first, TARGET, gradient, changes, False),
        "infidelity-normalised": oracles.infidelity(network, first, TARGET, heat[0], changes, True),
        "sensitivity-max": oracles.sensitivity(
            lambda moved: seen.gradient(moved[None], TARGET)[0], first, noise
        ),
        "faithfulness-correlation": correlation,
        "pixel-flipping": oracles.pixel_flipping(network, shown, targets, heat, SMALL, FILL),
        **{
            f"region-{order}": oracles.region_perturbation(
                network, shown, targets, heat, 4, FILL, order
            )
            for order in ("morf", "lerf")
        },
    }


def captum_maps(network: Any, shown: Pixels) -> dict[str, Floats]:
    """Return Captum's maps of the target class."""
    window = max(1, shown.shape[0] // 8)
    return {
        "saliency": oracles.captum_map("Saliency", network, shown, TARGET),
        "inputxgradient": oracles.captum_map("InputXGradient", network, shown, TARGET),
        "integrated-gradients": oracles.captum_map(
            "IntegratedGradients",
            network,
            shown,
            TARGET,
            baselines=FILL,
            n_steps=STEPS,
            method="riemann_middle",
        ),
        "occlusion": oracles.captum_map(
            "Occlusion",
            network,
            shown,
            TARGET,
            baselines=FILL,
            sliding_window_shapes=(1, window, window),
            strides=(1, max(1, window // 2), max(1, window // 2)),
        ),
        "shapley": oracles.captum_map(
            "ShapleyValues",
            network,
            shown,
            TARGET,
            baselines=FILL,
            feature_mask=oracles.quarters(shown.shape[0]),
        ),
    }


def shapes() -> dict[str, Any]:
    network = networks.Dense(plain.dense(SMALL, seed=3))
    heat = maps(SMALL, 2, seed=30)
    where = masks(heat)
    figures = {
        key: oracles.shape(key, network, heat, **options)
        for key, options in (("entropy", {}), ("gini", {}), ("effective", {"eps": 0.1}))
    }
    places = {
        key: oracles.place(key, network, heat, where, **({"k": 26} if key == "top-k" else {}))
        for key in oracles.PLACES
    }
    return {"maps": heat, "masks": where, **figures, **places}


def imputed() -> dict[str, Any]:
    shown, ranks = image(networks.SIDE, 8), maps(networks.SIDE, 1, seed=40)[0]
    kept = np.stack([ranks < np.quantile(ranks, share) for share in (0.7, 0.1)])
    return {
        "image": shown,
        "kept": kept,
        "filled": np.stack([oracles.road(shown, each) for each in kept]),
    }


def main() -> None:
    """Write the recording."""
    RECORDED.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(RECORDED, **record())
    print(f"{RECORDED}: {RECORDED.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
