"""What CardioSense's routes take and return, read off the core's own fields and results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool, create_model

from apps.api.records import as_sent, example, record
from apps.api.results import Answer, answer_model, result_model
from core.cardiosense.explain import Explanation
from core.cardiosense.levers import LEVERS, MAX_WEIGHT, Layer, Reach
from core.cardiosense.monitor import DriftReport
from core.cardiosense.outcomes import PerformanceReport, Verdict
from core.cardiosense.overview import GlobalView
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.prevention import PreventionRisk
from core.cardiosense.report import MAX_NOTES
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import Risk
from core.cardiosense.whatif import SensitivityCurve, WhatIf
from core.runtime.settings import AuditMode

PatientModel = DIAGNOSTIC.pydantic_model("Patient")
PersonModel = PREVENTION.pydantic_model("Person")
Patient = Annotated[dict[str, Any], record(PatientModel), Body(examples=[example(DIAGNOSTIC)])]
Person = Annotated[dict[str, Any], record(PersonModel), Body(examples=[example(PREVENTION)])]
PreventionModel = Annotated[
    Literal["prevent", "framingham"] | None,
    Query(description="Equation that is asked; by default PREVENT."),
]
Probability = Annotated[float, Field(gt=0, lt=1)]


_LEVERS = dict.fromkeys(lever.name for levers in LEVERS.values() for lever in levers)


class LeverLimits(BaseModel):
    """Another limit for one lever, in its unit."""

    model_config = ConfigDict(extra="forbid")

    floor: float | None = Field(None, description="Lowest value a plan may ask for.")
    max_change: float | None = Field(None, description="Largest change within twelve months.")


def _by_lever(name: str, value: Any) -> Any:
    fields: dict[str, Any] = dict.fromkeys(_LEVERS, (value | None, None))
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


Weights = _by_lever("Weights", Annotated[float, Field(ge=0, le=MAX_WEIGHT)])
Limits = _by_lever("Limits", LeverLimits)


def _with_example(schema: dict[str, Any]) -> None:
    schema["example"] = {"patient": example(DIAGNOSTIC), "target": 0.2}


class PathRequest(BaseModel):
    """What to find a path for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_example)

    patient: Annotated[dict[str, Any], record(PatientModel | PersonModel)] = Field(
        description="The record that the layer needs: a Patient (diagnostic) or a Person."
    )
    target: Annotated[Any, as_sent(Probability)] = Field(description="Risk to reach.")
    layer: Layer = Field("diagnostic", description="Disease now, or an event within ten years.")
    model: Literal["logistic", "xgboost", "prevent", "framingham"] | None = Field(
        None, description="One of the layer's models; by default the one that scores patients."
    )
    weights: Annotated[Any, as_sent(Weights | None)] = Field(
        None, description="Effort of using a lever's whole 12-month change; 1 where not given."
    )
    limits: Annotated[Any, as_sent(Limits | None)] = Field(
        None, description="Other limits for single levers."
    )
    robust: StrictBool = Field(False, description="Demand that noise and refits leave it valid.")


class LeverInForce(BaseModel):
    """One lever with the limits and the weight that applied."""

    model_config = ConfigDict(extra="forbid")

    lever: str
    label: str
    unit: str
    direction: Literal["down"]
    current: float | None = Field(description="The patient's value; null when not measured.")
    floor: float = Field(description="Lowest value a plan may ask for.")
    max_change: float | None = Field(description="Largest change within twelve months.")
    weight: float
    step: float = Field(description="Clinical resolution of a plan.")
    stop: str = Field(description="What ends the movement.")
    floor_source: str
    change_source: str


RiskAnswer = answer_model(Risk)
ExplanationAnswer = answer_model(Explanation)
PathAnswer = answer_model(LeastEffortPath, {Reach: LeverInForce})


PreventionAnswer = answer_model(PreventionRisk)
GlobalAnswer = answer_model(GlobalView)
WhatIfAnswer = answer_model(WhatIf)
SensitivityAnswer = answer_model(SensitivityCurve, name="PatientCurveAnswer")


_CHANGED: dict[str, Any] = {"example": {"patient": example(DIAGNOSTIC), "changes": {"chol": 200}}}
_NOTED: dict[str, Any] = {"example": {"patient": example(DIAGNOSTIC), "notes": "Seen today."}}


class WhatIfRequest(BaseModel):
    """A patient, and the findings that are changed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_CHANGED)

    patient: Annotated[dict[str, Any], record(PatientModel)] = Field(description="As given.")
    changes: dict[str, Any] = Field(description="Findings with their other values.")


class ReportRequest(BaseModel):
    """A patient, and what the report should say beside the figures."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_NOTED)

    patient: Annotated[dict[str, Any], record(PatientModel)] = Field(description="The record.")
    notes: str = Field(
        "", max_length=MAX_NOTES, strict=True, description="Free text, printed as it is."
    )


class OutcomeRequest(BaseModel):
    """What was found in a patient."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"outcome": 1}})

    outcome: Annotated[Any, as_sent(Literal[0, 1])] = Field(
        description="1 if a narrowing of 50 % or more was found, 0 if not."
    )


class OutcomeAnswer(Answer):
    """The outcome as it is on record."""

    estimate: str = Field(description="Id of the request that gave the estimate.")
    outcome: Literal[0, 1]


Drift: Any = result_model(DriftReport, drifted=bool)
Performance: Any = result_model(PerformanceReport, verdict=Verdict)


class MonitoringAnswer(Answer):
    """Whether the patients in the audit log are still those the models were made for."""

    audit_mode: AuditMode = Field(description="What the log keeps of a patient now.")
    patients: int = Field(description="Patients in the log whose values were kept.")
    without_input: int = Field(description="Estimates whose values were not kept.")
    repeated: int = Field(description="Patients sent again unchanged, counted once.")
    drift: Drift | None = Field(
        description="The latest patients beside the training patients; null without enough."
    )
    performance: dict[str, Performance] = Field(
        description="By model, the fed-back outcomes beside the card."
    )
    notes: list[str] = Field(description="Why a figure is missing.")
