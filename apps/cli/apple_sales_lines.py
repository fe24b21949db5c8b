"""What the verbs of Apple sales say to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.apple_sales import (
        Anomalies,
        Answer,
        Comparison,
        Elasticity,
        Facts,
        Forecast,
        Frontier,
        Inspection,
        Line,
        Plan,
        Problem,
        Regret,
        Robust,
        Structure,
        Tornado,
    )
    from core.apple_sales.planning.plan_result import Certificate, Multiplier

MOST = 10
"""Lines of one kind; the JSON document has all."""

SIDES = {"low": "at least", "high": "at most", "both": "exactly"}


def of_plan(problem: Problem, found: Plan) -> Iterator[str]:
    """Return the answer, its proof, the binding limits and the largest changes."""
    yield f"{found.title}: {found.status}. {found.reason}"
    if found.objective is None or found.x is None:
        yield from _impossible(found)
        return
    yield f"Objective {found.objective:,.6g} {found.money}{_gain(found)}."
    yield _certificate(found.certificate, found.money)
    yield from _priced(found.multipliers)
    yield "Largest changes:"
    changes = [(abs(found.x[cell.name] - cell.now), cell) for cell in problem.cells]
    for _, cell in sorted(changes, key=lambda pair: -pair[0])[:MOST]:
        amount = found.x[cell.name]
        share = f" ({amount / cell.now - 1:+.1%})" if cell.now else ""
        yield f"    {cell.name}: {cell.now:,.4g} to {amount:,.4g}{share}"
    yield from found.notes


def _gain(found: Plan) -> str:
    today = found.now.objective
    gain = (
        f"; today's amounts give {today:,.6g}, a gain of {(found.objective or 0.0) - today:+,.4g}"
    )
    return gain if found.now.feasible else f"{gain}, but they are outside the limits"


def _certificate(proof: Certificate, money: str) -> str:
    parts = [f"Certificate: a better plan adds at most {proof.fw_gap:.1e} {money}"]
    parts.append(f"{proof.fw_gap_rel:.1e} of the objective; {proof.solver}")
    if proof.kkt_residual is not None:
        parts.append(f"KKT residual {proof.kkt_residual:.1e}")
    if proof.second_solver_rel_diff is not None:
        parts.append(f"{proof.second_solver} differs by {proof.second_solver_rel_diff:.1e}")
    if proof.unit_scale_rel_diff is not None:
        parts.append(f"other units change it by {proof.unit_scale_rel_diff:.1e}")
    return ", ".join(parts) + "."


def _priced(multipliers: Sequence[Multiplier]) -> Iterator[str]:
    if not multipliers:
        yield "No limit binds."
        return
    yield "Binding limits, and what one more of each is worth:"
    for one in multipliers[:MOST]:
        limit = f"{one.name} {SIDES[one.side]} {one.limit:,.4g}"
        yield f"    {limit}: {one.price:+.4g} {one.unit} (solved again: {one.verified})"


def _impossible(found: Plan) -> Iterator[str]:
    why = found.infeasibility
    if why is None:
        return
    yield "These exclude each other; without any one of them the others can hold:"
    yield from (f"    {one.sentence}" for one in why.conflict[:MOST])
    if why.repairs:
        yield "Each of these changes is enough alone:"
        yield from (f"    {one.sentence}" for one in why.repairs[:MOST])
    if why.shortfalls:
        yield "The least that has to give:"
        yield from (f"    {one.sentence}" for one in why.shortfalls[:MOST])


def of_stress(robust: Robust, regret: Regret, tornado: Tornado) -> Iterator[str]:
    """Return the outcomes over the draws, the largest losses, and what each assumption moves."""
    yield f"Over {robust.draws:,} draws of the elasticities (seed {robust.seed}), {robust.money}:"
    for one in robust.spreads:
        beats = "" if one.beats_now is None else f", beats today's in {one.beats_now:.0%}"
        reach = f"5 % {one.low:,.6g}, 95 % {one.high:,.6g}"
        yield f"    {one.plan}: mean {one.mean:,.6g}, {reach}{beats}"
    yield f"Largest loss when the assumption is wrong ({regret.money}):"
    for name, loss in zip(regret.plans, regret.worst, strict=True):
        yield f"    {name}: {loss:,.4g}"
    yield f"One elasticity moved to an end of its range; as declared {tornado.objective:,.6g}:"
    for swing in tornado.swings:
        kept = f"plan kept {swing.kept:,.6g}, planned again {swing.replanned:,.6g}"
        yield f"    {swing.product} {swing.elasticity:g} ({swing.end}): {kept}"


def of_frontier(found: Frontier) -> Iterator[str]:
    """Return risk and outcome of every plan."""
    yield f"Price of variance: expected outcome, standard deviation ({found.money})"
    for point in found.points:
        yield f"    {point.aversion:.3g}: {point.expected:,.6g}, {point.risk_sd:,.5g}"
    risk, expected = found.now
    yield f"Today's amounts: {expected:,.6g}, {risk:,.5g}"


def of_inspection(found: Inspection) -> Iterator[str]:
    """Return the gate with its reason, and each column's part in it."""
    yield f"Gate {found.gate}. {found.reason}"
    for one in found.columns:
        figures = f"{one.min:g} to {one.max:g}, mean {one.mean:.4g}, n = {one.n:,}"
        yield f"    {one.name}: {figures}; uniform p = {one.uniform_p:.3g}"
    yield from found.notes


def of_structure(found: Structure, notes: Iterable[str]) -> Iterator[str]:
    """Return the verdict, the stability of the groups shown, and what was left out."""
    yield found.sentence
    for one in found.stability:
        yield f"    Group {one.group}: stability {one.jaccard.text(2)}"
    yield from (f"Left out: {one}" for one in found.numbers.left_out)
    yield from notes


def of_facts(found: Facts) -> Iterator[str]:
    """Return the year's revenue with its two splits."""
    weekly = "" if found.weekly_growth is None else f", {found.weekly_growth:+.1%} a week"
    total = f"{found.total:,.0f} USD million in {found.weeks} weeks{_growth(found.growth)}{weekly}"
    yield f"FY{found.year}: {total}."
    yield f"Categories ({found.basis}):"
    yield from map(_line, found.categories)
    yield "Segments:"
    yield from map(_line, found.segments)
    if found.total_margin is not None:
        yield (
            f"Gross margin {found.total_margin:.1%}: products {found.product_margin:.1%}, "
            f"services {found.service_margin:.1%}."
        )


def _line(one: Line) -> str:
    share = f"{one.revenue:,.0f} ({one.share:.1%} of all{_growth(one.growth)})"
    return f"    {one.name}: {share}, {one.mark} source"


def _growth(value: float | None) -> str:
    return "" if value is None else f", {value:+.1%} over the year before"


def of_forecast(found: Forecast) -> Iterator[str]:
    """Return the periods ahead with their bands, and how past bands fared."""
    yield f"{found.series}, {found.unit}, by {found.used_name}, {found.level:.0%} bands:"
    for one in found.ahead:
        band = one.band
        reach = f"{band.low:,.0f} to {band.high:,.0f}" if band.exists else band.reason
        yield f"    {one.period}: {band.estimate:,.0f}; {reach} (n = {band.n} earlier errors)"
    for record in found.records:
        share = record.share
        held = share.text(2) if share.n else f"not enough data ({share.method})"
        yield f"Past bands {record.horizon} ahead that held: {held}"
    yield from found.assumptions


def of_anomalies(found: Anomalies) -> Iterator[str]:
    """Return the flagged quarters and the number of flags that chance alone gives."""
    judged = f"{len(found.flagged)} of {len(found.judged)} quarters flagged"
    yield f"{found.series}: {judged}; {found.expected_false_alarms:.2f} expected by chance."
    for one in found.judged:
        mark = "flagged" if one.flagged else "not flagged"
        figures = f"reported {one.actual:,.0f}, forecast {one.forecast:,.0f}"
        yield f"    {one.period}: {figures}, p = {one.p:.3f} (n = {one.n}), {mark}"
    yield from found.limits


def of_elasticities(found: Iterable[Elasticity]) -> Iterator[str]:
    """Return each slope with its interval, and the declared value that is used instead."""
    for one in found:
        use = "usable" if one.usable else "not usable as an elasticity"
        yield f"{one.product}: slope {one.slope.text(2)}, R2 {one.r2:.2f}: {use}."
        prior = one.prior
        yield f"    Declared instead: {prior.elasticity:g} ({prior.low:g} to {prior.high:g})"


def of_contrasts(found: Comparison) -> Iterator[str]:
    """Return every pair with its difference and adjusted p value."""
    all_pairs = found.contrasts
    seen = f"{all_pairs.seen} of {len(all_pairs.pairs)} pairs differ at {all_pairs.alpha:g}"
    yield f"{found.title} ({found.unit}): {seen} ({all_pairs.correction})."
    for pair in all_pairs.pairs:
        names = f"{pair.first} less {pair.second}"
        yield f"    {names}: {pair.difference.text(2)}, adjusted p = {pair.p_adjusted:.3f}"
    yield from found.notes


def of_answer(found: Answer) -> Iterator[str]:
    """Return the answer with its formula and the cells quoted, or what else can be asked."""
    if not found.understood:
        yield "Questions that are understood:"
        yield from (f"    {one}" for one in found.suggestions)
        return
    yield found.text
    if found.formula:
        yield f"Formula: {found.formula}"
    for cell in found.cells[:MOST]:
        yield f"    {cell.name}: {cell.value:,.6g} {cell.unit} ({cell.mark}; {cell.source})"
