"""Text as a report prints it."""

from __future__ import annotations

import re

SHOWN = 1_500
"""Longest text that is printed, in characters; a name may be a whole file."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: object, width: int = SHOWN) -> str:
    """Return text on one line and not too long, without characters that hide or turn around others.

    What is left out is marked by an ellipsis, what cannot be printed by a replacement character.
    """
    line = _UNPRINTABLE.sub("\ufffd", " ".join(str(text).split()))
    return line if len(line) <= width else f"{line[: width - 3]}..."
