"""Bayes' rule: odds, natural frequencies, sequences of results, dependence, averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.foundations.bayesian_updating import formulas
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="bayes-rule",
    title="Bayes' rule",
    intuition=(
        "Picture 1,000 people before a test. Some are ill. The test sorts them into two rooms, "
        "positive and negative, and makes some errors on the way. Bayes' rule only counts who "
        "stands in the room you look at. The count depends on how many were ill at the start, "
        "which is why the same test means different things in a screening programme and in a "
        "hospital ward, and why every risk in this suite is tied to the people it was measured on."
    ),
)


def joint_table(prior: float, sensitivity: float, specificity: float) -> Floats:
    """Return P(state, result): rows well and ill, columns negative and positive."""
    ill = prior * np.array([1 - sensitivity, sensitivity])
    well = (1 - prior) * np.array([specificity, 1 - specificity])
    return np.array([well, ill])


def two_test_table(prior: float, share: float, sensitivity: Floats, false_alarm: Floats) -> Floats:
    """Return P(state, trait, first, second): results are independent once the trait is known.

    The rows of ``sensitivity`` and ``false_alarm`` are the two values of the trait, their columns
    the two tests; ``share`` is the share of the second value.
    """
    table = np.empty((2, 2, 2, 2))
    for state, rates in enumerate((false_alarm, sensitivity)):
        for trait in range(2):
            weight = (prior if state else 1 - prior) * (share if trait else 1 - share)
            first, second = (np.array([1 - p, p]) for p in rates[trait])
            table[state, trait] = weight * np.outer(first, second)
    return table


def _test(rng: np.random.Generator) -> tuple[float, float, float]:
    prior, sensitivity, specificity = rng.uniform([0.03, 0.7, 0.75], [0.4, 0.95, 0.97])
    return float(prior), float(sensitivity), float(specificity)


def _odds(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(20):
        prior, sensitivity, specificity = _test(rng)
        table = joint_table(prior, sensitivity, specificity)
        ratios = formulas.likelihood_ratios(sensitivity, specificity)
        for result, ratio in ((1, ratios[0]), (0, ratios[1])):
            claimed.append(float(formulas.updated(prior, ratio)))
            measured.append(table[1, result] / table[:, result].sum())
    return equal(claimed, measured, "P(ill | result), 20 tests, both results")


def _patients(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for size in rng.integers(1_000, 4_000, 12):
        prior, sensitivity, specificity = _test(rng)
        ill = rng.random(size) < prior
        positive = rng.random(size) < np.where(ill, sensitivity, 1 - specificity)
        # The population is finite and known, so its own shares are the probabilities.
        rates = ill.mean(), positive[ill].mean(), (~positive)[~ill].mean()
        claimed.append(float(formulas.predictive_value(*rates)))
        measured.append(float(ill[positive].mean()))
    return equal(claimed, measured, "share of the ill among the positive, 12 populations")


def _sequence(rng: np.random.Generator) -> Reading:
    prior = rng.dirichlet(np.full(4, 3.0))
    likelihoods = rng.uniform(0.1, 0.9, (7, 4))
    claimed = formulas.at_once(prior, likelihoods)
    found = []
    for _ in range(10):
        belief = prior
        for i in rng.permutation(7):
            joint = belief * likelihoods[i]
            belief = joint / joint.sum()
        found.append(belief)
    return equal(
        np.tile(claimed, (10, 1)),
        np.array(found),
        "posterior of 4 hypotheses, 10 orders of 7 results",
    )


def _dependence(rng: np.random.Generator) -> Reading:
    share = float(rng.uniform(0.3, 0.7))
    sensitivity, alarm = rng.uniform(0.4, 0.95, (2, 2)), rng.uniform(0.03, 0.4, (2, 2))
    table = two_test_table(0.2, share, sensitivity, alarm).sum(axis=1)
    both = table[:, 1, 1] / table.sum(axis=(1, 2))
    mix = np.array([1 - share, share])
    rates, alarms = mix @ sensitivity, mix @ alarm
    spread = [float(np.cov(r.T, aweights=mix, ddof=0)[0, 1]) for r in (sensitivity, alarm)]
    claimed = formulas.dependent_ratio(rates, spread[0], alarms, spread[1])
    return equal(claimed, both[1] / both[0], "likelihood ratio of two positive results")


def _martingale(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(5):
        a, b = rng.uniform(1.5, 9.0, 2)
        n = int(rng.integers(5, 40))
        x = np.arange(n + 1)
        mass = stats.betabinom.pmf(x, n, a, b)
        after = stats.beta(a + x, b + n - x)
        claimed += [formulas.beta_mean(a, b), formulas.expected_variance(a, b, n)]
        measured += [mass @ after.mean(), mass @ after.var()]
    return equal(claimed, measured, "mean of the posterior mean and of the posterior variance")


STATEMENTS = (
    Statement(
        id="BU-1",
        section="bayes-rule",
        title="Posterior odds are prior odds times the likelihood ratio.",
        claim=r"\frac{P(D\mid r)}{P(\bar D\mid r)}=\frac{P(D)}{P(\bar D)}\cdot\Lambda_r,"
        r"\qquad \Lambda_+=\frac{s}{1-c},\quad \Lambda_-=\frac{1-s}{c}",
        hypotheses=(
            "$0 < P(D) < 1$, and the result $r$ has positive probability in both groups",
            "$P(D)$, $s = P(+\\mid D)$ and $c = P(-\\mid\\bar D)$ are those of the people tested",
        ),
        steps=(
            Step(
                "The definition of conditional probability, for the ill group $D$.",
                r"P(D\mid r)=\frac{P(D,r)}{P(r)}",
            ),
            Step(
                "The joint probability is the same whichever part is taken first.",
                r"P(D,r)=P(r\mid D)\,P(D)",
            ),
            Step(
                "Both steps hold for the well group $\\bar D$ too.",
                r"P(\bar D\mid r)=\frac{P(r\mid\bar D)\,P(\bar D)}{P(r)}",
            ),
            Step(
                "Divide the two; $P(r)$ stands in both and cancels, so it is never needed.",
                r"\frac{P(D\mid r)}{P(\bar D\mid r)}=\frac{P(r\mid D)}{P(r\mid\bar D)}"
                r"\cdot\frac{P(D)}{P(\bar D)}",
            ),
            Step(
                "For a positive result $P(+\\mid D)=s$ and $P(+\\mid\\bar D)=1-c$; for a negative "
                "one $1-s$ and $c$.",
                r"\Lambda_+=\frac{s}{1-c},\qquad\Lambda_-=\frac{1-s}{c}",
            ),
        ),
        how="Writes all four cells of the table of state and result, and divides one cell by its "
        "column.",
        check=_odds,
        source="Bayes, An Essay towards solving a Problem in the Doctrine of Chances, 1763; "
        "Good, Probability and the Weighing of Evidence, 1950.",
    ),
    Statement(
        id="BU-2",
        section="bayes-rule",
        title="Among the positive, the share of the ill depends on the prevalence too, not on the "
        "test alone.",
        claim=r"P(D\mid +)=\frac{\pi s}{\pi s+(1-\pi)(1-c)}",
        hypotheses=(
            "A patient is ill with probability $\\pi$",
            "The test has sensitivity $s$ among the ill and specificity $c$ among the well",
            "Positive results occur: $\\pi s+(1-\\pi)(1-c)>0$",
        ),
        steps=(
            Step(
                "Expect of $N$ patients that a share $\\pi$ is ill, and a share $s$ of these "
                "positive: this is $N$ times the joint probability.",
                r"N\,P(D,+)=N\,P(+\mid D)\,P(D)=N\pi s",
            ),
            Step(
                "A share $1-\\pi$ is well, and a share $1-c$ of these is positive all the same.",
                r"N\,P(\bar D,+)=N(1-\pi)(1-c)",
            ),
            Step(
                "All positives are one of the two; no patient is both.",
                r"N\,P(+)=N\pi s+N(1-\pi)(1-c)",
            ),
            Step(
                "The definition of conditional probability; $N$ cancels.",
                r"P(D\mid +)=\frac{P(D,+)}{P(+)}=\frac{\pi s}{\pi s+(1-\pi)(1-c)}",
            ),
        ),
        how="Lists every patient of 12 populations with state and result, takes prevalence, "
        "sensitivity and specificity from their counts, and counts the ill among the positive.",
        check=_patients,
        source="Gigerenzer and Hoffrage, How to improve Bayesian reasoning without instruction, "
        "Psychological Review, 1995.",
    ),
    Statement(
        id="BU-3",
        section="bayes-rule",
        title="One result after the other, in any order, gives the posterior of all results at "
        "once.",
        claim=r"P(h\mid r_1,\dots,r_m)=\frac{P(h)\prod_i P(r_i\mid h)}"
        r"{\sum_{g}P(g)\prod_i P(r_i\mid g)}",
        hypotheses=(
            "The hypotheses exclude each other, and one of them is true",
            "Given the hypothesis, the results are independent",
            "Some hypothesis with $P(h)>0$ makes all the results possible",
        ),
        steps=(
            Step(
                "After the first result the belief is proportional to prior times likelihood "
                "(the first two steps of BU-1, for any hypothesis).",
                r"P(h\mid r_1)=\frac{P(h)\,P(r_1\mid h)}{Z_1},\qquad Z_1=\sum_g P(g)P(r_1\mid g)",
            ),
            Step(
                "The same rule for the second result, with everything conditional on the first.",
                r"P(h\mid r_1,r_2)=\frac{P(h\mid r_1)\,P(r_2\mid h,r_1)}{Z_2}",
            ),
            Step(
                "Independence given $h$: the first result says nothing more about the second.",
                r"P(r_2\mid h,r_1)=P(r_2\mid h)",
            ),
            Step(
                "Put the first line into the second; the constants do not depend on $h$.",
                r"P(h\mid r_1,r_2)=\frac{P(h)\,P(r_1\mid h)\,P(r_2\mid h)}{Z_1Z_2}",
            ),
            Step(
                "Repeat for every further result. The posterior must sum to 1, which fixes the "
                "product of the constants.",
                r"Z_1\cdots Z_m=\sum_g P(g)\prod_i P(r_i\mid g)",
            ),
            Step(
                "A product does not depend on the order of its factors, so neither does the "
                "posterior.",
                r"\prod_{i}P(r_i\mid h)=\prod_{i}P(r_{\tau(i)}\mid h)",
            ),
        ),
        how="Updates and normalises after each of 7 results, in 10 random orders.",
        check=_sequence,
        source="Jeffreys, Theory of Probability, 3rd ed. 1961, ch. 1.",
    ),
    Statement(
        id="BU-4",
        section="bayes-rule",
        title="The likelihood ratio of two positive results needs the covariance of the tests "
        "within each group.",
        claim=r"\Lambda_{++}=\frac{s_1s_2+\gamma_D}{f_1f_2+\gamma_{\bar D}},\qquad "
        r"\gamma_G=\operatorname{Cov}(T_1,T_2\mid G)",
        hypotheses=(
            "$T_1, T_2\\in\\{0,1\\}$ are the results of two tests on the same person, and "
            "$0<P(D)<1$",
            "$s_i=P(T_i=1\\mid D)$ and $f_i=P(T_i=1\\mid\\bar D)$, with "
            "$f_1f_2+\\gamma_{\\bar D}>0$",
        ),
        steps=(
            Step(
                "Two results are one joint result, so BU-1 holds with the joint likelihoods.",
                r"\Lambda_{++}=\frac{P(T_1=1,T_2=1\mid D)}{P(T_1=1,T_2=1\mid\bar D)}",
            ),
            Step(
                "Both results are 1 exactly when their product is 1, and the mean of an "
                "indicator is its probability.",
                r"P(T_1=1,T_2=1\mid G)=E[T_1T_2\mid G]",
            ),
            Step(
                "The definition of the covariance within the group $G$.",
                r"E[T_1T_2\mid G]=E[T_1\mid G]\,E[T_2\mid G]+\gamma_G",
            ),
            Step(
                "Put it into both parts of the ratio.",
                r"\Lambda_{++}=\frac{s_1s_2+\gamma_D}{f_1f_2+\gamma_{\bar D}}",
            ),
            Step(
                "With both covariances 0, as under independence within the groups, the ratio is "
                "the product of the single ratios.",
                r"\gamma_D=\gamma_{\bar D}=0\;\Rightarrow\;\Lambda_{++}=\frac{s_1}{f_1}"
                r"\cdot\frac{s_2}{f_2}",
            ),
        ),
        how="Two tests share a hidden trait of the patient, such as severity. All 16 cells of "
        "state, trait and both results are written down and summed; the covariance within a group "
        "is that of the two rates over the trait.",
        check=_dependence,
        source="Vacek, The effect of conditional dependence on the evaluation of diagnostic "
        "tests, Biometrics, 1985.",
    ),
    Statement(
        id="BU-5",
        section="bayes-rule",
        title="On average the posterior mean is the prior mean, and the variance falls.",
        claim=r"E\big[E[\theta\mid X]\big]=\frac{a}{a+b},\qquad "
        r"E\big[\operatorname{Var}(\theta\mid X)\big]=\operatorname{Var}(\theta)\,"
        r"\frac{a+b}{a+b+n}",
        hypotheses=(
            "$\\theta\\sim\\mathrm{Beta}(a,b)$ with $a,b>0$, and "
            "$X\\mid\\theta\\sim\\mathrm{Bin}(n,\\theta)$ with $n\\ge 1$",
            "The average is over $X$ as the prior predicts it",
        ),
        steps=(
            Step(
                "Moments of the prior: each further power of $\\theta$ raises $a$ by one in the "
                "Beta integral, and $\\Gamma(z+1)=z\\,\\Gamma(z)$.",
                r"E[\theta]=\frac{B(a+1,b)}{B(a,b)}=\frac{a}{a+b},\qquad "
                r"E[\theta^2]=\frac{B(a+2,b)}{B(a,b)}=\frac{a(a+1)}{(a+b)(a+b+1)}",
            ),
            Step(
                "Subtract the square of the first from the second.",
                r"\operatorname{Var}(\theta)=\frac{a(a+1)}{(a+b)(a+b+1)}-\frac{a^2}{(a+b)^2}"
                r"=\frac{ab}{(a+b)^2(a+b+1)}",
            ),
            Step(
                "The rule of iterated expectations holds for any prior and any data: nobody can "
                "expect to be moved in a known direction.",
                r"E\big[E[\theta\mid X]\big]=E[\theta]=\frac{a}{a+b}",
            ),
            Step(
                "The law of total variance splits the prior variance.",
                r"\operatorname{Var}(\theta)=E[\operatorname{Var}(\theta\mid X)]"
                r"+\operatorname{Var}(E[\theta\mid X])",
            ),
            Step(
                "The exponents of prior and likelihood add, so the posterior is "
                "$\\mathrm{Beta}(a+X,b+n-X)$ with the mean $(a+X)/(a+b+n)$: linear in $X$.",
                r"\operatorname{Var}(E[\theta\mid X])=\frac{\operatorname{Var}(X)}{(a+b+n)^2}",
            ),
            Step(
                "Total variance again, for $X$: its mean given $\\theta$ is $n\\theta$, its "
                "variance $n\\theta(1-\\theta)$.",
                r"\operatorname{Var}(X)=nE[\theta(1-\theta)]+n^2\operatorname{Var}(\theta)",
            ),
            Step(
                "The first part from the moments of the prior: it is $a+b$ times the variance.",
                r"E[\theta(1-\theta)]=E[\theta]-E[\theta^2]=\frac{ab}{(a+b)(a+b+1)}"
                r"=(a+b)\operatorname{Var}(\theta)",
            ),
            Step(
                "Put it in.",
                r"\operatorname{Var}(X)=n\,(a+b+n)\operatorname{Var}(\theta),\qquad "
                r"\operatorname{Var}(E[\theta\mid X])=\frac{n}{a+b+n}\operatorname{Var}(\theta)",
            ),
            Step(
                "Subtract what the data explain from the prior variance.",
                r"E[\operatorname{Var}(\theta\mid X)]=\operatorname{Var}(\theta)"
                r"\Big(1-\frac{n}{a+b+n}\Big)=\operatorname{Var}(\theta)\,\frac{a+b}{a+b+n}",
            ),
        ),
        how="Takes mean and variance of every possible posterior from scipy and weighs them with "
        "scipy's beta-binomial distribution.",
        check=_martingale,
        source="Bernardo and Smith, Bayesian Theory, 1994, ch. 5.",
    ),
)
