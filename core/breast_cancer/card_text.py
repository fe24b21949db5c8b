"""The model card as Markdown: the same figures as the card's data, in words and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.trust import audit_section

Figures = Mapping[str, Any]

LIMITS = (
    "The table holds 569 cases from one hospital before 1995, with more cancers (37 %) than any "
    "screening population has; the intervals are wide, and predictive values must be read at the "
    "prevalence of the place of use.",
    "The thirty values come from one fine-needle image a case, outlined half by hand with software "
    "of that time; values measured in another way are other values.",
    "The outcome is histology of the mass that was aspirated. The models say nothing about cancer "
    "elsewhere, its stage, or what to do.",
    "The nested figures measure the procedure on all cases. The shipped models come from the same "
    "procedure on 512 of them; the 57 held-out cases check them, with wide intervals.",
    "Many published analyses use this table, so the choice of logistic regression is not blind to "
    "it, though every tuning and threshold here is.",
    "The kept sensitivity holds for cases drawn as these were; it does not survive another "
    "population or another way of measuring.",
)
NAMES = {
    "accuracy": "Accuracy at 0.5",
    "auc": "AUC",
    "sensitivity_at_95": "Sensitivity at 95 % specificity",
    "sensitivity_at_98": "Sensitivity at 98 % specificity",
    "sensitivity": "Sensitivity at 0.5",
    "specificity": "Specificity at 0.5",
    "brier": "Brier score",
    "slope": "Calibration slope",
    "intercept": "Calibration intercept",
}
SCALARS = {
    "ece": "ECE, 10 bins of equal width",
    "ece_null": "ECE of a perfect model, 95 % quantile",
    "ece_equal_mass": "ECE, 10 bins of equally many cases",
    "ece_equal_mass_null": "The same of a perfect model, 95 % quantile",
    "spiegelhalter_p": "Spiegelhalter p, mean",
}
OPERATING_NAMES = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "net_benefit": "Net benefit, cancers found a case",
}
CONFORMAL_NAMES = {
    "coverage": "Coverage, all",
    "coverage_malignant": "Coverage, malignant",
    "coverage_benign": "Coverage, benign",
    "singletons": "Single-label sets",
    "empty": "Empty sets",
    "accuracy_on_singletons": "Accuracy on single labels",
}
MODELS = {"logistic": "Logistic", "svm": "SVM (RBF)", "forest": "Random forest"}


def card_text(card: Figures) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    card : mapping
        As built by :func:`core.breast_cancer.evaluate.build_card`.
    """
    models = {name: card["nested"]["models"][name] for name in MODELS
              if name in card["nested"]["models"]}  # fmt: skip
    sections = (
        _head(card),
        _nested(card["nested"], models),
        _operating(card, models),
        _conformal(card["nested"], models),
        _guarantee(card["guarantee"]),
        _checks(card),
        _held_out(card["held_out"]),
        _original(card["original"]),
        audit_section(card["audit"]),
        ["## Limits", "", *(f"- {limit}" for limit in LIMITS)],
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _head(card: Figures) -> list[str]:
    data = card["data"]
    return [
        "# Breast cancer model card",
        "",
        f"{card['intended_use']} The models estimate whether a breast mass is malignant from "
        "thirty measurements of cell nuclei in a fine-needle aspirate.",
        "",
        f"Champion: logistic regression on all thirty standardised values. Data: {data['name']}, "
        f"{data['n']} cases ({data['malignant']} malignant), {data['licence']}, SHA-256 "
        f"`{data['sha256'][:12]}`; {data['trained_on']} train the shipped models, "
        f"{data['held_out']} are held out.",
        "",
        f"Every figure below is recomputed by `{card['command']}`. Brackets hold 95 % intervals, "
        "from a bootstrap of the cases unless said otherwise.",
    ]


def _nested(found: Figures, models: Figures) -> list[str]:
    n = next(iter(models.values()))["n"]
    rows = [
        (label, *(_interval(m["metrics"][key]) for m in models.values()))
        for key, label in NAMES.items()
    ]
    scalars = [
        (label, *(f"{m[key]:.3f}" for m in models.values())) for key, label in SCALARS.items()
    ]
    gaps = [
        f"Logistic minus {MODELS[name]}: "
        + ", ".join(
            f"{NAMES[key].lower() if key != 'auc' else 'AUC'} {_interval(gap[key])}" for key in gap
        )
        + "."
        for name, gap in found["champion_minus"].items()
    ]
    return [
        "## Internal validation",
        "",
        f"Nested {found['repeats']} x {found['folds']}-fold stratified cross-validation (n = {n}). "
        "Tuning, scaling, calibration and thresholds are made inside each outer training fold; "
        "all models share the folds; each metric is averaged over the repeats.",
        "",
        *_table(("Metric", *_titles(models)), rows + scalars),
        *(line for gap in gaps for line in ("", gap)),
    ]


def _operating(card: Figures, models: Figures) -> list[str]:
    rows = [
        (label, *(_interval(m["operating"][key]) for m in models.values()))
        for key, label in OPERATING_NAMES.items()
    ]
    point = card["operating"]
    return [
        "## Operating threshold",
        "",
        f"One missed cancer weighs as much as {point['exchange']:g} unneeded work-ups. Each outer "
        "training fold chooses the threshold with the largest net benefit; the figures are on the "
        "outer test folds.",
        "",
        *_table(("At the chosen threshold", *_titles(models)), rows),
        "",
        f"The shipped champion's threshold, chosen so on its training cases, is "
        f"{point['threshold']:g}.",
    ]


def _conformal(nested: Figures, models: Figures) -> list[str]:
    rows = [
        (label, *(_interval(m["conformal"][key]) for m in models.values()))
        for key, label in CONFORMAL_NAMES.items()
    ]
    return [
        "## Prediction sets",
        "",
        f"Class-conditional conformal sets at {100 * nested['conformal_level']:g} %, thresholds "
        "from the outer training fold.",
        "",
        *_table(("Figure", *_titles(models)), rows),
    ]


def _guarantee(found: Figures) -> list[str]:
    rule = found["shipped"]
    rows = [
        (
            label,
            _interval(found[key]["kept"]),
            f"{found[key]['sensitivity_mean']:.3f}",
            f"{found[key]['specificity_mean']:.3f}",
        )
        for key, label in (("learnt", "Learn then Test"), ("quantile", "Quantile"))
    ]
    return [
        "## A kept sensitivity",
        "",
        f"Learn then Test gives the highest threshold whose sensitivity is at least "
        f"{rule['target_sensitivity']:g} with confidence {rule['confidence']:g}: for the shipped "
        f"champion {rule['threshold']:g} ({rule['missed']} of {rule['n_malignant']} cancers "
        f"missed on its training cases out of fold, specificity {_interval(rule['specificity'])}, "
        "Wilson).",
        "",
        f"On {found['resplits']} random halvings, learnt on one half and measured on the other. "
        "Half the table holds 106 cancers, so few that the rule allows none of them to be missed; "
        "that costs specificity:",
        "",
        *_table(
            ("Rule", "Halvings that kept it (Wilson)", "Mean sensitivity", "Mean specificity"),
            rows,
        ),
    ]


def _checks(card: Figures) -> list[str]:
    permuted = card["permuted_labels"]
    return [
        "## Leakage check",
        "",
        f"The same nested procedure on {permuted['permutations']} shuffles of the diagnoses gives "
        f"AUC {permuted['auc_mean']:.3f} on average (standard deviation "
        f"{permuted['auc_sd']:.3f}); without leakage it is 0.5.",
    ]


def _held_out(found: Figures) -> list[str]:
    models = {name: found[name] for name in MODELS if name in found}
    first = next(iter(models.values()))
    rows = [
        ("Accuracy at 0.5 (exact)", *(_interval(m["accuracy"]) for m in models.values())),
        ("AUC (Newcombe)", *(_interval(m["auc"]) for m in models.values())),
        ("Brier score", *(_interval(m["brier"]) for m in models.values())),
    ] + [
        (
            f"{key.capitalize()} at {first['operating']['threshold']:g} (Wilson)",
            *(_interval(m["operating"][key]) for m in models.values()),
        )
        for key in ("sensitivity", "specificity")
    ]
    return [
        "## Held-out cases",
        "",
        f"The shipped models on the {first['n']} cases ({first['malignant']} malignant) that no "
        "training has seen. The sample is small: read the intervals.",
        "",
        *_table(("Metric", *_titles(models)), rows),
    ]


def _original(found: Figures) -> list[str]:
    labels = {
        "shown": "Cases shown by the predecessor's page",
        "unseen": "Those of them not trained on",
        "held_out": "The fit's own hold-out",
        "training": "Training cases",
    }
    rows = []
    for key, label in labels.items():
        part = found[key]
        cells = ("true_negatives", "false_positives", "false_negatives", "true_positives")
        rows.append(
            (
                label,
                str(part["n"]),
                str(part["seen"]),
                " ".join(str(part[cell]) for cell in cells),
                _interval(part["accuracy"]),
                f"{part['auc']:.4f}",
            )
        )
    luck, published = found["luck"], found["published"]
    return [
        "## The 98.2 % of the predecessor",
        "",
        "Its recipe fitted again: a soft vote of random forest, gradient boosting, logistic "
        "regression and SVM on 15 features selected on all cases. The page that gave "
        f"{published['correct']} of {published['n']} evaluated another split than the one the "
        "models were fitted on, so most cases shown were training cases.",
        "",
        *_table(
            ("Evaluated on", "n", "Trained on", "TN FP FN TP", "Accuracy (exact)", "AUC"), rows
        ),
        "",
        f"Over {luck['splits']} honest splits (features selected on the training part) the recipe "
        f"has mean accuracy {luck['accuracy_mean']:.3f} (sd {luck['accuracy_sd']:.3f}, 95 % of "
        f"the splits {luck['accuracy_low']:.3f} to {luck['accuracy_high']:.3f}) and mean AUC "
        f"{luck['auc_mean']:.3f} (sd {luck['auc_sd']:.3f}). {published['correct']} of "
        f"{published['n']} stands at percentile {luck['published_percentile']:.0f}; "
        f"{100 * luck['published_share_as_good']:.1f} % of the splits reach it. The fit's own "
        f"hold-out stands at percentile {luck['held_out_percentile']:.0f}.",
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _titles(models: Figures) -> list[str]:
    return [MODELS[name] for name in models]


def _interval(found: Figures, digits: int = 3) -> str:
    estimate, low, high = (f"{found[key]:.{digits}f}" for key in ("estimate", "low", "high"))
    return f"{estimate} [{low}, {high}]"
