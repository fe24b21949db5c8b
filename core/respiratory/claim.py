"""The CLAIM checklist for studies of medical images, answered for these models.

Items are those of the 2024 update in short words of our own
(``core/trust/checklists/claim_2024.json``); answers are in ``claim.json``.

References
----------
Mongan, Moy and Kahn, Radiology: Artificial Intelligence 2 (2020) e200029,
doi:10.1148/ryai.2020200029; Tejani et al., Radiology: Artificial Intelligence 6 (2024) e240300,
doi:10.1148/ryai.240300.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import Literal

from core.trust.checklists import fill

ANSWERS = Path(__file__).with_name("claim.json")
REFERENCE = (
    "Mongan, Moy and Kahn, Radiology: AI 2 (2020) e200029, doi:10.1148/ryai.2020200029; 2024 "
    "update by Tejani et al., Radiology: AI 6 (2024) e240300, doi:10.1148/ryai.240300"
)

Status = Literal["done", "partly", "not done"]


@dataclasses.dataclass(frozen=True, slots=True)
class ClaimItem:
    """One item with its answer.

    Attributes
    ----------
    number, section, topic, text : str
        Its number in the 2024 update, where it stands there, and what it asks, in short.
    status : {"done", "partly", "not done"}
        Whether it is answered.
    answer : str
        Where, or why not.
    """

    number: str
    section: str
    topic: str
    text: str
    status: Status
    answer: str


@functools.cache
def claim() -> tuple[ClaimItem, ...]:
    """Return every item of the checklist, in its order."""
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return tuple(
        ClaimItem(item.number, item.section, item.topic, item.text, *answers[item.number])
        for item in fill({}, "claim_2024", study="both").items
    )
