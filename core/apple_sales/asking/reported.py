"""Reported revenue, shares and splits, and estimated cells."""

from __future__ import annotations

from core.apple_sales.asking.names import OFFICIAL, known_names, shown
from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.quote import (
    MOST_LISTED,
    amount,
    cell,
    money,
    part,
    periods_of,
    ranges,
    revenue,
)
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Quoted, Said
from core.apple_sales.asking.when import asked_periods, latest
from core.apple_sales.reported.cells import cell_estimate
from core.apple_sales.reported.data import BREAK_YEAR, CATEGORIES, FIRST, RESTATED, SEGMENTS
from core.viz.text import listed

BROKEN = (
    "Since FY2019 services include what is bundled with devices, and FY2018 was restated; the "
    "two bases are never joined."
)


def reported_revenue(asked: Asked) -> Said:
    """Answer what the revenue of one or more names was."""
    if asked.categories and asked.segments:
        return estimated_cell(asked)
    names = asked.names or ("Total",)
    when, assumed = asked_periods(asked)
    if asked.has("quarter") and len(when) == 1 and not when[0].quarter:
        when = tuple(Period(when[0].year, quarter) for quarter in (1, 2, 3, 4))
    pairs = [(name, period) for name in names for period in when][:MOST_LISTED]
    cells, missing = [], []
    for name, period in pairs:
        found = revenue(name, period)
        if found is None:
            missing.append((name, period))
        else:
            cells.append(found)
    sentences = [_revenues(pairs, cells, missing), *_absent(missing), *_restated(names, when)]
    if len(names) * len(when) > MOST_LISTED:
        sentences.append(f"The first {MOST_LISTED} of {len(names) * len(when)} are listed.")
    kind = "quarter" if any(period.quarter for period in when) else "year"
    return Said(
        " ".join([*filter(None, sentences), assumed]).strip(),
        amount(cells[0]) if len(pairs) == 1 and cells else "",
        f"Reported net sales of the fiscal {kind}; quoted, nothing is computed."
        if not any(one.source.startswith("Sum of the 5") for one in cells)
        else "Sum of the reported parts.",
        (*cells, *_restated_cells(names, when)),
    )


def _revenues(
    pairs: list[tuple[str, Period]], cells: list[Quoted], missing: list[tuple[str, Period]]
) -> str:
    known = [pair for pair in pairs if pair not in missing]
    if not known:
        return ""
    parts = [
        f"{_subject(name)} in {period} was {amount(found)}"
        for (name, period), found in zip(known, cells, strict=True)
    ]
    return f"{_capital(listed(parts))}."


def _subject(name: str) -> str:
    return "Apple's revenue" if name == "Total" else f"revenue of {shown(name)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _absent(missing: list[tuple[str, Period]]) -> list[str]:
    """Say which periods are known where one is not."""
    told = []
    for name, period in missing[:2]:
        known = periods_of(name, quarterly=bool(period.quarter))
        told.append(f"{_capital(_subject(name))} in {period} is not among the figures: known are "
                    f"{ranges(known)}.")  # fmt: skip
    return told


def _restated(names: tuple[str, ...], when: tuple[Period, ...]) -> list[str]:
    found = _restated_cells(names, when)
    if not found:
        return []
    values = listed([money(one.value) for one in found])
    return [f"That is as first reported; as restated in FY2019 it is {values}."]


def _restated_cells(names: tuple[str, ...], when: tuple[Period, ...]) -> tuple[Quoted, ...]:
    if Period(BREAK_YEAR) not in when:
        return ()
    pairs = [revenue(name, Period(BREAK_YEAR), RESTATED) for name in names if name in CATEGORIES]
    return tuple(one for one in pairs if one is not None)


def share(asked: Asked) -> Said:
    """Answer what share of all revenue a name had."""
    if asked.categories and asked.segments:
        return estimated_cell(asked)
    if not asked.names:
        return split(asked)
    when, assumed = asked_periods(asked)
    parts, cells = [], []
    figure = ""
    missing = []
    for name in asked.names:
        for period in when[:MOST_LISTED]:
            own, whole = revenue(name, period), revenue("Total", period)
            if own is None or whole is None:
                missing.append((name, period))
                continue
            figure = part(own.value / whole.value)
            parts.append(f"{shown(name)} brought in {figure} of Apple's revenue in {period}")
            cells += [own, whole]
    text = f"{_capital(listed(parts))}." if parts else ""
    broken = _spans(asked.categories, when)
    sentences = [text, *_absent(missing), broken, assumed]
    return Said(
        " ".join(filter(None, sentences)),
        figure if len(parts) == 1 else "",
        "share = revenue of the part / revenue of the company in the same period",
        tuple(dict.fromkeys(cells)),
    )


def _spans(names: tuple[str, ...], when: tuple[Period, ...]) -> str:
    found = [period.year for period in when]
    crossed = bool(names) and min(found) <= BREAK_YEAR < max(found)
    return f"Shares before and after FY{BREAK_YEAR} do not compare. {BROKEN}" if crossed else ""


def split(asked: Asked) -> Said:
    """Answer how revenue was divided among categories or segments."""
    names = SEGMENTS if asked.has("segment") and not asked.has("category") else CATEGORIES
    when, assumed = asked_periods(asked)
    period = when[0]
    cells = [revenue(name, period) for name in names]
    known = [one for one in cells if one is not None]
    if len(known) < len(names):
        return Said(" ".join(_absent([(names[0], period)])))
    whole = sum(one.value for one in known)
    parts = [
        f"{shown(name)} {part(one.value / whole)}" for name, one in zip(names, known, strict=True)
    ]
    kind = "segments" if names is SEGMENTS else "categories"
    return Said(
        f"Apple's revenue in {period}, {money(whole)}, was split by {kind} into {listed(parts)}. "
        f"{assumed}".strip(),
        "",
        "share = revenue of the part / sum of all parts",
        tuple(known),
    )


def estimated_cell(asked: Asked) -> Said:
    """Answer revenue of a category in a segment, which is an estimate."""
    when, assumed = asked_periods(asked)
    period = when[0]
    if period.quarter:
        return Said(
            "Revenue of a category in a segment is estimated for fiscal years only, because Apple "
            f"publishes only the sums. Ask for FY{period.year}."
        )
    made = cell_estimate(period.year)
    basis = RESTATED if period.year == BREAK_YEAR else FIRST
    parts, cells = [], []
    figure = ""
    for name in asked.categories:
        for region in asked.segments:
            value = float(made.values[region].loc[name])
            figure = f"{money(value)} (estimate)"
            of_segment = part(made.share(name, region))
            parts.append(
                f"{shown(name)} in {region} about {money(value)} ({of_segment} of the segment)"
            )
            source = f"core.apple_sales.cell_estimate({period.year})"
            label = f"{name} | {region}, {period}"
            cells.append(Quoted(label, value, "USD million", source, "estimate"))
            sums = (
                revenue(name, period, basis), revenue(region, period), revenue("Total", period)
            )  # fmt: skip
            cells += [one for one in sums if one is not None]
    text = (
        f"An estimate, not reported: in {period}, {listed(parts)}. Apple publishes only the sums "
        "by category and by segment; the same mix is assumed in every segment."
    )
    return Said(
        f"{text} {assumed}".strip(),
        figure if len(parts) == 1 else "",
        "estimate = revenue of the category x revenue of the segment / revenue of the company",
        tuple(dict.fromkeys(cells)),
    )


def not_reported(asked: Asked) -> Said:
    """Answer about a product or country that Apple reports only inside another."""
    part_name, container = asked.parts[0]
    period = asked.periods[0] if asked.periods else latest()
    found = revenue(container, period)
    known = "" if found is None else f" ({amount(found)} in {period})"
    kind = "category" if container in CATEGORIES else "segment"
    return Said(
        f'Apple does not report "{part_name}" by itself; it is counted in the {kind} '
        f"{OFFICIAL.get(container, container)}{known}. Known are {known_names()}.",
        cells=() if found is None else (found,),
    )


def operating_income(asked: Asked) -> Said:
    """Answer what a segment earned before interest and tax."""
    when, assumed = asked_periods(asked)
    period, name = when[0], (asked.segments or ("Total",))[0]
    found = None if asked.categories else cell("operating income", name, period)
    if found is None:
        subject = asked.categories[0] if asked.categories else name
        known = ranges(periods_of("Total", "operating income", quarterly=False))
        return Said(
            f"Operating income of {subject} in {period} is not among the figures: it is known for "
            f"the segments and the total in {known}. Net income is not here."
        )
    sales = revenue(name, period)
    rate = "" if sales is None else f", {part(found.value / sales.value)} of its revenue"
    subject = "Apple's operating income" if name == "Total" else f"Operating income of {name}"
    return Said(
        f"{subject} in {period} was {amount(found)}{rate}. {assumed}".strip(),
        amount(found),
        "Reported operating income; margin = operating income / revenue",
        (found,) if sales is None else (found, sales),
    )
