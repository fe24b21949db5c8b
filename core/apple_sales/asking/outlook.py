"""Forecasts, elasticities, what predicts services, noise, and surprising quarters."""

from __future__ import annotations

import functools

from core.apple_sales.analysis.elasticities import elasticities
from core.apple_sales.asking.names import shown
from core.apple_sales.asking.quote import COMPUTED, DECLARED, money, part
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import only_first
from core.apple_sales.forecasting.anomalies import anomalies
from core.apple_sales.forecasting.forecast import forecast
from core.apple_sales.forecasting.forecast_checks import later_figures
from core.apple_sales.forecasting.forecast_result import Ahead, Forecast
from core.apple_sales.forecasting.services_trend import services_models
from core.apple_sales.learning.examples import SALES_EXAMPLES, sales_example
from core.apple_sales.learning.inspect import Inspection, inspect
from core.apple_sales.planning.priors import PRIORS
from core.apple_sales.reported.data import CATEGORIES, COUNTED
from core.viz.text import fixed, listed, number, p_value

UNIT = "USD million"
BY_SUMS = (
    "made for a category, a segment or the total: Apple reports no category in a segment, so there "
    "is no such series."
)


@functools.lru_cache(maxsize=16)
def _forecast(series: str) -> Forecast:
    return forecast(series)


@functools.lru_cache(maxsize=1)
def _noise() -> Inspection:
    return inspect(sales_example("noise"))


def ahead(asked: Asked) -> Said:
    """Answer what is forecast for the next quarters, with the band and its record."""
    if asked.categories and asked.segments:
        return Said(f"Forecasts are {BY_SUMS}", page="apple-sales-forecast")
    series = (*asked.names, "Total")[0]
    made = _forecast(series)
    chosen = _chosen(asked, made)
    span = f"{made.ahead[0].period} to {made.ahead[-1].period}"
    if chosen is None:
        return Said(
            f"Forecasts exist only for the four quarters after the 16 consecutive ones that are "
            f"known (fiscal {made.periods[0]} to {made.periods[-1]}), so for {span}.",
            page="apple-sales-forecast",
        )
    band = chosen.band
    level = f"{100 * band.level:g} %"
    limits = f"{level} band {money(band.low)} to {money(band.high)}" if band.exists else band.reason
    source = f"core.apple_sales.forecast({series!r}), {made.used_name}, {len(made.values)} quarters"
    named = f"{shown(series)}, forecast of {chosen.period}"
    cells = [Quoted(named, band.estimate, UNIT, source, COMPUTED)]
    if band.exists:
        cells += [
            Quoted(f"{named}, {end} of the band", value, UNIT, source, COMPUTED)
            for end, value in (("low end", band.low), ("high end", band.high))
        ]
    cells += [
        Quoted(f"{shown(series)}, {one.period}, reported later", one.actual, UNIT, one.source,
               one.mark)
        for one in later_figures(made).checks
        if one.period == chosen.period
    ]  # fmt: skip
    subject = "Apple's revenue" if series == "Total" else f"revenue of {shown(series)}"
    return Said(
        f"The forecast of {subject} for fiscal {chosen.period} is {money(band.estimate)}; "
        f"{limits}. "
        f"It is made from the n = {len(made.values)} quarters known without a gap, "
        f"{made.periods[0]} to {made.periods[-1]}. {_record(made, chosen)}"
        f"{_later(made, chosen)}{only_first(asked)}".rstrip(),
        f"{money(band.estimate)} ({limits})",
        f"{made.used_name}, chosen by its past errors; band from the {band.n} earlier errors of "
        "the same procedure (split conformal)",
        tuple(cells),
        "apple-sales-forecast",
    )


def _chosen(asked: Asked, made: Forecast) -> Ahead | None:
    """Return the period ahead that is meant, or ``None`` if there is no forecast of it."""
    if not asked.periods:
        if made.season_sum is not None and "next year" in asked.text:
            return made.season_sum
        quarter = asked.quarters[0] if asked.quarters else 0
        return next((one for one in made.ahead if one.period.endswith(f"Q{quarter}")),
                    made.ahead[0])  # fmt: skip
    wanted = asked.periods[0]
    if wanted.quarter:
        label = f"{wanted.year} Q{wanted.quarter}"
        return next((one for one in made.ahead if one.period == label), None)
    same = made.ahead[0].period.startswith(f"{wanted.year} ")
    return made.season_sum if same else None


def _record(made: Forecast, chosen: Ahead) -> str:
    record = next((one for one in made.records if one.horizon == chosen.horizon), None)
    if record is None or record.share.n == 0 or chosen is made.season_sum:
        return ""
    share = record.share
    held = round(share.estimate * share.n)
    return (
        f"Of {share.n} earlier bands {held} held ({100 * share.level:g} % interval "
        f"{part(share.low)} to {part(share.high)}). "
    )


def _later(made: Forecast, chosen: Ahead) -> str:
    for one in later_figures(made).checks:
        if one.period == chosen.period:
            inside = {True: "inside the band", False: "outside the band"}.get(one.inside is True)
            return f"Apple later reported {money(one.actual)}, {inside}."
    return ""


def price_elasticities(asked: Asked) -> Said:
    """Answer what elasticities are assumed, and what the regression gave."""
    found = {one.product: one for one in elasticities()}
    names = [one for one in asked.categories if one in CATEGORIES] or list(CATEGORIES)
    parts, cells = [], []
    for name in names:
        prior = PRIORS[name]
        told = (f"{shown(name)} {number(prior.elasticity)} (declared range {number(prior.low)} to "
                f"{number(prior.high)}")  # fmt: skip
        cells.append(Quoted(f"{name}, price elasticity", prior.elasticity, "",
                            "core.apple_sales.PRIORS", DECLARED))  # fmt: skip
        if name in found:
            own = found[name]
            slope = own.slope
            told += (
                f"; regression {fixed(slope.estimate, 2)}, {100 * slope.level:g} % interval "
                f"{fixed(slope.low, 2)} to {fixed(slope.high, 2)}, n = {slope.n}, {p_value(own.p)}"
            )
            source = "core.apple_sales.elasticities(), 12 year-on-year changes, FY2016 to FY2018"
            cells.append(Quoted(f"{name}, slope", slope.estimate, "", source, COMPUTED))
        parts.append(f"{told})")
    wrong = [name for name in names if name in found and found[name].wrong_sign]
    why = f" The sign is wrong for {listed(wrong)}: more sold at a higher price." if wrong else ""
    return Said(
        f"Elasticities are declared, not learned: {listed(parts)}.{why} The regression does not "
        f"give an elasticity, because average price moves with the mix and quality of what is "
        f"sold; without units ({listed([n for n in CATEGORIES if n not in COUNTED])}) there is "
        "none.",
        number(PRIORS[names[0]].elasticity) + " (declared)" if len(names) == 1 else "",
        "slope of ln(units) on ln(average price), both as changes over the same quarter a year "
        "before; least squares, Student's interval",
        tuple(cells),
        "apple-sales-inference",
    )


def services(asked: Asked) -> Said:
    """Answer whether anything predicts services revenue."""
    models = services_models()
    parts = [
        f"{one.name[0].lower()}{one.name[1:]} {fixed(one.r2.estimate, 2)} "
        f"({100 * one.r2.level:g} % interval {fixed(one.r2.low, 2)} to {fixed(one.r2.high, 2)})"
        for one in models
    ]
    cells = tuple(
        Quoted(f"{one.name}, leave-one-out R2", one.r2.estimate, "", "core.apple_sales."
               f"services_models(), {one.r2.n} quarters", COMPUTED)
        for one in models
    )  # fmt: skip
    return Said(
        f"Time does, devices do not: leave-one-out R² of services revenue on {listed(parts)}, "
        f"n = {models[0].r2.n} quarters. Below 0 is worse than the mean; this is association, and "
        "filling gaps is easier than forecasting."
        if models[0].r2.estimate < 0 < models[1].r2.low
        else f"Leave-one-out R² of services revenue: {listed(parts)}, n = {models[0].r2.n}.",
        f"R² {fixed(models[0].r2.estimate, 2)} (devices), {fixed(models[1].r2.estimate, 2)} (time)",
        "R² = 1 - squared errors of left-out quarters / those of the mean of the others",
        cells,
        "apple-sales-inference",
    )


def noise(asked: Asked) -> Said:
    """Answer whether a table like the public demo's holds anything to learn."""
    found = _noise()
    best, p = found.best.r2, found.permutation.p
    source = "core.apple_sales.inspect(sales_example('noise'))"
    return Said(
        f'"{SALES_EXAMPLES["noise"]}": the gate is {found.gate}. {found.reason} The table is '
        "generated, five independent uniform columns in the ranges of the public demo's file, "
        "which is not shipped here.",
        f"R² {fixed(best.estimate)}, gate {found.gate}",
        "gate opens if the lower 95 % limit of the best cross-validated R² is above 0 and the "
        "permutation p is below 0.01",
        (
            Quoted("Best cross-validated R2", best.estimate, "", source, COMPUTED),
            Quoted("Lower limit", best.low, "", source, COMPUTED),
            Quoted("Upper limit", best.high, "", source, COMPUTED),
            Quoted("Permutation p", p, "", source, COMPUTED),
        ),
        "apple-sales-data",
    )


def surprises(asked: Asked) -> Said:
    """Answer which quarters were surprising."""
    if asked.categories and asked.segments:
        return Said(f"Quarters are judged by forecasts {BY_SUMS}", page="apple-sales-forecast")
    series = (*asked.names, "Total")[0]
    found = anomalies(series)
    flagged = [one for one in found.judged if one.flagged]
    subject = "Apple's revenue" if series == "Total" else f"revenue of {shown(series)}"
    named = listed([f"{one.period} (p = {fixed(one.p, 2)})" for one in flagged])
    told = named or "none"
    return Said(
        f"Of {len(found.judged)} quarters of {subject} that could be judged, flagged as surprising "
        f"at a stated rate of {100 * found.rate:g} %: {told}. "
        f"{number(found.expected_false_alarms)} false alarms are expected if nothing is "
        f"unusual.{only_first(asked)}",
        f"{len(flagged)} of {len(found.judged)} quarters",
        "conformal p value: rank of a quarter's forecast error among the earlier ones",
        tuple(
            Quoted(f"{shown(series)}, {one.period}", one.actual, UNIT,
                   f"core.apple_sales.anomalies({series!r})", COMPUTED)
            for one in flagged
        ),
        "apple-sales-forecast",
    )  # fmt: skip
