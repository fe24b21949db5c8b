"""Information theory: surprise, divergence and what one variable tells about another."""

from __future__ import annotations

from core.foundations.information_theory import (
    continuous,
    distances,
    divergence,
    entropy,
    learning,
    mutual,
)
from core.foundations.information_theory.breaks import BREAKS
from core.foundations.information_theory.errata import ERRATA
from core.foundations.information_theory.experiments import (
    Diagnosis,
    PluginBias,
    Simplex,
    Tempered,
    TwoNormals,
    diagnostic_test,
    plugin,
    tempered,
    three_outcomes,
    two_normals,
)
from core.foundations.information_theory.questions import QUESTIONS
from core.foundations.schema import Section, Topic

__all__ = [
    "TOPIC",
    "Diagnosis",
    "PluginBias",
    "Simplex",
    "Tempered",
    "TwoNormals",
    "diagnostic_test",
    "plugin",
    "tempered",
    "three_outcomes",
    "two_normals",
]

SECTIONS = (
    Section(
        key="entropy",
        title="Entropy",
        intuition="A rare event surprises more than a common one, and two independent events "
        "together surprise as much as both one after the other. These two demands make surprise a "
        "logarithm. Entropy is the surprise to be expected: what is open before the answer is "
        "known, and also how many yes-or-no questions the answer costs. It splits cleanly into "
        "stages, which makes it a currency for tests, labels and features alike.",
    ),
    Section(
        key="divergence",
        title="Divergence",
        intuition="Believing one distribution while another one is true makes the world more "
        "surprising than it has to be. The excess is the divergence. It is the loss that "
        "training lowers, the drift that monitoring looks for, and what maximum "
        "likelihood makes small. It has a direction, and it is no distance.",
    ),
    Section(
        key="mutual-information",
        title="Mutual information",
        intuition="Two variables tell about each other as far as their table differs from the "
        "product of its margins. Unlike correlation this sees every kind of dependence. It also "
        "sees dependence that is only noise: an estimate from counts is too high, and the more "
        "so the more cells the table has. For a diagnostic test it says how many bits an answer "
        "is worth.",
    ),
    Section(
        key="continuous",
        title="Continuous variables",
        intuition="A value on a scale has no probability, only a density, so its surprise depends "
        "on the unit and may be negative. Differences of such surprises are still meaningful. "
        "Differential entropy also explains why the normal and the exponential law turn up "
        "as defaults: they assume the least beyond a variance or a mean.",
    ),
    Section(
        key="learning",
        title="Learning and monitoring",
        intuition="Log loss is surprise, so everything above applies to the scores of a model. It "
        "splits into a part that recalibration removes, a part that better features remove, and a "
        "part that nothing removes. The same divergence, added over both directions in ten bins, "
        "is the stability index of this suite's drift monitor.",
    ),
)

TOPIC = Topic(
    key="information-theory",
    title="Information theory",
    prefix="IT",
    question="How much does an observation tell, and what does a wrong belief cost?",
    sections=SECTIONS,
    statements=(
        *entropy.STATEMENTS,
        *divergence.STATEMENTS,
        *distances.STATEMENTS,
        *mutual.STATEMENTS,
        *continuous.STATEMENTS,
        *learning.STATEMENTS,
    ),
    breaks=BREAKS,
    errata=ERRATA,
    questions=QUESTIONS,
)
