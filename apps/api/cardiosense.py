"""CardioSense over HTTP: each route asks one verb of the system and returns what it says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from starlette.responses import Response

from apps.api.answers import answer, compute
from apps.api.records import as_sent, example, record
from apps.api.results import result_model
from apps.api.strict import StrictRoute
from core.cardiosense.explain import Explanation, explain
from core.cardiosense.levers import Layer, Reach
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import Risk, score_patient
from core.runtime.settings import Settings

MAX_SEED = 2**31
ID = {"request_id": (str, Field(description="Id of the request, as in the header and the log."))}

PatientModel = DIAGNOSTIC.pydantic_model("Patient")
PersonModel = PREVENTION.pydantic_model("Person")
Patient = Annotated[dict[str, Any], record(PatientModel), Body(examples=[example(DIAGNOSTIC)])]
Probability = Annotated[float, Field(gt=0, lt=1)]


class LeverLimits(BaseModel):
    """Another limit for one lever, in its unit."""

    model_config = ConfigDict(extra="forbid")

    floor: float | None = Field(None, description="Lowest value a plan may ask for.")
    max_change: float | None = Field(None, description="Largest change within twelve months.")


class PathRequest(BaseModel):
    """What to find a path for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"patient": example(DIAGNOSTIC), "target": 0.2}},
    )

    patient: Annotated[dict[str, Any], record(PatientModel | PersonModel)] = Field(
        description="The record that the layer needs: a Patient (diagnostic) or a Person."
    )
    target: Annotated[Any, as_sent(Probability)] = Field(description="Risk to reach.")
    layer: Layer = Field("diagnostic", description="Disease now, or an event within ten years.")
    model: Literal["logistic", "xgboost", "prevent", "framingham"] | None = Field(
        None, description="One of the layer's models; by default the one that scores patients."
    )
    weights: Annotated[Any, as_sent(dict[str, float | None] | None)] = Field(
        None, description="Effort of using a lever's whole 12-month change; 1 where not given."
    )
    limits: Annotated[Any, as_sent(dict[str, LeverLimits] | None)] = Field(
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


RiskAnswer = result_model(Risk, "RiskAnswer", **ID)
ExplanationAnswer = result_model(Explanation, "ExplanationAnswer", **ID)
PathAnswer = result_model(
    LeastEffortPath, "PathAnswer", replaced={Reach: LeverInForce}, **ID
)


def router(chosen: Settings) -> APIRouter:
    """Build the routes of CardioSense.

    Parameters
    ----------
    chosen : Settings
        Says whether and where results are logged.
    """
    routes = APIRouter(prefix="/v1/cardiosense", tags=["cardiosense"], route_class=StrictRoute)

    @routes.get("/fields")
    def fields() -> dict[str, list[dict[str, str]]]:
        """Return the data dictionary of both records: what each field means and may hold."""
        return {"diagnostic": DIAGNOSTIC.dictionary(), "prevention": PREVENTION.dictionary()}

    @routes.post("/score", responses={200: {"model": RiskAnswer}})
    async def score(request: Request, patient: Patient) -> Response:
        """Estimate the probability that a coronary artery is narrowed by half or more now."""
        risk = await compute(lambda: score_patient(patient))
        return answer(request, risk.to_dict())

    @routes.post("/explain", responses={200: {"model": ExplanationAnswer}})
    async def why(
        request: Request,
        patient: Patient,
        lime: Annotated[bool, Query(description="Whether to run the sampled parts too.")] = True,
        seed: Annotated[int, Query(ge=0, le=MAX_SEED, description="First seed.")] = 0,
    ) -> Response:
        """Explain the estimate: exact contributions, LIME, and tests of both against the model."""
        found = await compute(lambda: explain(patient, lime=lime, seed=seed))
        return answer(request, found.to_dict())

    @routes.post("/path", responses={200: {"model": PathAnswer}})
    async def path(request: Request, asked: PathRequest) -> Response:
        """Find the least effort that brings the risk to a target, or the proof that none does."""
        found = await compute(
            lambda: least_effort_path(
                asked.patient,
                asked.target,
                layer=asked.layer,
                model=asked.model,
                weights=asked.weights,
                limits=asked.limits,
                robust=asked.robust,
            )
        )
        return answer(request, found.to_dict())

    return routes
