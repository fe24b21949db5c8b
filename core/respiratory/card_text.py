"""The model cards as Markdown: the same figures as the card's data, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.respiratory.card_lines import (
    SIDES,
    interval,
    joined,
    number,
    performance_lines,
    spread,
    table,
)
from core.respiratory.claim import REFERENCE, claim
from core.respiratory.provenance import LICENCES_READ
from core.respiratory.schema import LABELS, NETWORK_NAMES, Network
from core.trust import audit_section
from core.viz.text import p_value

Figures = Mapping[str, Any]


def card_text(card: Figures) -> str:
    """Return the card of all networks as Markdown.

    Parameters
    ----------
    card : mapping
        As built by :func:`core.respiratory.evaluate.card.build_card`.
    """
    return joined(
        _head(card),
        _goals(card),
        _side_by_side(card),
        _data(card),
        performance_lines(card["networks"], tuple(card["networks"])),
        _sources(card, Network.ENSEMBLE),
        _seeds(card),
        _sets(card, tuple(card["networks"])),
        _members(card),
        _study(card),
        _operating(card),
        audit_section(card["audit"]),
        _attribution(card),
        ["## Limits", "", *(f"- {limit}" for limit in card["limits"])],
        _claim(),
    )


def network_card_text(card: Figures, network: Network) -> str:
    """Return the card of one network as Markdown."""
    title = f"# {NETWORK_NAMES[network]}: chest X-ray classifier"
    trunk = next(one for one in card["trunks"] if one["Network"] == network)
    return joined(
        [title, "", card["intended_use"], "", f"Weights: {trunk['Weights']} ({trunk['Licence']}). "
         f"{trunk['Source']}. Figures by `{card['command']}`; the card of the system is card.md."],
        _side_by_side(card, network),
        performance_lines(card["networks"], (network,)),
        _confusion(card, network),
        _sources(card, network),
        _sets(card, (network,)),
        ["## Limits", "", *(f"- {limit}" for limit in card["limits"])],
    )  # fmt: skip


def _head(card: Figures) -> list[str]:
    return [
        "# Chest X-ray classifier: three neural networks and their mean",
        "",
        card["intended_use"],
        "",
        f"A film is called one of {', '.join(LABELS)}, with a set of findings that cannot be "
        "excluded, or the reading abstains.",
        "",
        f"Every figure is recomputed by `{card['command']}`. Brackets hold 95 % intervals. Over "
        "films they are Wilson's for proportions and DeLong's for areas; over patients they come "
        "from a bootstrap of patients. In-source means other patients of the same collections; it "
        "never stands here without the cross-source figure.",
    ]


def _goals(card: Figures) -> list[str]:
    rows = [
        (
            goal["text"] + (f" ({goal['note'].rstrip('.')})" if goal["note"] else ""),
            f"{'<=' if goal['at_most'] else '>='} {goal['limit']:g}",
            _goal_figure(goal),
            number(goal["seeds"]),
            goal["verdict"] + (", shown" if goal["verdict"] == "reached" and goal["shown"] else ""),
        )
        for goal in card["goals"]
    ]
    return [
        "## Goals",
        "",
        "Reached: the figure is at least as good as the limit, and so is its mean over seeds. "
        "Shown: the end of the interval is too.",
        "",
        *table(("Goal", "Limit", "Shipped", "Mean over seeds", "Verdict"), rows),
    ]


def _goal_figure(goal: Figures) -> str:
    if goal["estimate"] is None:
        return "not measured"
    if not goal["n"]:
        return f"{goal['estimate']:.1f}"
    if goal["low"] is None:
        return f"{goal['estimate']:.3f}, n = {goal['n']}"
    return interval(goal)


def _side_by_side(card: Figures, network: Network = Network.ENSEMBLE) -> list[str]:
    found = card["networks"][network]
    rows = [(f"As shipped: {card['trained_with']}", *_aucs(found))]
    rows += [
        (one["what"], *_aucs(one["in_full"]["networks"][network]))
        for one in card["protocols"].values()
        if "in_full" in one
    ]
    return [
        "## In-source and cross-source, side by side",
        "",
        f"AUC of COVID-19 against every other film, {NETWORK_NAMES[network]}; 0.5 is chance.",
        "",
        *table(("Trained with", "In-source test", "Cohen collection, patients not seen"), rows),
    ]


def _aucs(found: Figures) -> tuple[str, str]:
    outside = found["cohen"]
    return (
        interval(found["in_source"]["four"]["covid_auc"]["films"]),
        interval(outside["four"]["covid_auc"]["films"]) if outside else "no film",
    )


def _data(card: Figures) -> list[str]:
    rows = [
        (one["Data"], one["Findings"], one["People"], one["Licence"], one["Source"])
        for one in card["sources"]
    ]
    parts = [
        (split, str(part["films"]), str(part["patients"]))
        for split, part in card["data"]["splits"].items()
    ]
    return [
        "## Data",
        "",
        *table(("Collection", "Findings", "People", "Licence", "Reference"), rows),
        "",
        "Films behind the figures of this card (predictions.csv, SHA-256 "
        f"`{card['data']['predictions_sha256'][:12]}`); for BIMCV, patients are blocks:",
        "",
        *table(("Part", "Films", "Patients"), parts),
    ]


def _confusion(card: Figures, network: Network) -> list[str]:
    counts = card["networks"][network]["in_source"]["four"]["confusion"]
    rows = [(label, *map(str, row)) for label, row in zip(LABELS, counts, strict=True)]
    return ["## Confusion, in-source test", "", *table(("Film of / called", *LABELS), rows)]


def _sources(card: Figures, network: Network) -> list[str]:
    lines = [
        f"## By source: {NETWORK_NAMES[network]}",
        "",
        "Test films. For a finding other than COVID-19 the last two columns are false alarms.",
        "",
        *_source_table(card["networks"][network]["by_source"]),
    ]
    single = card["protocols"].get("single")
    if single:
        outside = single["in_full"]["networks"][network]["cohen"]["by_source"]
        lines += ["", single["what"], "", *_source_table(outside)]
    return lines


def _source_table(found: Sequence[Figures]) -> list[str]:
    rows = [
        (
            one["source"],
            one["finding"],
            str(one["patients"]),
            *(interval(one[key]) for key in ("recall", "called_covid", "alerted")),
        )
        for one in found
    ]
    heads = ("Source", "Finding", "Patients", "Called right", "Called COVID-19", "COVID-19 alert")
    return table(heads, rows)


def _seeds(card: Figures) -> list[str]:
    names = {
        "accuracy_three": "Accuracy, three findings",
        "accuracy_four": "Accuracy, four findings",
        "covid_recall": "Alert: recall, three findings",
        "covid_specificity": "Alert: specificity, three findings",
        "covid_auc": "AUC of COVID-19, in-source",
        "ece": "Calibration error, four findings",
        "cohen_auc": "AUC of COVID-19, Cohen collection",
    }
    multi = card["protocols"].get("multi")
    if not multi:
        return ["## Over seeds", "", "Not measured: the folder holds no other seeds."]
    found = multi["networks"]
    measured = found[Network.ENSEMBLE]["over_seeds"]
    rows = [
        (title, *(spread(one["over_seeds"][key]) for one in found.values()))
        for key, title in names.items()
        if key in measured
    ]
    heads = ("Figure", *(NETWORK_NAMES[Network(one)] for one in found))
    return [
        "## Over seeds",
        "",
        f"Mean, lowest and highest of {len(multi['seeds'])} seeds, trained as those shipped. The "
        "seed with the smallest log loss on validation films is shipped, network by network. "
        f"Temperatures and thresholds: {multi['operating']}.",
        "",
        *table(heads, rows),
    ]


def _sets(card: Figures, names: Sequence[str]) -> list[str]:
    lines = ["## Prediction sets"]
    for side, title in SIDES.items():
        found = {name: card["networks"][name][side] for name in names}
        many = {name: one["sets"] for name, one in found.items() if one}
        if not many:
            continue
        rows = [("Coverage", *(interval(one["coverage"]["films"]) for one in many.values()))]
        rows += [
            (f"Coverage, {label}",
             *(interval(one["by_finding"][label]["coverage"]) for one in many.values()))
            for label in LABELS
        ]  # fmt: skip
        rows += [
            (name, *(interval(one[key]) for one in many.values()))
            for key, name in (
                ("single", "Single findings"),
                ("empty", "Empty sets"),
                ("accuracy_of_single", "Right among single findings"),
            )
        ]
        heads = ("Figure", *(NETWORK_NAMES[Network(name)] for name in many))
        lines += ["", f"### {title}", "", *table(heads, rows)]
    return lines


def _members(card: Figures) -> list[str]:
    rows = [
        (
            NETWORK_NAMES[Network(name)],
            interval(one["accuracy"]),
            f"{one['only_first_right']} / {one['only_second_right']}",
            p_value(one["mcnemar_p"]),
            interval(one["log_loss"]),
        )
        for name, one in card["ensemble_minus"].items()
    ]
    heads = ("Ensemble minus", "Accuracy", "Right alone: ensemble / member", "McNemar p",
             "Log loss")  # fmt: skip
    return ["## Ensemble and members", "", "In-source test, four findings, the same films.", "",
            *table(heads, rows)]  # fmt: skip


def _study(card: Figures) -> list[str]:
    study = card["study"]
    if not study:
        text = "Not in this folder: how much of the figures is a shortcut is not measured here."
        return ["## Shortcuts", "", text]
    probes = [
        (one["title"], one["measure"], interval(one["probe"]),
         interval(one["whole"]) if one["whole"] else "none", f"{one['chance']:.3f}")
        for one in study["probes"]
    ]  # fmt: skip
    variants = [
        (one["name"], interval(one["mean"]), interval(one["advantage"]),
         *(interval(fold["auc"]) for fold in one["folds"]))
        for one in study["variants"]
    ]  # fmt: skip
    folds = [f"{fold['name']}: {fold['question']}" for fold in study["folds"]]
    return [
        "## Shortcuts",
        "",
        "What can be told without the lungs:",
        "",
        *table(("Probe", "Measure", "Probe reaches", "Whole image reaches", "Guessing"), probes),
        "",
        "Mitigations, each judged on sources its training never saw "
        f"({study['encoder']}). Shipped: {study['chosen']}. {' '.join(folds)}",
        "",
        *table(
            ("Mitigation", "Mean AUC", "Against plain films",
             *(fold["name"] for fold in study["folds"])),
            variants,
        ),
    ]  # fmt: skip


def _operating(card: Figures) -> list[str]:
    rows = [
        (
            NETWORK_NAMES[Network(name)],
            f"{one['temperature']:.3f}",
            f"{one['threshold']:.4f}",
            one["score"],
            *(f"{number(one['quantiles'][label])} ({one['counts'][label]})" for label in LABELS),
        )
        for name, one in card["operating"].items()
    ]
    heads = ("Network", "Temperature", "Alert from", "Score", *(f"{one} (films)" for one in LABELS))
    words = [line for text in card["methods"].values() for line in ("", text)]
    return ["## Operating points", *words, "", *table(heads, rows)]


def _attribution(card: Figures) -> list[str]:
    rows = [tuple(one.values()) for one in card["trunks"]]
    heads = tuple(card["trunks"][0])
    return ["## Pretrained weights", "", *table(heads, rows), "", LICENCES_READ]


def _claim() -> list[str]:
    rows = [(one.number, one.topic, one.text, one.status, one.answer) for one in claim()]
    return [
        "## CLAIM checklist",
        "",
        f"{REFERENCE}. Items in short words of our own.",
        "",
        *table(("Item", "Topic", "Asks", "Status", "Where, or why not"), rows),
    ]
