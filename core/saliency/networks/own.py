"""A user's ONNX classifier: what is refused before it is opened, and how it is asked.

The file is never opened in this process. It is read as bytes; what passes goes to a worker process
(``core.runtime.jobs``), which is ended if it hangs and may crash without harm. Every later answer
comes from a worker too. In a process that is a worker itself, such as one of a benchmark, the
network runs there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from core.errors import InputError, SuiteError
from core.saliency.networks import untrusted
from core.saliency.networks.network import Network
from core.saliency.networks.untrusted import Facts, Scale
from core.saliency.networks.wire import MOST_PARTS, TooManyPartsError, read_wire
from core.saliency.schema import Access, Floats, Pixels

LIMIT_MB = 60
STANDARD = ("", "ai.onnx", "ai.onnx.ml")
# Repetition of unknown length, results of unknown size, and chance.
REFUSED = frozenset(
    {
        "Bernoulli", "Compress", "If", "Loop", "Multinomial", "NonZero", "Optional",
        "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Scan",
        "SequenceMap", "Unique",
    }
)  # fmt: skip
LEAST = 1e-12  # probability whose logarithm still is a number


def own(
    name: str,
    content: bytes,
    *,
    size: int | None = None,
    scale: Scale | str = Scale.UNIT,
    labels: Sequence[str] = (),
) -> Network:
    """Return a user's ONNX classifier of square images, asked with grey values from 0 to 1.

    Maps that need gradients or layers cannot be made of it: an ONNX file answers, and no more.
    Answers that are probabilities (not negative, sum 1) become logits by their logarithm.

    Parameters
    ----------
    name : str
        What the user called the file.
    content : bytes
        The file: one input (n, 1 or 3, S, S) of 32-bit numbers, which get the grey image once or
        three times, and one output (n, k), or one named ``logits``.
    size : int, optional
        Side of the images, if the file leaves it open.
    scale : Scale or str
        What the network takes for black and white.
    labels : sequence of str
        Names of the classes; by default they are numbered.

    Raises
    ------
    InputError
        If the file is no such network, may not be opened, or answers unsoundly or too slowly.
    SuiteError
        If no worker process is free.
    """
    how = _scale(scale)
    inspect(name, content)
    facts = _examined(name, content, size, how)
    named = _labels(name, labels, facts.classes)

    def forward(images: Pixels) -> Floats:
        wait = untrusted.PATIENCE + untrusted.SECONDS * len(images)
        answers = untrusted.apart(
            untrusted.answers_of, name, content, facts, how, images, timeout=wait
        )
        return _logits(answers.astype(np.float64), facts)

    return Network(
        key=f"own-{hashlib.sha256(content).hexdigest()[:12]}",
        title=name,
        labels=named,
        size=facts.size,
        access=frozenset({Access.LOGITS}),
        layers=(),
        grey=(0.0, 1.0),
        forward=forward,
    )


def inspect(name: str, content: bytes) -> None:
    """Refuse what must not be opened, from the bytes alone.

    Raises
    ------
    InputError
        If the file is too large, not ONNX, or asks for other files, for operators of another
        maker, or for loops and chance.
    """
    if len(content) > LIMIT_MB * 1_000_000:
        raise InputError(
            f"{name}: it has {len(content) / 1e6:.0f} MB; at most {LIMIT_MB} MB are taken. Store "
            "its weights as float16 or int8, or use a smaller network."
        )
    try:
        found = read_wire(content)
    except TooManyPartsError:
        raise InputError(
            f"{name}: it has more than {MOST_PARTS:,} nodes, attributes and tensors. Use a smaller "
            "network."
        ) from None
    except ValueError:  # also a name that is not UTF-8
        found = None
    if found is None or not found.operators:
        raise InputError(f"{name}: it is not an ONNX file. Export the network to ONNX first.")
    if found.external:
        raise InputError(
            f"{name}: its weights lie in another file. Export it as a single file "
            "(torch.onnx.export(..., external_data=False))."
        )
    foreign = sorted({domain for domain, _ in found.operators} - set(STANDARD))
    if foreign:
        raise InputError(
            f"{name}: it needs operators of {', '.join(foreign)}, which are not standard. Export "
            "it with the operators of ai.onnx alone, before any optimiser rewrites it."
        )
    refused = sorted(REFUSED & {operator for _, operator in found.operators})
    if refused:
        raise InputError(
            f"{name}: it uses {', '.join(refused)}. Networks with loops, branches, chance or "
            "results of unknown size are not run here; export it in evaluation mode and traced."
        )


def _examined(name: str, content: bytes, size: int | None, how: Scale) -> Facts:
    try:
        return untrusted.apart(
            untrusted.examine, name, content, size, how, timeout=untrusted.PATIENCE
        )
    except InputError:
        raise
    except SuiteError as error:
        raise SuiteError(f"{name}: the network could not be examined. {error.message}") from None


def _scale(scale: Scale | str) -> Scale:
    try:
        return Scale(scale)
    except ValueError:
        raise InputError(
            f"scale: {str(scale)!r} is not known. Use one of: {', '.join(Scale)}."
        ) from None


def _labels(name: str, labels: Sequence[str], classes: int) -> tuple[str, ...]:
    if not labels:
        return tuple(f"class {place}" for place in range(classes))
    if len(labels) != classes or len(set(labels)) != classes:
        raise InputError(
            f"labels: {len(set(labels))} different names are given and {name} has {classes} "
            "classes. Give one name a class, in the order of the answers."
        )
    return tuple(labels)


def _logits(answers: Floats, facts: Facts) -> Floats:
    return np.log(np.maximum(answers, LEAST)) if facts.probabilities else answers
