"""What holds the plan back: its limits, their prices, its proof, and what excludes a plan."""

from __future__ import annotations

import re

from core.apple_sales.asking.quote import COMPUTED, DECLARED, part
from core.apple_sales.asking.read import Asked, normalised
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.planning.plan_result import Multiplier, Plan
from core.apple_sales.planning.problem import Constraint, Problem
from core.viz.text import counted, fixed, listed, number, signed

PAGE = "apple-sales"
_FEW = 4
_WORD = re.compile(r"\w+")
_WEAK = frozenset({"volume", "share", "of", "the", "limit"})


def source_of(made: Plan) -> str:
    """Return the call behind a plan, with the fingerprint of its problem."""
    return f"core.apple_sales.plan, input {made.certificate.input_hash[:12]}"


def certificate(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer how it is known that the plan is best."""
    proof = made.certificate
    figures = {
        "Frank-Wolfe gap": (proof.fw_gap, made.money),
        "Frank-Wolfe gap, relative": (proof.fw_gap_rel, ""),
        "KKT residual": (proof.kkt_residual, ""),
        "Second solver, relative difference": (proof.second_solver_rel_diff, ""),
        "Other units, relative difference": (proof.unit_scale_rel_diff, ""),
    }
    known = {name: (value, unit) for name, (value, unit) in figures.items() if value is not None}
    told = listed(
        [f"{name} {value:.1g}" for name, (value, _) in known.items() if "gap" not in name]
    )
    second = (
        f" Found by {proof.solver}, and again by {proof.second_solver}."
        if proof.second_solver
        else ""
    )
    checks = f" Further checks: {told}." if told else ""
    return Said(
        f"{made.reason} {proof.method}{second}{checks}",
        "" if proof.fw_gap is None else f"gap at most {proof.fw_gap:.1g} {made.money}",
        "gap = largest value of gradient(x) . (y - x) over all amounts y within the limits",
        tuple(Quoted(name, value, unit, source_of(made), COMPUTED)
              for name, (value, unit) in known.items()),
        PAGE,
    )  # fmt: skip


def binding(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer which limits hold the plan back."""
    rows = [one for one in made.multipliers if one.kind == "constraint"]
    own = [one for one in made.multipliers if one.kind == "cell"]
    loose = [row.name for row in problem.constraints if row.name not in {one.name for one in rows}]
    told = listed([f'"{one.name}" ({_side(one)}; {_price(one)})' for one in rows]) or "none"
    at_limit = counted(len(own), "cell")
    rest = f" Not binding: {listed(loose)}." if loose else ""
    verb = "is" if len(own) == 1 else "are"
    return Said(
        f"Binding constraints, those worth most first: {told}. {at_limit} {verb} at a limit of "
        f"their own.{rest}",
        f"{len(rows)} of {len(problem.constraints)} constraints bind",
        "shadow price = change of the best objective per unit of the limit",
        tuple(_quoted(one, made) for one in made.multipliers[: len(rows) + _FEW]),
        PAGE,
    )


def _side(one: Multiplier) -> str:
    limit = part(one.limit) if "percentage" in one.unit else fixed(one.limit, 2)
    return {"low": f"at least {limit}", "high": f"at most {limit}"}.get(one.side, f"equal {limit}")


def _price(one: Multiplier) -> str:
    return f"{signed(one.price, 4)} {one.unit}"


def _quoted(one: Multiplier, made: Plan) -> Quoted:
    checked = {"yes": "verified by re-solving"}.get(one.verified, one.verified)
    return Quoted(f"{one.name}, shadow price ({checked})", one.price, one.unit, source_of(made),
                  COMPUTED)  # fmt: skip


def shadow(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer what a named limit is worth."""
    row, exact = _constraint(asked, problem)
    if row is None:
        names = listed([one.name for one in problem.constraints]) or "none"
        said = binding(asked, problem, made)
        return Said(
            f"No limit of this plan was recognised; its constraints are {names}. {said.text}",
            "", said.formula, said.cells, PAGE,
        )  # fmt: skip
    read = "" if exact else f'(Read as the constraint "{row.name}".) '
    found = next((one for one in made.multipliers
                  if one.kind == "constraint" and one.name == row.name), None)  # fmt: skip
    formula = "shadow price = change of the best objective per unit of the limit"
    if found is None:
        used, limits = _use(row, made)
        unit = "" if row.kind == "share" else f" {made.amount}"
        what = "share" if row.kind == "share" else "amount"
        bare = unit.strip()
        cells = (
            Quoted(f"{row.name}, used", used, bare, source_of(made), COMPUTED),
            *(Quoted(f"{row.name}, {side} limit", value, bare, "the problem", DECLARED)
              for side, value in limits),
        )  # fmt: skip
        stated = listed([f"{side} {number(value, 3)}" for side, value in limits])
        return Said(
            f'{read}"{row.name}" does not bind, so a little more or less of it is worth 0: the '
            f"plan's {what} is {number(used, 3)}{unit}, the limit {stated}.",
            f"0 {made.money} per unit", formula, cells, PAGE,
        )  # fmt: skip
    agree = {
        "yes": "verified by solving again with the limit moved up and down",
        "degenerate": "it differs up and down",
    }.get(found.verified, found.verified)
    sides = [f"{word} {fixed(value, 4)}" for word, value in (("up", found.right),
             ("down", found.left)) if value is not None]  # fmt: skip
    told = f" ({listed(sides)})" if sides else ""
    return Said(
        f'{read}"{row.name}" binds ({_side(found)}): raising the limit changes the best objective '
        f"by {_price(found)}, {agree}{told}. It holds for small moves only.",
        _price(found),
        formula,
        (_quoted(found, made),),
        PAGE,
    )


def _constraint(asked: Asked, problem: Problem) -> tuple[Constraint | None, bool]:
    """Return the constraint whose name is meant, and whether it was written in full."""
    heard = set(_WORD.findall(asked.text))
    heard |= {word for name in asked.names for word in _WORD.findall(name.casefold())}
    best = 0.0
    nearest: Constraint | None = None
    for row in problem.constraints:
        words = _WORD.findall(row.name.casefold())
        telling = [word for word in words if word not in _WEAK] or words
        score = sum(word in heard for word in telling) / len(telling) if telling else 0.0
        score += 0.1 * (sum(word in heard for word in words) / max(len(words), 1))
        if score > best and any(word in heard for word in telling):
            best, nearest = score, row
    return nearest, nearest is not None and normalised(nearest.name) in asked.text


def _use(row: Constraint, made: Plan) -> tuple[float, list[tuple[str, float]]]:
    x = made.x or {}
    used = sum(weight * x[name] for name, weight in row.coefficients.items())
    if row.kind == "share":
        used /= sum(x.values()) or 1.0
    limits = [(side, value) for side, value in (("at least", row.low), ("at most", row.high))
              if value is not None]  # fmt: skip
    return used, limits


def impossible(asked: Asked, problem: Problem, made: Plan) -> Said:
    """Answer what happens if no plan is within all limits."""
    if made.infeasibility is None:
        checked = counted(len(problem.constraints), "constraint")
        return Said(
            f'"{made.title}" has a plan: a linear programme over its {checked} finds amounts '
            "within all limits. Were there none, the answer would name the limits that exclude "
            "each other and the smallest change of each that makes a plan possible.",
            "a plan exists",
            "linear programme: least sum of relative violations of the limits; 0 means possible",
            (),
            PAGE,
        )
    found = made.infeasibility
    repairs = " ".join(one.sentence for one in found.repairs)
    return Said(
        f"{found.reason} {repairs}".strip(),
        "no plan",
        "irreducible set: limits that exclude each other, any one of which, left out, lets the "
        "others hold",
        tuple(Quoted(f"{one.name}, {one.side} limit", one.limit, "", "the problem", DECLARED)
              for one in found.conflict),
        PAGE,
    )  # fmt: skip
