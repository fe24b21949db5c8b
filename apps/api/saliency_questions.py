"""What can be asked of the saliency routes: networks, methods, figures, phantoms."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from core.saliency import BENCHMARKS, LABELS, METHODS, METRICS, NETWORKS, REGIMES

MAX_SEED = 999_999
MAX_SAMPLES = 5_000
MOST_TEXT = 200

# The verbs refuse other keys themselves, with the nearest one; the document lists what there is.
NetworkKey = Annotated[
    str, Query(json_schema_extra={"enum": [*NETWORKS]}, description="Network that is asked.")
]
MethodKey = Annotated[
    str,
    Query(
        json_schema_extra={"enum": [*METHODS]},
        description="How the map is made; /methods says what each does.",
    ),
]
MetricKey = Annotated[
    str,
    Query(
        json_schema_extra={"enum": [*METRICS]},
        description="Figure that ranks; /metrics says what each means.",
    ),
]
Profile = Annotated[
    str, Query(json_schema_extra={"enum": [*BENCHMARKS]}, description="Which benchmark.")
]
NetworkName = Annotated[
    str | None, Query(max_length=MOST_TEXT, description="Key of a network; /networks lists them.")
]
TableNetwork = Annotated[
    str, Query(max_length=MOST_TEXT, description="Network of the benchmark's table.")
]
TableFill = Annotated[
    str, Query(max_length=MOST_TEXT, description="What removed pixels became; may be empty.")
]
Format = Annotated[
    Literal["json", "png", "npy", "csv"] | None,
    Query(description="Kind of answer; by default what the header Accept asks for, else JSON."),
]
Class = Annotated[
    str | None,
    Query(max_length=MOST_TEXT, description="Class explained; by default the likeliest."),
]
LayerKey = Annotated[
    str | None, Query(max_length=MOST_TEXT, description="Layer read; by default the last.")
]
Samples = Annotated[
    int | None, Query(ge=1, le=MAX_SAMPLES, description="Evaluations; by default the method's own.")
]
Seed = Annotated[int, Query(ge=0, le=MAX_SEED, description="Seed of everything drawn at random.")]
Tested = Annotated[bool, Query(description="Whether the map is put to the network.")]


class PhantomRequest(BaseModel):
    """A phantom to draw, and the network that is asked about it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"network": "cnn-confounded-0", "seed": 7, "finding": LABELS[1]}
        },
    )

    network: str = Field(
        "cnn-confounded-0", max_length=MOST_TEXT, description="One of those trained on phantoms."
    )
    seed: int = Field(7, ge=0, le=MAX_SEED, strict=True, description="The patient drawn.")
    regime: str | None = Field(
        None,
        json_schema_extra={"enum": [*REGIMES, None]},
        description="Law it is drawn by; by default that of the network's training.",
    )
    finding: str | None = Field(
        None,
        json_schema_extra={"enum": [*LABELS, None]},
        description="What the lungs show; by default as the law draws it.",
    )
    shortcut: bool | None = Field(
        None, strict=True, description="Whether the shortcut is there; by default by the law."
    )
