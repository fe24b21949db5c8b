"""What a benchmark measures, fixed in one record: networks, images, methods, how hard to look."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from core import plain
from core.errors import InputError
from core.saliency.benchmark.images import phantom_names

FORMAT = 1
CONTROLS = ("random", "sobel", "centre", "lung-prior", "plausible-oracle", "causal-oracle")
CAMS = ("gradcam", "gradcam++", "hirescam", "layercam", "eigencam", "eigencam-raw")
GRADIENTS = ("saliency", "inputxgradient", "smoothgrad", "integrated-gradients", "guided-backprop")
ASKING = ("scorecam", "occlusion", "rise", "lime", "kernelshap")
ATTENTION = ("rollout", "gradient-attention", "legrad")


class Source(enum.StrEnum):
    """Where the images come from."""

    PHANTOMS = "phantoms"
    FILMS = "films"


class Group(enum.StrEnum):
    """Figures that are measured together because they share what the network is asked."""

    SHAPE = "shape"
    CURVES = "curves"
    AGREEMENT = "agreement"
    FIDELITY = "fidelity"
    ROBUSTNESS = "robustness"
    SANITY = "sanity"
    LOCALISATION = "localisation"
    CAUSE = "cause"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """One benchmark, complete: equal plans give equal tables.

    Attributes
    ----------
    profile : str
        Name of what it is for.
    source : Source
        Where the images come from.
    networks : tuple of str
        Keys of shipped networks, or of networks trained on phantoms.
    images : tuple of str
        Names of the images: of phantoms as `images.phantom_names` gives them, of films their paths
        below the folder of films.
    labels : tuple of int
        Class of every film, in the order of the networks' labels; empty for phantoms.
    methods : tuple of str
        Keys of methods; those that a network does not let look are left out for it.
    groups : tuple of Group
        What is measured.
    fills : tuple of str
        What takes the place of removed pixels; ``counterfactual`` is the phantom without lesion
        and shortcut.
    steps, block, repeats : int
        Of the perturbation curves: steps, side of a block in pixels, and how often ties are broken.
    inpaint_steps : int
        Steps of the curves with the fill ``inpaint``, of which each image costs as much as ten
        answers of a small network; there ties are broken once.
    randoms : int
        Smooth random maps that each image's figures are held against.
    draws : int
        Perturbations for infidelity and its like, on each image.
    noises, shuffles : int
        Noisy copies of each image for robustness, and networks with shuffled weights.
    samples : tuple of (str, int)
        Evaluations that a method may take where it is not its own default.
    seed : int
        Of everything random.
    """

    profile: str
    source: Source
    networks: tuple[str, ...]
    images: tuple[str, ...]
    labels: tuple[int, ...]
    methods: tuple[str, ...]
    groups: tuple[Group, ...]
    fills: tuple[str, ...]
    steps: int = 10
    block: int = 4
    repeats: int = 5
    inpaint_steps: int = 5
    randoms: int = 10
    draws: int = 50
    noises: int = 3
    shuffles: int = 5
    samples: tuple[tuple[str, int], ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse a plan that measures nothing or contradicts itself."""
        for name in ("networks", "images", "methods", "groups"):
            given = getattr(self, name)
            if not given:
                raise InputError(f"{name}: the plan has none. Name at least one.")
            if len(set(given)) < len(given):
                raise InputError(f"{name}: one is named twice. Name each once.")
        films = self.source is Source.FILMS
        if len(self.labels) != (len(self.images) if films else 0):
            raise InputError(
                f"labels: there are {len(self.labels)} for {len(self.images)} {self.source}. "
                "Give one for each film and none for phantoms."
            )
        if films and "counterfactual" in self.fills:
            raise InputError(
                "fills: a film has no counterfactual render. Leave it out, or use phantoms."
            )

    @property
    def digest(self) -> str:
        """Short SHA-256 of the plan: 16 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {"format": FORMAT, **plain.plain(self)}

    def to_json(self) -> str:
        """Return the plan as JSON, equal plans as equal text."""
        return json.dumps(self.to_dict(), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan of a JSON text.

        Raises
        ------
        InputError
            If the text is not a plan in this format.
        """
        try:
            given = json.loads(text)
            if given.pop("format") != FORMAT:
                raise ValueError
            parts: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in given.items()
            }
            parts["source"] = Source(parts["source"])
            parts["groups"] = tuple(Group(one) for one in parts["groups"])
            parts["samples"] = tuple((key, int(n)) for key, n in parts["samples"])
            return cls(**parts)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(
                f"plan: it is not in format {FORMAT}. Make it again with this version of the suite."
            ) from None

    def cuts(self, fill: str) -> tuple[int, int]:
        """Return the steps of the curves with a fill, and how often ties are broken."""
        return (self.inpaint_steps, 1) if fill == "inpaint" else (self.steps, self.repeats)

    def samples_of(self, method: str) -> int | None:
        """Return how many evaluations a method may take; None for its own default."""
        return dict(self.samples).get(method)

    def seed_of(self, *parts: str) -> int:
        """Return the seed of one part of the work, whatever is done before it or beside it."""
        text = "\n".join((str(self.seed), *parts))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


PHANTOM_NETWORKS = ("cnn-confounded-0", "vgg-confounded-0", "vit-confounded-0")
FULL = 300
"""Images of the full profile: the smallest round number at which the paired Wilcoxon test finds an
effect of 0.3 with a probability of 0.9 among all pairs of 24 maps (`stats.rank_power`)."""


def phantom_plan(networks: tuple[str, ...] = PHANTOM_NETWORKS, n: int = FULL) -> Plan:
    """Return the full plan: phantoms, every method, every metric."""
    return Plan(
        profile="phantoms",
        source=Source.PHANTOMS,
        networks=networks,
        images=phantom_names(n),
        labels=(),
        methods=(*CAMS, *GRADIENTS, *ASKING, *ATTENTION, *CONTROLS),
        groups=tuple(Group),
        fills=("mean", "blur", "inpaint", "counterfactual"),
        repeats=3,
        samples=(("rise", 300), ("lime", 300), ("kernelshap", 300)),
    )


def film_plan(
    films: Mapping[str, int], networks: tuple[str, ...] = ("cnn", "vit", "vgg16")
) -> Plan:
    """Return the plan for held-out films: what a network of 15 million weights leaves time for.

    Parameters
    ----------
    films : mapping of str to int
        Path of each film below the folder of films, and its class.
    networks : tuple of str
        Keys of shipped networks.
    """
    return Plan(
        profile="films",
        source=Source.FILMS,
        networks=networks,
        images=tuple(films),
        labels=tuple(films.values()),
        methods=(
            "gradcam", "gradcam++", "layercam", "eigencam", "eigencam-raw", "saliency",
            "inputxgradient", "integrated-gradients", *ATTENTION, "random", "sobel", "centre",
        ),
        groups=(Group.SHAPE, Group.CURVES, Group.AGREEMENT, Group.LOCALISATION),
        fills=("blur",),
        steps=5,
        block=16,
        repeats=1,
        randoms=3,
        samples=(("integrated-gradients", 16),),
    )  # fmt: skip


def quick_plan(networks: tuple[str, ...] = PHANTOM_NETWORKS[:1], n: int = 6) -> Plan:
    """Return a plan that ends in seconds: a few phantoms and the methods that ask least."""
    return Plan(
        profile="quick",
        source=Source.PHANTOMS,
        networks=networks,
        images=phantom_names(n),
        labels=(),
        methods=(
            "gradcam", "gradcam++", "eigencam", "saliency", "inputxgradient", "random", "sobel",
            "plausible-oracle", "causal-oracle",
        ),
        groups=(Group.SHAPE, Group.CURVES, Group.AGREEMENT, Group.LOCALISATION, Group.CAUSE),
        fills=("mean", "counterfactual"),
        steps=5,
        block=8,
        repeats=2,
        randoms=3,
    )  # fmt: skip
