"""A user's graph, opened and run: only ever in a worker process, which may be ended.

Nothing here trusts what the file declares; what counts is what it answers to a blank image and to
two random ones.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.runtime import jobs
from core.runtime.onnx import Session, open_session
from core.saliency.schema import Pixels

SIDES = (16, 512)
MOST_CLASSES = 2000
SECONDS = 2.0  # one image may take
MEMORY = 2 * 2**30  # bytes that opening and a few answers may take
PATIENCE = 30.0  # seconds for opening and the first answers
SAME = 1e-3  # answers further apart, relative to the largest, are different ones
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
T = TypeVar("T")
Answers = NDArray[np.float32]


class Scale(enum.StrEnum):
    """What values a user's network takes for grey values from black to white."""

    UNIT = "0 to 1"
    SIGNED = "-1 to 1"
    BYTES = "0 to 255"
    IMAGENET = "mean and spread of ImageNet"


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What a user's network takes and gives.

    Attributes
    ----------
    entry, answer : str
        Names of its input and of the output that is read.
    channels, size, classes : int
        Of its input and of its answer.
    together : bool
        Whether it takes several images at once.
    probabilities : bool
        Whether it answers with probabilities, whose logarithms then stand for logits.
    """

    entry: str
    answer: str
    channels: int
    size: int
    classes: int
    together: bool
    probabilities: bool = False


def apart(fn: Callable[..., T], *args: Any, timeout: float) -> T:
    """Run a function in a worker process, or here if this already is one."""
    if multiprocessing.parent_process() is not None:
        return limited(fn, *args)
    found: T = jobs.run(limited, fn, *args, timeout=timeout)
    return found


def limited(fn: Callable[..., T], *args: Any) -> T:
    """Run a function of a file, its name first, with no more than ``MEMORY`` beyond what is held.

    Only Linux keeps such a limit; elsewhere the machine's memory is the limit.

    Raises
    ------
    InputError
        If the file wants more.
    """
    if sys.platform != "linux":
        return fn(*args)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    try:
        return fn(*args)
    except MemoryError:
        raise InputError(
            f"{args[0]}: it needs more than {MEMORY / 2**30:g} GiB of memory for a few images. Use "
            "a smaller network."
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def examine(name: str, content: bytes, size: int | None, scale: Scale) -> Facts:
    """Open a graph, ask it a few images, and return what it takes and gives.

    Raises
    ------
    InputError
        If it is not a classifier of square grey or colour images that answers soundly and in time.
    """
    session = _opened(name, content)
    facts = _declared(name, session, size)
    blank = np.full((facts.size, facts.size), 0.5, np.float32)
    rng = np.random.default_rng(0)
    noise = rng.random((2, facts.size, facts.size), dtype=np.float32)
    asked = [_asked(name, session, facts, scale, image[None]) for image in (blank, *noise)]
    started = time.monotonic()
    again = _asked(name, session, facts, scale, noise[1:])
    seconds = time.monotonic() - started
    if seconds > SECONDS:
        raise InputError(
            f"{name}: one image takes {seconds:.1f} s, more than {SECONDS:g} s. Maps need hundreds "
            "of answers; use a smaller network or smaller images."
        )
    _sound(name, asked, again)
    if facts.together:
        both = _asked(name, session, facts, scale, noise)
        if _differ(both, np.concatenate(asked[1:])):
            raise InputError(
                f"{name}: the answer to an image depends on what else is in the batch. Export the "
                "network in evaluation mode."
            )
    answers = np.concatenate(asked)
    shares = bool((answers >= 0).all() and np.abs(answers.sum(axis=1) - 1).max() < SAME)
    return dataclasses.replace(facts, classes=answers.shape[1], probabilities=shares)


def answers_of(name: str, content: bytes, facts: Facts, scale: Scale, images: Pixels) -> Answers:
    """Return the answers (n, k) of an examined network to images (n, S, S) from 0 to 1.

    Raises
    ------
    InputError
        If it stops answering as it did when it was examined.
    """
    session = _kept(name, content)
    count = len(images) if facts.together else 1
    parts = [
        _asked(name, session, facts, scale, images[at : at + count])
        for at in range(0, len(images), count)
    ]
    answers = np.concatenate(parts)
    if answers.shape[1] != facts.classes:
        raise InputError(
            f"{name}: it answered with {answers.shape[1]} classes after {facts.classes} before. "
            "Export a network whose number of classes is fixed."
        )
    return answers


@functools.lru_cache(maxsize=1)
def _kept(name: str, content: bytes) -> Session:
    return _opened(name, content)


def _opened(name: str, content: bytes) -> Session:
    try:
        return open_session(content)
    except Exception as error:  # onnxruntime has a dozen of its own, all with texts in C++
        raise InputError(
            f"{name}: onnxruntime cannot open it ({type(error).__name__}). Check it with "
            "onnx.checker, and export it again with standard operators of opset 21 or lower."
        ) from None


def _declared(name: str, session: Session, size: int | None) -> Facts:
    """Return what a graph says of itself, where that can be a classifier of images."""
    entries: Any = session.get_inputs()
    if len(entries) != 1:
        listed = ", ".join(entry.name for entry in entries) or "none"
        raise InputError(
            f"{name}: it has {len(entries)} inputs ({listed}). Export it with the image alone."
        )
    entry = entries[0]
    if entry.type != "tensor(float)" or len(entry.shape) != 4:
        raise InputError(
            f"{name}: its input is {entry.type} with {len(entry.shape)} axes. Export it for "
            "32-bit images (n, 1, S, S) or (n, 3, S, S)."
        )
    films, channels, *sides = entry.shape
    if channels not in (1, 3):
        _refuse_channels(name, entry.shape)
    if isinstance(films, int) and films != 1:
        raise InputError(
            f"{name}: it takes exactly {films} images at once. Export it with an open first axis, "
            "or for one image."
        )
    output = _output(name, session)
    side = _side(name, sides, size)
    return Facts(entry.name, output.name, channels, side, _classes(output), films != 1)


def _refuse_channels(name: str, shape: list[Any]) -> None:
    if shape[3] in (1, 3):
        raise InputError(
            f"{name}: its input is {_shape(shape)}, channels last. Export it with channels first, "
            f"(n, {shape[3]}, S, S); tf2onnx does so with --inputs-as-nchw."
        )
    raise InputError(
        f"{name}: its input is {_shape(shape)}. The second axis must be 1 (grey) or 3 (the grey "
        "image three times)."
    )


def _side(name: str, sides: list[Any], size: int | None) -> int:
    stated = {side for side in sides if isinstance(side, int)}
    if len(stated) > 1:
        raise InputError(
            f"{name}: its images are {sides[0]} x {sides[1]} pixels. Export it for square images."
        )
    if not stated and size is None:
        raise InputError(
            f"{name}: the sides of its images are open. Say which size it was trained on."
        )
    side = stated.pop() if stated else size
    if size is not None and side != size:
        raise InputError(f"{name}: it takes {side} x {side} pixels, not {size} x {size}.")
    if side is None or not SIDES[0] <= side <= SIDES[1]:
        raise InputError(
            f"{name}: its images would have {side} pixels a side. Use a network for {SIDES[0]} to "
            f"{SIDES[1]} pixels."
        )
    return side


def _output(name: str, session: Any) -> Any:
    outputs = session.get_outputs()
    named = [one for one in outputs if one.name == "logits"] or outputs
    if len(named) != 1:
        listed = ", ".join(one.name for one in outputs)
        raise InputError(
            f"{name}: it has {len(outputs)} outputs ({listed}). Export one of shape (n, classes), "
            "or name that one logits."
        )
    if named[0].type != "tensor(float)":
        raise InputError(
            f"{name}: its output is {named[0].type}. Export it with 32-bit logits (n, classes)."
        )
    return named[0]


def _classes(output: Any) -> int:
    """Return how many classes an output declares, 0 if it does not say."""
    last = output.shape[-1] if output.shape else 0
    return last if isinstance(last, int) else 0


def _asked(name: str, session: Session, facts: Facts, scale: Scale, images: Pixels) -> Answers:
    try:
        (answers,) = session.run([facts.answer], {facts.entry: scaled(images, facts, scale)})
    except Exception as error:  # as in _opened
        raise InputError(
            f"{name}: it fails on an image of {facts.size} x {facts.size} pixels "
            f"({type(error).__name__}). Its file declares what it does not hold, was exported for "
            f"another size, or needs more than {MEMORY / 2**30:g} GiB of memory."
        ) from None
    if answers.ndim != 2 or len(answers) != len(images):
        raise InputError(
            f"{name}: it answers {len(images)} images with {_shape(answers.shape)}. A classifier "
            "answers with (n, classes); average over positions before the end."
        )
    _count(name, answers.shape[1], facts.classes)
    if not np.isfinite(answers).all():
        raise InputError(
            f"{name}: it answers with numbers that are not finite. Check its weights, and whether "
            f"black to white are {scale} for it."
        )
    return np.asarray(answers, np.float32)


def _count(name: str, classes: int, declared: int) -> None:
    if declared and classes != declared:
        raise InputError(
            f"{name}: it declares {declared} classes and answers with {classes}. Export it again."
        )
    if classes < 2:
        raise InputError(
            f"{name}: a network with {classes} class has nothing to tell apart. Export two "
            "logits, such as (0, z) for one with a single logit z."
        )
    if classes > MOST_CLASSES:
        raise InputError(f"{name}: it has {classes} classes; at most {MOST_CLASSES:,} are taken.")


def _sound(name: str, asked: list[Answers], again: Answers) -> None:
    if _differ(asked[-1], again):
        raise InputError(
            f"{name}: it answers the same image differently each time. Export it in evaluation "
            "mode, without dropout and other chance."
        )
    if not any(np.any(other != asked[0]) for other in asked[1:]):
        raise InputError(
            f"{name}: it gives a blank image and random ones the same answer, so no pixel matters. "
            "Check its weights, and which values it takes for black and white."
        )


def _differ(a: Answers, b: Answers) -> bool:
    return bool(np.abs(a - b).max() > SAME * max(1.0, float(np.abs(a).max())))


def scaled(images: Pixels, facts: Facts, scale: Scale) -> Pixels:
    """Return images (n, S, S) from 0 to 1 as the network takes them, (n, channels, S, S)."""
    stack = np.repeat(images[:, None], facts.channels, axis=1)
    if scale is Scale.BYTES:
        stack = stack * np.float32(255)
    elif scale is Scale.SIGNED:
        stack = stack * np.float32(2) - np.float32(1)
    elif scale is Scale.IMAGENET:
        mean, spread = (
            np.array(part[: facts.channels], np.float32).reshape(-1, 1, 1) for part in IMAGENET
        )
        stack = (stack - mean) / spread
    return np.ascontiguousarray(stack, np.float32)


def _shape(shape: Any) -> str:
    return f"({', '.join(str(side) if side is not None else '?' for side in shape)})"
