"""The singular value decomposition: why it exists, and what its numbers mean."""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from core.foundations.compare import equal
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Reading, Statement, Step


def existence(rng: np.random.Generator) -> Reading:
    """Compare the product of the three factors with the matrix they were made from."""
    a = instances.matrix(rng, 7, 4)
    u, s, v = formulas.left_vectors(a), formulas.singular_values(a), formulas.right_vectors(a)
    claimed = np.concatenate([formulas.rebuilt(u, s, v).ravel(), np.eye(4).ravel()])
    measured = np.concatenate([a.ravel(), (u.T @ u).ravel()])
    return equal(claimed, measured, "entries of A, and inner products of the left vectors")


def roots(rng: np.random.Generator) -> Reading:
    """Compare roots of eigenvalues with the column lengths after plane rotations."""
    a = instances.matrix(rng, 7, 4)
    lengths = np.linalg.norm(instances.rotated_columns(a), axis=0)
    return equal(formulas.singular_values(a), np.sort(lengths)[::-1], "all four singular values")


def largest_stretch(rng: np.random.Generator) -> Reading:
    """Compare the first singular value with the longest image that a search finds."""
    a = instances.matrix(rng, 6, 4)
    claimed = formulas.spectral_norm(np.linalg.svd(a, compute_uv=False))
    return equal(claimed, instances.stretch(a, rng), "longest image of a unit vector")


def all_entries(rng: np.random.Generator) -> Reading:
    """Compare the norm from singular values with the sum over the entries."""
    a = instances.matrix(rng, 6, 4)
    claimed = formulas.frobenius_norm(np.linalg.svd(a, compute_uv=False))
    entries = sum(float(entry) * float(entry) for entry in a.ravel())
    return equal(claimed, np.sqrt(entries), "root of the sum of squared entries")


def _deficient(rng: np.random.Generator, m: int, rank: int, n: int) -> tuple[Floats, Floats]:
    """Return factors B (m by rank) and C (rank by n) of a matrix BC of this rank."""
    return instances.matrix(rng, m, rank), instances.matrix(rng, n, rank).T


def subspaces(rng: np.random.Generator) -> Reading:
    """Compare projections made of singular vectors with those of QR factors."""
    claimed, measured = [], []
    for m, rank, n in ((7, 3, 5), (9, 4, 7), (6, 2, 6)):
        left, right = _deficient(rng, m, rank, n)
        u, s, vt = np.linalg.svd(left @ right)
        reach = qr(left, mode="economic")[0]
        gone = qr(right.T)[0][:, rank:]
        claimed += [formulas.column_projector(u, rank), formulas.null_projector(vt.T, rank)]
        measured += [reach @ reach.T, gone @ gone.T]
        claimed.append(np.zeros(n - rank))
        measured.append(s[rank:])
    return equal(
        np.concatenate([entries.ravel() for entries in claimed]),
        np.concatenate([entries.ravel() for entries in measured]),
        "entries of two projections and singular values that are 0, for three matrices",
    )


def shortest(rng: np.random.Generator) -> Reading:
    """Compare the pseudoinverse with a system that asks for the shortest solution."""
    left, right = _deficient(rng, 7, 3, 5)
    b = rng.standard_normal(7) + 2
    u, s, vt = np.linalg.svd(left @ right)
    claimed = formulas.least_norm_solution(u[:, :3], s[:3], vt[:3].T, b)
    reached = np.linalg.solve(left.T @ left, left.T @ b)
    system = np.block([[np.eye(5), right.T], [right, np.zeros((3, 3))]])
    solved = np.linalg.solve(system, np.concatenate([np.zeros(5), reached]))
    return equal(claimed, solved[:5], "five entries of the solution")


def amplification(rng: np.random.Generator) -> Reading:
    """Compare the condition number with the worst error that a search provokes."""
    claimed, measured = [], []
    for n in (3, 4, 6):
        a = instances.matrix(rng, n, n)
        inverse = np.linalg.inv(a)
        x = instances.best_direction(a.T @ a, rng)
        push = 0.3 * instances.best_direction(inverse.T @ inverse, rng)
        b = a @ x
        moved = np.linalg.solve(a, b + push) - np.linalg.solve(a, b)
        relative = np.linalg.norm(moved) / np.linalg.norm(x)
        given = np.linalg.norm(push) / np.linalg.norm(b)
        claimed.append(formulas.condition_number(np.linalg.svd(a, compute_uv=False)))
        measured.append(relative / given)
    return equal(claimed, measured, "worst relative error out over that in, three sizes")


STATEMENTS = (
    Statement(
        "PS-1",
        "svd",
        "Every matrix is a sum of rank-one terms along two orthonormal systems.",
        r"\begin{gathered}A=\sum_{i=1}^{n}\sigma_i u_iv_i^\top=USV^\top,\\[4pt]U^\top U=V^\top "
        r"V=I\end{gathered}",
        (
            r"$A$ is any real $m\times n$ matrix with $m\ge n$ (otherwise take $A^\top$)",
            r"$S=\operatorname{diag}(\sigma_1,\dots,\sigma_n)$ with "
            r"$\sigma_1\ge\dots\ge\sigma_n\ge0$, and $u_i$, $v_i$ are the columns of $U$, $V$",
        ),
        (
            Step(
                r"$A^\top A$ is symmetric, so the spectral theorem gives an orthonormal basis of "
                r"eigenvectors.",
                r"A^\top A v_i=\lambda_i v_i,\qquad v_i^\top v_j=\delta_{ij}",
            ),
            Step(
                "No eigenvalue is negative: it is a squared length.",
                r"\begin{gathered}\lambda_i=v_i^\top A^\top Av_i=\lVert Av_i\rVert^2\ge "
                r"0,\\[4pt]\sigma_i:=\sqrt{\lambda_i}\end{gathered}",
            ),
            Step(
                r"Where $\sigma_i>0$, divide the image of $v_i$ by its length.",
                r"u_i:=\frac{Av_i}{\sigma_i}",
            ),
            Step(
                "These images are orthonormal, because the $v_i$ are eigenvectors.",
                r"u_i^\top u_j=\frac{v_i^\top A^\top "
                r"Av_j}{\sigma_i\sigma_j}=\frac{\lambda_j\,v_i^\top "
                r"v_j}{\sigma_i\sigma_j}=\delta_{ij}",
            ),
            Step(
                r"Where $\sigma_i=0$, choose unit vectors at a right angle to these and to each "
                r"other: there is room for $n$ of them in all, because $m\ge n$.",
                r"U^\top U=V^\top V=I",
            ),
            Step(
                r"The $v_i$ are a basis, so $\sum v_iv_i^\top=I$; terms with $\sigma_i=0$ vanish, "
                r"as then $\lVert Av_i\rVert=0$.",
                r"\begin{aligned}A&=A\sum_i v_iv_i^\top\\[4pt]&=\sum_i "
                r"(Av_i)v_i^\top=\sum_i\sigma_iu_iv_i^\top\end{aligned}",
            ),
        ),
        "Builds the factors of a matrix of full column rank from the eigenvectors of A'A alone, "
        "and compares their product with A, entry by entry.",
        existence,
        "Golub and Van Loan, Matrix Computations, 4th ed. (2013), section 2.4",
    ),
    Statement(
        "PS-2",
        "svd",
        r"Singular values are the roots of the eigenvalues of $A^\top A$; no other values are "
        r"possible.",
        r"\sigma_i(A)=\sqrt{\lambda_i(A^\top A)}",
        (
            r"$A$ has at least as many rows as columns",
            r"On a computer with 16 digits, the smallest singular value is well above "
            r"$10^{-8}\sigma_1$: otherwise the rounding of $A^\top A$ hides it",
        ),
        (
            Step(
                "Take any decomposition as in PS-1 and multiply its transpose by it; $U^\\top "
                "U=I$.",
                r"A^\top A=VSU^\top USV^\top=VS^2V^\top",
            ),
            Step(
                "Multiply by $v_i$: since $V^\\top v_i$ is the $i$-th unit vector, $v_i$ is an "
                "eigenvector.",
                r"A^\top A\,v_i=\sigma_i^2v_i",
            ),
            Step(
                "The eigenvalues of a matrix and how often each occurs are unique, and "
                "$\\sigma_i\\ge 0$, so the roots in falling order are unique too.",
                r"\sigma_i=\sqrt{\lambda_i(A^\top A)}",
            ),
        ),
        "Rotates pairs of columns of A until all are orthogonal (Jacobi); the lengths of the "
        "columns are then the singular values. A'A is never formed.",
        roots,
        "Hestenes, J. SIAM 6 (1958) 51-90 (rotations); Golub and Van Loan (2013), section 8.6",
    ),
    Statement(
        "PS-3",
        "svd",
        "The first singular value is the largest factor by which a vector is stretched.",
        r"\begin{gathered}\max_{\lVert x\rVert=1}\lVert Ax\rVert=\sigma_1,\\[4pt]\text{reached at "
        r"}x=v_1\end{gathered}",
        (r"Lengths are Euclidean", r"$\sigma_1$ is the largest singular value of PS-1"),
        (
            Step(
                "Write a unit vector in the basis of right vectors (PS-1).",
                r"x=\sum_i c_iv_i,\qquad \sum_i c_i^2=1",
            ),
            Step(
                "Its image has the coordinates $\\sigma_ic_i$ in the orthonormal $u_i$.",
                r"\lVert Ax\rVert^2=\sum_i\sigma_i^2c_i^2",
            ),
            Step(
                "A weighted mean is at most its largest member.",
                r"\sum_i\sigma_i^2c_i^2\le\sigma_1^2\sum_ic_i^2=\sigma_1^2",
            ),
            Step(
                "With $c_1=1$ nothing is lost, so the bound is reached.",
                r"\lVert Av_1\rVert=\sigma_1",
            ),
        ),
        "Tries 400 random directions and climbs from the best one; no decomposition is used.",
        largest_stretch,
        "Golub and Van Loan (2013), section 2.3",
    ),
    Statement(
        "PS-4",
        "svd",
        "The squared entries of a matrix add up to its squared singular values.",
        r"\lVert A\rVert_F^2=\sum_{j,k}a_{jk}^2=\sum_i\sigma_i^2",
        ("$A$ is any real matrix",),
        (
            Step(
                "Column $k$ contributes its squared length, the entry $(k,k)$ of $A^\\top A$.",
                r"\sum_{j,k}a_{jk}^2=\operatorname{tr}(A^\top A)",
            ),
            Step(
                "Insert the decomposition (PS-2).",
                r"\operatorname{tr}(A^\top A)=\operatorname{tr}(VS^2V^\top)",
            ),
            Step(
                "A trace does not change when factors are moved round, and $V^\\top V=I$.",
                r"\operatorname{tr}(VS^2V^\top)=\operatorname{tr}(S^2V^\top V)=\sum_i\sigma_i^2",
            ),
        ),
        "Adds the squared entries one by one.",
        all_entries,
        "Golub and Van Loan (2013), section 2.4",
    ),
    Statement(
        "PS-5",
        "svd",
        "The number of non-zero singular values is the rank; their left vectors span what $A$ "
        "reaches, the other right vectors what it sends to 0.",
        r"\begin{gathered}P_{\text{reach}}=\sum_{i\le "
        r"r}u_iu_i^\top,\\[4pt]P_{\text{null}}=I-\sum_{i\le r}v_iv_i^\top\end{gathered}",
        (r"Exactly $r$ singular values are not 0",),
        (
            Step(
                "Every image is a combination of the first $r$ left vectors, and each of them is "
                "an image.",
                r"\begin{gathered}Ax=\sum_{i\le r}\sigma_i(v_i^\top "
                r"x)u_i,\\[4pt]u_i=A(v_i/\sigma_i)\end{gathered}",
            ),
            Step(
                "They are orthonormal, so the rank is $r$, and the projection on their span adds "
                "the projections on each of them.",
                r"P_{\text{reach}}=\sum_{i\le r}u_iu_i^\top",
            ),
            Step(
                "The image is 0 exactly if each coordinate is, because $\\sigma_i>0$ for $i\\le "
                "r$.",
                r"Ax=0\iff v_i^\top x=0\ \text{ for all } i\le r",
            ),
            Step(
                "The null space is therefore what is orthogonal to $v_1,\\dots,v_r$.",
                r"P_{\text{null}}=I-\sum_{i\le r}v_iv_i^\top",
            ),
            Step(
                "Count the vectors. The same for $A^\\top$, which swaps $u$ and $v$, gives what "
                "$A^\\top$ reaches and sends to 0.",
                r"\begin{gathered}\dim\text{reach}=r,\\[4pt]\dim\text{null}=n-r\end{gathered}",
            ),
        ),
        "Makes A as a product of two factors of rank 3 and finds both projections from QR factors "
        "of these; the singular values after the third are compared with 0. The same for two other "
        "matrices, of rank 4 and 2.",
        subspaces,
        "Strang, The fundamental theorem of linear algebra, American Mathematical Monthly 100 "
        "(1993) 848-855",
    ),
    Statement(
        "PS-6",
        "svd",
        "Dividing by the non-zero singular values gives the shortest of all least-squares "
        "solutions.",
        r"x^+=\sum_{i\le r}\frac{u_i^\top b}{\sigma_i}\,v_i",
        (r"The sum runs over the $r$ singular values that are not 0",),
        (
            Step(
                "Split $b$ into the part that $A$ reaches and the rest (PS-5), which no $x$ "
                "changes.",
                r"\begin{aligned}\lVert Ax-b\rVert^2={}&\sum_{i\le r}(\sigma_iv_i^\top x-u_i^\top "
                r"b)^2\\[4pt]&+\lVert b-P_{\text{reach}}b\rVert^2\end{aligned}",
            ),
            Step(
                "The sum is 0, its least value, exactly if each bracket is.",
                r"v_i^\top x=\frac{u_i^\top b}{\sigma_i}\qquad(i\le r)",
            ),
            Step(
                "The $v_i$ are an orthonormal basis, so the other coordinates $v_i^\\top x$, "
                "$i>r$, are free and only add length.",
                r"\lVert x\rVert^2=\sum_{i\le r}\Big(\frac{u_i^\top "
                r"b}{\sigma_i}\Big)^2+\sum_{i>r}(v_i^\top x)^2",
            ),
            Step("The shortest solution sets them to 0.", r"x=x^+"),
        ),
        "Solves the linear system of the problem 'shortest x with the best fit', with "
        "multipliers, for a matrix of rank 3 with 5 columns.",
        shortest,
        "Penrose, Proc. Cambridge Philosophical Society 52 (1956) 17-19",
    ),
    Statement(
        "PS-7",
        "svd",
        "The ratio of the extreme singular values is the worst amplification of a relative error.",
        r"\max_{b,\,\delta b}\frac{\lVert\delta x\rVert/\lVert x\rVert}{\lVert\delta "
        r"b\rVert/\lVert b\rVert}=\frac{\sigma_1}{\sigma_n}=\kappa(A)",
        (r"$A$ is square and invertible, $b\ne0$ and $\delta b\ne0$", "Lengths are Euclidean"),
        (
            Step(
                r"Subtract $Ax=b$ from $A(x+\delta x)=b+\delta b$: errors obey the same equation.",
                r"A\,\delta x=\delta b",
            ),
            Step(
                "The inverse stretches by $1/\\sigma_n$ at most (PS-3 for "
                "$A^{-1}=VS^{-1}U^\\top$).",
                r"\lVert\delta x\rVert\le\frac{\lVert\delta b\rVert}{\sigma_n}",
            ),
            Step(
                "$A$ stretches by $\\sigma_1$ at most (PS-3).",
                r"\lVert b\rVert\le\sigma_1\lVert x\rVert",
            ),
            Step(
                "Multiply both and divide by $\\lVert x\\rVert\\,\\lVert b\\rVert$.",
                r"\frac{\lVert\delta x\rVert}{\lVert "
                r"x\rVert}\le\frac{\sigma_1}{\sigma_n}\cdot\frac{\lVert\delta b\rVert}{\lVert "
                r"b\rVert}",
            ),
            Step(
                "Both steps lose nothing for $x$ along $v_1$ and $\\delta b$ along $u_n$.",
                r"\begin{gathered}b=\sigma_1u_1,\ \delta b=\varepsilon "
                r"u_n:\\[4pt]\frac{\varepsilon/\sigma_n}{1}\cdot\frac{\sigma_1}{\varepsilon}="
                r"\kappa(A)\end{gathered}",
            ),
        ),
        "Searches the direction that A stretches most and the error that its inverse stretches "
        "most, then solves both systems and compares the solutions.",
        amplification,
        "Golub and Van Loan (2013), section 2.6",
    ),
)
