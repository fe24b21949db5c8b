"""How much: strengths, concentrations, counts of tablets, rates, largest amounts allowed."""

from __future__ import annotations

import dataclasses
import re

from core.guardian.text.rest import NUMBER, RANGE, Rest

MASS = {
    **dict.fromkeys(("mg", "mgs", "milligram", "milligrams"), 1.0),
    **dict.fromkeys(("mcg", "mcgs", "ug", "microg", "microgram", "micrograms"), 0.001),
    **dict.fromkeys(("g", "gm", "gms", "gram", "grams"), 1000.0),
    "ng": 1e-6,
}
UNITS = {
    **dict.fromkeys(MASS, "mg"),
    **dict.fromkeys(("unit", "units", "iu", "u"), "units"),
    **dict.fromkeys(("meq", "meqs"), "meq"),
    "mmol": "mmol",
    **dict.fromkeys(("ml", "mls", "cc", "milliliter", "milliliters", "millilitres"), "ml"),
}
SPOONS = {"tsp": 5.0, "teaspoon": 5.0, "tbsp": 15.0, "tablespoon": 15.0}
PACK = 20.0
"""Tablets above which a count is taken for the size of a pack."""

_UNIT = f"({'|'.join(sorted(UNITS, key=len, reverse=True))}|%)"
_FORM = (
    r"(tab(?:let)?s?|cap(?:sule)?s?|caplets?|softgels?|pills?|puffs?|inhalations?|sprays?|"
    r"squirts?|drops?|"
    r"gtts?|patch(?:es)?|supp(?:ositor(?:y|ies))?s?|vials?|amp(?:oule)?s?|sachets?|packets?|"
    r"lozenges?|troches?|films?|pens?|syringes?|gumm(?:y|ies)|tsp|tbsp|teaspoon(?:ful)?s?|"
    r"tablespoon(?:ful)?s?|inj(?:ection)?s?|gelcaps?|actuations?)\b"
)
_BASIS = (
    r"(?:\s*(?:/|per)\s*(\d+(?:\.\d+)?)?\s*-?(kg|m 2|m2|ml|mls|cc|l|h|hr|hrs|hours?|min|minutes?|"
    r"days?|d|"
    r"dose|puff|actuation|act|spray|inh|inhalation|tab|tablet|cap|capsule|patch|drop|vial|pen)\b)"
)
_PAIR = re.compile(
    rf"({NUMBER})\s*-?{_UNIT}\s*[/+-]\s*({NUMBER})\s*-?{_UNIT}\b"
    rf"(?:\s*[/+-]\s*({NUMBER})\s*-?{_UNIT}\b)?"
)
_AMOUNT = re.compile(
    rf"({NUMBER}(?:\s*(?:-|/|to|or)\s*{NUMBER})*)\s*-?{_UNIT}(?![a-z]){_BASIS}?{_BASIS}?{_BASIS}?"
)
_BARE_PAIR = re.compile(
    rf"^[\s()]*(?:(?:tabs?|tablets?|caps?|capsules?|diskus|inhaler|hfa|ellipta|xr|er|cr|sr)\s+)*"
    rf"({NUMBER}(?:\s*[/-]\s*{NUMBER})+)(?![\d/])"
)
_BARE = re.compile(
    rf"^[\s()]*({NUMBER})(?![\d/-])(?!\s*(?:l|lit(?:er|re)s?|drinks?|glass(?:es)?|"
    rf"bottles?|cups?)\b)\s*(?=[a-z)&+,;]|$)"
)
_COUNT = re.compile(rf"(?<![\d./]){RANGE}\s*(?:x\s*)?{_FORM}")
_TIMES_BEFORE = re.compile(rf"\b({NUMBER})\s*x\s*(?={NUMBER}\s*{_UNIT})")
_TIMES_AFTER = re.compile(
    rf"(?<=[a-z%] )\s*x\s*(?!1\b)({NUMBER})\b(?!\s*-?\s*(?:days?|d|weeks?|wks?|w|months?|mo|"
    rf"doses?|hours?|h|/)\b)"
)
_AFTER_UNIT = re.compile(rf"(?:{_UNIT}|{_FORM})\s*$")
_COUNT_BEFORE_TIME = re.compile(
    rf"(?<![\d./])(?<!x ){RANGE}\s*(?=(?:po|oral(?:ly)?|by mouth)?\s*(?:bid|bd|tid|tds|qid|qds|"
    r"od|qd|daily|nightly|nocte|mane|qhs|hs|prn|q\s*\d|every|"
    r"at (?:night|bedtime)|in the|weekly|once|twice|stat)\b)"
)
_SPLIT = re.compile(
    rf"({NUMBER})\s*(?:{_UNIT}(?![a-z])|{_FORM})?\s*(?:po|sc|subcut|by mouth|orally|of it)?\s*"
    r"(?:in the |every |each |at |q |with |before )?(?:the )?(am|qam|mornings?|mane|breakfast|"
    r"noon|lunch|midday|"
    r"afternoon|pm|qpm|evenings?|dinner|supper|hs|qhs|bed ?time|night|nocte)\b"
)
_TAKE = re.compile(
    r"(?:take|takes|taking|give|inject|administer|use|dose:?|total)\s*(?:a total of)?\s*$"
)
_DIVIDED = re.compile(
    r"\b(?:in|as)?\s*(\d+)?\s*(?:equally )?(?:divided|split|div)(?: doses?)?\b|\bin (\d+) doses\b"
)
_LIMIT = re.compile(
    r"\b(?:max(?:imum)?|nte|not to exceed|do not exceed|no more than|not more than|up to|limit)\b"
    rf"[\s.:]*(?:of\s*|is\s*)?(?:daily dose|total daily dose|dose|"
    rf"total)?[\s.:]*(?:of\s*)?{RANGE}\s*"
    rf"(?:{_UNIT}(?![a-z])|{_FORM}|(doses?|times|x))?\s*"
    r"(?:/|per|an?|in an?|in|each|every|within)?\s*(24 ?-?h(?:ours|rs?|our)?|days?|daily|d)\b"
)
_LIMIT_DAILY = re.compile(
    r"\b(?:max(?:imum)?)\s*(?:daily (?:dose)?|dose (?:per|a) day)[\s.:]*(?:of\s*|is\s*)?"
    rf"({NUMBER})\s*{_UNIT}(?![a-z])"
)
_DAILY_LIMIT = re.compile(
    rf"({NUMBER})\s*{_UNIT}\s*(?:max(?:imum)?\b\s*(?:dose\s*)?(?:/|per|a|in|each)?\s*(?:day|"
    rf"daily|d|24 ?h(?:ours|rs?)?)\b|"
    r"(?:/|per|a) ?(?:day|d|24 ?h(?:ours|rs?)?) max(?:imum)?\b)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """A number of some unit; masses are in milligrams."""

    value: float
    unit: str

    def times(self, factor: float) -> Amount:
        """Return a multiple."""
        return Amount(round(self.value * factor, 9), self.unit)


@dataclasses.dataclass(frozen=True, slots=True)
class Strength:
    """One strength as it is written.

    Attributes
    ----------
    amounts : tuple of Amount
        One, or one for each part of a combination.
    per_ml, per_kg, per_area : float or None, bool, bool
        Volume it refers to; whether it is per kilogram, per square metre of the body.
    per_day : float or None
        Factor to the amount of a day, where it is a rate.
    taken : bool
        Whether a word such as "take" stands before it.
    place : int
        Where it begins.
    bracketed : bool
        Whether it stands in brackets.
    """

    amounts: tuple[Amount, ...]
    per_ml: float | None = None
    per_kg: bool = False
    per_area: bool = False
    per_day: float | None = None
    taken: bool = False
    place: int = 0
    bracketed: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is an amount by itself: no volume, concentration or rate."""
        based = self.per_ml is not None or self.per_day is not None or self.per_area
        return not based and self.amounts[0].unit != "ml"

    @property
    def plain_volume(self) -> bool:
        """Whether it is a volume to take."""
        return self.amounts[0].unit == "ml" and self.per_ml is None and self.per_day is None


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """How many tablets, puffs or spoons make a dose, and where the line says so."""

    value: float
    form: str
    place: int
    bracketed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be taken in a day: an amount, or a number of doses or tablets."""

    amount: Amount | None = None
    count: float | None = None
    doses: bool = False


def read_limit(rest: Rest) -> Limit | None:
    """Take the largest daily amount out of the directions."""
    daily = rest.take(_LIMIT_DAILY) or rest.take(_DAILY_LIMIT)
    if daily:
        return Limit(amount=_amount(daily[1], daily[2]))
    found = rest.take(_LIMIT)
    if found is None:
        return None
    most = found[2] or found[1]
    if found[3] and found[3] != "%":
        return Limit(amount=_amount(most, found[3]))
    return Limit(count=float(most), doses=found[5] is not None)


def read_strengths(rest: Rest, parts: int) -> list[Strength]:
    """Take every amount with a unit out of the directions."""
    pairs = [_pair(one) for one in rest.take_all(_PAIR)]
    found = [_strength(rest, one, parts) for one in rest.take_all(_AMOUNT)]
    return sorted((one for one in pairs + found if one), key=lambda one: one.place)


def read_bare(rest: Rest, parts: int) -> tuple[float, ...]:
    """Take numbers without a unit that stand right after the name."""
    pair = rest.take(_BARE_PAIR)
    if pair:
        values = tuple(float(one) for one in re.findall(NUMBER, pair[1]))
        return values if parts > 1 or "/" in pair[1] else (max(values),)
    found = rest.take(_BARE)
    return (float(found[1]),) if found else ()


def read_multiple(rest: Rest) -> float | None:
    """Take ``2 x 500 mg`` or ``500 mg x 2``: the multiple."""
    before = rest.take(_TIMES_BEFORE)
    if before:
        return float(before[1])
    after = _TIMES_AFTER.search(rest.text)
    if after is None or not _AFTER_UNIT.search(rest.text[: after.start()]):
        return None
    rest.blank(after)
    return float(after[1])


def read_count(rest: Rest) -> Count | None:
    """Take the number of tablets, puffs or spoons; the largest of a range."""
    found = rest.take(_COUNT)
    if found is None:
        return None
    bracketed = rest.text[: found.start()].rstrip().endswith("(")
    return Count(float(found[2] or found[1]), found[3], found.start(), bracketed)


def read_bare_count(rest: Rest) -> Count | None:
    """Take a number without a form before a frequency, as in ``500 mg 2 bid``."""
    number = rest.take(_COUNT_BEFORE_TIME)
    return Count(float(number[2] or number[1]), "", number.start()) if number else None


def read_split(rest: Rest) -> list[tuple[float, str]]:
    """Take different amounts for different times of the day, such as 500 mg am and 1 g pm."""
    found = list(_SPLIT.finditer(rest.text))
    unequal = len(found) > 1 and len({one[4] for one in found}) > 1
    if not unequal or not (found[0][2] or found[0][3]):
        return []
    for one in found:
        rest.blank(one)
    units = [one[2] or one[3] or "" for one in found]
    usual = next((unit for unit in units if unit), "")
    return [(float(one[1]), unit or usual) for one, unit in zip(found, units, strict=True)]


def read_division(rest: Rest) -> float | None:
    """Take ``in 3 divided doses``: the doses a stated daily amount is split into, 0 if unsaid."""
    found = rest.take(_DIVIDED)
    if found is None:
        return None
    return float(found[1] or found[2] or 0)


def _amount(number: str, unit: str) -> Amount:
    return Amount(round(float(number) * MASS.get(unit, 1.0), 9), UNITS.get(unit, unit))


def _pair(found: re.Match[str]) -> Strength | None:
    groups = [(found[1], found[2]), (found[3], found[4])]
    if found[5]:
        groups.append((found[5], found[6]))
    amounts = tuple(_amount(number, unit) for number, unit in groups)
    if amounts[-1].unit == "ml" and len(amounts) == 2:
        return Strength(amounts[:1], per_ml=amounts[1].value, place=found.start())
    return Strength(amounts, place=found.start())


def _strength(rest: Rest, found: re.Match[str], parts: int) -> Strength | None:
    numbers = re.findall(NUMBER, found[1])
    unit = found[2]
    if unit == "%":
        return None
    before = rest.text[: found.start()]
    combined = len(numbers) > 1 and ("/" in found[1] or len(numbers) == parts > 1)
    amounts = tuple(_amount(one, unit) for one in numbers)
    if not combined:
        amounts = (max(amounts, key=lambda one: one.value),)
    strength = Strength(
        amounts,
        taken=bool(_TAKE.search(before)),
        place=found.start(),
        bracketed=before.rstrip().endswith("("),
    )
    for number, basis in ((found[3], found[4]), (found[5], found[6]), (found[7], found[8])):
        strength = _based(strength, number, basis)
    return strength


def _based(strength: Strength, number: str | None, basis: str | None) -> Strength:
    if basis is None:
        return strength
    if basis == "kg":
        return dataclasses.replace(strength, per_kg=True)
    if basis.startswith("m") and basis.endswith("2"):
        return dataclasses.replace(strength, per_area=True)
    if basis in ("ml", "mls", "cc", "l"):
        volume = float(number or 1) * (1000 if basis == "l" else 1)
        return dataclasses.replace(strength, per_ml=volume)
    hours = {"h": 24.0, "m": 1440.0, "d": 1.0}.get(basis[0])
    if hours is None or basis in ("dose", "drop"):
        return strength
    return dataclasses.replace(strength, per_day=hours / float(number or 1))
