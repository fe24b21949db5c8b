"""What the routes beside the audit return, read off the core's own results."""

from __future__ import annotations

import dataclasses
import typing
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, create_model

from apps.api.results import Closed, answer_model, answer_with, plain_model, result_model
from core.trust import OriginalView
from core.trust.checklists import Checklist, ChecklistItem, Kind, Status, Study
from core.trust.original.bias import AttributeFigures, Bias, GroupFigures, OddsGap
from core.trust.original.metrics import Calibration, ClassErrors, Failure
from core.trust.original.representation import Representation

ChecklistKind = Annotated[Kind, Query(description="Which checklist.")]
StudyKind = Annotated[Study, Query(description="What the study does; the rest does not apply.")]
ChecklistAnswer: Any = create_model(
    "ChecklistAnswer",
    __base__=answer_model(Checklist, {ChecklistItem: plain_model(ChecklistItem)}),
    __doc__="A reporting checklist with the audit's answers.",
    summary=(str, Field(description="The counts, in a sentence.")),
    counts=(dict[Status, int], Field(description="Items of each status.")),
)


def _original_models() -> dict[type, Any]:
    """Return the schemas of the original's figures, any of which may not exist."""
    found: dict[type, Any] = {}
    for cls in (
        ClassErrors,
        GroupFigures,
        OddsGap,
        AttributeFigures,
        Calibration,
        Failure,
        Bias,
        Representation,
    ):
        hints = typing.get_type_hints(cls)
        numbers = [field.name for field in dataclasses.fields(cls) if hints[field.name] is float]
        found[cls] = result_model(cls, found, numbers, name=f"Original{cls.__name__}")
    return found


_PARTS = _original_models()
_VERSION: Any = (str, Field(description="Version of trustlens that is recomputed."))
OriginalAnswer: Any = create_model(
    "OriginalAnswer",
    __base__=answer_model(OriginalView, _PARTS),
    __doc__="What trustlens says of predictions, and where that misleads.",
    version=_VERSION,
)
_VIEW: Any = create_model(
    "OriginalView", __base__=result_model(OriginalView, _PARTS), version=_VERSION
)


class MisleadingModel(Closed):
    """Data on which the original misleads."""

    id: str = Field(description="Short name.")
    title: str = Field(description="What the case is.")
    truth: str = Field(description="What is true of the data.")
    says: str = Field(description="What the original concludes, in one line.")
    why: str = Field(description="What is wrong with that, with its numbers.")
    view: _VIEW = Field(description="Everything the original says.")


MisleadingAnswer = answer_with(
    "MisleadingAnswer",
    "Generated data whose truth is known.",
    cases=(list[MisleadingModel], "One each."),
)
