"""Decisions: which summary to report, when to treat, what a test is worth."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

from core.foundations.bayesian_updating import formulas_choice as formulas
from core.foundations.bayesian_updating.bayes_rule import joint_table
from core.foundations.bayesian_updating.numeric import integral
from core.foundations.compare import equal
from core.foundations.schema import Kind, Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="decisions",
    title="Decisions",
    intuition=(
        "A posterior is not yet an action. What to report, and whether to treat, follows from "
        "what errors cost. Which single number is best depends on the loss; the risk at which "
        "to treat is a ratio of costs, not one half; and a test is worth what it saves by "
        "changing the action. The decision curves of the clinical pages rest on the same ratio."
    ),
)


def _squared(rng: np.random.Generator) -> Reading:
    a, b = (float(v) for v in rng.uniform(3.2, 9.0, 2))
    posterior = stats.beta(a, b)

    def loss(guess: float) -> float:
        return float(integral(lambda t: (t - guess) ** 2 * posterior.pdf(t), 0, 1))

    guess = float(rng.uniform(0.05, 0.95))
    left, middle, right = (loss(g) for g in (0.2, 0.5, 0.8))
    # The loss is a parabola in the guess, so three values of it fix its lowest point.
    best = 0.5 + 0.3 * (left - right) / (2 * (left - 2 * middle + right))
    mean = float(posterior.mean())
    claimed = [mean, formulas.squared_loss(a, b, mean), formulas.squared_loss(a, b, guess)]
    return equal(
        claimed, [best, loss(best), loss(guess)], "best guess, its loss, loss of another guess"
    )


def pinball(a: float, b: float, guess: float, under: float, over: float) -> float:
    """Return the expected cost of a guess by numerical integration on both sides of it."""
    posterior = stats.beta(a, b)
    low = integral(lambda t: (guess - t) * posterior.pdf(t), 0, guess)
    high = integral(lambda t: (t - guess) * posterior.pdf(t), guess, 1)
    return float(over * low + under * high)


def _quantile(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(3):
        a, b = (float(v) for v in rng.uniform(2.5, 8.0, 2))
        under, over = (float(v) for v in rng.uniform([0.6, 1.9], [1.6, 3.0]))

        def slope(g: float, a: float = a, b: float = b, u: float = under, o: float = over) -> float:
            return (pinball(a, b, g + 1e-4, u, o) - pinball(a, b, g - 1e-4, u, o)) / 2e-4

        claimed.append(formulas.best_quantile(a, b, under, over))
        measured.append(float(brentq(slope, 0.01, 0.99, xtol=1e-12)))
    return equal(
        claimed, measured, "guess at which the expected cost stops falling", kind=Kind.DIFFERENCE
    )


def action_costs(harm: float, benefit: float) -> Floats:
    """Return the cost of each action (wait, treat) for each state (well, ill)."""
    return np.array([[0.0, benefit], [harm, 0.0]])


def _threshold(rng: np.random.Generator) -> Reading:
    harm, benefit = (float(v) for v in rng.uniform([0.6, 2.2], [1.6, 5.0]))
    risks = rng.uniform(0.03, 0.7, 12)
    costs = action_costs(harm, benefit) @ np.array([1 - risks, risks])
    plans = np.array(list(itertools.product((0, 1), repeat=risks.size)))
    least = costs[plans, np.arange(risks.size)].sum(axis=1).min()
    cut = formulas.treatment_threshold(harm, benefit)
    by_rule = costs[(risks > cut).astype(int), np.arange(risks.size)].sum()

    def gap(p: float) -> float:
        wait, treat = action_costs(harm, benefit) @ np.array([1 - p, p])
        return float(treat - wait)

    return equal(
        [cut, by_rule], [float(brentq(gap, 0, 1)), least], "indifferent risk, cost of 12 patients"
    )


def strategy_costs(
    prevalence: float, sensitivity: float, specificity: float, harm: float, benefit: float
) -> Floats:
    """Return the expected cost of each plan: (action if negative, action if positive)."""
    cells = action_costs(harm, benefit) @ joint_table(prevalence, sensitivity, specificity)
    return np.array([[cells[i, 0] + cells[j, 1] for j in range(2)] for i in range(2)])


def _information(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(30):
        case = tuple(
            float(v) for v in rng.uniform([0.05, 0.6, 0.6, 0.5, 1.5], [0.5, 0.98, 0.98, 1.5, 5.0])
        )
        costs = strategy_costs(*case)
        claimed.append(formulas.value_of_test(*case))
        measured.append(np.diag(costs).min() - costs.min())
    # A test that changes no action is worth 0 up to rounding; costs are of the order of 1.
    return equal(claimed, measured, "saving by 30 tests", scale=1.0)


STATEMENTS = (
    Statement(
        id="BU-17",
        section="decisions",
        title="The posterior mean has the least expected squared error, which equals the posterior "
        "variance.",
        claim=r"E\big[(\theta-g)^2\mid x\big]=\operatorname{Var}(\theta\mid x)"
        r"+\big(g-E[\theta\mid x]\big)^2",
        hypotheses=("The posterior has a finite variance",),
        steps=(
            Step(
                "Add and subtract the posterior mean $\\bar\\theta$.",
                r"(\theta-g)^2=\big((\theta-\bar\theta)+(\bar\theta-g)\big)^2",
            ),
            Step(
                "Multiply out and take the posterior mean of each term.",
                r"E[(\theta-g)^2]=E[(\theta-\bar\theta)^2]"
                r"+2(\bar\theta-g)\,E[\theta-\bar\theta]+(\bar\theta-g)^2",
            ),
            Step(
                "Deviations from the mean average to 0, so the middle term goes.",
                r"E[(\theta-g)^2]=\operatorname{Var}(\theta)+(\bar\theta-g)^2",
            ),
            Step(
                "The first term does not depend on the guess, and a square is least at 0.",
                r"g^\star=\bar\theta",
            ),
        ),
        how="Integrates the squared error of three guesses numerically, takes the lowest point of "
        "the parabola through them, and integrates again there and at one more guess.",
        check=_squared,
        source="Berger, Statistical Decision Theory and Bayesian Analysis, 2nd ed. 1985, "
        "section 4.4.",
    ),
    Statement(
        id="BU-18",
        section="decisions",
        title="When errors cost by their size, the best guess is a quantile: the median if both "
        "sides cost the same.",
        claim=r"g^\star=Q\Big(\frac{u}{u+o}\Big)\quad\text{minimises}\quad "
        r"u\,E[(\theta-g)_+]+o\,E[(g-\theta)_+]",
        hypotheses=(
            "A guess too low costs $u>0$ for each unit, one too high $o>0$",
            "The posterior has a density $f$, positive on $(0,1)$, with distribution function $F$ "
            "and quantiles $Q$",
        ),
        steps=(
            Step(
                "The expected cost, as two integrals with the guess as a limit.",
                r"R(g)=u\int_g^1(\theta-g)f\,d\theta+o\int_0^g(g-\theta)f\,d\theta",
            ),
            Step(
                "Differentiate. The integrands are 0 at the limit $\\theta=g$, so only the "
                "integrands change.",
                r"R'(g)=-u\int_g^1f\,d\theta+o\int_0^gf\,d\theta",
            ),
            Step(
                "The integrals are $1-F(g)$ and $F(g)$.",
                r"R'(g)=(u+o)\,F(g)-u",
            ),
            Step(
                "$F$ increases from 0 to 1, so $R'$ changes once from negative to positive, and "
                "the cost is least there.",
                r"F(g^\star)=\frac{u}{u+o}",
            ),
            Step(
                "With $u=o$ the loss is the absolute error and the level is one half.",
                r"u=o\;\Rightarrow\;g^\star=Q(\tfrac12)",
            ),
        ),
        how="Integrates the cost numerically on both sides of a guess, and finds where central "
        "differences of it cross 0.",
        check=_quantile,
        source="Raiffa and Schlaifer, Applied Statistical Decision Theory, 1961.",
    ),
    Statement(
        id="BU-19",
        section="decisions",
        title="Treat when the risk exceeds the harm divided by harm plus benefit.",
        claim=r"\text{treat}\iff p>\frac{h}{h+b}",
        hypotheses=(
            "Treating a well patient costs $h>0$ more than waiting",
            "Waiting with an ill patient costs $b>0$ more than treating",
            "$p$ is the probability that the patient is ill given what is known",
        ),
        steps=(
            Step(
                "Costs that both actions share change nothing, so only differences count. The "
                "expected excess cost of treating is paid by the well.",
                r"R(\text{treat})=(1-p)\,h",
            ),
            Step("That of waiting is paid by the ill.", r"R(\text{wait})=p\,b"),
            Step("Treat when it costs less.", r"(1-p)\,h<p\,b"),
            Step("Bring $p$ to one side.", r"h<p\,(h+b)\iff p>\frac{h}{h+b}"),
            Step(
                "The expected cost of several patients is a sum, and each patient's action "
                "changes only one term: the rule is best for all together.",
                r"\min\sum_iR_i=\sum_i\min\big\{(1-p_i)h,\;p_ib\big\}",
            ),
        ),
        how="Solves for the risk at which both actions cost the same, and tries all 4,096 plans "
        "for 12 patients.",
        check=_threshold,
        source="Pauker and Kassirer, Therapeutic decision making: a cost-benefit analysis, New "
        "England Journal of Medicine, 1975.",
    ),
    Statement(
        id="BU-20",
        section="decisions",
        title="A free test never raises the expected cost; it helps only if some result changes "
        "the action.",
        claim=r"V=\min\{\pi b,\bar\pi h\}-\min\{\pi sb,\;\bar\pi(1-c)h\}"
        r"-\min\{\pi(1-s)b,\;\bar\pi ch\}\;\ge\;0,\qquad\bar\pi=1-\pi",
        hypotheses=(
            "Costs are as in BU-19, and the test itself costs nothing",
            "$\\pi$, $s$ and $c$ are the true prevalence, sensitivity and specificity",
        ),
        steps=(
            Step(
                "Without the test the better of the two actions costs this, by BU-19.",
                r"R_0=\min\{\pi b,\;\bar\pi h\}",
            ),
            Step(
                "A positive result has the joint probabilities $\\pi s$ (ill) and "
                "$\\bar\\pi(1-c)$ (well). The better action then adds this to the cost.",
                r"R_+=\min\{\pi sb,\;\bar\pi(1-c)h\}",
            ),
            Step(
                "In the same way for a negative result.",
                r"R_-=\min\{\pi(1-s)b,\;\bar\pi ch\}",
            ),
            Step(
                "The test saves the difference.",
                r"V=R_0-R_+-R_-",
            ),
            Step(
                "Waiting after both results costs $\\pi b$, treating after both $\\bar\\pi h$: "
                "both plans remain possible, so choosing by result costs no more.",
                r"R_++R_-\le\pi sb+\pi(1-s)b=\pi b,\qquad R_++R_-\le\bar\pi h",
            ),
            Step(
                "Hence the value is not negative, and it is 0 when one action is best after "
                "either result.",
                r"V\ge 0",
            ),
        ),
        how="Computes the cost of all four plans from the table of state and result, and compares "
        "the best with the best one that ignores the result.",
        check=_information,
        source="Good, On the principle of total evidence, British Journal for the Philosophy of "
        "Science, 1967.",
    ),
)
