"""Principal components: what they maximise, what they leave, and how they are computed."""

from __future__ import annotations

import numpy as np
from scipy.linalg import schur

from core.foundations.compare import equal
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Reading, Statement, Step

SIZES = ((37, 4), (12, 3), (22, 5))
"""Rows and columns of the tables that one reading compares."""


def _table(rng: np.random.Generator, n: int = 37, p: int = 4) -> Floats:
    return instances.cloud(rng, n, instances.spectrum(rng, p))


def first(rng: np.random.Generator) -> Reading:
    """Compare the largest eigenvalue with the largest variance that a search finds."""
    claimed, measured = [], []
    for n, p in SIZES:
        x = _table(rng, n, p)
        w = instances.best_direction(np.cov(x.T), rng)
        vector = formulas.right_vectors(x - x.mean(axis=0))[:, 0]
        claimed += 2 * [formulas.first_variance(formulas.covariance(x))]
        measured += [np.var(x @ w, ddof=1), np.var(x @ vector, ddof=1)]
    return equal(
        claimed,
        measured,
        "variance along the direction found, and along the eigenvector, three tables",
    )


def uncorrelated(rng: np.random.Generator) -> Reading:
    """Compare the claimed covariance of the components with that of the scores."""
    claimed, measured = [], []
    for n, p in SIZES:
        x = _table(rng, n, p)
        singular = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
        claimed.append(np.diag(formulas.component_variances(singular, n)).ravel())
        measured.append(np.cov((x @ instances.axes(np.cov(x.T))[1]).T).ravel())
    return equal(
        np.concatenate(claimed),
        np.concatenate(measured),
        "covariances of the components of three tables",
    )


def _mean_squared_rest(x: Floats, plane: Floats) -> float:
    """Return the sum of squared distances of the rows to a plane through the mean, over n - 1."""
    centred = x - x.mean(axis=0)
    rest = centred - np.linalg.lstsq(plane, centred.T, rcond=None)[0].T @ plane.T
    return float(np.sum(rest**2) / (len(x) - 1))


def what_is_left(rng: np.random.Generator) -> Reading:
    """Compare total less explained variance with squared distances to random planes."""
    claimed, measured = [], []
    for n, p in SIZES:
        x = _table(rng, n, p)
        c = formulas.covariance(x)
        planes = [instances.orthonormal(rng, p, k) for k in range(1, p)]
        claimed += [formulas.reconstruction_error(c, plane) for plane in planes]
        measured += [_mean_squared_rest(x, plane) for plane in planes]
    return equal(claimed, measured, "squared distance to random lines, planes and spaces")


def least_left(rng: np.random.Generator) -> Reading:
    """Compare the rest of the eigenvalues with the best plane that fitting finds."""
    x = _table(rng)
    centred = x - x.mean(axis=0)
    variances = np.linalg.eigvalsh(np.cov(x.T))[::-1]
    claimed = [formulas.best_reconstruction_error(variances, k) for k in (1, 2)]
    fits = [instances.alternating(centred, k, rng) for k in (1, 2)]
    measured = [np.sum((centred - fit) ** 2) / (len(x) - 1) for fit in fits]
    return equal(claimed, measured, "least squared distance to a line and a plane")


def two_routes(rng: np.random.Generator) -> Reading:
    """Compare the decomposition of the centred table with QR iterations on the covariance."""
    x = _table(rng)
    _, singular, axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    variances = formulas.component_variances(singular, len(x))
    covariance = np.cov(x.T)
    # The general Schur form knows nothing of symmetry: it runs another iteration than eigh.
    form, vectors = schur(covariance)
    order = np.argsort(np.diag(form))[::-1]
    product = formulas.rebuilt(axes.T, variances, axes.T)
    claimed = [product.ravel(), variances, *_squares(axes)]
    measured = [covariance.ravel(), np.diag(form)[order], *_squares(vectors.T[order])]
    return equal(
        np.concatenate(claimed),
        np.concatenate(measured),
        "the covariance, four variances, and the products of each axis with itself",
    )


def _squares(axes: Floats) -> list[Floats]:
    """Return the entries of vv' of each row: the same for v and -v."""
    return [np.outer(axis, axis).ravel() for axis in axes]


def white(rng: np.random.Generator) -> Reading:
    """Compare the whitening matrix with the inverse covariance, and its effect with identity."""
    x = _table(rng)
    whitening = formulas.whitening(*instances.axes(np.cov(x.T)))
    claimed = np.concatenate([whitening @ whitening.T, np.eye(4)])
    measured = np.concatenate([np.linalg.inv(np.cov(x.T)), np.cov((x @ whitening).T)])
    return equal(claimed.ravel(), measured.ravel(), "inverse covariance, and covariance afterwards")


def correlations(rng: np.random.Generator) -> Reading:
    """Compare the loadings with correlations of columns and scores."""
    x = _table(rng) * np.array([1.0, 20.0, 0.3, 4.0])
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    variances, axes = instances.axes(np.cov(z.T))
    found = np.corrcoef(np.hstack([x, z @ axes]).T)[:4, 4:]
    return equal(formulas.loadings(variances, axes).ravel(), found.ravel(), "sixteen correlations")


STATEMENTS = (
    Statement(
        "PS-12",
        "pca",
        "The direction of largest variance is the first eigenvector of the covariance, and the "
        "variance along it the eigenvalue.",
        r"\max_{\lVert w\rVert=1}w^\top Cw=\lambda_1,\qquad Cw=\lambda_1w",
        (
            "$w$ has length 1",
            r"$C$ is the covariance (divisor $n-1$) of the columns of $n\ge2$ rows $x_i$",
        ),
        (
            Step(
                "The variance of the projected rows is a quadratic form.",
                r"\frac{1}{n-1}\sum_i\big(w^\top(x_i-\bar x)\big)^2=w^\top Cw",
            ),
            Step(
                "Attach the constraint with a multiplier; its gradient $2w$ is not 0 on the "
                "sphere.",
                r"L(w,\lambda)=w^\top Cw-\lambda(w^\top w-1)",
            ),
            Step(
                "At a maximum the gradient vanishes; $C$ is symmetric.",
                r"2Cw-2\lambda w=0\iff Cw=\lambda w",
            ),
            Step(
                "Every stationary direction is an eigenvector. Multiply by $w^\\top$ to read off "
                "its variance.",
                r"w^\top Cw=\lambda\,w^\top w=\lambda",
            ),
            Step(
                "The sphere is compact, so a maximum exists. Its value is an eigenvalue, and each "
                "eigenvector reaches its own: it is the largest.",
                r"\max w^\top Cw=\lambda_1",
            ),
        ),
        "Climbs from the best of 400 random directions and takes the variance of the projected "
        "rows; then the same for the eigenvector. Three tables of different size.",
        first,
        "Hotelling, J. Educational Psychology 24 (1933) 417-441; Jolliffe, Principal Component "
        "Analysis, 2nd ed. (2002), section 1.1",
    ),
    Statement(
        "PS-13",
        "pca",
        "Components are uncorrelated, and their variances are the eigenvalues.",
        r"\begin{gathered}T=X_cV,\qquad \lambda_i=\frac{\sigma_i^2}{n-1}\\[4pt]"
        r"\frac{1}{n-1}T^\top T=\operatorname{diag}(\lambda_1,\dots,\lambda_p)\end{gathered}",
        (
            "The columns of $V$ are orthonormal eigenvectors of the covariance, that of the "
            "largest eigenvalue first",
            r"$X_c$ is the table of $n$ rows and $p<n$ columns, each column less its mean",
        ),
        (
            Step(
                "The scores are the centred rows in the new axes; their means are 0.",
                r"T=X_cV,\qquad \bar t=0",
            ),
            Step(
                "Insert them in the definition of the covariance.",
                r"\frac{1}{n-1}T^\top T=V^\top CV",
            ),
            Step(
                "The columns of $V$ are eigenvectors and orthonormal.",
                r"V^\top CV=V^\top V\Lambda=\Lambda",
            ),
            Step(
                "By PS-2 for $X_c$, with $X_c^\\top X_c=(n-1)C$.",
                r"\lambda_i=\frac{\sigma_i(X_c)^2}{n-1}",
            ),
        ),
        "Computes all covariances of the scores from the rows, in three tables of different size.",
        uncorrelated,
        "Jolliffe (2002), section 2.1",
    ),
    Statement(
        "PS-14",
        "pca",
        "Variance explained and mean squared distance to the plane add up to the total variance: "
        "to maximise one is to minimise the other.",
        r"\begin{gathered}\frac{1}{n-1}\sum_i\lVert x_i-\hat "
        r"x_i\rVert^2\\[4pt]=\operatorname{tr}C-\operatorname{tr}(W^\top CW)\end{gathered}",
        (
            "The plane passes through the mean",
            "Rows are projected at a right angle: the columns of $W$ are orthonormal",
        ),
        (
            Step(
                "Put $d=x-\\bar x$ and project it.",
                r"\hat x-\bar x=WW^\top d",
            ),
            Step(
                "The rest is at a right angle to the plane, since $W^\\top W=I$.",
                r"\begin{aligned}W^\top(d-WW^\top d)&=W^\top d-W^\top d\\[4pt]&=0\end{aligned}",
            ),
            Step(
                "Pythagoras.",
                r"\lVert d\rVert^2=\lVert W^\top d\rVert^2+\lVert d-WW^\top d\rVert^2",
            ),
            Step(
                "Add over the rows and divide by $n-1$; the sums of squares are traces.",
                r"\begin{aligned}\operatorname{tr}C={}&\operatorname{tr}(W^\top "
                r"CW)\\[4pt]&+\frac{1}{n-1}\sum_i\lVert x_i-\hat x_i\rVert^2\end{aligned}",
            ),
        ),
        "Finds the nearest point of a random line, plane or space by least squares for every row "
        "and adds the squared distances, in three tables of different size.",
        what_is_left,
        "Pearson, Philosophical Magazine 2 (1901) 559-572",
    ),
    Statement(
        "PS-15",
        "pca",
        "The plane of the first $k$ components lies nearest to the rows; what it misses are the "
        "other eigenvalues.",
        r"\min_{W^\top W=I_k}\frac{1}{n-1}\sum_i\lVert x_i-\hat x_i\rVert^2=\sum_{i>k}\lambda_i",
        ("The plane passes through the mean", "Distances are Euclidean"),
        (
            Step(
                "All projected rows together form a matrix of rank at most $k$.",
                r"\hat X_c=X_cWW^\top,\qquad \operatorname{rank}\le k",
            ),
            Step(
                "The best matrix of this rank has the error of PS-11.",
                r"\lVert X_c-\hat X_c\rVert_F^2\ge\sum_{i>k}\sigma_i^2",
            ),
            Step(
                "It is itself a projection, on the first right vectors, so the bound is reached.",
                r"(X_c)_k=X_cV_kV_k^\top",
            ),
            Step(
                "Divide by $n-1$ and use PS-13.",
                r"\frac{1}{n-1}\sum_{i>k}\sigma_i^2=\sum_{i>k}\lambda_i",
            ),
        ),
        "Fits a line and a plane to the centred rows by alternating least squares from random "
        "starts.",
        least_left,
        "Pearson (1901); Eckart and Young (1936)",
    ),
    Statement(
        "PS-16",
        "pca",
        "The decomposition of the centred table and the eigenvectors of the covariance are the "
        "same components, up to sign.",
        r"X_c=USV^\top\ \Rightarrow\ C=V\,\frac{S^2}{n-1}\,V^\top",
        (
            "The column means are subtracted first",
            "Eigenvalues differ; each axis is then fixed up to its sign, which means nothing",
        ),
        (
            Step("Write the covariance with the centred table.", r"C=\frac{1}{n-1}X_c^\top X_c"),
            Step(
                "Insert the decomposition; $U^\\top U=I$.",
                r"\begin{aligned}C&=\frac{1}{n-1}VSU^\top "
                r"USV^\top\\[4pt]&=V\frac{S^2}{n-1}V^\top\end{aligned}",
            ),
            Step(
                "This is an eigendecomposition of $C$.",
                r"Cv_i=\frac{\sigma_i^2}{n-1}v_i",
            ),
            Step(
                "With different eigenvalues each axis is unique up to its sign; both signs give "
                "one term.",
                r"\sigma_i(-u_i)(-v_i)^\top=\sigma_iu_iv_i^\top",
            ),
        ),
        "Computes the covariance from the rows, and its eigenvalues and axes by QR iterations "
        "(scipy's Schur form); the claimed side decomposes the centred table only.",
        two_routes,
        "Jolliffe (2002), section 3.5",
    ),
    Statement(
        "PS-17",
        "pca",
        "Dividing each score by its standard deviation makes the cloud round: the covariance "
        "becomes the identity.",
        r"\begin{gathered}W=V\Lambda^{-1/2}:\\[4pt]W^\top CW=I,\\[4pt]WW^\top=C^{-1}\end{gathered}",
        (r"$C=V\Lambda V^\top$ as in PS-16, and no eigenvalue is 0",),
        (
            Step("Insert the eigenvectors.", r"W^\top CW=\Lambda^{-1/2}V^\top CV\Lambda^{-1/2}"),
            Step(
                "By PS-13 the middle is diagonal.",
                r"\Lambda^{-1/2}\Lambda\Lambda^{-1/2}=I",
            ),
            Step(
                "The other product inverts the covariance, as $V$ is orthogonal.",
                r"WW^\top=V\Lambda^{-1}V^\top=C^{-1}",
            ),
            Step(
                "Any rotation $R$ afterwards keeps the identity, so whitening is not unique.",
                r"(WR)^\top C(WR)=R^\top R=I",
            ),
        ),
        "Inverts the covariance with a linear solver and computes the covariance of the whitened "
        "rows.",
        white,
        "Kessy, Lewin and Strimmer, The American Statistician 72 (2018) 309-314",
    ),
    Statement(
        "PS-18",
        "pca",
        "For standardised columns the loading is the correlation of a column with a component.",
        r"\operatorname{corr}(z_j,t_k)=v_{jk}\sqrt{\lambda_k}",
        ("Columns are standardised: variance 1 each", "No eigenvalue used is 0"),
        (
            Step(
                "The covariance of column $j$ with the score $t_k=\\sum_l v_{lk}z_l$ is a row of "
                "$C$ times $v_k$.",
                r"\operatorname{cov}(z_j,t_k)=(Cv_k)_j",
            ),
            Step("$v_k$ is an eigenvector.", r"(Cv_k)_j=\lambda_kv_{jk}"),
            Step(
                "Divide by the standard deviations, 1 and $\\sqrt{\\lambda_k}$ (PS-13).",
                r"\frac{\lambda_kv_{jk}}{1\cdot\sqrt{\lambda_k}}=v_{jk}\sqrt{\lambda_k}",
            ),
            Step(
                "Squared loadings of a column over all components add up to its variance.",
                r"\sum_k\lambda_kv_{jk}^2=C_{jj}=1",
            ),
        ),
        "Computes the correlation of every column with every score from the rows.",
        correlations,
        "Jolliffe (2002), section 2.3",
    ),
)
