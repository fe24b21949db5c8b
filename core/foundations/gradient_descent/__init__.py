"""Gradient descent: slopes, step sizes, rates, momentum, adaptive steps and noise."""

from __future__ import annotations

from core.foundations.gradient_descent import (
    acceleration,
    adaptive,
    breaks,
    breaks_methods,
    momentum,
    rates,
    steepest,
    step_size,
    stochastic,
)
from core.foundations.gradient_descent.errata import ERRATA
from core.foundations.gradient_descent.experiments import (
    ConvexBounds,
    MomentumMap,
    NoiseFloor,
    Online,
    StepSize,
    convex_bounds,
    momentum_map,
    noise_floor,
    online,
)
from core.foundations.gradient_descent.experiments import step_size as try_step_size
from core.foundations.gradient_descent.questions import QUESTIONS
from core.foundations.schema import Section, Topic

__all__ = [
    "TOPIC",
    "ConvexBounds",
    "MomentumMap",
    "NoiseFloor",
    "Online",
    "StepSize",
    "convex_bounds",
    "momentum_map",
    "noise_floor",
    "online",
    "try_step_size",
]

SECTIONS = (
    Section(
        key=steepest.SECTION,
        title="Which way is down",
        intuition="Stand on a hillside in fog. You cannot see the valley, but you can feel how the "
        "ground tilts under your feet. The tilt is the gradient: it gives the slope in every "
        "direction at once, and minus the gradient is the steepest way down. The tilt is a local "
        "matter, so a second question follows: over which distance can it be trusted?",
    ),
    Section(
        key=step_size.SECTION,
        title="How long a step may be",
        intuition="A short step is safe and slow, a long one lands on the other side of the "
        "valley, perhaps higher than before. On a bowl the border is sharp: twice the inverse of "
        "the largest curvature. The steepest axis alone decides it, the flattest alone decides "
        "how long the descent takes.",
    ),
    Section(
        key=rates.SECTION,
        title="How fast it is",
        intuition="A rate is a promise for the worst start. On a bowl it depends on one number, "
        "the condition number: how many times steeper the steepest axis is than the flattest. "
        "Standardising the columns of a table, as the clinical models of this suite do, usually "
        "lowers this number. Where the valley floor is flat there is no fixed factor per step, and "
        "the gap falls only in inverse proportion to the number of steps.",
    ),
    Section(
        key=momentum.SECTION,
        title="Momentum",
        intuition="A heavy ball remembers where it was going. Across a narrow valley its swings "
        "cancel, along the valley its pushes add up. On a bowl this replaces the condition number "
        "by its square root. Looking ahead before the gradient is taken (Nesterov) carries the "
        "gain over to all convex functions, if the memory grows with time.",
    ),
    Section(
        key=adaptive.SECTION,
        title="Steps that adapt",
        intuition="When some columns are rare or small, one step size cannot fit all. Adaptive "
        "methods divide each partial derivative by a running measure of its own size. That "
        "measure is made of gradients and not of curvature, and it forgets: both facts have "
        "consequences. Newton's method divides by the curvature itself.",
    ),
    Section(
        key=stochastic.SECTION,
        title="Noise",
        intuition="With many records the gradient is estimated from a batch. The estimate is right "
        "on average and noisy each time. Far from the minimum the noise hardly matters; near it "
        "the gradient is small and the noise is not, so a constant step ends in a cloud around "
        "the minimum. Falling steps or averaging shrink the cloud. Several records of one "
        "patient in a batch count for less than they seem.",
    ),
)

TOPIC = Topic(
    key="gradient-descent",
    title="Gradient descent",
    prefix="GD",
    question="Which way is down, how far may one step go, and how many steps does it take?",
    sections=SECTIONS,
    statements=(
        *steepest.STATEMENTS,
        *step_size.STATEMENTS,
        *rates.STATEMENTS,
        *momentum.STATEMENTS,
        *acceleration.STATEMENTS,
        *adaptive.STATEMENTS,
        *stochastic.STATEMENTS,
    ),
    breaks=(*breaks.BREAKS, *breaks_methods.BREAKS),
    errata=ERRATA,
    questions=QUESTIONS,
)
