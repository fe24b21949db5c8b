"""The directions of one medicine, from text to numbers."""

from __future__ import annotations

import dataclasses
import re

from core.guardian.text.doses import (
    PACK,
    SPOONS,
    Amount,
    Count,
    Limit,
    Strength,
    read_bare,
    read_bare_count,
    read_count,
    read_division,
    read_limit,
    read_multiple,
    read_split,
    read_strengths,
)
from core.guardian.text.rest import Rest
from core.guardian.text.routes import read_route
from core.guardian.text.times import WEEK, Times, read_times

LONGEST = 600
"""Characters of directions that are read; what follows is not a dose."""

_RISKY = (
    (re.compile(r"\d\s*u\b"), "U for units can be misread as a zero; write units."),
    (re.compile(r"\biu\b"), "IU can be misread as IV or 10; write units."),
    (re.compile(r"\bq\.?d\.?\b(?!\.?\s*s)"), "QD can be misread as QID; write daily."),
    (re.compile(r"\bq\.?o\.?d\b"), "QOD can be misread as QD or QID; write every other day."),
    (re.compile(r"\d\s*ug\b"), "The sign for microgram can be misread as mg; write mcg."),
    (re.compile(r"\d\s*cc\b"), "CC can be misread as units; write mL."),
)
_ONCE_OR_EYE = re.compile(r"\bod\b")

Part = Amount | None


@dataclasses.dataclass(frozen=True, slots=True)
class Sig:
    """Directions, read.

    Attributes
    ----------
    single, daily : tuple of Amount or None
        For each ingredient, in the order of the product.
    times : Times
        How often and how long.
    route : str
        Empty when not stated.
    per_kg : bool
        Whether amounts are per kilogram of body weight.
    pair : str
        Two strengths beside one ingredient: a second medicine may be unnamed.
    notes : tuple of str
        What could not be read for certain.
    """

    single: tuple[Part, ...]
    daily: tuple[Part, ...]
    times: Times
    route: str = ""
    per_kg: bool = False
    pair: str = ""
    notes: tuple[str, ...] = ()


def read_sig(
    text: str,
    parts: int = 1,
    *,
    product: bool = False,
    usual: str = "",
    contains: tuple[float | None, ...] = (),
) -> Sig:
    """Read the directions of one medicine.

    Parameters
    ----------
    text : str
        Folded, without the names of medicines.
    parts : int
        Ingredients it is about.
    product : bool
        Whether they are one fixed combination, so that a single strength is that of the first.
    usual : str
        Route of the product, where the directions name none.
    contains : tuple of float or None
        Milligrams of each ingredient in one tablet, where every strength holds the same.
    """
    text = text[:LONGEST]
    rest = Rest(text)
    route, note = read_route(rest.text, usual)
    rest.notes += [note] if note else []
    rest.notes += [risk for pattern, risk in _RISKY if pattern.search(text)]
    if route != "ophthalmic" and _ONCE_OR_EYE.search(text):
        rest.notes.append("OD was read as once a day; it can also mean the right eye.")
    sig, count = _Reader(rest, parts, product, route).read()
    return _filled(sig, count, contains) if contains else sig


class _Reader:
    """The steps from directions to doses."""

    def __init__(self, rest: Rest, parts: int, product: bool, route: str) -> None:
        self.rest = rest
        self.parts = parts
        self.product = product
        self.route = route
        self.pair = ""
        self.factor = 1.0
        self.per_kg = False

    def read(self) -> tuple[Sig, float | None]:
        """Return the directions, and how many tablets make a dose where they say so."""
        rest = self.rest
        limit = read_limit(rest)
        split = read_split(rest)
        division = read_division(rest)
        multiple = read_multiple(rest)
        strengths = read_strengths(rest, self.parts)
        count = read_count(rest)
        if not strengths and not split:
            strengths = self.unitless()
        if strengths and count is None:
            count = read_bare_count(rest)
        times = _limited(read_times(rest), limit)
        if multiple and count is None:
            count = Count(multiple, "", 0)
        base, daily = self.base(strengths, count, times, division)
        single: tuple[Part, ...] = tuple(one and one.times(self.factor) for one in base)
        if split:
            single, daily, times = self.split(split, base, times)
        elif daily is None:
            daily = _by_day(single, times)
        if division is not None and strengths and strengths[0].per_day is None:
            single, daily = _divided(single, division or times.per_day)
        daily = _capped(daily, limit, base, single)
        self.per_kg = any(one.per_kg for one in strengths)
        notes = tuple(dict.fromkeys(rest.notes))
        sig = Sig(single, daily, times, self.route, self.per_kg, self.pair, notes)
        return sig, count.value if count is not None and count.value <= PACK else None

    @property
    def nothing(self) -> tuple[Part, ...]:
        return (None,) * self.parts

    def note(self, sentence: str) -> tuple[Part, ...]:
        self.rest.notes.append(sentence)
        return self.nothing

    def unitless(self) -> list[Strength]:
        """Read numbers without a unit: taken for a strength only where products print them so."""
        numbers = read_bare(self.rest, self.parts)
        if len(numbers) == self.parts > 1:
            mass = 0.001 if self.route == "inhaled" else 1.0
            return [Strength(tuple(Amount(round(one * mass, 9), "mg") for one in numbers))]
        if len(numbers) > 1:
            self.pair = "/".join(f"{one:g}" for one in numbers)
            self.note(f"{self.pair} are several strengths; a further ingredient may be unnamed.")
        elif numbers:
            self.note(f"The number {numbers[0]:g} has no unit and was not read as a dose.")
        return []

    def base(
        self,
        strengths: list[Strength],
        count: Count | None,
        times: Times,
        division: float | None,
    ) -> tuple[tuple[Part, ...], tuple[Part, ...] | None]:
        """Return the amount in one tablet, or the like, and the daily amount where it is a rate."""
        if any(one.per_area for one in strengths):
            return self.note("The dose is per square metre of body surface; it was not read."), None
        plain = [one for one in strengths if one.plain]
        rates = [one for one in strengths if one.per_day is not None]
        if plain:
            return self.counted(plain, count), None
        if rates:
            return self.rated(rates[0], count, times, division)
        solutions = [one for one in strengths if one.per_ml is not None]
        if solutions:
            return self.dissolved(solutions[0], strengths, count), None
        return self.nothing, None

    def counted(self, plain: list[Strength], count: Count | None) -> tuple[Part, ...]:
        """Return the strength that counts, and note how many of it make a dose."""
        taken = [one for one in plain if one.taken]
        chosen = self.one_of(plain, count)
        if len(plain) > 1 and len(taken) == 1:
            return self.spread(taken[0])
        if chosen is None:
            return self.note("The line gives several doses; none was read.")
        if count is not None and not self.total(plain, chosen, count):
            if count.value > PACK:
                return self.note(f"{count.value:g} was taken for a pack size; no dose was read.")
            self.factor = count.value
        return self.spread(chosen)

    def one_of(self, plain: list[Strength], count: Count | None) -> Strength | None:
        if len({one.amounts for one in plain}) == 1:
            return plain[0]
        full = [one for one in plain if len(one.amounts) == self.parts > 1]
        if len(full) == 1:
            return full[0]
        if len(plain) == 2 and count is not None and self.parts == 1:
            small, large = sorted(plain, key=lambda one: one.amounts[0].value)
            same = small.amounts[0].times(count.value) == large.amounts[0]
            return large if same else None
        return None

    def total(self, plain: list[Strength], chosen: Strength, count: Count) -> bool:
        """Return whether the strength is that of all tablets together."""
        if len({one.amounts for one in plain}) > 1 and self.parts == 1:
            return True
        if chosen.taken and count.place > chosen.place and not count.form:
            return False
        return (count.bracketed and count.place > chosen.place) or (
            chosen.bracketed and count.place < chosen.place
        )

    def spread(self, strength: Strength) -> tuple[Part, ...]:
        """Return a strength by ingredient."""
        amounts = strength.amounts
        if len(amounts) == self.parts:
            return amounts
        if len(amounts) == 1 and self.product and amounts[0].unit == "mg":
            return (*amounts, *(None,) * (self.parts - 1))
        if len(amounts) == 1:
            return self.note("One strength stands for several medicines; it was not read.")
        self.pair = "/".join(f"{one.value:g}" for one in amounts) if self.parts == 1 else ""
        return self.note("The strengths do not match the ingredients; none was read.")

    def rated(
        self, rate: Strength, count: Count | None, times: Times, division: float | None
    ) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        factor = rate.per_day or 1.0
        many = count.value if count and count.form.startswith("patch") else 1.0
        daily = tuple(one and one.times(factor * many) for one in self.spread(rate))
        shares = division or times.per_day
        if factor == 1.0 and shares:
            return tuple(one and one.times(1 / shares) for one in daily), daily
        return self.nothing, daily

    def dissolved(
        self, solution: Strength, strengths: list[Strength], count: Count | None
    ) -> tuple[Part, ...]:
        volumes = [one.amounts[0].value for one in strengths if one.plain_volume]
        if count is not None:
            spoon = next((ml for name, ml in SPOONS.items() if count.form.startswith(name)), None)
            volumes += [count.value * spoon] if spoon else []
        size = solution.per_ml or 1.0
        if len(set(volumes)) == 1:
            amounts = tuple(one.times(volumes[0] / size) for one in solution.amounts)
            return self.spread(dataclasses.replace(solution, amounts=amounts))
        if size < 1 and not volumes:
            return self.spread(solution)
        return self.note("The line gives a concentration and no single volume; no dose was read.")

    def split(
        self, split: list[tuple[float, str]], base: tuple[Part, ...], times: Times
    ) -> tuple[tuple[Part, ...], tuple[Part, ...], Times]:
        """Return the largest single dose and the sum of the day, for unequal doses."""
        from_text = _split_amounts(split, base, self.parts)
        week = (times.per_week or WEEK) / (times.per_day or 1.0) * len(split)
        times = dataclasses.replace(times, per_day=float(len(split)), per_week=round(week, 6))
        if not from_text:
            return self.nothing, self.nothing, times
        return from_text[0], from_text[1], times


def _split_amounts(
    split: list[tuple[float, str]], base: tuple[Part, ...], parts: int
) -> tuple[tuple[Part, ...], tuple[Part, ...]] | None:
    units = read_strengths(Rest(" ".join(f"{value:g} {unit};" for value, unit in split)), parts)
    if parts == 1 and len(units) == len(split) and all(one.plain for one in units):
        amounts = [one.amounts[0] for one in units]
        if len({one.unit for one in amounts}) == 1:
            total = Amount(round(sum(one.value for one in amounts), 9), amounts[0].unit)
            return (max(amounts, key=lambda one: one.value),), (total,)
    if not units and any(base):
        largest, total_count = max(value for value, _ in split), sum(value for value, _ in split)
        return (
            tuple(one and one.times(largest) for one in base),
            tuple(one and one.times(total_count) for one in base),
        )
    return None


def _filled(sig: Sig, count: float | None, contains: tuple[float | None, ...]) -> Sig:
    """Add what each tablet holds of an ingredient whose strength the line leaves out."""
    number = count or (1.0 if any(sig.single) else None)
    if number is None:
        return sig
    held = tuple(None if mg is None else Amount(mg * number, "mg") for mg in contains)
    single = tuple(one or other for one, other in zip(sig.single, held, strict=True))
    by_day = _by_day(single, sig.times)
    daily = tuple(one or other for one, other in zip(sig.daily, by_day, strict=True))
    return dataclasses.replace(sig, single=single, daily=daily)


def _by_day(single: tuple[Part, ...], times: Times) -> tuple[Part, ...]:
    if times.per_day is None:
        return (None,) * len(single)
    factor = times.per_day
    return tuple(one and one.times(factor) for one in single)


def _divided(
    total: tuple[Part, ...], shares: float | None
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    if not shares:
        return (None,) * len(total), total
    return tuple(one and one.times(1 / shares) for one in total), total


def _limited(times: Times, limit: Limit | None) -> Times:
    """Take "up to 3 times a day" for the frequency where no other is stated."""
    if limit is None or limit.count is None or not limit.doses or times.per_day is not None:
        return times
    return dataclasses.replace(times, per_day=limit.count, per_week=limit.count * WEEK)


def _capped(
    daily: tuple[Part, ...],
    limit: Limit | None,
    base: tuple[Part, ...],
    single: tuple[Part, ...],
) -> tuple[Part, ...]:
    if limit is None:
        return daily
    if limit.amount is not None:
        most: tuple[Part, ...] = (limit.amount,) if len(daily) == 1 else (None,) * len(daily)
    else:
        unit = single if limit.doses else base
        most = tuple(one and one.times(limit.count or 0) for one in unit)
    return tuple(_smaller(one, cap) for one, cap in zip(daily, most, strict=True))


def _smaller(one: Part, other: Part) -> Part:
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda amount: amount.value) if one.unit == other.unit else one
