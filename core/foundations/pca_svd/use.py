"""What the decomposition is used for: distances, residuals, regression, and pictures."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import multivariate_normal

from core.foundations.compare import equal
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Reading, Statement, Step


def distance(rng: np.random.Generator) -> Reading:
    """Compare squared scores in standard deviations with a solve against the covariance."""
    x = instances.cloud(rng, 30, instances.spectrum(rng, 4))
    new = x.mean(axis=0) + 3 * rng.standard_normal((5, 4))
    off = new - x.mean(axis=0)
    variances, axes = instances.axes(np.cov(x.T))
    claimed = formulas.squared_distance(off @ axes, variances)
    measured = [one @ np.linalg.solve(np.cov(x.T), one) for one in off]
    return equal(claimed, measured, "squared distances of five new rows")


def ball_rule(radius: float, p: int) -> tuple[Floats, Floats]:
    """Return points and weights that integrate over a ball in p dimensions, axis after axis.

    With one coordinate r sin(t), the others fill a ball of radius r cos(t); Gauss rule in t.
    """
    nodes, weights = np.polynomial.legendre.leggauss(22)
    angles, weights = nodes * np.pi / 2, weights * np.pi / 2
    points, mass, left = np.empty((1, 0)), np.ones(1), np.full(1, radius)
    for _ in range(p):
        added = np.outer(left, np.sin(angles)).reshape(-1, 1)
        points = np.hstack([points.repeat(len(angles), axis=0), added])
        left = np.outer(left, np.cos(angles)).ravel()
        mass = np.outer(mass, weights).ravel() * left
    return points, mass


def tail(rng: np.random.Generator) -> Reading:
    """Compare the chi-square tail with the mass of a normal density beyond an ellipsoid."""
    claimed, measured = [], []
    for p in (1, 2, 3, 4):
        limit = float(rng.uniform(1.5, 6.0))
        mean, root = rng.uniform(-2, 2, p), rng.standard_normal((p, p)) + 2 * np.eye(p)
        points, mass = ball_rule(np.sqrt(limit), p)
        density = multivariate_normal(mean, root @ root.T).pdf(mean + points @ root.T)
        claimed.append(formulas.chi_square_tail(limit, p))
        measured.append(1 - float(mass @ np.ravel(density)) * abs(np.linalg.det(root)))
    return equal(claimed, measured, "share of normal rows beyond a limit, 1 to 4 columns")


def residual(rng: np.random.Generator) -> Reading:
    """Compare the claimed residual with the squared distance found by least squares."""
    x = instances.cloud(rng, 30, instances.spectrum(rng, 5))
    axes = instances.axes(np.cov(x.T))[1]
    off = 2 * rng.standard_normal((4, 5))
    claimed, measured = [], []
    for k in (1, 2, 3, 4):
        claimed += [formulas.off_plane(one, axes, k) for one in off]
        measured += list(np.linalg.lstsq(axes[:, :k], off.T, rcond=None)[1])
    return equal(claimed, measured, "squared distances of four new rows to 1 to 4 axes")


def filters(rng: np.random.Generator) -> Reading:
    """Compare filtered coefficients with two regressions solved by least squares."""
    claimed, measured = [], []
    for n, p, k in ((20, 4, 2), (13, 5, 3), (9, 3, 1)):
        x, y = instances.matrix(rng, n, p), 3 * rng.standard_normal(n)
        penalty = float(rng.uniform(0.5, 3.0))
        u, s, vt = np.linalg.svd(x, full_matrices=False)
        kept = (formulas.ridge_filter(s, penalty), formulas.component_filter(s, k))
        claimed += [formulas.filtered_coefficients(u, s, vt.T, y, one) for one in kept]
        taller = np.vstack([x, np.sqrt(penalty) * np.eye(p)])
        measured.append(np.linalg.lstsq(taller, np.concatenate([y, np.zeros(p)]), rcond=None)[0])
        axes = instances.axes(x.T @ x)[1][:, :k]
        measured.append(axes @ np.linalg.lstsq(x @ axes, y, rcond=None)[0])
    note = "coefficients of ridge and of components, three tables"
    return equal(np.concatenate(claimed), np.concatenate(measured), note)


def duality(rng: np.random.Generator) -> Reading:
    """Compare eigenvalues of the Gram matrix of rows with those of the covariance of columns."""
    claimed, measured = [], []
    for n, p in ((18, 4), (11, 3)):
        x = instances.cloud(rng, n, instances.spectrum(rng, p))
        centred = x - x.mean(axis=0)
        claimed.append(formulas.variances_from_gram(centred @ centred.T, p))
        measured.append(np.linalg.eigvalsh(np.cov(x.T))[::-1])
    return equal(
        np.concatenate(claimed), np.concatenate(measured), "variances of two tables, 4 and 3"
    )


def scaling(rng: np.random.Generator) -> Reading:
    """Compare coordinates found from distances alone with the scores of the components."""
    claimed, measured = [], []
    for n, p, k in ((18, 4, 3), (11, 3, 2)):
        x = instances.cloud(rng, n, instances.spectrum(rng, p))
        gram = formulas.gram_from_distances(squareform(pdist(x, "sqeuclidean")))
        found = formulas.gram_scores(gram, k)
        u, s, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
        scores = (u * s)[:, :k]
        signs = np.sign(np.sum(found * scores, axis=0))
        claimed.append(found.ravel())
        measured.append((signs * scores).ravel())
    note = "coordinates of the rows of two tables, up to sign"
    return equal(np.concatenate(claimed), np.concatenate(measured), note)


STATEMENTS = (
    Statement(
        "PS-24",
        "use",
        "The squared Mahalanobis distance is the sum of squared scores, each in standard "
        "deviations of its component.",
        r"(x-\bar x)^\top C^{-1}(x-\bar x)=\sum_{k=1}^p\frac{t_k^2}{\lambda_k}",
        ("All components are used, and none has variance 0",),
        (
            Step("Invert the covariance in its own axes (PS-17).", r"C^{-1}=V\Lambda^{-1}V^\top"),
            Step("The scores of the row.", r"t=V^\top(x-\bar x)"),
            Step(
                "Insert both.",
                r"\begin{gathered}(x-\bar x)^\top V\Lambda^{-1}V^\top(x-\bar "
                r"x)\\[4pt]=t^\top\Lambda^{-1}t=\sum_k\frac{t_k^2}{\lambda_k}\end{gathered}",
            ),
            Step(
                "A direction of small variance weighs most: a step in it is far even if it is "
                "short.",
                r"\frac{\partial\,d^2}{\partial(t_k^2)}=\frac{1}{\lambda_k}",
            ),
        ),
        "Solves a linear system with the covariance for each new row; no eigenvector is used.",
        distance,
        "Mahalanobis, Proc. National Institute of Sciences of India 2 (1936) 49-55",
    ),
    Statement(
        "PS-25",
        "use",
        "For normal data this distance follows a chi-square law, which turns it into an alarm "
        "with a known rate.",
        r"P(d^2>c)=\frac{\Gamma(p/2,\,c/2)}{\Gamma(p/2)}=P(\chi^2_p>c)",
        (
            "The row is normal with an invertible covariance",
            "Mean and covariance are known, not estimated from few rows",
        ),
        (
            Step(
                "Whitened scores are normal, uncorrelated with variance 1 (PS-17), hence "
                "independent.",
                r"z_k=\frac{t_k}{\sqrt{\lambda_k}}\sim N(0,1)",
            ),
            Step("The distance is the sum of their squares (PS-24).", r"d^2=\sum_{k=1}^pz_k^2"),
            Step(
                r"The density of $z$ is proportional to $e^{-r^2/2}$ with $r=\lVert z\rVert=d$, "
                r"and a shell of radius $r$ has a surface proportional to $r^{p-1}$.",
                r"p(r)\propto r^{p-1}e^{-r^2/2}",
            ),
            Step(
                r"Substitute $s=r^2/2$, so $ds=r\,dr$ and $r^{p-2}\propto s^{p/2-1}$, and divide "
                r"by the whole integral.",
                r"P(d^2>c)=\frac{\int_{c/2}^\infty s^{p/2-1}e^{-s}\,ds}{\int_0^\infty "
                r"s^{p/2-1}e^{-s}\,ds}",
            ),
        ),
        "Integrates scipy's density of correlated normal rows over the ellipsoid $d^2\\le c$ by "
        "Gauss rules, in 1 to 4 columns; what is missing to 1 lies beyond.",
        tail,
        "Anderson (2003), section 3.3",
    ),
    Statement(
        "PS-26",
        "use",
        "What the first $k$ axes do not carry is the squared distance to their plane: a second "
        "alarm.",
        r"Q=\lVert x-\hat x\rVert^2=\lVert x-\bar x\rVert^2-\sum_{k'\le k}t_{k'}^2",
        ("The axes are orthonormal",),
        (
            Step(
                "All axes together keep lengths, since $V$ is orthogonal.",
                r"\lVert x-\bar x\rVert^2=\sum_{k'=1}^pt_{k'}^2",
            ),
            Step(
                "The reconstruction uses the first $k$.",
                r"x-\hat x=\sum_{k'>k}t_{k'}v_{k'}",
            ),
            Step(
                "Its squared length is the rest of the sum.",
                r"Q=\sum_{k'>k}t_{k'}^2=\lVert x-\bar x\rVert^2-\sum_{k'\le k}t_{k'}^2",
            ),
            Step(
                "A row can be central in the plane and far from it: both distances are needed.",
                r"d_k^2=\sum_{k'\le k}\frac{t_{k'}^2}{\lambda_{k'}}\ \text{small},\quad Q\ "
                r"\text{large}",
            ),
        ),
        "Finds the nearest point of the space of the first axes by least squares.",
        residual,
        "Jackson and Mudholkar, Technometrics 21 (1979) 341-349",
    ),
    Statement(
        "PS-27",
        "use",
        "Ridge regression shrinks every component, those of small singular value most; component "
        "regression keeps or drops it.",
        r"\begin{gathered}\hat\beta=\sum_if_i\,\frac{u_i^\top "
        r"y}{\sigma_i}\,v_i,\\[4pt]f_i^{\text{ridge}}=\frac{\sigma_i^2}{\sigma_i^2+\alpha},\quad "
        r"f_i^{\text{comp}}=\mathbf 1[i\le k]\end{gathered}",
        (r"$X$ has full column rank; no intercept (centre $X$ and $y$ first)", r"$\alpha>0$"),
        (
            Step(
                "Ridge: set the gradient of $\\lVert "
                "X\\beta-y\\rVert^2+\\alpha\\lVert\\beta\\rVert^2$ to 0.",
                r"(X^\top X+\alpha I)\beta=X^\top y",
            ),
            Step(
                "Insert $X=USV^\\top$ and multiply by $V^\\top$.",
                r"(\sigma_i^2+\alpha)\,v_i^\top\beta=\sigma_i\,u_i^\top y",
            ),
            Step(
                "Solve for the coordinate and split off the least-squares value.",
                r"v_i^\top\beta=\frac{\sigma_i^2}{\sigma_i^2+\alpha}\cdot\frac{u_i^\top "
                r"y}{\sigma_i}",
            ),
            Step(
                "Components: the scores $XV_k$ are orthogonal with lengths $\\sigma_i$, so each "
                "is fitted alone.",
                r"\gamma_i=\frac{(\sigma_iu_i)^\top y}{\sigma_i^2}=\frac{u_i^\top "
                r"y}{\sigma_i},\quad i\le k",
            ),
            Step(
                "Back in the columns.",
                r"\hat\beta=V_k\gamma=\sum_{i\le k}\frac{u_i^\top y}{\sigma_i}v_i",
            ),
        ),
        "Solves ridge as a taller least-squares problem, and regresses y on the first scores.",
        filters,
        "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. (2009), "
        "sections 3.4 and 3.5",
    ),
    Statement(
        "PS-28",
        "use",
        "Rows by rows or columns by columns: both products have the same non-zero eigenvalues.",
        r"\begin{gathered}XX^\top u=\mu u\ \Rightarrow\ X^\top Xv=\mu v\\[4pt]v=\frac{X^\top "
        r"u}{\sqrt\mu},\qquad \mu\ne0\end{gathered}",
        ("$X$ is centred where its variances are meant", r"$\mu\ne0$ and $\lVert u\rVert=1$"),
        (
            Step("Start from an eigenvector of the product of rows.", r"XX^\top u=\mu u"),
            Step("Multiply by $X^\\top$.", r"X^\top X(X^\top u)=\mu(X^\top u)"),
            Step(
                "$X^\\top u$ is not 0, because $\\mu\\ne0$; its length follows.",
                r"\lVert X^\top u\rVert^2=u^\top XX^\top u=\mu",
            ),
            Step(
                "Swapping $X$ and $X^\\top$ leads back. Neither map sends an eigenvector of "
                "$\\mu\\ne0$ to 0, so $\\mu$ occurs equally often in both products.",
                r"XX^\top(Xv)=X(X^\top Xv)=\mu(Xv)",
            ),
            Step(
                "So for a centred table of $n$ rows $\\mu/(n-1)$ is a variance of a component "
                "(PS-13); only inner products of rows were used. Replace them by a kernel, and it "
                "is kernel PCA.",
                r"\lambda_i=\frac{\mu_i}{n-1}",
            ),
        ),
        "Takes the eigenvalues of the covariance of the columns, a 4 by 4 matrix instead of 18 by "
        "18, and a 3 by 3 one instead of 11 by 11.",
        duality,
        "Schölkopf, Smola and Müller, Neural Computation 10 (1998) 1299-1319",
    ),
    Statement(
        "PS-29",
        "use",
        "Distances between rows are enough to draw them: classical scaling gives the scores of "
        "the components.",
        r"\begin{gathered}B=-\tfrac12JD^{(2)}J=X_cX_c^\top,\\[4pt]J=I-\tfrac1n\mathbf 1\mathbf "
        r"1^\top\end{gathered}",
        (
            r"$D^{(2)}$ holds the squared Euclidean distances $\lVert x_i-x_j\rVert^2$ of the rows",
            "The eigenvalues that are used differ (axes are then unique up to sign)",
        ),
        (
            Step(
                "Centring changes no distance. Expand the squared distances of the centred rows "
                "$x_i$.",
                r"d_{ij}^2=\lVert x_i\rVert^2+\lVert x_j\rVert^2-2x_i^\top x_j",
            ),
            Step(
                "As matrices, with $q_i=\\lVert x_i\\rVert^2$.",
                r"D^{(2)}=q\mathbf 1^\top+\mathbf 1q^\top-2X_cX_c^\top",
            ),
            Step(
                "$J$ subtracts means: it removes constants, and leaves the centred rows alone.",
                r"J\mathbf 1=0,\qquad JX_c=X_c",
            ),
            Step("So only the products remain.", r"-\tfrac12JD^{(2)}J=X_cX_c^\top=US^2U^\top"),
            Step(
                "Its eigenvectors times the roots of the eigenvalues are the scores.",
                r"US=X_cV=T",
            ),
        ),
        "Decomposes the centred table itself; the claimed side sees only its distances.",
        scaling,
        "Torgerson, Psychometrika 17 (1952) 401-419; Gower, Biometrika 53 (1966) 325-338",
    ),
)
