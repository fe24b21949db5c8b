"""Lagrange multipliers and the conditions of Karush, Kuhn and Tucker."""

from __future__ import annotations

from core.foundations.lagrange_kkt import (
    apple,
    breaks,
    duality,
    errata,
    geometry,
    inequalities,
    portfolio,
    questions,
    sensitivity,
    shrinkage,
    svm,
)
from core.foundations.lagrange_kkt.experiments import (
    PARABOLA,
    Perturbed,
    Signs,
    Walk,
    perturbed,
    signs,
    walk,
)
from core.foundations.lagrange_kkt.experiments_models import (
    ASSETS,
    Ball,
    Frontier,
    Street,
    ball,
    frontier,
    street,
)
from core.foundations.lagrange_kkt.experiments_plan import (
    STEPS,
    Approach,
    PricedLimit,
    apple_plan,
    approach,
    plan_limits,
)
from core.foundations.schema import Topic

__all__ = [
    "ASSETS",
    "PARABOLA",
    "STEPS",
    "TOPIC",
    "Approach",
    "Ball",
    "Frontier",
    "Perturbed",
    "PricedLimit",
    "Signs",
    "Street",
    "Walk",
    "apple_plan",
    "approach",
    "ball",
    "frontier",
    "perturbed",
    "plan_limits",
    "signs",
    "street",
    "walk",
]

TOPIC = Topic(
    key="lagrange-kkt",
    title="Lagrange multipliers and KKT",
    prefix="KKT",
    question="What does a limit cost, and how does a plan prove that no other is better?",
    sections=(
        geometry.SECTION,
        inequalities.SECTION,
        duality.SECTION,
        svm.SECTION,
        portfolio.SECTION,
        shrinkage.SECTION,
        apple.SECTION,
    ),
    statements=(
        *geometry.STATEMENTS,
        *inequalities.STATEMENTS,
        *duality.STATEMENTS,
        *sensitivity.STATEMENTS,
        *svm.STATEMENTS,
        *portfolio.STATEMENTS,
        *shrinkage.STATEMENTS,
        *apple.STATEMENTS,
    ),
    breaks=breaks.BREAKS,
    errata=errata.ERRATA,
    questions=questions.QUESTIONS,
)
