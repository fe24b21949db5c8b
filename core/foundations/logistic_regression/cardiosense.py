"""The clinical model of the suite, opened and held against the statements of the article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from core.foundations.compare import equal
from core.foundations.logistic_regression import formulas_fit as formulas
from core.foundations.logistic_regression.support import Floats, fitted, worst
from core.foundations.schema import Reading, Section, Statement, Step
from core.stats.calibration import recalibration

if TYPE_CHECKING:
    from core.cardiosense import Attribution

SECTION = Section(
    "cardiosense",
    "A clinical model",
    "CardioSense estimates the probability that a coronary artery is narrowed by half or more, with"
    " a logistic regression fitted to patients of one hospital. So the article can be held against"
    " it: contributions must add up in log-odds, and each finding must multiply the estimated odds"
    " on its own. These are statements about the model. A contribution is an association among the"
    " patients of the fit, not what treating the finding would change; and whether the estimates"
    " hold among other patients is a matter of data, not of algebra.",
)

PATIENTS, ROWS = 6, 250
GAP_ROWS = (60, 37)
"""Patients of whom the law of the number of events is worked out."""
DECIMALS = 6
"""Decimals of a shown estimate."""
CHANGED = ("thalach", "trestbps", "oldpeak", "age")
"""Findings that are exchanged between patients."""

Patient = Mapping[str, float | None]


def patients(rng: np.random.Generator, count: int = PATIENTS) -> list[dict[str, float]]:
    """Return patients with all findings, drawn from those the model was evaluated on."""
    from core.cardiosense import held_out

    complete = held_out()[0].features.dropna()
    rows = rng.choice(len(complete), count, replace=False)
    names = [str(name) for name in complete.columns]
    return [dict(zip(names, map(float, complete.iloc[row]), strict=True)) for row in rows]


def attribution(patient: Patient, *, challenger: bool = False) -> Attribution:
    """Return the exact contributions to the estimate of a patient."""
    from core.cardiosense import explain

    found = explain(patient, lime=False)
    return found.challenger if challenger else found.champion


def _adds_up(rng: np.random.Generator) -> Reading:
    from core.cardiosense import score_patient

    claimed, measured = [], []
    for patient in patients(rng):
        found = attribution(patient)
        shares = np.array([one.log_odds for one in found.contributions])
        claimed.append(round(formulas.additive_estimate(found.base, shares), DECIMALS))
        measured.append(score_patient(patient).p)
    return equal(claimed, measured, f"the estimates of {PATIENTS} patients")


def exchanged(
    rng: np.random.Generator, *, challenger: bool = False
) -> list[tuple[str, Attribution, Attribution]]:
    """Return explanations before and after one finding is replaced by another patient's."""
    drawn = patients(rng, 2 * PATIENTS)
    pairs = []
    for i, (one, other) in enumerate(zip(drawn[::2], drawn[1::2], strict=True)):
        name = CHANGED[i % len(CHANGED)]
        after = attribution(one | {name: other[name]}, challenger=challenger)
        pairs.append((name, attribution(one, challenger=challenger), after))
    return pairs


def exchange_reading(rng: np.random.Generator, *, challenger: bool = False) -> Reading:
    """Compare the factor of the odds with what the exchanged finding's contribution says."""
    readings = []
    for name, before, after in exchanged(rng, challenger=challenger):
        ends = [expit(one.log_odds) for one in (before, after)]
        factor = ends[1] / (1 - ends[1]) * (1 - ends[0]) / ends[0]
        claimed = formulas.odds_factor(
            np.asarray(_share(before, name)), np.asarray(_share(after, name))
        )
        readings.append(equal(claimed, factor, f"the factor of the odds, {name} exchanged"))
    return worst(*readings)


def _share(found: Attribution, name: str) -> float:
    return next(one.log_odds for one in found.contributions if one.feature == name)


def _calibration_line(rng: np.random.Generator) -> Reading:
    p, y = held_out_rows(rng, ROWS)
    z = logit(p)
    again = fitted(np.column_stack([np.ones(len(z)), z]), y)
    claimed = recalibration(y.astype(np.int64), z)
    return equal(claimed, again, f"intercept and slope, {ROWS} held-out patients", scale=1.0)


def held_out_rows(rng: np.random.Generator, rows: int) -> tuple[Floats, Floats]:
    """Return held-out estimates of some patients and what angiography found."""
    from core.cardiosense import held_out

    model = held_out()[0]
    kept = rng.choice(len(model.p), rows, replace=False)
    return model.p[kept], model.y[kept].astype(float)


def law_of_events(p: Floats) -> Floats:
    """Return the probability of 0, 1, 2, ... events, rows being added one at a time."""
    law = np.ones(1)
    for one in p:
        law = np.convolve(law, [1 - one, one])
    return law


def _gap(rng: np.random.Generator) -> Reading:
    readings = []
    for rows in GAP_ROWS:
        p, _ = held_out_rows(rng, rows)
        gaps = np.arange(rows + 1) / rows - p.mean()
        measured = float(law_of_events(p) @ gaps**2)
        claimed = formulas.gap_error(p) ** 2
        readings.append(equal(claimed, measured, f"the mean squared gap of {rows} patients"))
    return worst(*readings)


STATEMENTS = (
    Statement(
        id="LR-35",
        section="cardiosense",
        title="A CardioSense estimate is the sigmoid of its reference plus its contributions.",
        claim=r"\begin{gathered}"
        r"\hat p=\sigma\Bigl(z_{\mathrm{ref}}+\sum_j c_j\Bigr),\\"
        r"c_j=\sum_{k\in j}\beta_k\,\frac{x_k-\bar x_k}{s_k}"
        r"\end{gathered}",
        hypotheses=(
            "The model that serves the patient is a logistic regression on centred, scaled"
            " columns, its recalibration contained in the $\\beta_k$; the columns $k\\in j$ are"
            " made of finding $j$ alone.",
            "$\\bar x_k$ and $s_k$ are mean and divisor of column $k$ in the training table; a"
            " column whose finding is missing counts as its mean.",
        ),
        steps=(
            Step(
                "The model's log-odds are linear in its columns.",
                r"\hat z=\beta_0+\sum_k\beta_k\,\frac{x_k-\bar x_k}{s_k}",
            ),
            Step(
                "A patient with every column at its mean has the log-odds $\\beta_0$: that is the"
                " reference. It need not be a patient that exists.",
                r"z_{\mathrm{ref}}=\beta_0",
            ),
            Step(
                "Each column belongs to one finding: collect the terms finding by finding.",
                r"\hat z=z_{\mathrm{ref}}+\sum_j c_j",
            ),
            Step("LR-1 turns log-odds into a probability.", r"\hat p=\sigma(\hat z)"),
        ),
        how="The estimate that the clinical page gives, to its six decimals, for six patients of"
        " the training table with all findings.",
        check=_adds_up,
        source="Lundberg and Lee, A unified approach to interpreting model predictions, NeurIPS"
        " (2017), corollary 1.",
    ),
    Statement(
        id="LR-36",
        section="cardiosense",
        title="In the model, exchanging one finding multiplies the estimated odds by a factor of"
        " that finding alone.",
        claim=r"\frac{\text{odds after}}{\text{odds before}}=e^{\,c_j'-c_j}",
        hypotheses=(
            "The model is additive in log-odds, and only finding $j$ is exchanged.",
            "Both times the same model serves the patient.",
        ),
        steps=(
            Step(
                "By LR-35, before and after; the other contributions are the same.",
                r"\hat z'-\hat z=c_j'-c_j",
            ),
            Step(
                "Exponentiate: the odds are $e^{z}$ (LR-1).",
                r"\frac{\hat p'/(1-\hat p')}{\hat p/(1-\hat p)}=e^{\hat z'-\hat z}",
            ),
            Step("Together.", r"\frac{\text{odds after}}{\text{odds before}}=e^{\,c_j'-c_j}"),
        ),
        how="A finding is replaced by another patient's; the odds come from the model's two"
        " probabilities.",
        check=exchange_reading,
        source="Hosmer, Lemeshow and Sturdivant, Applied Logistic Regression, 3rd ed. (2013),"
        " chapter 3.",
    ),
    Statement(
        id="LR-37",
        section="cardiosense",
        title="The calibration line of the held-out estimates can be recomputed from scratch.",
        claim=r"\begin{gathered}(\hat\alpha,\hat\beta)=\arg\min_{\alpha,\beta}\sum_i\ell_i,\\"
        r"\ell_i=\log\bigl(1+e^{\alpha+\beta\hat z_i}\bigr)-y_i(\alpha+\beta\hat z_i)"
        r"\end{gathered}",
        hypotheses=("The estimates do not separate the outcomes (LR-21), and they vary.",),
        steps=(
            Step(
                "The line is a logistic regression of the outcome on the log-odds of the estimate.",
                r"\operatorname{logit}P(y_i=1)=\alpha+\beta\,\hat z_i",
            ),
            Step(
                "Its negative log-likelihood, by LR-18.",
                r"L(\alpha,\beta)=\sum_i\log\bigl(1+e^{\alpha+\beta\hat z_i}\bigr)"
                r"-y_i(\alpha+\beta\hat z_i)",
            ),
            Step(
                "By LR-21 there is exactly one best point, so two correct programs must agree.",
                r"\nabla L(\hat\alpha,\hat\beta)=0",
            ),
            Step(
                "No row took part in the fit that its own estimate comes from, so LR-27 does not"
                " apply: slope and intercept are findings about the model.",
                r"(\hat\alpha,\hat\beta)\neq(0,1)\ \text{in general}",
            ),
        ),
        how="The line that the clinical pages report is compared with a descent that knows neither"
        " gradient nor curvature formulas, on 250 patients drawn from the held-out ones.",
        check=_calibration_line,
        source="Cox, Two further applications of a model for binary regression, Biometrika 45"
        " (1958).",
    ),
    Statement(
        id="LR-38",
        section="cardiosense",
        title="If the risks were right, observed share minus mean risk would spread by a known"
        " amount.",
        claim=r"\mathbb E\bigl[(\bar y-\bar p)^2\bigr]=\frac1{n^2}\sum_i p_i(1-p_i)",
        hypotheses=(
            "The outcomes are independent, and each has the probability that was estimated for it.",
            "The estimates are fixed without these outcomes: no row took part in a fit.",
        ),
        steps=(
            Step(
                "The gap is a mean of independent terms, each with mean 0.",
                r"\bar y-\bar p=\frac1n\sum_i(y_i-p_i),\qquad\mathbb E[y_i-p_i]=0",
            ),
            Step(
                "Variances of independent terms add; each is $p_i(1-p_i)$, as in LR-33.",
                r"\mathbb E\bigl[(\bar y-\bar p)^2\bigr]=\frac1{n^2}\sum_i p_i(1-p_i)",
            ),
            Step(
                "With many rows the gap is nearly normal. One beyond about twice the root speaks"
                " against the risks; a smaller one does not prove them right.",
                r"|\bar y-\bar p|\le1.96\,\frac1n\sqrt{\sum_i p_i(1-p_i)}",
            ),
        ),
        how="Estimates of 60 patients, then of 37, are taken as the truth. The law of the number of"
        " events is built up exactly, one patient at a time, and the squared gap is averaged over"
        " it.",
        check=_gap,
        source="Spiegelhalter, Probabilistic prediction in patient management and clinical trials,"
        " Statistics in Medicine 5 (1986).",
    ),
)
