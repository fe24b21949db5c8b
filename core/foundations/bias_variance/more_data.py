"""More data and more parameters: nearest neighbours, learning curves, double descent."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import integrate, linalg, stats

from core.foundations.bias_variance import formulas_many
from core.foundations.bias_variance.instances import (
    NORMAL_LIKE,
    Floats,
    bartlett_designs,
    every,
)
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "more-data",
    "More data, more parameters",
    "As long as a linear model has fewer parameters than rows, more rows lower its variance; where "
    "a method looks at neighbours they lower the bias too, because neighbours move closer. More "
    "parameters than rows are possible too: the expected error is infinite where the number of "
    "parameters meets the number of rows, and the variance falls again beyond, if among all "
    "perfect fits the shortest is taken.",
)


def circle_fit(x: Floats, values: Floats, k: int) -> Floats:
    """Return the mean of the k nearest values on a circle of length 1, at each point."""
    apart = np.abs(x[:, None] - x)
    nearest = np.argsort(np.minimum(apart, 1 - apart), axis=1)[:, :k]
    fits: Floats = values[nearest].mean(axis=1)
    return fits


def neighbours(rng: np.random.Generator) -> Reading:
    """Average the true curve over the nearest points, for three sizes of all kinds."""
    cases = [(3, 17, 2), (7, 20, 3), (5, 41, int(rng.integers(1, 5)))]
    claimed, measured = [], []
    for k, m, waves in cases:
        amplitude, phase = float(rng.uniform(0.5, 1.5)), float(rng.uniform(0, 1))
        x = np.arange(m) / m
        f = amplitude * np.sin(2 * np.pi * (waves * x + phase))
        factor = formulas_many.window_factor(k, m, waves)
        claimed += [factor, formulas_many.knn_bias_squared(amplitude, factor)]
        fits = circle_fit(x, f, k)
        measured += [float(fits @ f / (f @ f)), float(np.mean((fits - f) ** 2))]
    return equal(claimed, measured, f"(k, m, waves) = {', '.join(map(str, cases))}")


def learning_curve(rng: np.random.Generator) -> Reading:
    """Fit unit noise on designs with the moments of normal ones, and predict new rows."""
    sigma = float(rng.uniform(0.5, 1.5))
    sizes = [(p + gap, p) for p in (1, 2, 3) for gap in (2, int(rng.integers(3, 9)))]
    claimed, measured = [], []
    for m, p in sizes:
        X, chances = bartlett_designs(rng, m, p)
        rows, odds = every(NORMAL_LIKE, p)
        errors = np.sum((rows @ np.linalg.pinv(X)) ** 2, axis=2) @ odds
        claimed.append(formulas_many.ols_excess(sigma, p, m))
        measured.append(sigma**2 * float(chances @ errors))
    return equal(claimed, measured, f"(m, p) = {', '.join(map(str, sizes))}")


def orbit(X: Floats) -> Floats:
    """Return a design with its features shifted round and with every pattern of signs."""
    p = X.shape[1]
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=p)))
    shifted = np.array([np.roll(X, shift, axis=1) for shift in range(p)])
    designs: Floats = (shifted[:, None] * signs[:, None]).reshape(-1, *X.shape)
    return designs


def missed(X: Floats, theta: Floats) -> float:
    """Return the mean squared bias of the shortest fit over equally likely designs."""
    fits = np.linalg.pinv(X) @ (X @ theta)[:, :, None]
    return float(np.mean(np.sum((fits[:, :, 0] - theta) ** 2, axis=1)))


def interpolation(rng: np.random.Generator) -> Reading:
    """Find bias and variance of the shortest fit, each over all designs of a finite law."""
    sigma = float(rng.uniform(0.8, 1.2))
    sizes = [(1, 5), *((m, m + int(rng.integers(2, 5))) for m in (1, 2, 3))]
    claimed, measured = [], []
    for m, p in sizes:
        theta = rng.normal(size=p)
        theta *= float(rng.uniform(1.2, 1.6)) / np.linalg.norm(theta)
        tall, chances = bartlett_designs(rng, p, m)
        inverse = np.linalg.pinv(tall.transpose(0, 2, 1))
        claimed += [
            formulas_many.interpolation_bias(theta, m),
            formulas_many.interpolation_variance(sigma, p, m),
        ]
        measured += [
            missed(orbit(rng.normal(size=(m, p))), theta),
            sigma**2 * float(chances @ np.sum(inverse**2, axis=(1, 2))),
        ]
    return equal(claimed, measured, f"bias², variance; (m, p) = {', '.join(map(str, sizes))}")


def close(m: int, distance: float) -> float:
    """Return how likely a normal column in m dimensions lies within a distance of a hyperplane."""

    def within(angle: float) -> float:
        length = stats.chi2.cdf((distance / np.cos(angle)) ** 2, m)
        return float(length * np.sin(angle) ** (m - 2))

    def all_angles(angle: float) -> float:
        return float(np.sin(angle) ** (m - 2))

    parts = [integrate.quad(f, 0, np.pi / 2, epsabs=1e-12)[0] for f in (within, all_angles)]
    return float(parts[0] / parts[1])


def square(rng: np.random.Generator) -> Reading:
    """Integrate over length and direction of a column, at random levels and those of matrices."""
    sizes = (2, 3, 6)
    claimed, measured = [], []
    for m in sizes:
        level = float(np.exp(rng.uniform(np.log(0.5), np.log(20))))
        X = rng.normal(size=(m, m))
        entry = float(np.sum(np.linalg.inv(X)[0] ** 2))
        normal = linalg.null_space(X[:, 1:].T)[:, 0]
        claimed += [formulas_many.square_tail(level), formulas_many.square_tail(entry)]
        measured += [close(m, level**-0.5), close(m, abs(float(normal @ X[:, 0])))]
    return equal(claimed, measured, f"random levels and entries, m = {', '.join(map(str, sizes))}")


STATEMENTS = (
    Statement(
        id="BV-23",
        section="more-data",
        title="At fixed $k$ the bias of $k$ nearest neighbours vanishes as the number of points "
        "grows: on a circle averaging leaves a known share of a wave, which tends to 1.",
        claim=r"\mathbb{E}\hat y=D\,f,\quad D=\frac{\sin(\pi qk/m)}{k\sin(\pi q/m)},\qquad"
        r"\frac1m\lVert\mathbb{E}\hat y-f\rVert^2=\frac{A^2(1-D)^2}{2}",
        hypotheses=(
            r"The $m$ points $x_i$ are equally spaced on a circle of length 1, and "
            r"$f(x)=A\sin(2\pi qx+\phi)$ with a whole number $q\ge1$ of waves, $2q<m$",
            "$k<m$ is odd: the fit averages the outcomes of a point and of its $(k-1)/2$ "
            "neighbours on each side",
            r"The noise has mean 0",
        ),
        steps=(
            Step(
                r"The expected fit is the mean of the true curve over the window; $r=(k-1)/2$.",
                r"\mathbb{E}\hat y_i=\frac Ak\sum_{j=-r}^{r}\sin\Big(2\pi q\big(x_i+\tfrac jm\big)"
                r"+\phi\Big)",
            ),
            Step(
                r"Addition theorem, $\sin(a+b)=\sin a\cos b+\cos a\sin b$ with $b=2\pi qj/m$; the "
                r"parts with $\sin b$ cancel between $j$ and $-j$.",
                r"\mathbb{E}\hat y_i=f(x_i)\,\frac1k\sum_{j=-r}^{r}\cos\frac{2\pi qj}{m}",
            ),
            Step(
                r"Multiply by $2\sin u$ with $u=\pi q/m$, which is not 0: each product $2\sin "
                r"u\cos2ju$ is the difference $\sin(2j+1)u-\sin(2j-1)u$, and the sum telescopes "
                r"to $\sin(2r+1)u-\sin(-2r-1)u=2\sin(2r+1)u$. Here $2r+1=k$.",
                r"\sum_{j=-r}^{r}\cos\frac{2\pi qj}{m}=\frac{\sin(\pi q(2r+1)/m)}{\sin(\pi q/m)}",
            ),
            Step(
                "So the bias is $(D-1)f$. The mean of $f^2$ over the points is $A^2/2$: in "
                r"$\sin^2a=\tfrac12-\tfrac12\cos2a$ the cosines have $2q$ waves and add up to 0, "
                "because $0<2q<m$.",
                r"\frac1m\lVert(D-1)f\rVert^2=\frac{A^2(1-D)^2}{2}",
            ),
            Step(
                r"For fixed $k\ge3$ and many points $\sin u=u-u^3/6+\dots$ gives the rate: squared "
                "bias falls like $m^{-4}$, while for uncorrelated noise the variance stays "
                r"$\sigma^2/k$.",
                r"1-D=1-\frac{ku-k^3u^3/6+\dots}{k(u-u^3/6+\dots)}\approx\frac{(k^2-1)u^2}{6}"
                r"=\frac{(k^2-1)\pi^2q^2}{6m^2}\;\longrightarrow\;0",
            ),
        ),
        how="For 17, 20 and 41 points the 3, 7 and 5 nearest neighbours are searched by distance, "
        "and the true curve, with another number of waves each time, is averaged over them.",
        check=neighbours,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, section 7.3; Györfi, Kohler, Krzyżak and Walk, A Distribution-Free Theory of "
        "Nonparametric Regression, 2002, chapter 6",
    ),
    Statement(
        id="BV-24",
        section="more-data",
        title=r"With normal features the expected error of least squares on new patients lies "
        r"$\sigma^2p/(m-p-1)$ above the noise.",
        claim=r"\mathbb{E}(y-x^\top\hat\theta)^2=\sigma^2\Big(1+\frac{p}{m-p-1}\Big),\qquad p<m-1",
        hypotheses=(
            r"The $m$ rows of the design and the new $x$ are independent $N(0,I_p)$",
            r"$y=x^\top\theta+\varepsilon$ for all of them; the noise values are independent of "
            r"each other and of the features, with mean 0 and variance $\sigma^2$",
            r"$p<m-1$",
        ),
        steps=(
            Step(
                r"The new noise is independent of the fit and has mean 0, so it adds $\sigma^2$. "
                r"Given the data, the new $x$ has mean 0 and $\mathbb{E}\,xx^\top=I$: the rest is "
                "the squared distance of the coefficients.",
                r"\mathbb{E}(y-x^\top\hat\theta)^2=\sigma^2+\mathbb{E}(x^\top(\hat\theta-\theta))^2"
                r"=\sigma^2+\mathbb{E}\lVert\hat\theta-\theta\rVert^2",
            ),
            Step(
                r"Given the design, $\hat\theta-\theta=(X^\top X)^{-1}X^\top\varepsilon$ has mean "
                r"0 and covariance $\sigma^2(X^\top X)^{-1}X^\top X(X^\top X)^{-1}$; the mean "
                "squared length is its trace.",
                r"\mathbb{E}\big[\lVert\hat\theta-\theta\rVert^2\mid X\big]=\sigma^2"
                r"\operatorname{tr}(X^\top X)^{-1}",
            ),
            Step(
                "Block inverse (Schur complement): with $X_j$ the column, $X_{-j}$ the other "
                "columns and $P_{-j}$ the projection onto their span, a diagonal entry of the "
                "inverse is 1 over the squared distance of the column from that span.",
                r"\big[(X^\top X)^{-1}\big]_{jj}=\frac1{X_j^\top X_j-X_j^\top X_{-j}(X_{-j}^\top "
                r"X_{-j})^{-1}X_{-j}^\top X_j}=\frac1{\lVert(I-P_{-j})X_j\rVert^2}",
            ),
            Step(
                "The column is standard normal and independent of the other $p-1$. Given them, its "
                "part outside their span has $m-p+1$ independent standard normal coordinates.",
                r"\lVert(I-P_{-j})X_j\rVert^2\sim\chi^2_\nu,\qquad\nu=m-p+1",
            ),
            Step(
                r"Integrate $1/u$ against the density "
                r"$u^{\nu/2-1}e^{-u/2}/(2^{\nu/2}\Gamma(\nu/2))$; the integral converges only for "
                r"$\nu>2$, that is $p<m-1$. Use $\Gamma(\nu/2)=(\nu/2-1)\Gamma(\nu/2-1)$.",
                r"\mathbb{E}\frac1{\chi^2_\nu}=\frac{2^{\nu/2-1}\Gamma(\nu/2-1)}{2^{\nu/2}"
                r"\Gamma(\nu/2)}=\frac1{\nu-2}=\frac1{m-p-1}",
            ),
            Step(
                "Add up $p$ equal entries.",
                r"\sigma^2\,\mathbb{E}\operatorname{tr}(X^\top X)^{-1}"
                r"=\frac{\sigma^2p}{m-p-1}",
            ),
        ),
        how="For 1, 2 and 3 features the design is $QR$ with independent entries of the triangle "
        "$R$: normal ones above the diagonal, roots of chi-squares on it (Bartlett). Each takes "
        "three values that carry the moments in question, and each resulting design is fitted to "
        "every unit vector of noise and tested on new rows; all outcomes are added up with their "
        "probabilities, for $m-p-1=1$ and for larger gaps.",
        check=learning_curve,
        source="Breiman and Freedman, How many variables should be entered in a regression "
        "equation?, JASA 78 (1983)",
    ),
    Statement(
        id="BV-25",
        section="more-data",
        title=r"The shortest of all perfect fits has a variance that falls with every further "
        r"feature beyond $p=m+1$, and a squared bias that grows if $\lVert\theta\rVert$ stays the "
        "same.",
        claim=r"\mathbb{E}\lVert\hat\theta-\theta\rVert^2=\underbrace{\Big(1-\frac "
        r"mp\Big)\lVert\theta\rVert^2}_{\text{bias}^2}+\underbrace{\frac{\sigma^2m}{p-m-1}}_{"
        r"\text{variance}},\qquad p>m+1",
        hypotheses=(
            r"The entries of the $m\times p$ design are independent standard normal, and $p>m+1$",
            r"$y=X\theta+\varepsilon$ with a fixed $\theta$; the noise values are independent of "
            r"each other and of $X$, with mean 0 and variance $\sigma^2$",
            r"$\hat\theta$ is the shortest solution of $X\hat\theta=y$",
        ),
        steps=(
            Step(
                "The shortest solution lies in the span of the rows, because a part orthogonal to "
                r"it changes nothing in $X\hat\theta$ and adds length: $\hat\theta=X^\top a$ with "
                r"$XX^\top a=y$. $P=X^\top(XX^\top)^{-1}X$ is the projection onto that span.",
                r"\hat\theta=X^\top(XX^\top)^{-1}y=P\theta+X^\top(XX^\top)^{-1}\varepsilon",
            ),
            Step(
                "Given the design the noise has mean 0, so squared bias and variance add up. The "
                r"variance is the trace of $\sigma^2X^\top(XX^\top)^{-2}X$; move $X$ round in the "
                "trace.",
                r"\mathbb{E}\big[\lVert\hat\theta-\theta\rVert^2\mid X\big]=\lVert(I-P)\theta"
                r"\rVert^2+\sigma^2\operatorname{tr}(XX^\top)^{-1}",
            ),
            Step(
                "A rotation $Q$ of the features changes nothing in the law of $X$ and turns $P$ "
                r"into $Q^\top PQ$, so $\mathbb{E}P$ commutes with all rotations: it is a "
                "multiple of $I$, and its trace is $m$. A projection has "
                r"$\lVert(I-P)\theta\rVert^2=\theta^\top(I-P)\theta$.",
                r"\mathbb{E}P=\frac mpI\;\Rightarrow\;\mathbb{E}\lVert(I-P)\theta\rVert^2="
                r"\Big(1-\frac mp\Big)\lVert\theta\rVert^2",
            ),
            Step(
                r"$X^\top$ is a tall normal design with $p$ rows and $m$ columns, and $m<p-1$: "
                "exchange $m$ and $p$ in BV-24.",
                r"\mathbb{E}\operatorname{tr}(XX^\top)^{-1}=\frac{m}{p-m-1}",
            ),
        ),
        how="Bias and variance are compared apart, for one to three rows. Bias: the features of a "
        "random design are shifted round and given every pattern of signs, all of them as "
        "likely, and the shortest fit to the true curve is averaged over these designs. "
        "Variance: the shortest fits to unit vectors of noise, over the designs of BV-24 turned "
        "on their side.",
        check=interpolation,
        source="Hastie, Montanari, Rosset and Tibshirani, Surprises in high-dimensional ridgeless "
        "least squares interpolation, Annals of Statistics 50 (2022); Belkin, Hsu and Xu, Two "
        "models of double descent for weak features, SIAM Journal on Mathematics of Data Science "
        "2 (2020)",
    ),
    Statement(
        id="BV-26",
        section="more-data",
        title="At $p=m$ the expected error is infinite: for a given design the mean error above "
        r"the noise is a sum of $m$ terms, each with the law of $\sigma^2/\chi^2_1$ over the "
        "designs.",
        claim=r"P\Big(\big[(X^\top "
        r"X)^{-1}\big]_{jj}>t\Big)=\operatorname{erf}\Big(\frac1{\sqrt{2t}}\Big)\;\sim\;\sqrt{"
        r"\frac2{\pi t}},\qquad\mathbb{E}\operatorname{tr}(X^\top X)^{-1}=\infty",
        hypotheses=(
            r"$X$ is $m\times m$ with independent standard normal entries",
            r"$t>0$; $\sim$ means that the ratio tends to 1 as $t\to\infty$",
        ),
        steps=(
            Step(
                r"As in BV-24, with $\nu=m-p+1=1$: the other columns leave one dimension.",
                r"\big[(X^\top X)^{-1}\big]_{jj}=\frac1{z^2},\qquad z\sim N(0,1)",
            ),
            Step(
                "$1/z^2$ exceeds $t$ when $z$ is close to 0; "
                r"$P(|z|<u)=\operatorname{erf}(u/\sqrt2)$ is the definition of the error function.",
                r"P\Big(\frac1{z^2}>t\Big)=P\Big(|z|<\frac1{\sqrt t}\Big)=\operatorname{erf}"
                r"\Big(\frac1{\sqrt{2t}}\Big)",
            ),
            Step(
                "The density of $z$ at 0 is not 0, so the probability falls only like a square "
                "root.",
                r"\operatorname{erf}(u)\sim\frac{2u}{\sqrt\pi}\quad(u\to0)\;\Rightarrow\;"
                r"P\Big(\frac1{z^2}>t\Big)\sim\sqrt{\frac2{\pi t}}",
            ),
            Step(
                "The mean of a positive quantity is the integral of its tail, and this one "
                "diverges like that of $t^{-1/2}$. Each of the $m$ terms of the trace has this "
                r"infinite mean; times $\sigma^2$ it is the error of BV-24 at $p=m$.",
                r"\mathbb{E}\frac1{z^2}=\int_0^\infty P\Big(\frac1{z^2}>t\Big)dt=\infty",
            ),
        ),
        how=r"A column's squared length has the law $\chi^2_m$, its angle with the normal of the "
        "other columns that of a uniform direction: the probability is integrated over the angle, "
        "for 2, 3 and 6 dimensions, at random levels from 0.5 to 20 and at an entry of the inverse "
        "of a random matrix, where the integral takes the distance of the column from the others "
        "instead. That the mean is infinite follows from the tail by the last step.",
        check=square,
        source="Edelman, Eigenvalues and condition numbers of random matrices, SIAM Journal on "
        "Matrix Analysis and Applications 9 (1988)",
    ),
)
