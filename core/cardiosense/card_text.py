"""The model card as Markdown: the same figures as the card's data, in words and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.trust import audit_section

Figures = Mapping[str, Any]

LIMITS = (
    "Cleveland has 303 patients from one hospital in the 1980s, referred for angiography; the "
    "intervals are wide.",
    "The logistic champion is told how severe the disease was (0 to 4), the trees only whether "
    "there was any; the comparison with the plain logistic model is the one on equal terms.",
    "The outcome is narrowing of at least 50 % at angiography now, not a future event.",
    "ca, thal and slope come from the same work-up as the outcome; where they are missing the "
    "10-feature model answers, with lower accuracy.",
    "The model family, the encoding and the weight of severity were chosen while looking at "
    "cross-validated results of these patients; the nested figures are slightly optimistic for it. "
    "The plain logistic model is listed for comparison.",
    "Risks do not transfer in level: see the intercepts at the external sites. Update the "
    "intercept on local patients before use elsewhere. At Switzerland 8 of 123 patients are "
    "healthy, which supports no conclusion.",
    "Contributions and plans describe associations in data, not effects of treatment.",
    "The Framingham table is a teaching extract without HDL cholesterol; in part of its bootstrap "
    "refits the risk falls as BMI or cholesterol rises (shares in the manifest), so plans that "
    "rest on these levers are uncertain.",
)
NAMES = {
    "auc": "AUC",
    "accuracy": "Accuracy at 0.5",
    "brier": "Brier score",
    "slope": "Calibration slope",
    "intercept": "Calibration intercept",
    "sensitivity": "Sensitivity at 0.5",
    "specificity": "Specificity at 0.5",
}
CONFORMAL_NAMES = {
    "coverage": "Coverage, all",
    "coverage_disease": "Coverage, disease",
    "coverage_no_disease": "Coverage, no disease",
    "coverage_female": "Coverage, women",
    "coverage_male": "Coverage, men",
    "singletons": "Single-label sets",
    "accuracy_on_singletons": "Accuracy on single labels",
}


def card_text(card: Figures) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    card : mapping
        As built by :func:`core.cardiosense.evaluate.build_card`.
    """
    sections = (
        _head(card),
        _nested(card["nested"]),
        _conformal(_ordered(card["nested"]["models"])),
        _checks(card),
        _external(card["external"]),
        _left_out(card["leave_one_site_out"]),
        _framingham(card["framingham"]),
        _original(card["original"]),
        audit_section(card["audit"]),
        ["## Limits", "", *(f"- {limit}" for limit in LIMITS)],
    )
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _head(card: Figures) -> list[str]:
    champions = card["champions"]
    return [
        "# CardioSense model card",
        "",
        f"{card['intended_use']} The models estimate whether a patient referred for coronary "
        "angiography has a narrowing of 50 % or more, and (Framingham model) the ten-year risk of "
        "coronary heart disease.",
        "",
        f"Champions: `{champions['13']}` with all 13 findings, `{champions['10']}` without slope, "
        "ca and thal; chosen by the nested Brier score. Data, checksums and licences: "
        "`data/cardiosense/README.md`.",
        "",
        f"Every figure below is recomputed by `{card['command']}`. Brackets hold 95 % intervals "
        "from a bootstrap of the patients.",
    ]


def _nested(found: Figures) -> list[str]:
    models = _ordered(found["models"])
    n = next(iter(models.values()))["n"]
    lines = [
        "## Internal validation",
        "",
        f"Nested {found['repeats']} x {found['folds']}-fold stratified cross-validation on "
        f"Cleveland (n = {n}). Tuning, calibration and conformal thresholds are made inside each "
        "outer training fold; all models share the folds; each metric is averaged over the "
        "repeats. The 13-feature rows score incomplete patients by the 10-feature model, as in "
        "production.",
        "",
        *_table(
            ("Metric", *models),
            [
                (label, *(_interval(m["metrics"][key]) for m in models.values()))
                for key, label in NAMES.items()
            ]
            + [("ECE, 10 bins", *_column(models, "ece"))]
            + [("ECE of a perfect model, 95 % quantile", *_column(models, "ece_null"))]
            + [("Spiegelhalter p, mean", *_column(models, "spiegelhalter_p"))],
        ),
    ]
    gaps = {
        f"{gap['champion']} minus {gap['rival']}": gap
        for _, gap in sorted(found["champion_minus_rival"].items(), reverse=True)
    }
    gaps |= {f"plain-logistic-13 minus {name}": g for name, g in found["plain_minus"].items()}
    for title, gap in gaps.items():
        lines += [
            "",
            f"{title}: {NAMES['auc']} {_interval(gap['auc'])}, "
            f"{NAMES['accuracy']} {_interval(gap['accuracy'])}, "
            f"{NAMES['brier']} {_interval(gap['brier'], 4)}.",
        ]
    return lines


def _conformal(models: Figures) -> list[str]:
    rows = [
        (label, *(_interval(m["conformal"][key]) for m in models.values()))
        for key, label in CONFORMAL_NAMES.items()
    ]
    return [
        "## Prediction sets",
        "",
        "Class-conditional conformal sets at 90 %, thresholds from the outer training fold.",
        "",
        *_table(("Figure", *models), rows),
    ]


def _checks(card: Figures) -> list[str]:
    permuted = card["permuted_labels"]
    return [
        "## Leakage check",
        "",
        f"The same nested procedure on {permuted['permutations']} shuffles of the outcome gives "
        f"AUC {permuted['auc_mean']:.3f} on average (standard deviation "
        f"{permuted['auc_sd']:.3f}); without leakage it is 0.5.",
    ]


def _external(sites: Sequence[Figures]) -> list[str]:
    rows = []
    for site in sites:
        updated = site["updated_brier"]
        rows.append(
            (
                site["label"],
                f"{site['n_scorable']} of {site['n_patients']}",
                f"{site['positives']}",
                *(_interval(site["metrics"][key]) for key in NAMES),
                f"{updated['estimate']:.3f} [{updated['low']:.3f}, {updated['high']:.3f}]",
            )
        )
    header = ("Site", "Scorable", "Disease", *NAMES.values())
    first = sites[0]["updated_brier"]
    return [
        "## External validation",
        "",
        "Production route of the champions, trained on Cleveland. The last column is the Brier "
        f"score after an intercept update on {first['n_local']} random site patients, measured on "
        f"the others: mean and 95 % range over {first['draws'] + first['draws_one_class']} draws.",
        "",
        *_table((*header, "Brier after update"), rows),
    ]


def _left_out(sites: Sequence[Figures]) -> list[str]:
    keys = ("auc", "accuracy", "brier", "slope", "intercept")
    rows = [
        (
            site["label"],
            str(site["n_train"]),
            str(site["n"]),
            *(_interval(site["metrics"][key]) for key in keys),
        )
        for site in sites
    ]
    return [
        "## Leave one site out",
        "",
        "Logistic model with 10 features, trained on three sites and measured on the fourth.",
        "",
        *_table(("Site", "Trained on", "n", *(NAMES[key] for key in keys)), rows),
    ]


def _framingham(found: Figures) -> list[str]:
    keys = ("auc", "brier", "slope", "intercept")
    return [
        "## Framingham model",
        "",
        f"Logistic regression on {found['n']} complete rows of {found['rows']} "
        f"({found['dropped_incomplete']} incomplete rows left out), {found['positives']} events; "
        f"{found['repeats']} x {found['folds']}-fold cross-validation: "
        + ", ".join(f"{NAMES[key]} {_interval(found['metrics'][key])}" for key in keys)
        + ".",
    ]


def _original(found: Figures) -> list[str]:
    one, luck = found["single_split"], found["luck"]
    accuracy = one["accuracy"]
    return [
        "## The single-split figure of the predecessor",
        "",
        f"One split (seed {one['seed']}, {one['n_train']} fitted, {one['n_calibration']} "
        f"calibrated, {one['n_test']} tested) gives {one['correct']} of {one['n_test']} correct "
        f"({accuracy['estimate']:.3f}, exact 95 % interval [{accuracy['low']:.3f}, "
        f"{accuracy['high']:.3f}]) and AUC {one['auc']:.4f}. Among {luck['splits']} split seeds "
        f"with the same model its accuracy stands at percentile {luck['accuracy_percentile']:.0f} "
        f"and its AUC at percentile {luck['auc_percentile']:.0f}; the mean is accuracy "
        f"{luck['accuracy_mean']:.3f} (sd {luck['accuracy_sd']:.3f}) and AUC "
        f"{luck['auc_mean']:.3f} (sd {luck['auc_sd']:.3f}), and {100 * luck['share_as_good']:.1f} "
        "% of the splits reach both figures.",
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _interval(found: Figures, digits: int = 3) -> str:
    estimate, low, high = (f"{found[key]:.{digits}f}" for key in ("estimate", "low", "high"))
    return f"{estimate} [{low}, {high}]"


def _ordered(models: Figures) -> dict[str, Any]:
    """Return the models with 13 features first, then by name."""
    names = sorted(models, key=lambda name: (-int(name.rsplit("-", 1)[1]), name))
    return {name: models[name] for name in names}


def _column(models: Figures, key: str) -> list[str]:
    return [f"{model[key]:.3f}" for model in models.values()]
