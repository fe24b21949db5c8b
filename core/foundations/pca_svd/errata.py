"""Errors of common texts, refuted on instances drawn here."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from core.foundations.compare import equal, sampled
from core.foundations.pca_svd import breaks, cautions, formulas, instances
from core.foundations.schema import Erratum, Reading


def _added_errors(rng: np.random.Generator) -> Reading:
    a = instances.matrix(rng, 8, 5)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    rest = a - (u[:, :2] * s[:2]) @ vt[:2]
    return equal(float(s[2:].sum()), np.sqrt(np.sum(rest**2)), "error of rank 2")


def _units(rng: np.random.Generator) -> Reading:
    x = instances.cloud(rng, 40, instances.spectrum(rng, 3))
    shares = []
    for factor in (1.0, 10.0):
        variances = np.linalg.eigvalsh(np.cov((x * [factor, 1.0, 1.0]).T))
        shares.append(variances[-1] / variances.sum())
    return equal(shares[0], shares[1], "share of the first component, before and after")


def _classes(rng: np.random.Generator) -> Reading:
    one, other = cautions.two_groups(rng)
    difference, within = cautions.difference_and_spread(one, other)
    axis = instances.axes(np.cov(np.vstack([one, other]).T))[1][:, 0]
    claimed = formulas.best_separation(difference, within)
    return equal(claimed, cautions.separation_along(axis, one, other), "separation of the groups")


def _equal_shares(rng: np.random.Generator) -> Reading:
    spectra = cautions.noise_spectra(rng, 500, 30, 10)
    return sampled(0.1, spectra[:, -1] / spectra.sum(axis=1), "share of the first component, noise")


def _above_one(rng: np.random.Generator) -> Reading:
    spectra = np.array([
        np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((10, 40)))) for _ in range(200)
    ])  # fmt: skip
    return sampled(0.0, np.sum(spectra > 1, axis=1), "eigenvalues above 1 in 200 tables of noise")


def _normal_equations(rng: np.random.Generator) -> Reading:
    s = np.array([1.0, 1e-3, float(rng.uniform(1, 9)) * 1e-11])
    a = (instances.orthonormal(rng, 6, 3) * s) @ instances.orthonormal(rng, 3, 3).T
    found = np.sqrt(np.abs(np.linalg.eigvalsh(a.T @ a)[0]))
    return equal(s[2], found, "smallest singular value, through A'A")


def _known_rate(rng: np.random.Generator) -> Reading:
    beyond = breaks.estimated_distances(rng, 20_000, 20, 6) > chi2.isf(0.05, 6)
    return sampled(0.05, beyond, "new rows beyond the 95 % limit, 20 training rows, 6 columns")


def _predictive(rng: np.random.Generator) -> Reading:
    x = instances.cloud(rng, 40, instances.spectrum(rng, 3))
    scores = (x - x.mean(axis=0)) @ instances.axes(np.cov(x.T))[1]
    y = scores[:, 2]
    fitted = scores[:, :2] @ np.linalg.lstsq(scores[:, :2], y, rcond=None)[0]
    return equal(
        1.0, 1 - np.sum((y - fitted) ** 2) / np.sum(y**2), "R² of the first two components"
    )


def _entries(rng: np.random.Generator) -> Reading:
    x = instances.cloud(rng, 40, instances.spectrum(rng, 4))
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    axes = instances.axes(np.cov(z.T))[1]
    found = np.corrcoef(np.hstack([z, z @ axes]).T)[:4, 4:]
    return equal(axes.ravel(), found.ravel(), "entries of eigenvectors and correlations")


ERRATA = (
    Erratum(
        "PS-e1",
        "The error of a rank-$k$ approximation is given as the sum of the dropped singular values.",
        "A random 8 by 5 matrix, cut to rank 2.",
        _added_errors,
        "It is the root of the sum of their squares over all entries, and the first of them in "
        "the worst direction. The plain sum is the error in the nuclear norm.",
        "PS-8",
    ),
    Erratum(
        "PS-e2",
        "Components are presented as a property of the data, whatever unit a column is measured "
        "in.",
        "A random table of three columns; the first is given in millimetres instead of "
        "centimetres.",
        _units,
        "A change of unit turns the axes by an angle that is known for two columns. Standardise, "
        "or choose units on purpose.",
        "PS-19",
    ),
    Erratum(
        "PS-e3",
        "The first component is said to show best how two classes differ, since it carries most "
        "of the variance.",
        "Two clouds whose means differ mostly along the direction of least variance.",
        _classes,
        r"The best direction is $S^{-1}\delta$. Components never see the classes.",
        "PS-22",
    ),
    Erratum(
        "PS-e4",
        "Without any structure, each of $p$ components is expected to explain $1/p$ of the "
        "variance; more is read as a signal.",
        "Tables of independent noise with 30 rows and 10 columns.",
        _equal_shares,
        "Sample eigenvalues of noise are unequal. Compare with shuffled tables (parallel "
        "analysis).",
        "PS-23",
    ),
    Erratum(
        "PS-e5",
        "Components with an eigenvalue above 1 are kept as real.",
        "Tables of independent noise with 40 rows and 10 standardised columns: no component is "
        "real.",
        _above_one,
        "The mean eigenvalue of a correlation matrix is 1, so noise puts nearly half of them above "
        "it.",
        "PS-23",
    ),
    Erratum(
        "PS-e6",
        "Singular values are computed as roots of eigenvalues of $A^\\top A$, as if only speed "
        "were at stake.",
        "A matrix with singular values 1, 0.001 and some 1e-11.",
        _normal_equations,
        "Rounding A'A loses every singular value below about 1e-8 of the largest. Decompose A "
        "itself.",
        "PS-21",
    ),
    Erratum(
        "PS-e7",
        "An alarm at the 95 % point of chi-square is said to ring for 5 % of ordinary cases, with "
        "mean and covariance taken from the training rows.",
        "Normal data, 20 training rows, 6 columns, limit 12.59.",
        _known_rate,
        "The chi-square law needs the true mean and covariance. With estimates the law of a new "
        "row is that of F, and 20 rows are far from enough.",
        "PS-25",
    ),
    Erratum(
        "PS-e8",
        "Regression on the first components is said to keep what predicts the outcome and drop "
        "the noise.",
        "An outcome equal to the third score of a table with three columns; two components are "
        "kept.",
        _predictive,
        "Components are ordered by variance of the columns and know nothing of the outcome. A "
        "dropped one may hold all of it.",
        "PS-27",
    ),
    Erratum(
        "PS-e9",
        "The entries of the eigenvectors are read as correlations of columns with components.",
        "A random table of four standardised columns.",
        _entries,
        r"The correlation is the entry times $\sqrt{\lambda_k}$, and only for standardised "
        r"columns.",
        "PS-18",
    ),
)
