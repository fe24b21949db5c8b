"""Divergence: the price of believing the wrong distribution."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats
from scipy.special import rel_entr

from core.foundations.compare import equal
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Kind, Reading, Statement, Step

_COVER = "Cover and Thomas, Elements of Information Theory, 2nd ed., 2006"


def _gibbs(rng: np.random.Generator) -> Reading:
    p = draw.shares(rng, 5)
    found = -draw.highest(lambda q: float(p @ np.log(q)), rng.normal(size=5))
    return equal(f.entropy(p), found, "least expected surprise over all beliefs, searched")


def _cross(rng: np.random.Generator) -> Reading:
    p, q = draw.rows(rng, 2, 6)
    believed = sum(-a * math.log(b) for a, b in zip(p, q, strict=True))
    return equal(f.cross_entropy(p, q), believed, "expected surprise under the belief")


def _normals(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for apart in (0.1, 0.5, 1.5, 3.0):
        (a, b), s = rng.normal(0, 1.5) + np.array([0, apart]), rng.uniform(0.6, 1.9)
        t = s * rng.choice([rng.uniform(0.5, 0.8), rng.uniform(1.25, 2)])
        x = np.linspace(a - 12 * s, a + 12 * s, 4_001)
        log_p, log_q = stats.norm.logpdf(x, a, s), stats.norm.logpdf(x, b, t)
        claimed.append(f.normal_divergence(a, s, b, t))
        measured.append(np.trapezoid(np.exp(log_p) * (log_p - log_q), x))
    return equal(
        np.ones(4),
        np.divide(measured, claimed),
        "integrals for four pairs of normals, near and far, as shares of the formula",
    )


def _bend(loss: list[float], step: float) -> float:
    return sum(loss) / step**2


def _fisher(rng: np.random.Generator) -> Reading:
    p, rate = rng.uniform(0.15, 0.4), rng.uniform(3, 7)
    coin = np.array([p, 1 - p])
    tosses = [draw.relative(coin, coin + np.array([d, -d])) for d in (1e-4, -1e-4)]
    step, counts = 3e-4 * rate, np.arange(80)
    pmf = stats.poisson.pmf(counts, rate)
    events = [draw.relative(pmf, stats.poisson.pmf(counts, rate + d)) for d in (step, -step)]
    return equal(
        [f.bernoulli_information(p), f.poisson_information(rate)],
        [_bend(tosses, 1e-4), _bend(events, step)],
        "second difference of the divergence: a coin and a Poisson count",
        kind=Kind.DIFFERENCE,
    )


def _chain(rng: np.random.Generator) -> Reading:
    p, q = draw.rows(rng, 2, 4)
    p_rows, q_rows = draw.rows(rng, 4, 3), draw.rows(rng, 4, 3)
    whole = float(stats.entropy((p[:, None] * p_rows).ravel(), (q[:, None] * q_rows).ravel()))
    return equal(f.chained_divergence(p, q, p_rows, q_rows), whole, "divergence of the pairs")


def _processing(rng: np.random.Generator) -> Reading:
    p, q = draw.rows(rng, 2, 5)
    channel = draw.rows(rng, 5, 3)
    lost = draw.relative(p, q) - draw.relative(p @ channel, q @ channel)
    return equal(f.processing_loss(p, q, channel), lost, "divergence before less after a channel")


def _maximum_likelihood(rng: np.random.Generator) -> Reading:
    drawn = rng.binomial(6, rng.uniform(0.25, 0.75), size=150)
    share = np.bincount(drawn, minlength=7) / drawn.size
    best = optimize.minimize_scalar(
        lambda t: rel_entr(share, stats.binom.pmf(np.arange(7), 6, t)).sum(),
        bounds=(0.01, 0.99),
        method="bounded",
        options={"xatol": 1e-9},
    )
    fitted = float(stats.binom.logpmf(drawn, 6, drawn.mean() / 6).mean())
    return equal(
        f.likelihood_divergence(fitted, f.entropy(share)),
        float(best.fun),
        "least divergence of a sample from any binomial model",
        scale=max(1.0, -fitted),
    )


STATEMENTS = (
    Statement(
        id="IT-8",
        section="divergence",
        title="No belief makes reality less surprising than the truth does.",
        claim=r"D(p\|q)=\sum_ip_i\log\frac{p_i}{q_i}\ge0,\qquad "
        r"\min_q\sum_ip_i(-\log q_i)=H(p)\ \text{ at }q=p",
        hypotheses=("$p$ and $q$ are distributions, and $q_i>0$ wherever $p_i>0$.",),
        steps=(
            Step(
                "Use $\\log u\\le u-1$ (IT-2) with $u=q_i/p_i$ where $p_i>0$.",
                r"-D(p\|q)=\sum_{p_i>0}p_i\log\frac{q_i}{p_i}\le\sum_{p_i>0}(q_i-p_i)",
            ),
            Step(
                "The $p_i$ add up to 1, the $q_i$ on this set to at most 1.",
                r"\sum_{p_i>0}(q_i-p_i)\le1-1=0",
            ),
            Step(
                "The tangent touches only at $u=1$, so equality needs $q_i=p_i$ for all $i$.",
                r"D(p\|q)=0\iff p=q",
            ),
            Step(
                "Write the divergence as a difference of two sums: the expected surprise under "
                "$q$ is smallest where the divergence vanishes.",
                r"\sum_ip_i(-\log q_i)=H(p)+D(p\|q)\ge H(p)",
            ),
        ),
        how="A quasi-Newton search over all beliefs $q$ from a random start.",
        check=_gibbs,
        source=f"{_COVER}, theorem 2.6.3; Kullback and Leibler, 1951, lemma 3.1",
    ),
    Statement(
        id="IT-9",
        section="divergence",
        title="Expected surprise under a belief is entropy plus divergence.",
        claim=r"H(p,q)=-\sum_ip_i\log q_i=H(p)+D(p\|q)",
        hypotheses=("$q_i>0$ wherever $p_i>0$.",),
        steps=(
            Step(
                "Multiply and divide by $p_i$ inside the logarithm.",
                r"-\log q_i=-\log p_i+\log\frac{p_i}{q_i}",
            ),
            Step(
                "Average over $p$: the first part is the entropy, the second the divergence.",
                r"-\sum_ip_i\log q_i=-\sum_ip_i\log p_i+\sum_ip_i\log\frac{p_i}{q_i}",
            ),
            Step(
                "The first part belongs to the world and no model can lower it; the second "
                "belongs to the model. Swapping $p$ and $q$ changes both.",
                r"\underbrace{H(p)}_{\text{world}}+\underbrace{D(p\|q)}_{\text{model}}",
            ),
        ),
        how="The expected surprise is added up outcome by outcome, without entropy or divergence.",
        check=_cross,
        source=f"{_COVER}, theorem 5.4.3 (wrong code)",
    ),
    Statement(
        id="IT-10",
        section="divergence",
        title="The divergence between two normal distributions has a closed form, "
        "with the second one's scale as the yardstick.",
        claim=r"D\big(\mathcal N(\mu_1,\sigma_1^2)\,\|\,\mathcal N(\mu_2,\sigma_2^2)\big)="
        r"\log\frac{\sigma_2}{\sigma_1}+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}-\frac12",
        hypotheses=("Both are normal with positive standard deviations.",),
        steps=(
            Step(
                "Take the logarithm of the ratio of the densities; $\\sqrt{2\\pi}$ cancels.",
                r"\log\frac{p(x)}{q(x)}=\log\frac{\sigma_2}{\sigma_1}"
                r"-\frac{(x-\mu_1)^2}{2\sigma_1^2}+\frac{(x-\mu_2)^2}{2\sigma_2^2}",
            ),
            Step(
                "Average over $x\\sim p$. The middle term is half a standardised variance.",
                r"\mathbb E_p\frac{(X-\mu_1)^2}{2\sigma_1^2}=\frac12",
            ),
            Step(
                "Shift by $\\mu_1$ in the last term; the cross term has mean 0.",
                r"\mathbb E_p(X-\mu_2)^2=\mathbb E_p\big(X-\mu_1+\mu_1-\mu_2\big)^2"
                r"=\sigma_1^2+(\mu_1-\mu_2)^2",
            ),
            Step(
                "Collect the three terms. Where the scales are equal the divergence is half the "
                "squared distance of the means in standard deviations.",
                r"D=\log\frac{\sigma_2}{\sigma_1}"
                r"+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}-\frac12",
            ),
        ),
        how="The trapezoidal rule on 4,001 points across 24 standard deviations, from SciPy's "
        "densities.",
        check=_normals,
        source="Kullback, Information Theory and Statistics, 1959, chapter 9",
    ),
    Statement(
        id="IT-11",
        section="divergence",
        title="For a small change of a parameter the divergence is half the Fisher information "
        "times the squared change.",
        claim=r"D(p_\theta\|p_{\theta+\delta})=\tfrac12 I(\theta)\,\delta^2+O(\delta^3),\qquad "
        r"I_{\text{coin}}=\frac1{p(1-p)},\quad I_{\text{Poisson}}=\frac1\lambda",
        hypotheses=(
            "The set of possible outcomes does not depend on $\\theta$.",
            "$\\log p_\\theta$ has three derivatives in $\\theta$, the third bounded near "
            "$\\theta$ by a function of the outcome with a finite mean.",
            "Differentiation and summation may be swapped.",
        ),
        steps=(
            Step(
                "Expand the log-density around $\\theta$.",
                r"\log\frac{p_\theta}{p_{\theta+\delta}}=-\delta\,\partial_\theta\log p_\theta"
                r"-\tfrac12\delta^2\,\partial_\theta^2\log p_\theta+O(\delta^3)",
            ),
            Step(
                "The slope of the log-density has mean 0, because probabilities add up to 1 for "
                "every $\\theta$.",
                r"\sum_xp_\theta\,\partial_\theta\log p_\theta=\sum_x\partial_\theta p_\theta"
                r"=\partial_\theta\sum_xp_\theta=0",
            ),
            Step(
                "Fisher information $I(\\theta)$ is the mean of "
                "$-\\partial_\\theta^2\\log p_\\theta$; average the expansion under $p_\\theta$.",
                r"D(p_\theta\|p_{\theta+\delta})=\tfrac12 I(\theta)\delta^2+O(\delta^3)",
            ),
            Step(
                "A coin: $\\log p(x)=x\\log p+(1-x)\\log(1-p)$ with $\\mathbb E X=p$.",
                r"I=\mathbb E\Big[\frac{X}{p^2}+\frac{1-X}{(1-p)^2}\Big]=\frac1p+\frac1{1-p}"
                r"=\frac1{p(1-p)}",
            ),
            Step(
                "A Poisson count: $\\log p(x)=x\\log\\lambda-\\lambda-\\log x!$ with "
                "$\\mathbb E X=\\lambda$.",
                r"I=\mathbb E\,\frac{X}{\lambda^2}=\frac1\lambda",
            ),
        ),
        how="Central second differences of the divergence, added up over the outcomes.",
        check=_fisher,
        source="Kullback, Information Theory and Statistics, 1959, chapter 2, section 6",
    ),
    Statement(
        id="IT-12",
        section="divergence",
        title="The divergence of pairs is that of the first plus the mean divergence of the "
        "second given the first.",
        claim=r"D\big(p(x,y)\|q(x,y)\big)=D\big(p(x)\|q(x)\big)"
        r"+\sum_xp(x)\,D\big(p(y\mid x)\|q(y\mid x)\big)",
        hypotheses=("$p$ and $q$ are distributions of pairs, and $q(x,y)>0$ wherever $p(x,y)>0$.",),
        steps=(
            Step(
                "The product rule on both sides of the ratio.",
                r"\log\frac{p(x,y)}{q(x,y)}=\log\frac{p(x)}{q(x)}"
                r"+\log\frac{p(y\mid x)}{q(y\mid x)}",
            ),
            Step(
                "Average over $p(x,y)$; the first term depends on $x$ alone.",
                r"\sum_{x,y}p(x,y)\log\frac{p(x)}{q(x)}=D\big(p(x)\|q(x)\big)",
            ),
            Step(
                "In the second take $p(x)$ out: the weights are those of $p$, not of $q$.",
                r"\sum_xp(x)\sum_yp(y\mid x)\log\frac{p(y\mid x)}{q(y\mid x)}"
                r"=\sum_xp(x)\,D\big(p(y\mid x)\|q(y\mid x)\big)",
            ),
        ),
        how="SciPy's relative entropy of the two flattened tables.",
        check=_chain,
        source=f"{_COVER}, theorem 2.5.3",
    ),
    Statement(
        id="IT-13",
        section="divergence",
        title="Processing hides divergence: what a channel loses is the mean divergence of the "
        "inputs given the output.",
        claim=r"D(p\|q)-D(pW\|qW)=\sum_y(pW)_y\,D\big(p(x\mid y)\|q(x\mid y)\big)\ge0",
        hypotheses=(
            "Both inputs go through the same channel $W(y\\mid x)$.",
            "$q(x)>0$ wherever $p(x)>0$.",
        ),
        steps=(
            Step(
                "IT-12 with the input first. The rows are those of the same channel, so the "
                "second part vanishes.",
                r"D\big(p(x,y)\|q(x,y)\big)=D(p\|q)+0",
            ),
            Step(
                "IT-12 with the output first.",
                r"D\big(p(x,y)\|q(x,y)\big)=D(pW\|qW)"
                r"+\sum_y(pW)_y\,D\big(p(x\mid y)\|q(x\mid y)\big)",
            ),
            Step(
                "Subtract. By IT-8 each term of the sum is at least 0: merging bins, rounding and "
                "adding noise can only bring two populations closer.",
                r"D(pW\|qW)\le D(p\|q)",
            ),
        ),
        how="SciPy's divergences before and after a random channel from five values to three.",
        check=_processing,
        source=f"{_COVER}, sections 2.8 and 4.4; Csiszár, 1967",
    ),
    Statement(
        id="IT-14",
        section="divergence",
        title="Maximum likelihood picks the model with the least divergence from the sample.",
        claim=r"D(\hat p\|p_\theta)=-\frac1n\sum_{j=1}^n\log p_\theta(x_j)-H(\hat p)",
        hypotheses=(
            "$\\hat p$ holds the shares of a sample $x_1,\\dots,x_n$ of discrete outcomes.",
            "The model $p_\\theta$ gives every observed outcome a positive probability.",
        ),
        steps=(
            Step(
                "Collect equal observations: value $x$ appears $n\\hat p(x)$ times.",
                r"-\frac1n\sum_{j}\log p_\theta(x_j)=-\sum_x\hat p(x)\log p_\theta(x)",
            ),
            Step(
                "The right side is the expected surprise of IT-9 with the sample as the truth.",
                r"-\sum_x\hat p(x)\log p_\theta(x)=H(\hat p)+D(\hat p\|p_\theta)",
            ),
            Step(
                "$H(\\hat p)$ does not depend on $\\theta$, so both have the same best $\\theta$.",
                r"\arg\max_\theta\sum_j\log p_\theta(x_j)=\arg\min_\theta D(\hat p\|p_\theta)",
            ),
            Step(
                "For binomial counts out of $m$ with mean $\\bar x$ set the derivative of the mean "
                "log-likelihood to 0; it falls in $\\theta$, so this is the maximum.",
                r"\frac{\bar x}{\theta}-\frac{m-\bar x}{1-\theta}=0"
                r"\ \Longrightarrow\ \hat\theta=\frac{\bar x}{m}",
            ),
        ),
        how="A bounded scalar search minimises the divergence of 150 binomial counts; the claimed "
        "side has the likelihood at the mean.",
        check=_maximum_likelihood,
        source="Akaike, Information theory and an extension of the maximum likelihood principle, "
        "1973",
    ),
)
