"""The pages that derive and verify, as data."""

from __future__ import annotations

from pages._shared.page_def import PageDef, System

FOUNDATIONS: tuple[PageDef, ...] = (
    PageDef(
        "foundations", "foundations.py", "Statements", System.FOUNDATIONS, ":material/checklist:",
        "Every statement of the articles, checked by calculation on this machine.",
        clinical=False,
    ),
    PageDef(
        "foundations-gradient-descent", "foundations_gradient_descent.py", "Gradient descent",
        System.FOUNDATIONS, ":material/trending_down:",
        "Which step is safe, how fast it arrives, and what momentum and noise change.",
        clinical=False,
    ),
    PageDef(
        "foundations-lagrange-kkt", "foundations_lagrange_kkt.py", "Lagrange and KKT",
        System.FOUNDATIONS, ":material/balance:",
        "What is true at an optimum under limits, and what one more unit of a limit is worth.",
        clinical=False,
    ),
    PageDef(
        "foundations-bias-variance", "foundations_bias_variance.py", "Bias and variance",
        System.FOUNDATIONS, ":material/target:",
        "Where prediction error comes from, and what removes which part of it.", clinical=False,
    ),
    PageDef(
        "foundations-logistic-regression", "foundations_logistic_regression.py",
        "Logistic regression", System.FOUNDATIONS, ":material/show_chart:",
        "From odds to a probability that can be trusted, down to the heart-disease model itself.",
    ),
    PageDef(
        "foundations-bayesian-updating", "foundations_bayesian_updating.py", "Bayesian updating",
        System.FOUNDATIONS, ":material/update:",
        "How evidence changes what is believed, and what an interval then promises.",
        clinical=False,
    ),
    PageDef(
        "foundations-pca-svd", "foundations_pca_svd.py", "PCA and SVD", System.FOUNDATIONS,
        ":material/rotate_90_degrees_ccw:",
        "The directions that hold a table together, and how much is lost without the others.",
        clinical=False,
    ),
    PageDef(
        "foundations-information-theory", "foundations_information_theory.py",
        "Information theory", System.FOUNDATIONS, ":material/bolt:",
        "How much is learnt from an answer, measured in bits.", clinical=False,
    ),
    PageDef(
        "foundations-backpropagation", "foundations_backpropagation.py", "Backpropagation",
        System.FOUNDATIONS, ":material/account_tree:",
        "How a network learns which of its weights to blame.", clinical=False,
    ),
    PageDef(
        "foundations-errata", "foundations_errata.py", "Errata", System.FOUNDATIONS,
        ":material/edit_note:",
        "Errors of common texts, each refuted by a calculation, with what is true instead.",
        clinical=False,
    ),
)  # fmt: skip
