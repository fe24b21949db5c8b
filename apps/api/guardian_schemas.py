"""What the routes of the medication check take and return."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path
from pydantic import BaseModel, ConfigDict, Field, create_model

from apps.api.results import answer_model, answer_with, result_model
from core.guardian import REASONS, Alert, Burden, Inventory, Order, Override, Review, Rule
from core.guardian.agents import Event, Kind, Leaflet, Narrative
from core.guardian.overrides import MOST_COMMENT

EXAMPLE: dict[str, Any] = {
    "meds": ["Coumadin 5 mg po daily", "Bactrim DS 1 tab bid"],
    "patient": {
        "age": 72,
        "sex": "F",
        "weight_kg": 64,
        "creatinine": 1.1,
        "conditions": ["atrial fibrillation"],
        "allergies": [],
        "labs": {"INR": 2.4, "potassium": 4.6},
    },
}
MOST_TEXT = 10_000
MOST_NAME = 200
MOST_DRUGS = 20

Case = Annotated[
    dict[str, Any],
    Body(
        description="meds (lines), patient (object) and fhir_bundle (R4 Bundle), all optional. "
        "What cannot be used is named in gaps and makes the review incomplete.",
        examples=[EXAMPLE],
    ),
]

RuleKey = Annotated[str, Path(description="Id of the rule.", examples=["ddi-warfarin-sulfonamide"])]

ReviewAnswer = answer_model(Review, {Alert: result_model(Alert, name="MedicationAlert")})
OrderAnswer = answer_model(Order)
RuleAnswer = answer_model(Rule)
InventoryAnswer = answer_model(Inventory)
LeafletAnswer = answer_model(Leaflet)
BurdenAnswer = answer_model(Burden, nullable=("per_100_orders",))
_TEXT: Any = {Kind: str}
EventModel: Any = result_model(Event, _TEXT, name="AgentEvent")
NarrativeAnswer: Any = create_model(
    "NarrativeAnswer",
    __base__=answer_model(Narrative),
    __doc__="The review in words.",
    events=(list[EventModel], Field(description="What each agent reported, in order.")),
)
OverrideAnswer: Any = create_model(
    "OverrideAnswer",
    __base__=answer_model(Override),
    __doc__="One alert that somebody passed over.",
    recorded=(bool, Field(description="Whether it is kept; false while auditing is off.")),
)
ReasonsAnswer = answer_with(
    "ReasonsAnswer",
    "Why an alert may be passed over.",
    reasons=(dict[str, str], "Code and meaning."),
    commented=(list[str], "Codes that need a comment."),
)


class Line(BaseModel):
    """One line of a medication list."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"text": "Augmentin 875"}}
    )

    text: str = Field(max_length=MOST_TEXT, description="As written.")


class OverrideRequest(BaseModel):
    """A case, one of its alerts, and why somebody goes on in spite of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "case": EXAMPLE,
                "rule_id": "ddi-warfarin-sulfonamide",
                "reason": "benefit-outweighs-risk",
            }
        },
    )

    case: dict[str, Any] = Field(description="As it was checked.")
    rule_id: str = Field(max_length=MOST_NAME, description="Rule of the alert.")
    drugs: list[str] = Field(
        [], max_length=MOST_DRUGS, description="Medicines of the alert, if its rule alerts twice."
    )
    reason: str = Field(json_schema_extra={"enum": [*REASONS]}, description="Code of the reason.")
    comment: str = Field(
        "", max_length=MOST_COMMENT, description="Free text; some reasons need it."
    )
    role: str = Field("prescriber", max_length=MOST_NAME, description="Who decides.")
