"""What the breast cancer routes take and return, read off the core's own fields and results."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Query
from pydantic import Field, create_model

from apps.api.records import record
from apps.api.results import Answer, answer_model, plain_model, result_model
from core.breast_cancer.counterfactual import Counterfactual
from core.breast_cancer.drift_result import (
    CalibrationDrift,
    DriftTest,
    Lamp,
    SuspectColumn,
)
from core.breast_cancer.explain import Contribution, Explanation, ModelCheck
from core.breast_cancer.integrity import Blame
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import HIGHEST, LOWEST, CaseScore
from core.stats.intervals import Interval
from core.stats.psi import PsiReport
from core.stats.shift import Shift

CaseModel = FEATURES.pydantic_model("Case")
EXAMPLE = dict(case_presets()[0].values)

Case = Annotated[dict[str, Any], record(CaseModel), Body(examples=[EXAMPLE])]
Threshold = Annotated[
    float | None,
    Query(
        ge=LOWEST,
        le=HIGHEST,
        allow_inf_nan=False,
        description="Probability from which a case is called malignant; by default that of the"
        " models.",
    ),
]

BlameAnswer = result_model(Blame, nullable=("ratio",))
CaseAnswer = answer_model(CaseScore, {Blame: BlameAnswer})
CounterfactualAnswer = answer_model(Counterfactual)
# The other system has schemas of these names.
CaseExplanationAnswer = answer_model(
    Explanation,
    {
        Contribution: result_model(Contribution, name="ColumnContribution"),
        ModelCheck: result_model(ModelCheck, name="CaseModelCheck"),
    },
    name="CaseExplanationAnswer",
)

CASES = {
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {
                "cases": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"$ref": "#/components/schemas/Case"},
                }
            },
            "required": ["cases"],
            "additionalProperties": False,
            "example": {"cases": [EXAMPLE]},
        }
    }
}
"""The body of a drift request that is no file."""

SuspectAnswer: Any = result_model(SuspectColumn, label=str)
TestAnswer: Any = result_model(DriftTest, nullable=("statistic",))
CalibrationAnswer: Any = result_model(CalibrationDrift, nullable=("offset", "slope"))
PsiAnswer: Any = result_model(PsiReport, alarm=bool, folklore_alarm=bool)
ShiftAnswer: Any = plain_model(Shift)
IntervalAnswer: Any = plain_model(Interval)
LampAnswer: Any = plain_model(Lamp)
IntegrityAnswer: Any = create_model(
    "IntegrityLamp",
    __base__=LampAnswer,
    top_columns=(
        list[SuspectAnswer],
        Field(description="Columns that carry the evidence, heaviest first; none while it is off."),
    ),
)
CaseMixAnswer: Any = create_model(
    "CaseMixLamp",
    __base__=LampAnswer,
    prevalence=(
        IntervalAnswer | None,
        Field(description="Estimated share of malignant cases; null with too few rows."),
    ),
    reference_prevalence=(IntervalAnswer, Field(description="The same for the reference.")),
    score_shift=(
        float | None,
        Field(description="Median log-odds of malignancy minus that of the reference."),
    ),
)


class DriftAnswer(Answer):
    """What was found in a batch of cases."""

    integrity: IntegrityAnswer = Field(description="Whether the values of the rows fit together.")
    case_mix: CaseMixAnswer = Field(description="Whether other patients come.")
    n: int = Field(description="Rows given.")
    tests: list[TestAnswer] = Field(description="Every test that was made.")
    verdict: str = Field(description="The two lamps read together, in words.")
    calibration: CalibrationAnswer | None = Field(description="Null without outcomes.")
    n_complete: int = Field(description="Rows without a missing or refused cell.")
    n_reference: int = Field(description="Complete reference cases.")
    level: float = Field(description="Largest false-alarm probability of each lamp.")
    features: list[ShiftAnswer] = Field(description="The comparison of every column's values.")
    psi: PsiAnswer | None = Field(description="The stability index of every column.")
    notes: list[str] = Field(description="What else to know, in sentences.")
    model: str = Field(description="Name and hash of the models.")
