"""What the breast cancer routes take and return, read off the core's own fields and results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from apps.api.records import record
from apps.api.results import Answer, Closed, answer_model, answer_with, plain_model, result_model
from core.breast_cancer import (
    FAULTS,
    AtThreshold,
    CaseMix,
    Effect,
    StressReport,
    StressSource,
    WrongCase,
)
from core.breast_cancer.counterfactual import Counterfactual
from core.breast_cancer.curves import SensitivityCurve
from core.breast_cancer.drift_result import (
    CalibrationDrift,
    DriftTest,
    Lamp,
    SuspectColumn,
)
from core.breast_cancer.explain import Contribution, Explanation, ModelCheck
from core.breast_cancer.integrity import Blame
from core.breast_cancer.monitor import StreamAlarm
from core.breast_cancer.presets import case_presets
from core.breast_cancer.report import MAX_NOTES
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import HIGHEST, LOWEST, CaseScore
from core.breast_cancer.tuning import Family
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


MAX_SEED = 999_999
MOST_ROWS = 2_000
Kind = Annotated[Family, Query(description="Kind of model.")]
Prevalence = Annotated[
    float | None,
    Query(
        gt=0,
        lt=1,
        allow_inf_nan=False,
        description="Share of malignant cases where it is used; by default that of the table.",
    ),
]
FaultKey = Annotated[
    str,
    Path(json_schema_extra={"enum": [*FAULTS]}, description="Key of the fault.", examples=["unit"]),
]


def _stress_choice(
    severity: Annotated[
        float | None,
        Query(allow_inf_nan=False, description="How badly; by default as the fault has it."),
    ] = None,
    n: Annotated[int, Query(ge=25, le=MOST_ROWS, description="Rows; 569 cases are real.")] = 200,
    share: Annotated[
        float, Query(gt=0, le=1, allow_inf_nan=False, description="Share of rows spoilt.")
    ] = 1.0,
    column: Annotated[
        list[str] | None, Query(description="Column that is spoilt; may be repeated.")
    ] = None,
    source: Annotated[
        StressSource, Query(description="Real cases, or invented ones.")
    ] = "held-out",
    threshold: Threshold = None,
    seed: Annotated[
        int, Query(ge=0, le=MAX_SEED, description="Seed of folds, rows and fault.")
    ] = 0,
    lamps: Annotated[
        bool, Query(description="Whether the drift lamps judge the batches too.")
    ] = True,
) -> dict[str, Any]:
    given = dict(locals())
    return given | {"columns": given.pop("column")}


StressQuestion = Annotated[dict[str, Any], Depends(_stress_choice)]
StressAnswer = answer_model(
    StressReport,
    {Effect: result_model(Effect, name="FaultEffect")},
    name="FaultAnswer",
    summary=str,
)
AtThresholdAnswer = answer_model(AtThreshold)
CaseMixAnswer = answer_model(CaseMix)
CurveAnswer = answer_model(SensitivityCurve, name="CaseCurveAnswer")
WrongCaseModel: Any = plain_model(WrongCase)
AlarmModel: Any = create_model(
    "StreamAlarm",
    __base__=plain_model(StreamAlarm),
    __doc__="The alarm of a stream.",
    label=(str, Field(description="Name of the column for people.")),
)


class FaultModel(Closed):
    """A fault that a stress test can plant."""

    key: str = Field(description="Its name in addresses.")
    label: str = Field(description="Its name for people.")
    description: str = Field(description="What it does to the rows.")
    unit: str = Field(description="What the severity counts.")
    low: float = Field(description="Least severity.")
    high: float = Field(description="Largest severity.")
    default: float = Field(description="Severity unless another is asked for.")
    levels: list[float] = Field(description="Severities of a sweep.")
    n_columns: int | None = Field(description="Columns spoilt; null where the severity says.")
    scattered: bool = Field(description="Whether each row draws its own columns.")
    pairing: str = Field(description="Whether columns come in pairs.")
    keeps_truth: bool = Field(description="Whether rows keep their diagnosis.")
    kind: Literal["fault", "population"] = Field(description="What changes: values, or patients.")


WrongCasesAnswer = answer_with(
    "WrongCasesAnswer",
    "Cases on the wrong side of the threshold.",
    cases=(list[WrongCaseModel], "Missed cancers first."),
)
FaultsAnswer = answer_with(
    "FaultsAnswer", "The faults of stress tests.", faults=(list[FaultModel], "One each.")
)
StreamsAnswer = answer_with(
    "StreamsAnswer", "The stored streams.", streams=(dict[str, int], "Rows by name.")
)
StreamAnswer = answer_with(
    "StreamAnswer",
    "Where a stored stream stands.",
    stream=(str, "Its name."),
    n=(int, "Rows in all."),
    incomplete=(int, "Rows with a missing or refused cell."),
    statistic=(float, "The detector's statistic; the alarm is raised at target_arl."),
    target_arl=(float, "Rows that pass on average before a false alarm, at least."),
    seed=(int, "Key of the random numbers that break ties."),
    alarm=(AlarmModel | None, "The alarm, once it has been raised."),
    model=(str, "Name and hash of the models."),
)


_NOTED: dict[str, Any] = {"example": {"case": EXAMPLE, "notes": "Second reading."}}


class CaseReportRequest(BaseModel):
    """A case, and what the report should say beside the figures."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_NOTED)

    case: Annotated[dict[str, Any], record(CaseModel)] = Field(description="The values.")
    notes: str = Field(
        "", max_length=MAX_NOTES, strict=True, description="Free text, printed as it is."
    )
