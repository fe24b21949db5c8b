"""Why a network answers as it does for one film, and whether that explanation holds.

The networks end in a linear layer on an average, so a logit *is* the mean of a map over the film
(Zhou et al., Learning deep features for discriminative localization, CVPR 2016): the map is the
computation, not a picture of it. What it cannot show is where a cell got its information, since
every cell has seen its surroundings, in the transformer the whole film. So each map is put to the
network: the cells with most evidence are blurred, and the loss is held against that of areas of the
same shape elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import plain
from core.errors import InputError
from core.respiratory import runtime
from core.respiratory.decision import Decision, decide
from core.respiratory.images import read_image
from core.respiratory.perturb import blurred, other_areas, top_cells, without_border, without_lungs
from core.respiratory.predict import find_network, read_film
from core.respiratory.prepare import CANVAS, CROPPED, LUNGS, Box, Recipe, prepare, resize
from core.respiratory.schema import LABELS, SINGLE, Label, Network, Pixels, Reading
from core.viz.text import percent

DELETED = 0.2
"""Share of a map's cells that the deletion test blurs."""
AREAS = 20
"""Areas elsewhere that it is held against."""
WHOLE = Box(0, CANVAS, 0, CANVAS)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class EvidenceMap:
    """Where a network finds evidence for a finding.

    Attributes
    ----------
    evidence : (h, w) array
        Its mean is the logit of the finding. The head's constant is in every cell.
    contrast : (h, w) array
        Evidence for the finding less that for the runner-up; its mean is their log-odds against
        each other, before calibration.
    runner_up : Label
        The likeliest other finding.
    box : Box
        The part of the canvas the map lies on: all of it, or the lungs if films are cropped.
    logit : float
        As the network gives it.
    gap : float
        Difference between the logit and the mean of the map, as measured.
    positive, negative : float
        Means of the cells' positive and negative parts; they sum to the logit.
    """

    evidence: Pixels
    contrast: Pixels
    runner_up: Label
    box: Box
    logit: float
    gap: float
    positive: float
    negative: float

    def on_canvas(self) -> Pixels:
        """Return the evidence scaled up to (224, 224); NaN where the network does not look."""
        return _on_canvas(self.evidence, self.box)

    def contrast_on_canvas(self) -> Pixels:
        """Return the contrast scaled up to (224, 224); NaN where the network does not look."""
        return _on_canvas(self.contrast, self.box)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class DeletionTest:
    """What becomes of a probability when the cells with most evidence are blurred.

    Attributes
    ----------
    area : (h, w) array of bool
        The cells blurred, on the grid of the map.
    before, after : float
        Probability of the finding on the film, and with the area blurred.
    elsewhere : tuple of float
        The probability with an area of the same shape blurred elsewhere, once an area.
    share_less : float
        Share of these areas that lower the probability less; 0.5 is what a map placed by chance
        would have on average.
    sentence : str
        The result in words.
    """

    area: NDArray[np.bool_]
    before: float
    after: float
    elsewhere: tuple[float, ...]
    share_less: float
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class BorderTest:
    """How the answer changes when what lies outside the lungs, or inside, is made grey.

    A film with a grey part is like no training film, so a change mixes what was lost with the
    strangeness of the picture; that nothing changes is the stronger statement.

    Attributes
    ----------
    before, without_border, without_lungs : float
        Probability of the finding on the film, without its border, and without its lungs.
    answer_before, answer_without_border : Label
        The likeliest finding.
    sees_border : bool
        Whether making the border grey changes what the network gets at all.
    sentence : str
        The result in words.
    """

    before: float
    without_border: float
    without_lungs: float
    answer_before: Label
    answer_without_border: Label
    sees_border: bool
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class NetworkExplanation:
    """One network's map with its tests, all with this network's own probabilities."""

    network: Network
    map: EvidenceMap
    deletion: DeletionTest
    border: BorderTest


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FilmExplanation:
    """Why a film is read as it is.

    Attributes
    ----------
    reading : Reading
        What was said of the film.
    label : Label
        The finding explained.
    networks : tuple of NetworkExplanation
        One for each single network behind the answer.
    border : BorderTest
        With the probabilities of the network that was asked, such as the ensemble.
    canvas : (224, 224) array
        The film under the maps, before any recipe.
    seed : int
        Of the areas elsewhere.
    """

    reading: Reading
    label: Label
    networks: tuple[NetworkExplanation, ...]
    border: BorderTest
    canvas: Pixels
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data, without the film itself."""
        record: dict[str, Any] = plain.plain(self)
        del record["canvas"]
        return record


def explain(
    name: str,
    content: bytes,
    model: Network | str = Network.ENSEMBLE,
    label: str | None = None,
    seed: int = 0,
) -> FilmExplanation:
    """Explain the reading of one film.

    Parameters
    ----------
    name, content : str, bytes
        The file.
    model : Network or str
        Which network to explain; for the ensemble each of the three gets its own map.
    label : str, optional
        The finding; by default the likeliest.
    seed : int
        Of the areas elsewhere in the deletion test.

    Raises
    ------
    InputError
        If there is no such network or finding, or the file cannot be decoded or is refused.
    SuiteError
        If a network's answer cannot be used.
    """
    network = find_network(model)
    given = None if label is None else _find_label(label)
    radiograph = read_image(name, content)
    reading = read_film(radiograph, network)
    if reading.probabilities is None:
        raise InputError(f"{name}: there is no answer to explain. {reading.reason}")
    canvas = resize(radiograph.pixels, CANVAS)
    films = (canvas, without_border(canvas), without_lungs(canvas))
    single = runtime.members(network)
    answers = {one: [runtime.ask(one, film) for film in films] for one in single}
    logits = [{one: answers[one][i].logits[0] for one in single} for i in range(len(films))]
    chosen = given or _leading(decide(network, logits[0]))
    sees = {one: _differ(one, films[0], films[1]) for one in single}
    return FilmExplanation(
        reading=reading,
        label=chosen,
        networks=tuple(
            NetworkExplanation(
                one,
                _map(one, answers[one][0], chosen),
                _deletion(one, canvas, answers[one][0], chosen, seed),
                _border(one, logits, chosen, sees[one]),
            )
            for one in single
        ),
        border=_border(network, logits, chosen, any(sees.values())),
        canvas=canvas,
        seed=seed,
    )


def _map(network: Network, answer: runtime.Forward, label: Label) -> EvidenceMap:
    index, logits = LABELS.index(label), answer.logits[0]
    others = [i for i in range(len(LABELS)) if i != index]
    second = max(others, key=lambda i: float(logits[i]))
    evidence = answer.evidence[0, index]
    return EvidenceMap(
        evidence=evidence,
        contrast=evidence - answer.evidence[0, second],
        runner_up=LABELS[second],
        box=_view(runtime.intake(network).recipe),
        logit=float(logits[index]),
        gap=abs(float(logits[index]) - float(evidence.mean(dtype=np.float64))),
        positive=float(np.maximum(evidence, 0).mean()),
        negative=float(np.minimum(evidence, 0).mean()),
    )


def _deletion(
    network: Network, canvas: Pixels, answer: runtime.Forward, label: Label, seed: int
) -> DeletionTest:
    area = top_cells(answer.evidence[0, LABELS.index(label)], DELETED)
    # A network's areas do not depend on which others are explained beside it.
    rng = np.random.default_rng([seed, SINGLE.index(network)])
    areas = [area, *other_areas(area, AREAS, rng)]
    takes = runtime.intake(network)
    film = prepare(canvas, takes.size, takes.recipe)
    rows = (answer.logits[0], *runtime.forward(network, blurred(film, areas)).logits)
    before, after, *elsewhere = (
        decide(network, {network: row}).probabilities[label] for row in rows
    )
    less = sum(p > after for p in elsewhere)
    return DeletionTest(
        area=area,
        before=before,
        after=after,
        elsewhere=tuple(elsewhere),
        share_less=less / len(elsewhere),
        sentence=(
            f"Blurring the {percent(DELETED)} of the map with most evidence takes {label} from "
            f"{percent(before)} to {percent(after)}; {less} of {len(elsewhere)} areas of the same "
            "shape elsewhere lower it less."
        ),
    )


def _border(
    network: Network,
    logits: list[dict[Network, runtime.Floats]],
    label: Label,
    sees_border: bool,
) -> BorderTest:
    whole, no_border, no_lungs = (decide(network, row) for row in logits)
    before, after = whole.probabilities[label], no_border.probabilities[label]
    answers = _leading(whole), _leading(no_border)
    return BorderTest(
        before=before,
        without_border=after,
        without_lungs=no_lungs.probabilities[label],
        answer_before=answers[0],
        answer_without_border=answers[1],
        sees_border=sees_border,
        sentence=_border_sentence(label, (before, after), answers, sees_border),
    )


def _border_sentence(
    label: Label, p: tuple[float, float], answers: tuple[Label, Label], sees_border: bool
) -> str:
    if not sees_border:
        return (
            "The answer cannot depend on what lies outside the lungs: it is taken away before the "
            "film is read."
        )
    change = f"made grey, it takes {label} from {percent(p[0])} to {percent(p[1])}"
    if answers[0] == answers[1]:
        return f"The likeliest finding stays without what lies outside the lungs: {change}."
    return (
        f"The answer depends on what lies outside the lungs: {change}, and {answers[1]} becomes "
        f"likelier than {answers[0]}."
    )


def _differ(network: Network, first: Pixels, second: Pixels) -> bool:
    takes = runtime.intake(network)
    one, other = (prepare(film, takes.size, takes.recipe) for film in (first, second))
    return not np.array_equal(one, other)


def _view(recipe: Recipe) -> Box:
    """Return the part of the canvas that a recipe leaves in view."""
    return LUNGS if recipe in CROPPED else WHOLE


def _on_canvas(grid: Pixels, box: Box) -> Pixels:
    from PIL import Image

    size = (box.right - box.left, box.bottom - box.top)
    source = Image.fromarray(np.ascontiguousarray(grid, dtype=np.float32))
    canvas = np.full((CANVAS, CANVAS), np.nan, dtype=np.float32)
    scaled = source.resize(size, Image.Resampling.BILINEAR)
    canvas[box.top : box.bottom, box.left : box.right] = np.asarray(scaled)
    return canvas


def _leading(decision: Decision) -> Label:
    probabilities: Mapping[Label, float] = decision.probabilities
    return max(probabilities, key=lambda label: probabilities[label])


def _find_label(label: str) -> Label:
    try:
        return Label(label)
    except ValueError:
        names = ", ".join(LABELS)
        raise InputError(f"label: {label!r} is not a finding. Use one of: {names}.") from None
