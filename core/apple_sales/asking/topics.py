"""Which question is about what: the first rule that fits answers."""

from __future__ import annotations

from collections.abc import Callable

from core.apple_sales.asking import (
    about,
    counts,
    extremes,
    growth,
    limits,
    margins,
    outlook,
    planning,
    reported,
)
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Answer, Said
from core.apple_sales.planning.problem import Problem

Rule = Callable[[Asked], bool]
Speaker = Callable[[Asked, Problem | None, Answer | None], Said]

EXAMPLES: dict[str, str] = {
    "revenue": "What was iPhone revenue in 2021?",
    "margin": "Why did the gross margin change in 2025?",
    "forecast": "What is the forecast for the next quarter?",
    "shadow price": "What is hardware supply worth?",
    "growth": "How much did Services grow from 2018 to 2025?",
    "share": "What share of revenue is Greater China?",
    "split": "How was revenue split by segment in 2025?",
    "units": "How many iPhones were sold in Q4 2018?",
    "price": "What was the average price of a Mac in 2017?",
    "bridge": "Was iPhone growth in 2018 volume or price?",
    "extreme": "What was Apple's best year?",
    "cell": "What is iPhone revenue in Greater China?",
    "income": "What was the operating income of Europe in 2025?",
    "known": "Which years are known?",
    "elasticity": "What is the price elasticity of the iPhone?",
    "services": "Does anything predict services revenue?",
    "noise": "Is the demo table noise?",
    "surprise": "Which quarters were surprising?",
    "plan": "What is the optimal plan?",
    "gain": "How much better than today is the plan?",
    "certificate": "How is the plan proven?",
    "binding": "Which limits bind?",
    "robust": "How sure is the plan?",
    "infeasible": "What if no plan is possible?",
    "risk": "What is the risk of the plan?",
    "about": "Who made this?",
    "evidence": "How do you know?",
}
"""One question a topic; the page and the suggestions show them."""


def _facts(speak: Callable[[Asked], Said]) -> Speaker:
    return lambda asked, problem, last: speak(asked)


def _plan(speak: planning.Planner) -> Speaker:
    return lambda asked, problem, last: planning.answer(asked, problem, speak)


def _evidence(asked: Asked, problem: Problem | None, last: Answer | None) -> Said:
    return about.evidence(asked, last)


def has(*concepts: str) -> Rule:
    """Return the rule that any of the concepts was mentioned."""
    return lambda asked: asked.has(*concepts)


def _money(asked: Asked) -> bool:
    return asked.has("revenue") or bool(asked.names) or asked.total


RULES: tuple[tuple[str, Rule, Speaker], ...] = (
    ("company", lambda a: bool(a.companies), _facts(about.others)),
    ("about", lambda a: a.has("about") and not a.has("best", "worst", "revenue"),
      _facts(about.maker)),
    ("infeasible", has("infeasible"), _plan(limits.impossible)),
    ("certificate", lambda a: a.has("certificate") and (a.has("plan") or not a.names),
      _plan(limits.certificate)),
    ("certificate", lambda a: a.has("plan") and a.has("evidence"), _plan(limits.certificate)),
    ("evidence", has("evidence"), _evidence),
    ("shadow price", lambda a: a.has("worth") and not a.has("revenue"),
      _plan(limits.shadow)),
    ("binding", has("bind"), _plan(limits.binding)),
    ("elasticity", has("elasticity"), _facts(outlook.price_elasticities)),
    ("noise", has("noise"), _facts(outlook.noise)),
    ("robust", has("sure"), _plan(planning.sure)),
    ("risk", has("risk"), _plan(planning.risk)),
    ("gain", lambda a: a.has("gain") and (a.has("plan", "today") or not a.names),
     _plan(planning.gain)),
    ("forecast", has("forecast", "next"), _facts(outlook.ahead)),
    ("plan", has("plan"), _plan(planning.optimal)),
    ("surprise", has("surprise"), _facts(outlook.surprises)),
    ("services", lambda a: a.has("predict") or (a.has("why") and a.categories == ("Services",)
     and not a.has("margin", "growth")), _facts(outlook.services)),
    ("calendar", lambda a: bool(a.calendar), _facts(about.calendar)),
    ("not reported", lambda a: bool(a.parts), _facts(reported.not_reported)),
    ("income", has("income"), _facts(reported.operating_income)),
    ("margin", has("margin", "cost", "rate"), _facts(margins.margin)),
    ("known", lambda a: a.has("known") and not a.periods and not a.has("units", "price",
     "revenue", "growth", "share", "best", "worst"), _facts(about.coverage)),
    ("bridge", has("bridge"), _facts(counts.price_volume)),
    ("bridge", lambda a: a.has("why") and bool(a.categories), _facts(counts.price_volume)),
    ("bridge", lambda a: a.has("units") and a.has("price"), _facts(counts.price_volume)),
    ("extreme", has("best", "worst"), _facts(extremes.extreme)),
    ("units", has("units"), _facts(counts.units)),
    ("price", has("price"), _facts(counts.price)),
    ("growth", has("growth"), _facts(growth.growth)),
    ("share", has("share"), _facts(reported.share)),
    ("split", has("split"), _facts(reported.split)),
    ("split", lambda a: a.has("segment", "category") and not a.names, _facts(reported.split)),
    ("revenue", _money, _facts(reported.reported_revenue)),
    ("known", lambda a: a.has("known", "year", "quarter") and not a.periods,
     _facts(about.coverage)),
    ("revenue", lambda a: bool(a.periods), _facts(reported.reported_revenue)),
)  # fmt: skip


def route(asked: Asked) -> tuple[str, Speaker] | None:
    """Return the topic of a question and who answers it, or ``None``."""
    return next(((topic, speak) for topic, fits, speak in RULES if fits(asked)), None)
