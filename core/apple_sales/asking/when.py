"""Which period a question is about, and what is said where it names none or an unknown one."""

from __future__ import annotations

from core.apple_sales.asking.periods import Period
from core.apple_sales.asking.read import Asked
from core.apple_sales.reported.facts import years


def latest() -> Period:
    """Return the latest fiscal year reported."""
    return Period(years()[-1])


def asked_periods(asked: Asked) -> tuple[tuple[Period, ...], str]:
    """Return the periods meant, and a sentence if that had to be assumed."""
    if asked.periods and asked.quarters and len(asked.periods) == 1:
        year = asked.periods[0].year
        return tuple(Period(year, quarter) for quarter in asked.quarters), ""
    if asked.periods:
        return asked.periods, ""
    if asked.quarters:
        year = latest().year
        said = f"No year was named, so it is FY{year}, the latest reported."
        return tuple(Period(year, quarter) for quarter in asked.quarters), said
    return (latest(),), f"No year was named, so it is {latest()}, the latest reported."


def outside(asked: Asked) -> str | None:
    """Return a sentence if a year is not among those reported."""
    known = years()
    unknown = sorted({one.year for one in asked.periods if one.year not in known})
    if not unknown:
        return None
    named = ", ".join(f"FY{year}" for year in unknown)
    return (
        f"{named} {'is' if len(unknown) == 1 else 'are'} not among the figures: known are the "
        f"fiscal years FY{known[0]} to FY{known[-1]}."
    )


def only_first(asked: Asked) -> str:
    """Return a sentence where only the first of several names is answered."""
    names = asked.names
    return f" One name at a time: this is {names[0]}." if len(names) > 1 else ""
