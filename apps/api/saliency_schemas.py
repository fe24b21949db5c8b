"""What the saliency routes take and return, read off the core's own results."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, create_model

from apps.api.results import Answer, Closed, answer_model, answer_with, plain_model, result_model
from apps.api.upload import CSV, TABLE
from core.saliency import (
    Argument,
    Audit,
    BorderStudy,
    Detection,
    Finding,
    Leaderboard,
    Method,
    Metric,
    OriginalStudy,
    Outcome,
    Pair,
    Paradox,
    Shares,
    Step,
    Validity,
    Value,
)
from core.saliency.benchmark.leaderboard import Entry
from core.saliency.ground_truth.regimes import Kind, Regime, Taught

ValueAnswer: Any = result_model(Value, nullable=("value",))
FindingAnswer: Any = result_model(Finding, nullable=("value", "chance", "p"))


class CurveAnswer(Closed):
    """A score over the share of an image that was replaced or restored."""

    fractions: list[float] = Field(description="Share of the pixels, from 0 to 1.")
    values: list[float] = Field(description="Score, the mean over the tie-breaks.")
    repeats: list[list[float]] = Field(description="Score for each way to break ties.")
    ties: float = Field(description="Share of the blocks whose value another block has too.")
    forwards: int = Field(description="Images that the network was asked about.")
    blank: str = Field(description="Why the order says nothing of a map; empty if it does.")


class MapAnswer(Closed):
    """A map on the grid where its method computes."""

    method: str = Field(description="Key of the method.")
    network: str = Field(description="Key of the network.")
    target: int = Field(description="Index of the class explained.")
    native: list[list[float]] = Field(description="The map, row by row from the top.")
    signed: bool = Field(description="Whether negative values mean evidence against the class.")
    forwards: int = Field(description="Evaluations of the network it took.")
    blank: str = Field(description="Why the map holds nothing to look at; empty if it does.")
    notes: list[str] = Field(description="What was decided while making it.")


class VerdictAnswer(Closed):
    """What is said of a map."""

    outcome: Outcome = Field(description="Whether the map may be shown as a reason.")
    sentence: str = Field(description="What the three findings say together.")
    visual: FindingAnswer = Field(description="Where the map lies.")
    agreement: FindingAnswer = Field(description="Whether other methods show the same.")
    faithfulness: FindingAnswer = Field(description="Whether the network needs what it shows.")


class RandomAnswer(Closed):
    """Where the curves of smooth random maps lie."""

    fractions: list[float] = Field(description="Share of the pixels.")
    low: list[float] = Field(description="5th percentile of the score there.")
    median: list[float] = Field(description="50th percentile.")
    high: list[float] = Field(description="95th percentile.")
    n: int = Field(description="Random maps.")


class CurvesAnswer(Closed):
    """How the probability of the class falls and rises in the order of the map."""

    deletion: CurveAnswer = Field(description="The most important blocks removed first.")
    keeping: CurveAnswer = Field(description="The least important blocks removed first.")
    insertion: CurveAnswer = Field(description="The most important blocks restored first.")
    random: RandomAnswer = Field(description="Deletion in the order of random maps.")
    fill: str = Field(description="What takes the place of removed pixels.")
    prior_dominated: bool = Field(description="Whether the fill alone gives the class.")


SharesAnswer: Any = result_model(Shares, shares=list[float | None])


class TruthAnswer(Closed):
    """What is known of a phantom."""

    shares: SharesAnswer = Field(description="What lesion and shortcut do to the answer.")
    plausibility: ValueAnswer = Field(description="AUROC of the map for the lesion.")
    causal: ValueAnswer = Field(description="AUROC of the map for the causes.")
    told: ValueAnswer = Field(description="The lesion's part of the map's excess mass.")


ValidityAnswer: Any = result_model(Validity)


class MapExplanationAnswer(Answer):
    """A map, what it was tested against, and whether it may be shown as a reason."""

    image: str = Field(description="Name of the picture.")
    kind: Literal["film", "phantom", "picture"] = Field(description="What it is.")
    network: str = Field(description="Key of the network.")
    warnings: list[str] = Field(description="What speaks against relying on it.")
    probabilities: dict[str, float] = Field(description="By class; not calibrated.")
    label: str = Field(description="The class explained.")
    map: MapAnswer = Field(description="The map.")
    metrics: dict[str, ValueAnswer] = Field(description="Figures; /metrics says what each means.")
    verdict: VerdictAnswer = Field(description="The three answers.")
    curves: CurvesAnswer | None = Field(None, description="Absent where the map was not tested.")
    truth: TruthAnswer | None = Field(None, description="Of a phantom only.")
    validity: list[ValidityAnswer] = Field(
        description="Record of the figures above in putting the causes of an answer before chance."
    )


MethodAnswer: Any = create_model(
    "MethodAnswer",
    __base__=plain_model(Method),
    __doc__="One way to make a map.",
    refused=(str, Field(description="Why the network asked about refuses it; else empty.")),
)
MetricAnswer: Any = result_model(Metric, nullable=("low", "high"))
MethodsAnswer = answer_with(
    "MethodsAnswer", "The methods.", methods=(list[MethodAnswer], "In the order of the page.")
)
MetricsAnswer = answer_with(
    "MetricsAnswer",
    "The figures about maps, and what each has shown itself to be worth.",
    metrics=(list[MetricAnswer], "Formula, range, which way is better."),
    validity=(list[ValidityAnswer], "By figure, fill and network: the record with its badge."),
)


class SaliencyNetworkAnswer(Closed):
    """A network whose answers can be explained."""

    key: str = Field(description="Its name in addresses.")
    title: str = Field(description="Its name for people.")
    reads: Literal["films", "phantoms"] = Field(description="What it looks at.")
    labels: list[str] = Field(description="Its classes.")
    layers: list[str] = Field(description="Keys of the layers that maps can be read at.")


SaliencyNetworksAnswer = answer_with(
    "SaliencyNetworksAnswer",
    "The networks.",
    networks=(list[SaliencyNetworkAnswer], "Those of the chest X-ray system first."),
)
# Other systems have enumerations of these names.
_TEXT: Any = {Kind: str, Taught: str}
RegimeAnswer: Any = result_model(Regime, _TEXT)
BorderModel: Any = plain_model(BorderStudy)
AuditModel: Any = result_model(Audit, name="OriginalAudit")
DetectionModel: Any = result_model(Detection, name="MapDetection")
PhantomsAnswer = answer_with(
    "PhantomsAnswer",
    "What phantoms can be drawn, and the networks that were trained on them.",
    regimes=(list[RegimeAnswer], "Laws by which phantoms are drawn."),
    labels=(list[str], "What lungs can show."),
    networks=(dict[str, dict[str, Any]], "By key: regime, seed, and figures on held-out phantoms."),
)
LeaderboardAnswer = answer_model(
    Leaderboard,
    {
        Entry: result_model(Entry, nullable=("rank",)),
        Metric: MetricAnswer,
        Pair: result_model(
            Pair,
            nullable=("effect", "p", "p_holm", "p_bonferroni", "p_equal"),
            name="MethodPair",
        ),
    },
    name="LeaderboardAnswer",
)
ParadoxAnswer = answer_model(Paradox)
ArgumentModel: Any = result_model(
    Argument, {Step: result_model(Step, name="ArgumentStep")}, holds=bool
)
ArgumentsAnswer = answer_with(
    "ArgumentsAnswer",
    "The five steps from a map that looks right to a network that reads the marker.",
    arguments=(list[ArgumentModel], "One for each network and method it was worked out for."),
)
DetectorAnswer = answer_with(
    "DetectorAnswer",
    "What maps give away of shortcuts.",
    local=(DetectionModel | str, "Of marks, or why not known."),
    **{"global": (DetectionModel | str, "Of whole-film shortcuts.")},
)
BorderAnswer = answer_with(
    "BorderAnswer",
    "How much of the real networks' answers is the border of the film.",
    networks=(list[BorderModel], "One for each network."),
)
OriginalStudyAnswer = answer_with(
    "OriginalStudyAnswer",
    "The published protocol, repeated on the networks of the suite, and audited.",
    study=(plain_model(OriginalStudy), "What was measured."),
    audit=(list[AuditModel], "What its figures do not show."),
)

MAPS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": MapExplanationAnswer,
        "description": "The map with everything it was tested against, or the map as a file.",
        "content": {"image/png": TABLE, "application/octet-stream": TABLE, CSV: TABLE},
    }
}
