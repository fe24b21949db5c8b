"""What the routes of the chest X-ray classifier return, read off the core's own results."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, create_model

from apps.api.results import Answer, answer_model, answer_with, plain_model, result_model
from apps.api.upload import CSV, TABLE
from core.respiratory import ClaimItem, Gate, GateLevels, Headline
from core.respiratory.audit import ShortcutAudit
from core.respiratory.explain import BorderTest, DeletionTest, EvidenceMap, NetworkExplanation
from core.respiratory.perturb import Area
from core.respiratory.prepare import Box
from core.respiratory.schema import Check, Label, Network, Pixels, Reading

Model = Annotated[Network, Query(description="Network that is asked.")]

# A map has few cells; the film itself is not sent back.
MAPS: Any = {Pixels: list[list[float]], Area: list[list[bool]], Box: plain_model(Box)}

ReadingAnswer: Any = result_model(Reading, nullable=("threshold",))
ReadingsAnswer: Any = create_model(
    "ReadingsAnswer",
    __base__=Answer,
    __doc__="The readings of the films of a request.",
    readings=(list[ReadingAnswer], Field(description="One for each film, in the order sent.")),
)

BorderTestAnswer: Any = plain_model(BorderTest)
NetworkExplanationAnswer: Any = result_model(
    NetworkExplanation,
    {
        EvidenceMap: result_model(EvidenceMap, MAPS),
        DeletionTest: result_model(DeletionTest, MAPS),
        BorderTest: BorderTestAnswer,
    },
)
FilmExplanationAnswer: Any = create_model(
    "FilmExplanationAnswer",
    __base__=Answer,
    __doc__="Why a film is read as it is.",
    reading=(ReadingAnswer, Field(description="What was said of the film.")),
    label=(Label, Field(description="The finding explained.")),
    networks=(
        list[NetworkExplanationAnswer],
        Field(description="One for each single network behind the answer."),
    ),
    border=(BorderTestAnswer, Field(description="With the probabilities of the network asked.")),
    seed=(int, Field(description="Of the areas elsewhere.")),
)
ShortcutAuditAnswer: Any = answer_model(ShortcutAudit, name="ShortcutAuditAnswer")
CheckModel: Any = result_model(Check, nullable=("value",), name="FilmCheck")
ClaimModel: Any = plain_model(ClaimItem)
GateAnswer: Any = answer_model(
    Gate, {Check: CheckModel}, name="GateAnswer", refused=bool, reason=str, warnings=list[str]
)
GateLevelsAnswer = answer_model(GateLevels)
HeadlineAnswer = answer_model(Headline, name="RespiratoryHeadlineAnswer")
ClaimAnswer = answer_with(
    "ClaimAnswer", "The reporting checklist.", items=(list[ClaimModel], "In its order.")
)


class FormatsAnswer(BaseModel):
    """Which files are read."""

    images: list[str] = Field(description="Content types of single films.")
    archives: list[str] = Field(description="Content types that hold several.")
    films: int = Field(description="Most films of a request.")
    entries: int = Field(description="Most entries of an archive.")
    bytes: int = Field(description="Largest file.")
    pixels: int = Field(description="Most pixels of a picture.")


class NetworkAnswer(BaseModel):
    """A network that can be asked."""

    key: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its name for people.")


class NetworksAnswer(BaseModel):
    """The networks that can be asked."""

    default: str = Field(description="Key of the one that is asked unless another is named.")
    artifact: str = Field(description="Tag of the model folder.")
    models: list[NetworkAnswer] = Field(description="The networks.")


READINGS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ReadingsAnswer,
        "description": "One reading for each film, in the order sent.",
        "content": {CSV: TABLE},
    }
}
