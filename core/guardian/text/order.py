"""One line of a medication list: its medicines, their doses, and what could not be read."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Sequence

from core.guardian.schema import Order
from core.guardian.text.clean import Line, Word, fold, squeezed, words
from core.guardian.text.doses import Amount
from core.guardian.text.names import Hit, NameIndex
from core.guardian.text.sig import Sig, read_sig
from core.guardian.text.unknown import Reading, advice, settle

READ = 2000
"""Characters of a line within which doses and unknown words are looked for."""

_JOIN = re.compile(r"(?:[\s/+&\-(),]|\b(?:and|with|w|plus)\b)*")
_COMBINED = re.compile(r"\s*(?:[/+&\-(]|\b(?:and|with|w|plus)\b)[\s/+&\-(]*")
_STOPPED = re.compile(
    r"\b(stopped|discontinued|d/c'?d|d/c|dc'?d|held|on hold|hold(?! (?:for|if|when|sbp|hr|bp))|"
    r"allerg(?:ic|y)|avoid|ceased|no longer|completed|not taking|never took|was on|previously|"
    r"formerly|(?<!then )stop(?! if| when)|(?:changed|switched) from|instead of|replaced)\b"
)
_STRENGTH = re.compile(r"\W*\d[\d.,]*\s*-?\s*(?:mg|mcg|ug|g|gm|units?|iu|u|meq|mmol|ml)(?![a-z])")


@dataclasses.dataclass(frozen=True, slots=True)
class _Group:
    """Medicines that share directions: one product, or names joined by a sign."""

    hits: tuple[Hit, ...]
    ingredients: tuple[str, ...]
    product: bool


def read_order(text: str, index: NameIndex) -> Order:
    """Read one line.

    Parameters
    ----------
    text : str
        As written.
    index : NameIndex
        Every known name.
    """
    line = fold(text)
    found = words(line.text)
    if not found:
        shown = squeezed(line.text)
        note = () if shown else ("The line is empty.",)
        return Order(text, (), unrecognised=(shown or "empty line",), notes=note)
    reading = settle(line, found, index, limit=READ)
    hits, dropped = _kept(line, found, reading.hits)
    groups = _groups(line, found, _specific(line, found, hits))
    return _order(line, found, reading, groups, dropped)


def _order(
    line: Line, found: Sequence[Word], reading: Reading, groups: list[_Group], dropped: list[str]
) -> Order:
    sigs = _sigs(line, found, groups)
    ingredients = tuple(sorted({name for group in groups for name in group.ingredients}))
    unrecognised = [*reading.unrecognised, *(sig.pair for sig in sigs if sig.pair)]
    if not ingredients and not unrecognised:
        unrecognised = [squeezed(line.written)]
    single, daily, units, lost = _amounts(groups, sigs)
    route, route_notes = _route(sigs)
    weekly, weekly_notes = _agreed([sig.times.per_week for sig in sigs], "frequency")
    if any(sig.times.per_week is None for sig in sigs):
        weekly = None
    days, _ = _agreed([sig.times.days for sig in sigs], "length")
    notes = [note for sig in sigs for note in sig.notes]
    notes += [*lost, *route_notes, *weekly_notes, *reading.notes]
    notes += [] if dropped else _words_of_caution(line.text)
    notes += [
        f"{name} is named as something to avoid; it was not read as taken." for name in dropped
    ]
    if len(line.text) > READ:
        notes.append(f"The line is longer than {READ} characters; split it into single medicines.")
    return Order(
        text=line.written,
        ingredients=ingredients,
        unrecognised=tuple(dict.fromkeys(unrecognised)),
        suggestions=reading.suggestions,
        corrected=dict(reading.corrected),
        route=route,
        single_dose=single,
        daily_dose=daily,
        units=units,
        per_kg=any(sig.per_kg for sig in sigs),
        doses_per_week=weekly,
        as_needed=any(sig.times.as_needed for sig in sigs),
        days=days,
        notes=tuple(dict.fromkeys(notes)),
    )


def _kept(line: Line, found: Sequence[Word], hits: Sequence[Hit]) -> tuple[list[Hit], list[str]]:
    """Return the hits without those that directions only warn of, and the names of the latter."""
    kept: list[Hit] = []
    dropped: list[str] = []
    warned = advice(line.text)
    for hit in hits:
        start = found[hit.start].start
        if (
            kept
            and any(begin < start < end for begin, end in warned)
            and not _STRENGTH.match(line.text, found[hit.end - 1].end)
        ):
            dropped.append(hit.entry.name)
        else:
            kept.append(hit)
    return kept, dropped


def _specific(line: Line, found: Sequence[Word], hits: Sequence[Hit]) -> list[Hit]:
    """Drop a general name beside a special one: the insulin of ``Lantus insulin``."""
    general: set[int] = set()
    for left, right in itertools.pairwise(hits):
        between = line.text[found[left.end - 1].end : found[right.start].start]
        if _JOIN.fullmatch(between):
            for one, other in ((left, right), (right, left)):
                if other.entry.ingredients[0].startswith(f"{one.entry.ingredients[0]} "):
                    general.add(id(one))
    return [hit for hit in hits if id(hit) not in general]


def _groups(line: Line, found: Sequence[Word], hits: Sequence[Hit]) -> list[_Group]:
    """Join names of one product, and leave out names said twice."""
    groups: list[_Group] = []
    for hit in hits:
        names = hit.entry.ingredients
        last = groups[-1] if groups else None
        if last is not None:
            between = line.text[found[last.hits[-1].end - 1].end : found[hit.start].start]
            if set(names) <= set(last.ingredients):
                if _JOIN.fullmatch(between):
                    groups[-1] = dataclasses.replace(last, hits=(*last.hits, hit))
                continue
            if _COMBINED.fullmatch(between):
                joined = tuple(dict.fromkeys((*last.ingredients, *names)))
                same = set(last.ingredients) <= set(names)
                groups[-1] = _Group(
                    (*last.hits, hit), names if same else joined, same and len(names) > 1
                )
                continue
        groups.append(_Group((hit,), names, len(names) > 1 and not _total(hit)))
    return groups


def _total(hit: Hit) -> bool:
    """Return whether one number is the sum of all parts, as after British co- names."""
    return hit.entry.name.casefold().startswith("co-")


def _sigs(line: Line, found: Sequence[Word], groups: list[_Group]) -> list[Sig]:
    """Read the directions of each group: what follows it, or what leads to it."""
    if not groups:
        return []
    text = line.text
    spans = [(found[g.hits[0].start].start, found[g.hits[-1].end - 1].end) for g in groups]
    head = text[: spans[0][0]]
    ends = [start for start, _ in spans[1:]] + [len(text)]
    tails = [text[end:stop] for (_, end), stop in zip(spans, ends, strict=True)]
    if _STRENGTH.search(head) and not _STRENGTH.search(tails[-1]) and len(groups) > 1:
        pieces = [head, *tails[:-1]]
        tails = [f"{piece} ; {tails[-1]}" for piece in pieces]
    elif head.strip():
        tails[0] = f"{tails[0]} ; {head}" if _STRENGTH.search(tails[0]) else f"{head} {tails[0]}"
    sigs = []
    for group, tail in zip(groups, tails, strict=True):
        usual = {hit.entry.route for hit in group.hits}
        route = usual.pop() if len(usual) == 1 else ""
        held = group.hits[0].entry.contains if len(group.hits) == 1 else ()
        sig = read_sig(
            tail, len(group.ingredients), product=group.product, usual=route, contains=held
        )
        # Four grams of a gel are not four grams of its ingredient.
        sigs.append(_without_amounts(sig) if sig.route in LOCAL else sig)
    return _shared(sigs, tails)


def _without_amounts(sig: Sig) -> Sig:
    nothing = (None,) * len(sig.single)
    return dataclasses.replace(sig, single=nothing, daily=nothing)


def _shared(sigs: list[Sig], tails: list[str]) -> list[Sig]:
    """Give a medicine without a frequency that of the next: ``a 5 mg and b 81 mg daily``."""
    for place in range(len(sigs) - 2, -1, -1):
        one, after = sigs[place], sigs[place + 1]
        stated = one.times.per_week is not None or one.times.as_needed
        if stated or not re.search(r"(?:\band|[&+/-]|\bplus|\bwith|\bw)\s*$", tails[place]):
            continue
        factor = after.times.per_day
        daily = tuple((a and factor and a.times(factor)) or None for a in one.single)
        times = after.times
        sigs[place] = dataclasses.replace(
            one, times=times, daily=daily if any(daily) else one.daily
        )
    return sigs


def _amounts(
    groups: list[_Group], sigs: list[Sig]
) -> tuple[dict[str, float], dict[str, float], dict[str, str], list[str]]:
    single: dict[str, float] = {}
    daily: dict[str, float] = {}
    units: dict[str, str] = {}
    notes: list[str] = []
    for group, sig in zip(groups, sigs, strict=True):
        for name, one, sum_ in zip(group.ingredients, sig.single, sig.daily, strict=True):
            for target, amount in ((single, one), (daily, sum_)):
                plain = amount and _in_known_unit(name, amount)
                if amount and plain is None:
                    notes.append(f"The dose of {name} is in {amount.unit}; it was not read.")
                elif plain is not None and units.setdefault(name, plain.unit) == plain.unit:
                    target[name] = max(plain.value, target.get(name, 0.0))
    return single, daily, units, notes


def _in_known_unit(name: str, amount: Amount) -> Amount | None:
    """Return an amount in mg, units or meq; a millimole of a potassium salt is one meq."""
    if amount.unit in ("mg", "units", "meq"):
        return amount
    if amount.unit == "mmol" and name.startswith(("potassium", "sodium")):
        return Amount(amount.value, "meq")
    return None


LOCAL = frozenset({"topical", "ophthalmic", "otic", "oromucosal"})
SYSTEMIC = frozenset({"oral", "iv", "iv-push", "im", "sc", "intrathecal", "epidural"})


def _route(sigs: list[Sig]) -> tuple[str, list[str]]:
    """Return the route of the whole line; a local one only if every medicine has it."""
    stated = [sig.route for sig in sigs]
    routes = {route for route in stated if route}
    if "intrathecal" in routes:
        return "intrathecal", []
    if len(routes) > 1:
        listed = ", ".join(sorted(routes))
        return "", [f"The line holds several routes ({listed}); give each medicine its own line."]
    if not routes:
        return "", []
    route = routes.pop()
    return (route if all(stated) or route in SYSTEMIC else ""), []


def _agreed(values: Iterable[float | None], what: str) -> tuple[float | None, list[str]]:
    stated = {value for value in values if value is not None}
    if len(stated) > 1:
        return None, [f"The line states more than one {what}; give each medicine its own line."]
    return (stated.pop() if stated else None), []


def _words_of_caution(text: str) -> list[str]:
    said = _STOPPED.search(text[:READ])
    if said is None:
        return []
    return [f"The line says “{said[1]}”: remove it if the medicine is not taken."]
