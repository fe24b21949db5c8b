"""What the trust routes take and return."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from apps.api.results import Answer, Closed, plain_model
from apps.api.upload import UPLOAD, upload_of
from core.stats.intervals import Interval
from core.trust import AREAS, DEFAULT_POLICY
from core.trust.assemble import Area

MAX_SEED = 999_999
MAX_CELLS = 50
"""Most attributes, and most classes of a row of probabilities."""

Scalar = bool | int | float | str
Verdict = Literal["pass", "fail", "not enough evidence"]
IntervalAnswer: Any = plain_model(Interval)


def _values(raw: object) -> list[Any]:
    """Return a list of numbers, texts and truth values; NaN and infinity are none of these."""
    return _flat(raw, {bool, int, float, str})


def _maybe_missing(raw: object) -> list[Any]:
    return _flat(raw, {bool, int, float, str, type(None)})


def _numbers(raw: object) -> list[Any]:
    return _flat(raw, {int, float})


def _flat(raw: object, kinds: set[type]) -> list[Any]:
    if not isinstance(raw, list):
        message = "is not a list"
        raise ValueError(message)
    odd = set(map(type, raw)) - kinds
    if odd:
        place = next(i for i, value in enumerate(raw) if type(value) in odd)
        message = f"holds a value of another kind at position {place}, counted from 0"
        raise ValueError(message)
    for place, value in enumerate(raw):
        if type(value) is float and not math.isfinite(value):
            message = f"holds no finite number at position {place}, counted from 0"
            raise ValueError(message)
        if type(value) is str and not _is_text(value):
            message = f"holds half a character at position {place}, counted from 0"
            raise ValueError(message)
    return raw


def _is_text(value: str) -> bool:
    """Whether a text can be written as UTF-8: JSON may hold one half of a surrogate pair."""
    return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)


def _rows(raw: object) -> list[list[Any]]:
    if not isinstance(raw, list):
        message = "is not a list of lists"
        raise ValueError(message)
    rows = [_numbers(row) for row in raw]
    if len({len(row) for row in rows}) > 1:
        message = "holds rows of different lengths"
        raise ValueError(message)
    return rows


def _named(raw: object) -> dict[str, list[Any]]:
    if not isinstance(raw, dict):
        message = "is not an object of names and lists"
        raise ValueError(message)
    if len(raw) > MAX_CELLS:
        message = f"holds {len(raw)} attributes; the limit is {MAX_CELLS}"
        raise ValueError(message)
    if not all(map(_is_text, raw)):
        message = "holds a name with half a character"
        raise ValueError(message)
    return {name: _maybe_missing(values) for name, values in raw.items()}


def _scalar(raw: object) -> Any:
    return _values([raw])[0]


Values = Annotated[list[Any], PlainValidator(_values, json_schema_input_type=list[Scalar])]
Numbers = Annotated[list[Any], PlainValidator(_numbers, json_schema_input_type=list[float])]
Rows = Annotated[list[Any], PlainValidator(_rows, json_schema_input_type=list[list[float]])]
Groups = Annotated[
    dict[str, list[Any]],
    PlainValidator(_named, json_schema_input_type=dict[str, list[Scalar | None]]),
]
Label = Annotated[Any, PlainValidator(_scalar, json_schema_input_type=Scalar)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    y: Values = Field(description="Outcomes: the class of each row, or a quantity.")
    p: Numbers = Field([], description="Probability of the positive class of each row.")
    proba: Rows = Field([], description="Probability of every class, one list a row.")
    pred: Values = Field([], description="What each row was called, or the predicted quantity.")
    classes: Values = Field([], description="All classes, in the order of the probabilities.")
    positive: Label = Field("", description="The positive one of two classes.")
    threshold: Share = Field(0.5, description="Probability from which a row is called positive.")


class AuditBody(_Body):
    """Predictions with their outcomes, row by row."""

    groups: Groups = Field({}, description="Attributes whose levels are compared, by name.")
    batch: Values = Field([], description="Date or batch of each row.")
    policy: str = Field(DEFAULT_POLICY, description="Name of the policy.")
    areas: list[Area] = Field(list(AREAS), description="Parts to measure; by default all.")
    seed: int = Field(0, ge=0, le=MAX_SEED, description="Seed of everything drawn at random.")


class CompareBody(_Body):
    """Outcomes with the predictions of two models, row by row."""

    p_other: Numbers = Field([], description="Probability by the other model.")
    proba_other: Rows = Field([], description="Probability of every class by the other model.")
    pred_other: Values = Field([], description="What the other model called each row.")


def json_or_table(
    body: type[BaseModel], example: dict[str, Any], rows: bytes | None = None
) -> dict[str, Any]:
    """Return the description of a request that is JSON or a table."""
    schema = body.model_json_schema() | {"example": example}
    table = UPLOAD if rows is None else upload_of(rows)
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema},
                **table["requestBody"]["content"],
            },
        }
    }


AUDIT_EXAMPLE: dict[str, Any] = {
    "y": [1, 0, 0, 1],
    "p": [0.83, 0.12, 0.47, 0.64],
    "groups": {"sex": ["female", "male", "female", "male"]},
    "policy": DEFAULT_POLICY,
}
COMPARE_EXAMPLE: dict[str, Any] = {
    "y": [1, 0, 0, 1],
    "p": [0.83, 0.12, 0.47, 0.64],
    "p_other": [0.7, 0.3, 0.4, 0.6],
}

Outcome = Annotated[str | None, Query(description="Column of the outcome, in a table.")]
Probability = Annotated[
    list[str] | None,
    Query(description="Column of the probability; once for each class where there are more."),
]
OtherProbability = Annotated[
    list[str] | None, Query(description="Column of the other model's probability.")
]
Call = Annotated[str | None, Query(description="Column of the call or predicted quantity.")]
OtherCall = Annotated[str | None, Query(description="Column of the other model's call.")]
Attribute = Annotated[
    list[str] | None, Query(description="Column whose levels are compared; may be repeated.")
]
Date = Annotated[str | None, Query(description="Column of the date or batch.")]
Positive = Annotated[str | None, Query(description="The positive one of two classes.")]
Threshold = Annotated[
    float | None,
    Query(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Probability from which a row is called positive.",
    ),
]
ModelKey = Annotated[
    str,
    Path(description="Key of the model, as /models has it.", examples=["cardiosense-logistic-13"]),
]
PolicyName = Annotated[str | None, Query(description="Name of the policy.")]
Areas = Annotated[
    list[Area] | None, Query(description="Part to measure; may be repeated; by default all.")
]
Seed = Annotated[
    int | None, Query(ge=0, le=MAX_SEED, description="Seed of everything drawn at random.")
]
DropBad = Annotated[
    bool | None, Query(description="Whether rows with unusable cells are left out.")
]


def _options(
    label: Outcome = None,
    prob: Probability = None,
    pred: Call = None,
    group: Attribute = None,
    date: Date = None,
    positive: Positive = None,
    threshold: Threshold = None,
    policy: PolicyName = None,
    area: Areas = None,
    seed: Seed = None,
    drop_bad: DropBad = None,
) -> dict[str, Any]:
    return dict(locals())


def _pair_options(
    label: Outcome = None,
    prob: Probability = None,
    prob_other: OtherProbability = None,
    pred: Call = None,
    pred_other: OtherCall = None,
    positive: Positive = None,
    threshold: Threshold = None,
) -> dict[str, Any]:
    return dict(locals())


Options = Annotated[dict[str, Any], Depends(_options)]
PairOptions = Annotated[dict[str, Any], Depends(_pair_options)]


class CheckAnswer(Closed):
    """One claim and what became of it."""

    id: str = Field(description="Name of the check.")
    area: str = Field(description="Part of the audit.")
    status: Verdict = Field(description="Whether the claim is shown, broken, or neither.")
    estimate: float | None = Field(description="The figure; null where it is not defined.")
    ci_low: float | None = Field(description="Lower limit of its interval.")
    ci_high: float | None = Field(description="Upper limit of its interval.")
    n: int = Field(description="Units behind it.")
    reason: str = Field(description="What was found, in a sentence.")
    claim: str = Field(description="The claim with its limit.")
    demand: Literal["always", "if given", "advisory"] = Field(
        description="Whether the verdict needs it."
    )
    ci_level: float = Field(description="Level of the interval.")
    method: str = Field(description="How the interval is computed.")
    p_met: float | None = Field(description="p value against 'the claim does not hold'.")
    p_broken: float | None = Field(
        description="p value against 'the claim holds', adjusted for all checks."
    )


class PolicyAnswer(Closed):
    """A named, versioned set of claims."""

    name: str = Field(description="Its name.")
    version: str = Field(description="Its version; another limit is another version.")
    purpose: str = Field(description="What it is for.")
    level: float = Field(description="Probability of a wrong verdict, at most.")
    checks: dict[str, dict[str, Any]] = Field(description="Claims with demand and limits.")


class AuditAnswer(Answer):
    """What an audit found."""

    verdict: Verdict = Field(description="The verdict.")
    policy: str = Field(description="Name of the policy.")
    policy_version: str = Field(description="Its version.")
    summary: str = Field(description="The verdict with what it rests on, in a sentence.")
    checks: list[CheckAnswer] = Field(description="Every check, in the order of the policy.")
    metrics: dict[str, float | None] = Field(description="The figures of the whole, by name.")
    task: Literal["binary", "multiclass", "regression"] = Field(description="What was predicted.")
    n: int = Field(description="Rows.")
    classes: list[str] = Field(description="Names of the classes.")
    groups: dict[str, list[str]] = Field(description="Attributes and their levels.")
    notes: list[str] = Field(description="How the input was understood.")
    figures: dict[str, IntervalAnswer] = Field(description="The same figures with intervals.")
    limits: PolicyAnswer = Field(description="The policy that was applied.")
    panels: dict[str, dict[str, Any]] = Field(description="The parts; see docs/trust.md.")


class DifferenceAnswer(Closed):
    """One figure of two models."""

    measure: str = Field(description="Its name.")
    first: float | None = Field(description="Of the first model.")
    second: float | None = Field(description="Of the second model.")
    difference: IntervalAnswer = Field(description="First minus second, on the same rows.")
    better: Literal["first", "second", "not enough data"] = Field(
        description="Which model is shown to be better."
    )


class ComparisonAnswer(Answer):
    """Two models on the same rows."""

    n: int = Field(description="Rows.")
    agree: float = Field(description="Share of rows that both call the same.")
    level: float = Field(description="Level of each interval; all hold together at 95 %.")
    differences: list[DifferenceAnswer] = Field(description="One a figure.")


class PoliciesAnswer(Closed):
    """The policies of the suite."""

    default: str = Field(description="Name of the one that is applied unless another is named.")
    policies: list[PolicyAnswer] = Field(description="The strictest first.")


class ModelAnswer(Closed):
    """A model of the suite with its held-out predictions."""

    key: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its name for people.")
    how: str = Field(description="How the rows were held out.")
    data: str = Field(description="The rows, in a few words.")
    n: int = Field(description="Rows.")
    classes: list[str] = Field(description="What outcome 0 and 1 stand for.")
    threshold: float = Field(description="Probability from which it calls a row positive.")
    groups: list[str] = Field(description="Attributes that are compared.")


class ModelsAnswer(Closed):
    """The models that can be audited."""

    models: list[ModelAnswer] = Field(description="System by system.")
