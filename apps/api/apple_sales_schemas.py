"""What the routes of Apple sales take and return."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AfterValidator, ConfigDict, Field, create_model

from apps.api.results import Answer, Closed, answer_model, plain_model, result_model
from core.apple_sales import EXAMPLE_QUESTIONS, GOALS, TILT_RANGE
from core.apple_sales import Answer as Reply
from core.apple_sales.analysis.elasticities import Elasticity, Floats
from core.apple_sales.asking.answers import MOST_CHARACTERS
from core.apple_sales.forecasting.anomalies import Anomalies
from core.apple_sales.forecasting.forecast_result import Ahead, Forecast, Past, Record
from core.apple_sales.learning.inspect import ColumnFacts, GroupFacts
from core.apple_sales.planning.default import AVERSION, SUPPLY, Goal
from core.apple_sales.planning.plan_result import Certificate, Plan
from core.apple_sales.planning.priors import Prior
from core.apple_sales.reported.facts import Facts
from core.apple_sales.stress.assumptions import Regret, Spread, Swing, Tornado
from core.apple_sales.stress.frontier import Frontier, ValueCurve
from core.stats.conformal_series import Band
from core.stats.forecasting import Score
from core.stats.intervals import Interval

MAX_SEED = 999_999
QUESTION = EXAMPLE_QUESTIONS[0]


class CurveBody(Closed):
    """What an amount in a cell brings in."""

    family: Literal["linear", "power", "log", "saturating", "s-curve", "isoelastic"] = Field(
        description="Formula; isoelastic is the power curve through the present revenue."
    )
    scale: float | None = Field(None, ge=0, description="Factor; every family but isoelastic.")
    shift: float | None = Field(None, ge=0, description="Shift of the amount; not of linear.")
    exponent: float | None = Field(None, description="Exponent of power and s-curve.")
    elasticity: float | None = Field(
        None, lt=-1, description="Price elasticity of demand: of isoelastic, or beside power."
    )
    revenue: float | None = Field(
        None, ge=0, description="Revenue at the present amount, of isoelastic."
    )


class CellBody(Closed):
    """A product in a region."""

    name: str = Field("", description="Unique name; by default the product and the region.")
    product: str = Field("", description="Product, which constraints may select by.")
    region: str = Field("", description="Region, which constraints may select by.")
    now: float = Field(ge=0, description="Present amount.")
    low: float | None = Field(None, ge=0, description="Least amount; by default 0.")
    high: float | None = Field(None, ge=0, description="Largest amount; null means no limit.")
    response: CurveBody = Field(description="What the amount brings in.")
    weight: float | None = Field(None, ge=0, description="Worth of one unit of response; 1.")
    cost: float | None = Field(None, ge=0, description="Cost of one unit of the amount; 0.")
    own_risk: float | None = Field(
        None, ge=0, description="Standard deviation of its own shock, for one unit; 0."
    )
    exposure: dict[str, float] = Field({}, description="Exposure of one unit to each common shock.")


class ConstraintBody(Closed):
    """A limit on the amounts of some cells; without a selection, of all."""

    name: str = Field(description="Unique name; prices and conflicts are reported by it.")
    kind: Literal["amount", "share"] = Field(
        "amount", description="Whether the limits are amounts, or parts of the sum of all."
    )
    product: str | None = Field(None, description="Its cells: those of a product.")
    region: str | None = Field(None, description="Its cells: those of a region.")
    cells: list[str] | None = Field(None, description="Its cells: by name.")
    coefficients: dict[str, float] | None = Field(None, description="Coefficient of each cell.")
    low: float | None = Field(None, description="Least; at least one limit is needed.")
    high: float | None = Field(None, description="Most.")


class ProblemBody(Closed):
    """A planning problem; docs/apple_sales_api.md describes the form."""

    title: str = Field("Plan", description="What is planned, in a few words.")
    money: str = Field("money", description="Unit of money, such as $ billion.")
    amount: str = Field("units", description="Unit of the amounts.")
    cells: list[CellBody] = Field(description="What is decided: 1 to 10,000 cells.")
    constraints: list[ConstraintBody] = Field([], description="Limits across cells.")
    aversion: float | None = Field(None, ge=0, description="Price of variance; 0.")
    notes: list[str] = Field([], description="What is assumed.")


EXAMPLE: dict[str, Any] = {
    "title": "Two products, one line",
    "money": "$ million",
    "amount": "thousand units",
    "cells": [
        {
            "product": "Phone", "region": "North", "now": 120, "low": 80, "high": 160, "cost": 0.5,
            "own_risk": 0.1,
            "response": {"family": "isoelastic", "elasticity": -2.5, "revenue": 96},
        },
        {
            "product": "Tablet", "region": "North", "now": 45, "high": 90, "cost": 0.3,
            "own_risk": 0.2,
            "response": {"family": "isoelastic", "elasticity": -2.0, "revenue": 21.6},
        },
    ],
    "constraints": [{"name": "Line", "high": 170}],
}  # fmt: skip


def problem_body() -> dict[str, Any]:
    """Return the description of a request that is a problem."""
    # The schema is among the components, because GET /problem answers with it.
    schema = {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}
    content = {"application/json": {"schema": schema, "example": EXAMPLE}}
    return {"requestBody": {"required": True, "content": content}}


def _whole(text: str) -> str:
    """Return a text that can be written as UTF-8: JSON may hold one half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        message = "holds half a character"
        raise ValueError(message) from None
    return text


class QuestionBody(Closed):
    """A question in words."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"question": QUESTION}}
    )

    question: Annotated[str, AfterValidator(_whole)] = Field(
        description=f"In English, at most {MOST_CHARACTERS} characters."
    )


Checks = Annotated[
    bool,
    Query(description="Whether to solve again in other units and with limits moved."),
]
Points = Annotated[int, Query(ge=2, le=100, description="Number of plans.")]
Draws = Annotated[int, Query(ge=10, le=5_000, description="Draws of the elasticities.")]
Seed = Annotated[int, Query(ge=0, le=MAX_SEED, description="Seed of everything drawn at random.")]
Target = Annotated[
    str | None, Query(description="Column to predict, in a table that follows neither schema.")
]
DropBad = Annotated[bool, Query(description="Whether rows with unusable cells are left out.")]
Year = Annotated[int, Query(description="Fiscal year.")]
Series = Annotated[str, Query(description="Total, a category such as iPhone, or a segment.")]
Horizon = Annotated[int, Query(ge=1, le=4, description="Quarters ahead.")]
Level = Annotated[
    float, Query(ge=0.5, le=0.99, allow_inf_nan=False, description="Coverage of the bands.")
]
Model = Annotated[str, Query(description="Model by name; best takes the one that did best so far.")]
Rate = Annotated[
    float,
    Query(ge=0.01, le=0.5, allow_inf_nan=False, description="False alarms for each quarter."),
]
Tilt = Annotated[
    float,
    Query(
        ge=TILT_RANGE[0],
        le=TILT_RANGE[1],
        allow_inf_nan=False,
        description="Tilt of iPhone towards Greater China; 1 is none.",
    ),
]


def default_choice(
    goal: Annotated[Goal, Query(description="What is maximised.")] = GOALS[0],
    tilt: Tilt = 1.0,
    supply: Annotated[
        float,
        Query(
            gt=0, le=100, allow_inf_nan=False, description="Most hardware, times today's volume."
        ),
    ] = SUPPLY,
    aversion: Annotated[
        float, Query(ge=0, le=1e6, allow_inf_nan=False, description="Price of variance.")
    ] = AVERSION,
) -> dict[str, Any]:
    """Return the assumptions of the default problem that a request states."""
    return dict(locals())


# Another system has a schema of this name.
PlanAnswer = answer_model(Plan, {Certificate: result_model(Certificate, name="PlanCertificate")})
FrontierAnswer = answer_model(Frontier)
ValueCurveAnswer = answer_model(ValueCurve)
TornadoModel: Any = result_model(Tornado, {Swing: result_model(Swing, regret=float)})
RegretModel: Any = result_model(Regret, worst=list[float])
SpreadModel: Any = plain_model(Spread)
FactsAnswer = answer_model(Facts)
QuestionAnswer = answer_model(Reply, name="QuestionAnswer")


class RobustModel(Closed):
    """The plan with the best mean over drawn elasticities."""

    x: dict[str, float] = Field(description="Its amounts.")
    gap: float = Field(description="Relative Frank-Wolfe gap of the mean objective.")
    spreads: list[SpreadModel] = Field(description="Outcomes of it, the declared plan and today.")
    draws: int = Field(description="How many draws.")
    seed: int = Field(description="From which seed.")
    ranges: dict[str, tuple[float, float]] = Field(description="Range of each elasticity.")
    money: str = Field(description="Unit of money.")


class StressAnswer(Answer):
    """What the plan is worth when its elasticities are wrong."""

    robust: RobustModel = Field(description="The plan that is best on average.")
    regret: RegretModel = Field(description="Each plan valued under every assumption.")
    tornado: TornadoModel = Field(description="Each elasticity moved to either end.")


class LearnedModel(Closed):
    """One learner, cross-validated."""

    name: str = Field(description="Its name.")
    cv_r2: float | None = Field(description="Share of the variance predicted on held-out rows.")
    cv_r2_ci: list[float | None] | None = Field(description="Its 95 % limits.")


ColumnModel: Any = result_model(
    ColumnFacts,
    nullable=("uniform_p", "correlation", "correlation_p", "correlation_p_holm"),
)
GroupModel: Any = result_model(GroupFacts, nullable=("p",))


class InspectionAnswer(Answer):
    """What a file can teach."""

    gate: Literal["open", "closed"] = Field(description="Whether a model may be optimised.")
    reason: str = Field(description="Why, with the figures.")
    cv_r2: float | None = Field(description="Best cross-validated R2.")
    cv_r2_ci: list[float | None] = Field(description="Its 95 % limits.")
    permutation_p: float | None = Field(description="p value of: shuffled targets do as well.")
    permutations: int = Field(description="Shufflings behind it.")
    best_model: str = Field(description="The learner with the best R2.")
    n: int = Field(description="Rows judged.")
    rows: int = Field(description="Rows of the file that can be used.")
    target: str = Field(description="The column to predict.")
    features: list[str] = Field(description="Columns learned from.")
    columns: list[ColumnModel] = Field(description="Columns of numbers, one by one.")
    groups: list[GroupModel] = Field(description="Columns of words, one by one.")
    models: list[LearnedModel] = Field(description="All learners, and the mean alone.")
    silhouettes: dict[str, Any] | None = Field(description="Whether rows form groups.")
    notes: list[str] = Field(description="What the figures rest on.")


class FigureModel(Closed):
    """One reported figure."""

    fiscal_year: int = Field(description="Fiscal year.")
    quarter: int = Field(description="Quarter; 0 is the whole year.")
    basis: str = Field(description="As first reported, or restated.")
    measure: str = Field(description="What is measured.")
    name: str = Field(description="Category, segment or kind.")
    value: float = Field(description="The figure.")
    unit: str = Field(description="Its unit.")
    mark: str = Field(description="How good the source is.")
    source: str = Field(description="Where it was read.")


class FiguresAnswer(Answer):
    """Every reported figure with its source."""

    figures: list[FigureModel] = Field(description="One a row of the data files.")
    marks: dict[str, str] = Field(description="What the marks mean.")
    sha256: dict[str, str] = Field(description="Hash of each data file.")


_BAND = result_model(Band, nullable=("low", "high", "promised"), reason=str)
_PERIOD: Any = (str, Field(description="The period."))
_HORIZON: Any = (int, Field(description="Periods ahead."))

AheadModel = create_model(
    "AheadModel",
    __base__=_BAND,
    __doc__="One period ahead, with its band.",
    period=_PERIOD,
    horizon=_HORIZON,
)
PastModel = create_model(
    "PastModel",
    __base__=AheadModel,
    __doc__="One past forecast, made from its own past alone.",
    model=(str, Field(description="Model used at that origin.")),
    actual=(float, Field(description="What was reported.")),
    inside=(bool | None, Field(description="Whether it lay in the band; null without one.")),
)
RecordModel = create_model(
    "RecordModel",
    __base__=plain_model(Interval),
    __doc__="How often past bands held.",
    horizon=_HORIZON,
)
ScoreModel = result_model(
    Score,
    {Interval: plain_model(Interval)},
    nullable=("mase", "rmse", "naive_mase"),
    name="ForecastScore",
)
ForecastAnswer = answer_model(
    Forecast, {Ahead: AheadModel, Past: PastModel, Record: RecordModel, Score: ScoreModel}
)
AnomaliesAnswer = answer_model(Anomalies)
_PARTS: Any = {Floats: list[float], **{cls: plain_model(cls) for cls in (Prior, Interval)}}
ElasticityModel: Any = result_model(
    Elasticity,
    _PARTS,
    wrong_sign=bool,
    usable=bool,
)


class ElasticitiesAnswer(Answer):
    """The regressions of units on price."""

    elasticities: list[ElasticityModel] = Field(description="One a product with known units.")
