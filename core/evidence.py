"""What a system says of itself: reasons to rely on an answer, and where it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

Status = Literal["ok", "attention", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to trust an estimate, or not to.

    Attributes
    ----------
    status : {"ok", "attention", "unknown"}
        Whether the evidence supports the estimate, qualifies it, or does not suffice.
    title : str
        What was looked at, with its verdict.
    text : str
        The figures behind it, with sample sizes.
    """

    status: Status
    title: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """Where the system comes from.

    Attributes
    ----------
    intended_use, trained : str
        What the models are for, and their declared date.
    models, data, libraries : tuple of mapping
        One row a model, a data set, a library.
    """

    intended_use: str
    trained: str
    models: tuple[Mapping[str, str], ...]
    data: tuple[Mapping[str, object], ...]
    libraries: tuple[Mapping[str, str], ...]
