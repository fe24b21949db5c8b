"""What is said of a film: the verb that page, REST and command line share.

Nothing raises for a bad file. Whatever goes wrong with one file, decoding it, judging it or running
a network on it, becomes a reading with the status ``"error"`` and no finding, and the next file is
read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from core.errors import InputError, SuiteError
from core.respiratory import runtime
from core.respiratory.decision import Decision, decide, shipped
from core.respiratory.gate import judge
from core.respiratory.gate.parameters import parameters
from core.respiratory.images import expand, read_image
from core.respiratory.schema import LABELS, NETWORK_NAMES, Gate, Label, Network, Radiograph, Reading
from core.viz.text import fixed, listed

Content = bytes | InputError
Progress = Callable[[int, str], None]

UNEXPECTED = (
    "This file could not be read because of a fault in the software, not in the file; no finding "
    "is given for it. Try it alone, and report the fault with its log if it stays."
)
log = logging.getLogger(__name__)


def predict(
    images: Iterable[tuple[str, Content]],
    model: Network | str = Network.ENSEMBLE,
    *,
    on_progress: Progress | None = None,
) -> tuple[Reading, ...]:
    """Read films; see :func:`readings`, of which this is the whole result at once."""
    return tuple(readings(images, model, on_progress=on_progress))


def readings(
    images: Iterable[tuple[str, Content]],
    model: Network | str = Network.ENSEMBLE,
    *,
    on_progress: Progress | None = None,
) -> Iterator[Reading]:
    """Read films one by one, in their order.

    Parameters
    ----------
    images : iterable of (name, content)
        Files as bytes, or the error with which the caller failed to get them. A zip archive stands
        for the images in it.
    model : Network or str
        Which network to ask.
    on_progress : callable, optional
        Called after each reading with the number of readings so far and the name of the file.

    Returns
    -------
    iterator of Reading
        One for each image.

    Raises
    ------
    InputError
        At once, if there is no such network.
    ArtifactError
        At once, if the model folder cannot be used.
    """
    network = find_network(model)
    _ready(network)
    return _readings(images, network, on_progress)


def read_film(
    radiograph: Radiograph, model: Network | str = Network.ENSEMBLE, gate: Gate | None = None
) -> Reading:
    """Judge a decoded image and, if it is a film the networks may judge, read it.

    Parameters
    ----------
    radiograph : Radiograph
        The image.
    model : Network or str
        Which network to ask.
    gate : Gate, optional
        The verdict on this image, where the caller has it already.

    Raises
    ------
    InputError
        If there is no such network.
    SuiteError
        If a network's answer cannot be used.
    """
    network = find_network(model)
    if gate is None:
        gate = judge(radiograph)
    refused = Reading(
        radiograph.file,
        "refused",
        gate.reason,
        str(network),
        ood_p=gate.ood_p,
        warnings=gate.warnings,
        sha256=radiograph.sha256,
        artifact=runtime.artifact().tag,
    )
    if gate.refused:
        return refused
    logits = {
        one: runtime.ask(one, radiograph.pixels).logits[0] for one in runtime.members(network)
    }
    decision = decide(network, logits)
    _fail_closed(gate, decision)
    return dataclasses.replace(
        refused,
        status="ok",
        reason=decision.reason,
        probabilities=_named(decision),
        members={
            str(one): _named(decide(one, {one: logits[one]})) for one in logits if len(logits) > 1
        },
        set=tuple(map(str, decision.set)),
        decision=None if decision.decision is None else str(decision.decision),
        covid_alert=decision.covid_alert,
        threshold=decision.threshold,
        warnings=(*gate.warnings, *_alert_warning(decision), *_disagreement(logits)),
    )


def find_network(model: Network | str) -> Network:
    """Return the network of that name.

    Raises
    ------
    InputError
        If there is none; the text lists those there are.
    """
    try:
        return Network(model)
    except ValueError:
        names = ", ".join(Network)
        raise InputError(f"model: {model!r} is not a network. Use one of: {names}.") from None


def _ready(network: Network) -> None:
    """Open everything a reading needs: a fault of the model folder is not one of the first file."""
    runtime.warm(network)
    parameters()
    shipped()


def _readings(
    images: Iterable[tuple[str, Content]], network: Network, on_progress: Progress | None
) -> Iterator[Reading]:
    for done, (name, content) in enumerate(_unpacked(images), start=1):
        reading = _read(name, content, network)
        if on_progress is not None:
            on_progress(done, name)
        yield reading


def _unpacked(images: Iterable[tuple[str, Content]]) -> Iterator[tuple[str, Content]]:
    """Yield every image, those in archives included; a fault in an archive costs only the rest."""
    for name, content in images:
        if isinstance(content, InputError):
            yield name, content
            continue
        try:
            yield from expand([(name, content)])
        except Exception:  # whatever it was, the other files are still to be read
            log.exception("an archive could not be unpacked")
            yield name, InputError(UNEXPECTED)


def _read(name: str, content: Content, network: Network) -> Reading:
    try:
        if isinstance(content, InputError):
            raise content
        return read_film(read_image(name, content), network)
    except SuiteError as error:
        reason = error.message
    except Exception:  # a fault of ours or of a decoder must not end the batch
        log.exception("a film could not be read")
        reason = UNEXPECTED
    digest = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else ""
    tag = runtime.artifact().tag
    return Reading(name, "error", reason, str(network), sha256=digest, artifact=tag)


def _named(decision: Decision) -> dict[str, float]:
    return {str(label): p for label, p in decision.probabilities.items()}


def _fail_closed(gate: Gate, decision: Decision) -> None:
    """Refuse figures that do not exist, and probabilities that do not sum to one."""
    total = math.fsum(decision.probabilities.values())  # not a number if one of them is none
    if not (math.isfinite(gate.ood_p) and math.isclose(total, 1, abs_tol=1e-6)):
        raise SuiteError(
            f"The p value of the film is {gate.ood_p} and its probabilities sum to {total}, so "
            "nothing is said of it. Restore the model folder from the repository."
        )


def _alert_warning(decision: Decision) -> Iterator[str]:
    """Yield a sentence if alert and set, which have limits of their own, contradict each other."""
    if decision.covid_alert and Label.COVID not in decision.set:
        p = decision.probabilities[Label.COVID]
        yield (
            f"The COVID-19 alert is raised (probability {fixed(p)}, threshold "
            f"{fixed(decision.threshold)}) although the set of findings leaves COVID-19 out."
        )


def _disagreement(logits: Mapping[Network, runtime.Floats]) -> Iterator[str]:
    """Yield a sentence if the networks asked do not all put the same finding first."""
    leading = {one: LABELS[int(values.argmax())] for one, values in logits.items()}
    if len(set(leading.values())) > 1:
        said = listed([f"{NETWORK_NAMES[one]} {label}" for one, label in leading.items()])
        yield f"The networks do not agree on the likeliest finding: {said}."
