"""The best approximation of low rank, and how far singular values can move."""

from __future__ import annotations

import numpy as np

from core.foundations.compare import equal
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Reading, Statement, Step


def _leading(a: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Return A projected on its k leading right directions, found by subspace iteration."""
    basis = instances.orthonormal(rng, a.shape[1], k)
    for _ in range(80):
        basis = np.linalg.qr(a.T @ (a @ basis))[0]
    return a @ basis @ basis.T


def truncation(rng: np.random.Generator) -> Reading:
    """Compare both error formulas with the errors of the truncated matrix."""
    a = instances.matrix(rng, 8, 5)
    s = np.linalg.svd(a, compute_uv=False)
    claimed, measured = [], []
    for k in (1, 2, 3):
        rest = a - _leading(a, k, rng)
        claimed += [formulas.frobenius_error(s, k), formulas.spectral_error(s, k)]
        measured += [float(np.sqrt(np.sum(rest * rest))), instances.stretch(rest, rng)]
    return equal(claimed, measured, "errors of ranks 1 to 3, all entries and worst direction")


_TRIED = 1_201


def worst_direction(rng: np.random.Generator) -> Reading:
    """Compare the next singular value with the best of many matrices of rank k."""
    a, k = instances.matrix(rng, 8, 5), 2
    best = instances.alternating(a, k, rng)
    left, right = np.linalg.qr(best)[0][:, :k], np.linalg.qr(best.T)[0][:, :k]
    size = 10.0 ** rng.uniform(-4, 0, 400)[:, None, None]
    near = (left + size * rng.standard_normal((400, 8, k))) @ (left.T @ best)
    turned = (best @ right) @ (right + size * rng.standard_normal((400, 5, k))).transpose(0, 2, 1)
    wild = rng.standard_normal((400, 8, k)) @ rng.standard_normal((400, k, 5))
    tried = np.concatenate([best[None], near, turned, wild])
    errors = np.linalg.norm(a - tried, ord=2, axis=(1, 2))
    claimed = formulas.spectral_error(np.linalg.svd(a, compute_uv=False), k)
    # Each matrix that is worse than the fitted one counts as the fitted one.
    return equal(
        np.full(_TRIED, claimed),
        np.minimum(errors, errors[0]),
        "error in the worst direction, rank 2, the fitted matrix or a better one",
    )


def shift(rng: np.random.Generator) -> Reading:
    """Compare the norm of a perturbation, and sums of two values, with the largest result."""
    a = instances.matrix(rng, 6, 4)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    sizes = 0.3 * instances.spectrum(rng, 4)
    random = _perturbations(rng, sizes)
    after = np.linalg.svd(a + np.array([(u * sizes) @ vt, *random]), compute_uv=False)
    claimed, measured = [formulas.largest_shift(random[0])], [np.abs(after - s).max()]
    for i in range(4):
        for j in range(4 - i):
            # The largest j entries lift what follows s_i above the sum, the next one reaches it.
            entries = np.zeros(4)
            entries[i + 1 : i + j + 1] = 2 * s[0]
            entries[i] = rng.uniform(0.3, 0.9) * (s[i - 1] - s[i] if i else s[0])
            added = -np.sort(-entries)
            tried = [(u * entries) @ vt, *_perturbations(rng, added)]
            claimed.append(s[i] + added[j])
            measured.append(np.linalg.svd(a + np.array(tried), compute_uv=False)[:, i + j].max())
    return equal(claimed, measured, "largest move, and largest later value for ten sums of two")


def _perturbations(rng: np.random.Generator, sizes: Floats) -> list[Floats]:
    """Return 50 random 6 by 4 matrices with these singular values."""
    spans = [instances.orthonormal(rng, 6, 4) for _ in range(50)]
    return [(left * sizes) @ instances.orthonormal(rng, 4, 4).T for left in spans]


def all_entries(rng: np.random.Generator) -> Reading:
    """Compare the error formula with fits of low rank from random starts."""
    a = instances.matrix(rng, 8, 5)
    s = np.linalg.svd(a, compute_uv=False)
    claimed, measured = [], []
    for k in (1, 2, 3):
        rest = a - instances.alternating(a, k, rng)
        claimed.append(formulas.frobenius_error(s, k))
        measured.append(float(np.sqrt(np.sum(rest * rest))))
    return equal(claimed, measured, "errors of fitted matrices of rank 1 to 3")


STATEMENTS = (
    Statement(
        "PS-8",
        "eckart-young",
        "Cutting the sum after $k$ terms leaves an error that the dropped singular values state "
        "exactly.",
        r"\begin{gathered}\lVert A-A_k\rVert_F=\Big(\sum_{i>k}\sigma_i^2\Big)^{1/2},\\[4pt]\lVert "
        r"A-A_k\rVert_2=\sigma_{k+1}\end{gathered}",
        (
            r"$A_k=\sum_{i\le k}\sigma_iu_iv_i^\top$, with the singular values in falling order",
            r"$0\le k<n$, where $n$ is the number of terms",
        ),
        (
            Step(
                "Subtract the kept terms (PS-1).",
                r"A-A_k=\sum_{i>k}\sigma_iu_iv_i^\top",
            ),
            Step(
                "What is left has orthonormal vectors on both sides: it is its own decomposition, "
                "with singular values",
                r"\sigma_{k+1},\ \sigma_{k+2},\dots,\sigma_n",
            ),
            Step(
                "Its squared entries add up to their squares (PS-4).",
                r"\lVert A-A_k\rVert_F^2=\sum_{i>k}\sigma_i^2",
            ),
            Step(
                "Its largest stretch is the first of them (PS-3).",
                r"\lVert A-A_k\rVert_2=\sigma_{k+1}",
            ),
        ),
        "Finds the k leading directions by repeated multiplication, subtracts, adds the squared "
        "entries and searches the worst direction.",
        truncation,
        "Eckart and Young, Psychometrika 1 (1936) 211-218",
    ),
    Statement(
        "PS-9",
        "eckart-young",
        r"No matrix of rank $k$ comes closer than $\sigma_{k+1}$ in the worst direction.",
        r"\min_{\operatorname{rank}B\le k}\lVert A-B\rVert_2=\sigma_{k+1}",
        (r"$B$ may be any matrix of the shape of $A$ with rank at most $k<n\le m$",),
        (
            Step(
                "The null space of $B$ has at least $n-k$ dimensions (PS-5), the span of "
                "$v_1,\\dots,v_{k+1}$ has $k+1$.",
                r"(n-k)+(k+1)=n+1>n",
            ),
            Step(
                "Two such spaces share a unit vector.",
                r"\begin{gathered}x=\sum_{i\le k+1}c_iv_i,\\[4pt]Bx=0,\\[4pt]\sum "
                r"c_i^2=1\end{gathered}",
            ),
            Step(
                "There $B$ explains nothing, so the whole image is error.",
                r"\lVert(A-B)x\rVert^2=\lVert Ax\rVert^2=\sum_{i\le k+1}\sigma_i^2c_i^2",
            ),
            Step(
                "A weighted mean is at least its smallest member.",
                r"\lVert A-B\rVert_2^2\ge\sigma_{k+1}^2",
            ),
            Step(
                "The truncated sum reaches the bound (PS-8).", r"\lVert A-A_k\rVert_2=\sigma_{k+1}"
            ),
        ),
        "Takes the smallest error of 1,201 matrices of rank 2: random ones, disturbed good ones, "
        "and one fitted by alternating least squares.",
        worst_direction,
        "Mirsky, Quarterly J. Mathematics 11 (1960) 50-59",
    ),
    Statement(
        "PS-10",
        "eckart-young",
        "Adding a matrix moves no singular value by more than its largest stretch.",
        r"\begin{gathered}\sigma_{i+j-1}(A+E)\le\sigma_i(A)+\sigma_j(E),\\[4pt]|\sigma_i(A+E)-"
        r"\sigma_i(A)|\le\lVert E\rVert_2\end{gathered}",
        (r"$A$ and $E$ have the same shape $m\times n$, $m\ge n$", r"$i,j\ge1$ and $i+j-1\le n$"),
        (
            Step(
                "Cut both sums: the kept parts together have rank at most $(i-1)+(j-1)$.",
                r"\begin{gathered}B=A_{i-1}+E_{j-1},\\[4pt]\operatorname{rank}B\le "
                r"i+j-2\end{gathered}",
            ),
            Step(
                "No matrix of this rank is closer than the next singular value (PS-9).",
                r"\sigma_{i+j-1}(A+E)\le\lVert A+E-B\rVert_2",
            ),
            Step(
                "Use the triangle inequality, then the error of each cut (PS-8).",
                r"\begin{gathered}\lVert A-A_{i-1}\rVert_2+\lVert "
                r"E-E_{j-1}\rVert_2\\[4pt]=\sigma_i(A)+\sigma_j(E)\end{gathered}",
            ),
            Step("Take $j=1$.", r"\sigma_i(A+E)\le\sigma_i(A)+\lVert E\rVert_2"),
            Step(
                "The same for $A=(A+E)-E$ gives the other side.",
                r"\sigma_i(A)\le\sigma_i(A+E)+\lVert E\rVert_2",
            ),
            Step(
                "An $E$ with the same singular vectors as $A$ in the same order moves $\\sigma_1$ "
                "by exactly its norm.",
                r"\sigma_1(A+E)=\sigma_1(A)+\lVert E\rVert_2",
            ),
        ),
        "Adds 50 random matrices and one aligned with A, all with the same singular values, and "
        "compares the largest move of any singular value with their norm. For each pair $i$, $j$ "
        "it does so again, with an aligned matrix for which the bound is tight, and compares the "
        "largest $\\sigma_{i+j-1}(A+E)$ with the sum.",
        shift,
        "Weyl, Mathematische Annalen 71 (1912) 441-479; Horn and Johnson, Topics in Matrix "
        "Analysis (1991), section 3.3",
    ),
    Statement(
        "PS-11",
        "eckart-young",
        "No matrix of rank $k$ has a smaller squared error than the truncated sum.",
        r"\min_{\operatorname{rank}B\le k}\lVert A-B\rVert_F=\Big(\sum_{i>k}\sigma_i^2\Big)^{1/2}",
        (
            "Every entry is known and counts the same",
            r"$B$ may be any matrix of the shape of $A$ with rank at most $k<n\le m$",
        ),
        (
            Step("Write $A$ as what $B$ misses plus $B$.", r"A=(A-B)+B"),
            Step(
                "Use Weyl's inequality (PS-10) with $j=k+1$; $B$ has no more than $k$ non-zero "
                "singular values.",
                r"\begin{aligned}\sigma_{i+k}(A)&\le\sigma_i(A-B)+\sigma_{k+1}(B)\\[4pt]&="
                r"\sigma_i(A-B)\end{aligned}",
            ),
            Step(
                "Square and add; the squared entries of $A-B$ are its squared singular values "
                "(PS-4).",
                r"\begin{aligned}\lVert "
                r"A-B\rVert_F^2&=\sum_{i\le n}\sigma_i(A-B)^2\\[4pt]&\ge\sum_{i\le "
                r"n-k}\sigma_{i+k}(A)^2=\sum_"
                r"{i>k}\sigma_i^2\end{aligned}",
            ),
            Step(
                "The truncated sum reaches this (PS-8).",
                r"\lVert A-A_k\rVert_F^2=\sum_{i>k}\sigma_i^2",
            ),
        ),
        "Fits matrices of rank 1, 2 and 3 by alternating least squares from random starts and "
        "adds the squared errors.",
        all_entries,
        "Eckart and Young (1936); Mirsky (1960)",
    ),
)
