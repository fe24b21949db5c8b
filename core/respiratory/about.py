"""The respiratory system in its own words: headline, evidence, provenance, and the model card."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from core.evidence import About, Evidence
from core.respiratory import runtime
from core.respiratory.evaluate.protocols import TRAINED_WITH
from core.respiratory.provenance import SOURCE_NAMES, SOURCES, TRUNKS
from core.respiratory.schema import NETWORK_NAMES, SINGLE, Label, Network
from core.stats.intervals import Interval

CARD, CARD_TEXT = "card.json", "card.md"
CHANCE = 0.5
WIDE_GAP = 0.05
"""Share of false alarms by which two sources of normal films may differ before it is said."""
ENOUGH = 20
"""Fewest films for a figure by source."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """The AUC of COVID-19 in-source and cross-source, by the same networks.

    Attributes
    ----------
    trained : str
        What the networks were trained with, in words.
    in_source : Interval
        Test films of the collections trained on.
    cross_source : Interval
        Patients of the Cohen collection, none of them trained on.
    """

    trained: str
    in_source: Interval
    cross_source: Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Headline:
    """The figures at the top of the page, which are only ever given together.

    Attributes
    ----------
    network : Network
        Which network.
    measure : str
        What the pairs measure.
    shipped : Pair
        The shipped networks: other patients of the Cohen collection were trained on.
    external : Pair or None
        The same networks trained without the Cohen collection; ``None`` where not measured.
    untreated : Pair or None
        As ``external``, with nothing done against shortcuts; ``None`` where not measured.
    accuracy : Interval
        In-source accuracy with three findings. Never show it without the pairs.
    """

    network: Network
    measure: str
    shipped: Pair
    external: Pair | None
    untreated: Pair | None
    accuracy: Interval

    @property
    def sentence(self) -> str:
        """Everything in two sentences, with intervals and sample sizes."""
        last = self.external or self.shipped
        return (
            f"On other patients of the collections it was trained on, accuracy is "
            f"{self.accuracy.text()} with three findings, and the AUC of {Label.COVID} is "
            f"{self.shipped.in_source.text()}. On films of other hospitals "
            f"({last.trained}) that AUC is {last.cross_source.text()}; 0.5 is chance."
        )


def card() -> Mapping[str, Any]:
    """Return the model card as plain data."""
    return _card()


@functools.cache
def _card() -> Mapping[str, Any]:
    found: Mapping[str, Any] = runtime.artifact().json(CARD)
    return found


def card_markdown(network: Network = Network.ENSEMBLE) -> str:
    """Return a card as text: that of the whole system, or of a single network."""
    name = CARD_TEXT if network is Network.ENSEMBLE else f"{network}.md"
    return runtime.artifact().path(name).read_text(encoding="utf-8")


def interval(found: Mapping[str, Any]) -> Interval:
    """Return a figure of the card with its interval; what the card leaves open becomes NaN."""
    known: dict[str, Any] = {
        key: float("nan") if value is None else value for key, value in found.items()
    }
    return Interval(**known)


def headline(network: Network = Network.ENSEMBLE) -> Headline:
    """Return in-source and cross-source figures side by side."""
    return headline_of(card(), network)


def headline_of(found: Mapping[str, Any], network: Network) -> Headline:
    """Return the headline of a card's data."""
    own = found["networks"][network]
    outside, plain = (
        found["protocols"][name]["in_full"]["networks"][network]
        if found["protocols"].get(name)
        else None
        for name in ("single", "single_plain")
    )
    return Headline(
        network=network,
        measure=f"AUC of {Label.COVID} against every other film",
        shipped=_pair(found["trained_with"], own),
        external=outside and _pair(TRAINED_WITH["single"], outside),
        untreated=plain and _pair("Nothing done against shortcuts", plain),
        accuracy=interval(own["in_source"]["three"]["accuracy"]["films"]),
    )


def evidence(network: Network = Network.ENSEMBLE) -> tuple[Evidence, ...]:
    """Return what speaks for and against relying on a reading, each with its figures."""
    return evidence_of(card(), network)


def evidence_of(found: Mapping[str, Any], network: Network) -> tuple[Evidence, ...]:
    """Return the evidence in a card's data; see :func:`evidence`."""
    return (
        _external(headline_of(found, network)),
        _calibration(found["networks"][network]["in_source"]["four"]["calibration"]),
        _sets(found["networks"][network]),
        _sources(found["networks"][network]["by_source"]),
        _adult_viral(found, network),
    )


def about() -> About:
    """Return models, data and libraries with versions and hashes."""
    artifact = runtime.artifact()
    manifest = artifact.manifest
    trunks = {one["Network"]: one for one in TRUNKS}
    return About(
        intended_use=manifest["intended_use"],
        trained=manifest["created"],
        models=tuple(
            {
                "Model": NETWORK_NAMES[network],
                "Role": f"One of three; pretrained: {trunks[network]['Weights']}, "
                f"{trunks[network]['Licence']}",
                "Version": f"{artifact.system}/{artifact.version}",
                "SHA-256": manifest["files"][runtime.intake(network).file],
            }
            for network in SINGLE
        ),
        data=tuple(_source(one) for one in SOURCES),
        libraries=tuple(
            {"Library": name, "Version at training": version}
            for name, version in manifest["libraries"].items()
            if version
        ),
    )


def _source(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "Data": one["Data"],
        "Rows": one["Films"],
        "Use": f"{one['Findings']}; {one['People']}",
        "Licence": one["Licence"],
        "Source": one["Source"],
        "SHA-256": "images are not shipped",
    }


def _pair(trained: str, found: Mapping[str, Any]) -> Pair:
    outside = found["cohen"]
    return Pair(
        trained,
        interval(found["in_source"]["four"]["covid_auc"]["films"]),
        interval(outside["four"]["covid_auc"]["films"]),
    )


def _external(found: Headline) -> Evidence:
    pair = found.external or found.shipped
    text = (
        f"{found.measure}: {pair.in_source.text()} in-source, {pair.cross_source.text()} in the "
        f"Cohen collection ({pair.trained}); 0.5 is chance."
    )
    if found.external is None:
        return Evidence("unknown", "Other hospitals: not measured from outside", text)
    if not pair.cross_source.low > CHANCE:
        return Evidence("attention", "Other hospitals: not better than chance", text)
    if pair.cross_source.high < pair.in_source.low:
        return Evidence("attention", "Other hospitals: much worse", text)
    return Evidence("ok", "Other hospitals: no loss shown", text)


def _calibration(found: Mapping[str, Any]) -> Evidence:
    text = (
        f"Expected calibration error {found['ece']:.3f}; perfectly calibrated, it would stay below "
        f"{found['null_95']:.3f} in 95 % of samples of n = {found['n']}. In-source test only."
    )
    if found["ece"] <= found["null_95"]:
        return Evidence("ok", "Calibrated where it was made", text)
    return Evidence("attention", "Calibration off", text)


def _sets(found: Mapping[str, Any]) -> Evidence:
    inside = found["in_source"]["sets"]
    level, coverage = inside["level"], interval(inside["coverage"]["films"])
    text = f"Asked for {100 * level:g} %, found {coverage.text()} in-source"
    outside = found["cohen"]
    if outside is None:
        return Evidence("unknown", "Sets: coverage elsewhere not measured", f"{text}.")
    elsewhere = interval(outside["sets"]["coverage"]["films"])
    text += f", {elsewhere.text()} among patients of the Cohen collection."
    if min(coverage.high, elsewhere.high) < level:
        return Evidence("attention", "Sets: coverage below what they say", text)
    return Evidence("ok", "Sets hold the true finding as often as they say", text)


def _sources(rows: list[Mapping[str, Any]]) -> Evidence:
    normal = [
        row for row in rows if row["finding"] == Label.NORMAL and row["recall"]["n"] >= ENOUGH
    ]
    if len(normal) < 2:
        return Evidence("unknown", "Sources of normal films: not enough data",
                        f"Fewer than two sources with {ENOUGH} normal test films.")  # fmt: skip
    recalls = [(interval(row["recall"]), row["source"]) for row in normal]
    text = "Normal films called normal: " + "; ".join(
        f"{SOURCE_NAMES.get(source, source)} {found.text()}" for found, source in recalls
    )
    worst = min(recalls, key=lambda one: one[0].estimate)[0]
    best = max(recalls, key=lambda one: one[0].estimate)[0]
    if worst.high < best.low or best.estimate - worst.estimate > WIDE_GAP:
        return Evidence("attention", "Normal films: it depends on the source", f"{text}.")
    return Evidence("ok", "Normal films: alike across sources", f"{text}.")


def _adult_viral(found: Mapping[str, Any], network: Network) -> Evidence:
    title = "Viral pneumonia: learnt from children only"
    single = found["protocols"].get("single")
    own = single["in_full"]["networks"][network] if single else found["networks"][network]
    if not own["cohen"]:
        return Evidence("unknown", title, "No film of an adult was measured.")
    recall = interval(own["cohen"]["four"]["recall"][Label.VIRAL])
    text = f"Adult films with viral pneumonia called so: {recall.text()} (Cohen collection)."
    return Evidence("attention", title, text)
