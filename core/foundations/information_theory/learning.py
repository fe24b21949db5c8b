"""Log loss in the units of entropy: what a score costs, and what no score can avoid."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats
from scipy.special import expit, rel_entr

from core.foundations.compare import equal
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Kind, Reading, Statement, Step

_COVER = "Cover and Thomas, Elements of Information Theory, 2nd ed., 2006"


def _proper(rng: np.random.Generator) -> Reading:
    """Search the least expected loss instead of taking it from the truth."""
    claimed, measured = [], []
    for k in (3, 4, 6):
        p = draw.shares(rng, k)
        q = p * rng.permutation(np.geomspace(1, 8, k))
        q /= q.sum()
        claimed.append(f.divergence(p, q))
        measured.append(float(-p @ np.log(q)) - _least_loss(p, rng.normal(size=k)))
    return equal(
        np.ones(3),
        np.divide(measured, claimed),
        "expected loss of a belief less the least one, as a share of the divergence",
    )


def _least_loss(p: draw.Floats, start: draw.Floats) -> float:
    return -draw.highest(lambda stated: float(p @ np.log(stated)), start)


def _parts(rng: np.random.Generator) -> Reading:
    weights = draw.shares(rng, 5)
    rates, scores = rng.uniform(0.05, 0.95, size=5), rng.uniform(0.05, 0.95, size=5)
    events, others = weights * rates, weights * (1 - rates)
    loss = float(events @ -np.log(scores) + others @ -np.log1p(-scores))
    refined = float(weights @ stats.entropy([rates, 1 - rates]))
    return equal(
        [f.score_loss(weights, rates, scores), f.calibration_loss(weights, rates, scores)],
        [loss, loss - refined],
        "log loss over ten cells of score and outcome, and what recalibration removes",
    )


def _floor(rng: np.random.Generator) -> Reading:
    weights, rates = draw.shares(rng, 4), rng.uniform(0.1, 0.9, size=4)
    rows = np.stack([rates, 1 - rates], axis=1)

    def loss(z: draw.Floats) -> float:
        stated = expit(z)
        return float(weights @ (rates * -np.log(stated) + (1 - rates) * -np.log1p(-stated)))

    found = float(optimize.minimize(loss, rng.normal(size=4), tol=1e-9).fun)
    return equal(f.conditional_entropy(weights, rows), found, "least log loss, searched")


def _perplexity(rng: np.random.Generator) -> Reading:
    p, q = draw.rows(rng, 2, 6)
    mean = float(stats.gmean(1 / q, weights=p))
    return equal(
        [f.perplexity(p, q), f.perplexity(p, np.full(6, 1 / 6))],
        [mean, 6],
        "weighted geometric mean of 1/q, and the number of outcomes for a uniform guess",
    )


def best_growth(p: draw.Floats, odds: draw.Floats, start: draw.Floats) -> float:
    """Return the largest mean log growth of a fully staked bankroll, searched."""
    return draw.highest(lambda bet: float(p @ np.log(bet * odds)), start)


def _kelly(rng: np.random.Generator) -> Reading:
    signals, outcomes = draw.shares(rng, 3), draw.rows(rng, 3, 4)
    implied, paid = draw.shares(rng, 4), rng.uniform(0.75, 0.95)
    p, odds = signals @ outcomes, paid / implied
    start = rng.normal(size=4)
    blind = best_growth(p, odds, start)
    told = sum(
        float(w) * best_growth(row, odds, start) for w, row in zip(signals, outcomes, strict=True)
    )
    return equal(
        [f.growth(p, implied, paid), f.mutual_information(signals[:, None] * outcomes)],
        [blind, told - blind],
        "best growth without a signal, and what a signal adds, both searched",
    )


def _temperature(rng: np.random.Generator) -> Reading:
    scores, temperature = rng.normal(0, 2, size=5), rng.uniform(1.2, 3)
    step = 1e-4
    ends = [
        stats.entropy(np.exp(scores / (temperature + d)))
        for d in (-2 * step, -step, step, 2 * step)
    ]
    slope = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
    return equal(
        f.entropy_slope(scores, temperature),
        float(slope),
        "slope of SciPy's entropy of the tempered softmax",
        kind=Kind.DIFFERENCE,
    )


def tenths(reference: draw.Floats, batch: draw.Floats) -> tuple[draw.Floats, draw.Floats]:
    """Return the shares of both samples in the reference's tenths, half a row added to each."""
    edges = [-np.inf, *np.quantile(reference, np.arange(1, 10) / 10), np.inf]
    counts = [np.histogram(sample, edges)[0] + 0.5 for sample in (reference, batch)]
    return counts[0] / counts[0].sum(), counts[1] / counts[1].sum()


def _stability(rng: np.random.Generator) -> Reading:
    from core.stats.psi import psi

    reference, batch = rng.normal(size=400), rng.normal(0.5, 1.3, size=300)
    before, after = tenths(reference, batch)
    index = float(psi(reference[:, None], batch[:, None])[0])
    return equal(
        f.jeffreys(before, after), index, "the drift monitor's own index, 400 and 300 rows"
    )


def null_indices(
    rng: np.random.Generator, n: int, m: int, bins: draw.Floats, size: int
) -> draw.Floats:
    """Return indices of pairs of samples of one population with these chances of the bins."""
    first, second = (
        (rng.multinomial(rows, bins, size=size) + 0.5) / (rows + len(bins) / 2) for rows in (n, m)
    )
    return np.asarray((rel_entr(first, second) + rel_entr(second, first)).sum(axis=1))


def mean_null_index(n: int, m: int, bins: draw.Floats) -> float:
    """Return the exact mean of these indices, from the binomial law of the count of each bin.

    The samples are independent, so the mean of a product of theirs is the product of the means.
    """
    total = 0.0
    for chance in bins:
        (p, log_p, both_p), (q, log_q, both_q) = (
            _excess_means(rows, float(chance), len(bins)) for rows in (n, m)
        )
        total += float(chance) * (both_p + both_q - p * log_q - q * log_p)
    return total


def _excess_means(n: int, chance: float, bins: int) -> tuple[float, float, float]:
    """Return the means of u - 1, of log u and of their product; u is a bin's share over chance."""
    reach = 12 * np.sqrt(n * chance * (1 - chance)) + 12
    counts = np.arange(max(0, int(n * chance - reach)), min(n, int(n * chance + reach)) + 1)
    law = stats.binom.pmf(counts, n, chance)
    excess = (counts + 0.5 - (n + bins / 2) * chance) / ((n + bins / 2) * chance)
    log = np.log1p(excess)
    return float(law @ excess), float(law @ log), float(law @ (excess * log))


def _unchanged(rng: np.random.Generator) -> Reading:
    """Multiply both sample sizes until the terms which the formula leaves out do not count."""
    claimed, measured = [], []
    for count in (4, 7, 11):
        n, m = int(rng.integers(60, 150)), int(rng.integers(150, 300))
        bins = draw.shares(rng, count)
        a, b, c = (by * mean_null_index(by * n, by * m, bins) for by in (200, 400, 800))
        claimed.append(f.unchanged_psi(count, n, m))
        measured.append((8 * c - 6 * b + a) / 3)
    return equal(
        np.ones(3),
        np.divide(measured, claimed),
        "limit of the mean index of 4, 7 and 11 bins, as a share of the formula",
    )


STATEMENTS = (
    Statement(
        id="IT-30",
        section="learning",
        title="Log loss is least in expectation for the true probabilities; the excess is the "
        "divergence.",
        claim=r"\mathbb E_p[-\log q(Y)]-\mathbb E_p[-\log p(Y)]=D(p\|q)\ge0",
        hypotheses=(
            "The outcome $Y$ comes from $p$.",
            "The forecast $q$ gives every possible outcome a positive probability.",
        ),
        steps=(
            Step(
                "Expected loss of the forecast is the expected surprise of IT-9.",
                r"\mathbb E_p[-\log q(Y)]=H(p)+D(p\|q)",
            ),
            Step(
                "For the truth itself the divergence is 0.",
                r"\mathbb E_p[-\log p(Y)]=H(p)",
            ),
            Step(
                "Subtract; by IT-8 the excess is positive unless $q=p$. A forecaster who wants a "
                "low score has no better plan than to say what is believed.",
                r"D(p\|q)>0\ \text{ for }q\ne p",
            ),
        ),
        how="Expected losses over all outcomes, for three beliefs; the least one is found by "
        "a search over all forecasts, not taken from the truth.",
        check=_proper,
        source="Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation, "
        "2007; Good, Rational decisions, 1952",
    ),
    Statement(
        id="IT-31",
        section="learning",
        title="Log loss is miscalibration plus the label's entropy less what the score tells.",
        claim=r"\mathbb E[\ell]=\underbrace{\mathbb E\,d\big(r(S)\|S\big)}_{\text{calibration}}"
        r"+\underbrace{H(Y)-I(Y;S)}_{\text{refinement}=H(Y\mid S)}",
        hypotheses=(
            "$Y$ is yes (1) or no (0). The stated probability $S$ takes finitely many values in "
            "$(0,1)$, and $r(S)=P(Y=1\\mid S)$.",
            "The loss $\\ell$ is $-\\log S$ for yes and $-\\log(1-S)$ for no.",
            "$d(a\\|b)$ is the divergence between two coins, $h(a)$ the entropy of one.",
        ),
        steps=(
            Step(
                "Among the cases with score $s$ the label is a coin with $r(s)$; the loss there is "
                "the expected surprise of IT-9.",
                r"\mathbb E[\ell\mid S=s]=h(r(s))+d\big(r(s)\|s\big)",
            ),
            Step(
                "Average over the scores; the first part is a conditional entropy (IT-4).",
                r"\mathbb E[\ell]=H(Y\mid S)+\mathbb E\,d\big(r(S)\|S\big)",
            ),
            Step("Bring in the information (IT-18).", r"H(Y\mid S)=H(Y)-I(Y;S)"),
            Step(
                "In the log loss of coins the information is itself a mean divergence: of the "
                "rates from the base rate (IT-6).",
                r"I(Y;S)=\mathbb E\,d\big(r(S)\|P(Y=1)\big)",
            ),
        ),
        how="The loss is added up over all ten combinations of score and outcome; SciPy's entropy "
        "of the rates is taken off to leave what recalibration removes.",
        check=_parts,
        source="Bröcker, Reliability, sufficiency, and the decomposition of proper scores, 2009",
    ),
    Statement(
        id="IT-32",
        section="learning",
        title="No model of the features has a smaller expected log loss than $H(Y\\mid X)$.",
        claim=r"\min_{q}\ \mathbb E\big[-\log q(Y\mid X)\big]=H(Y\mid X)",
        hypotheses=(
            "The model $q$ sees $X$ and nothing else.",
            "The loss is an expectation over the population, not a mean over cases it was fitted "
            "to.",
        ),
        steps=(
            Step(
                "For each $x$ the loss is an expected surprise (IT-9).",
                r"\mathbb E[-\log q(Y\mid x)]=H(Y\mid X=x)"
                r"+D\big(p(\cdot\mid x)\|q(\cdot\mid x)\big)",
            ),
            Step(
                "Average over $X$. The divergences are at least 0 and vanish for the true "
                "conditional probabilities (IT-8).",
                r"\mathbb E[-\log q(Y\mid X)]\ge H(Y\mid X)",
            ),
            Step(
                "Being calibrated is less: by IT-31 a calibrated score costs $H(Y\\mid S)$, and a "
                "score made from $X$ has $H(Y\\mid S)\\ge H(Y\\mid X)$ (IT-24).",
                r"H(Y\mid X)\le H(Y\mid S)\le H(Y)",
            ),
        ),
        how="A quasi-Newton search over one free probability for each value of $x$.",
        check=_floor,
        source=f"{_COVER}, theorem 2.6.5; Bröcker, 2009",
    ),
    Statement(
        id="IT-33",
        section="learning",
        title="Perplexity is the geometric mean of the inverse probabilities, and $k$ for a "
        "uniform guess among $k$.",
        claim=r"e^{H(p,q)}=\prod_i\Big(\frac1{q_i}\Big)^{p_i}",
        hypotheses=("$q_i>0$ wherever $p_i>0$.",),
        steps=(
            Step(
                "Exponentiate the expected surprise of IT-9; a sum of logarithms is a product.",
                r"e^{-\sum_ip_i\log q_i}=\prod_iq_i^{-p_i}",
            ),
            Step(
                "The exponents add up to 1, so this is a weighted geometric mean. For $q_i=1/k$ "
                "every factor is $k$.",
                r"\prod_ik^{p_i}=k",
            ),
            Step(
                "By IT-8 the smallest perplexity of any $q$ is that of the truth.",
                r"e^{H(p,q)}\ge e^{H(p)}",
            ),
        ),
        how="SciPy's weighted geometric mean.",
        check=_perplexity,
        source="Jelinek, Mercer, Bahl and Baker, Perplexity, 1977",
    ),
    Statement(
        id="IT-34",
        section="learning",
        title="Information is growth: the best bettor's money grows by the divergence from the "
        "odds, and a signal adds its information.",
        claim=r"\max_b\sum_xp_x\log(b_xo_x)=D(p\|r)+\log c,\qquad o_x=\frac c{r_x},\qquad"
        r"\Delta=I(X;S)",
        hypotheses=(
            "All money is staked each round, in shares $b_x$ that add up to 1, and rounds are "
            "independent.",
            "The odds $o_x$ pay $o_x$ for each unit on the outcome; $r$ is a distribution. (Any "
            "positive odds are of this form, with $1/c=\\sum_x1/o_x$.)",
            "The bettor knows the true $p$ (and $p(x\\mid s)$ where there is a signal).",
        ),
        steps=(
            Step(
                "The logarithm of the money is a sum over rounds, so per round it tends to its "
                "mean (as in IT-3). Insert the odds.",
                r"G(b)=\sum_xp_x\log\frac{c\,b_x}{r_x}",
            ),
            Step(
                "Put $p_x$ into the ratio: two divergences appear.",
                r"G(b)=\log c+D(p\|r)-D(p\|b)",
            ),
            Step(
                "By IT-8 the last is smallest, 0, at $b=p$: bet what you believe, whatever the "
                "odds.",
                r"\max_bG(b)=D(p\|r)+\log c",
            ),
            Step(
                "With a signal the same holds for each value of it; average and compare. "
                "Both $r$ and $c$ cancel.",
                r"\Delta=\sum_sp(s)D\big(p(\cdot\mid s)\|r\big)-D(p\|r)"
                r"=\sum_sp(s)D\big(p(\cdot\mid s)\|p\big)=I(X;S)",
            ),
        ),
        how="The growth is maximised numerically over all ways to split the stake, with and "
        "without a signal.",
        check=_kelly,
        source="Kelly, A New Interpretation of Information Rate, 1956; "
        f"{_COVER}, theorems 6.1.2 and 6.2.1",
    ),
    Statement(
        id="IT-35",
        section="learning",
        title="A higher softmax temperature raises the entropy and leaves the ranking as it is.",
        claim=r"\frac{dH}{dT}=\frac{\mathrm{Var}_p(z)}{T^3}>0,\qquad p_i\propto e^{z_i/T}",
        hypotheses=("The scores $z_i$ are not all equal.", "One $T>0$ for all classes."),
        steps=(
            Step(
                "Let $b=1/T$ and $A(b)=\\log\\sum_ie^{bz_i}$. Its derivatives are the mean and the "
                "variance of the scores.",
                r"A'(b)=\frac{\sum_iz_ie^{bz_i}}{\sum_ie^{bz_i}}=\mathbb E_p[z],\qquad "
                r"A''(b)=\frac{\sum_iz_i^2e^{bz_i}}{\sum_ie^{bz_i}}-A'(b)^2=\mathrm{Var}_p(z)",
            ),
            Step(
                "The surprise of class $i$ is $A-bz_i$; average it.",
                r"H=A(b)-b\,A'(b)",
            ),
            Step(
                "Differentiate; the first derivatives cancel.",
                r"\frac{dH}{db}=A'-A'-b\,A''(b)=-b\,A''(b)",
            ),
            Step(
                "Chain rule with $db/dT=-1/T^2$. The variance is positive because every $p_i$ is "
                "and the scores are not all equal.",
                r"\frac{dH}{dT}=\frac1{T^2}\cdot\frac1T\,\mathrm{Var}_p(z)>0",
            ),
            Step(
                "Dividing all scores by one positive number keeps their order, so accuracy and AUC "
                "of a two-class score stay; only confidence moves.",
                r"z_i>z_j\iff\frac{z_i}T>\frac{z_j}T",
            ),
        ),
        how="A five-point difference of SciPy's entropy of the tempered softmax.",
        check=_temperature,
        source="Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017",
    ),
    Statement(
        id="IT-36",
        section="learning",
        title="The population stability index is the divergence between the binned samples, "
        "summed over both directions.",
        claim=r"\mathrm{PSI}=\sum_i(q_i-p_i)\log\frac{q_i}{p_i}=D(p\|q)+D(q\|p)",
        hypotheses=("$p$ and $q$ are shares in the same bins, none of them 0.",),
        steps=(
            Step(
                "Multiply out.",
                r"\sum_i(q_i-p_i)\log\frac{q_i}{p_i}"
                r"=\sum_iq_i\log\frac{q_i}{p_i}-\sum_ip_i\log\frac{q_i}{p_i}",
            ),
            Step(
                "The first sum is a divergence, the second one with the ratio turned.",
                r"=D(q\|p)+D(p\|q)",
            ),
            Step(
                "So it is 0 only for equal shares (IT-8), and coarser bins can only lower it "
                "(IT-13). It is symmetric but no distance: see the erratum on triangles.",
                r"\mathrm{PSI}\ge0",
            ),
        ),
        how="The index of this suite's drift monitor on two samples; the claimed side counts the "
        "same tenths with NumPy's histogram.",
        check=_stability,
        source="Jeffreys, An invariant form for the prior probability in estimation problems, "
        "1946; Kullback and Leibler, 1951",
    ),
    Statement(
        id="IT-37",
        section="learning",
        title="Where nothing has changed the index is still about $(B-1)(1/n+1/m)$.",
        claim=r"\mathbb E\,\mathrm{PSI}\approx(B-1)\Big(\frac1n+\frac1m\Big)",
        hypotheses=(
            "$n$ and $m$ independent rows of one population are counted in the same $B$ bins, "
            "which do not depend on the rows.",
            "Many rows are expected in every bin.",
        ),
        steps=(
            Step(
                "Both shares lie near the same chances $\\pi_i$ of the bins, so use "
                "$\\log u\\approx u-1$ for $u=\\hat q_i/\\hat p_i$ in the sum of IT-36.",
                r"\mathrm{PSI}=\sum_i(\hat q_i-\hat p_i)\log\frac{\hat q_i}{\hat p_i}"
                r"\approx\sum_i\frac{(\hat q_i-\hat p_i)^2}{\hat p_i}"
                r"\approx\sum_i\frac{(\hat q_i-\hat p_i)^2}{\pi_i}",
            ),
            Step(
                "The shares are unbiased and independent of each other, so the mean square is the "
                "sum of their variances.",
                r"\mathbb E(\hat q_i-\hat p_i)^2=\pi_i(1-\pi_i)\Big(\frac1n+\frac1m\Big)",
            ),
            Step(
                "Divide by $\\pi_i$ and add up over the bins.",
                r"\sum_i(1-\pi_i)\Big(\frac1n+\frac1m\Big)=(B-1)\Big(\frac1n+\frac1m\Big)",
            ),
        ),
        how="The exact mean, from the binomial law of every bin's count, at 200, 400 and 800 times "
        "the sizes, multiplied by that factor and extrapolated to its limit; 4, 7 and 11 bins of "
        "different chances, half a row added to each.",
        check=_unchanged,
        source="Yurdakul and Naranjo, Statistical properties of the population stability index, "
        "2020",
    ),
)
