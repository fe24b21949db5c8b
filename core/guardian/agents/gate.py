"""Whether a model's narrative may be shown: it must name every critical alert and deny none.

What stands there word for word as in the template, or in the rule it speaks of, is taken for true.
A sentence of the model's own must be made of known words, with none that takes an alert back. The
gate rather drops a true narrative than lets a false one through; the template then stands.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Container, Iterator

from core.guardian.agents import template, wording
from core.guardian.agents.payload import Finding, Payload
from core.guardian.knowledge import knowledge
from core.guardian.schema import Severity
from core.guardian.text import NameIndex
from core.guardian.text.clean import fold, squeezed, words

LEAST = 20
MOST = 1500
MOST_EACH = 900
"""Characters: of any narrative at least, at most, and at most more for each finding."""

_PLAIN = {0x2018: "'", 0x2019: "'", 0x2013: "-", 0x2014: "-", 0x2011: "-", 0xA0: " "}
_ODD = re.compile(r"[^A-Za-z0-9 \n.,;:()'/%+&-]")
_MARKUP = re.compile(r"https?:|www\.|://|&\w+;|\]\(|javascript:|^\s*[-+]{3,}|^\s*\d+\.\s", re.M)
_BULLET = re.compile(r"^\s*[-+]\s+")
_ENDS = re.compile(r"(?<=[.;])\s+")
_NUMBER = re.compile(r"(?<![a-z\d])\d+(?:[.,]\d+)*")
_MIXED = re.compile(r"(?<![a-z\d])(?:[a-z]+\d[a-z\d]*|\d+(?:[.,]\d+)*[a-z][a-z\d]*)")
_MEASURED = re.compile(r"\d+(?:[.,]\d+)*(?:\s*(?:%|[a-z]+))?")
_QUOTED = re.compile(r"(?<!\w)'|'(?!\w)")
_COUNT = re.compile(
    r"\b(\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten) "
    r"(?:(contraindicated|major|moderate|minor|critical) )?"
    r"(?:alert|warning|finding|interaction)s?\b"
)
_COUNTED = {
    name: value
    for value, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
} | {"a": 1, "an": 1}
_INCOMPLETE = re.compile(r"\bincomplete\b|could not be (?:checked|decided)|\bnot checked\b")
_WHOLE = re.compile(r"\b(?:complete|completely|completed|everything|fully|whole)\b")


def judge(text: str, payload: Payload) -> tuple[str, ...]:
    """Return why a narrative may not be shown, as sentences; nothing if it may.

    Parameters
    ----------
    text : str
        What a model wrote.
    payload : Payload
        What it was told.
    """
    text = text.translate(_PLAIN).strip()
    most = most_characters(payload)
    if len(text) < LEAST:
        return ("It is empty or too short.",)
    if len(text) > most:
        return (f"It is longer than {most} characters.",)
    odd = tuple(_odd(text))
    if odd:
        return odd
    gate = _Gate(payload)
    return tuple(dict.fromkeys([*gate.uncovered(text), *gate.contradictions(text)]))


def judge_line(line: str, payload: Payload) -> tuple[str, ...]:
    """Return why one line may not be shown, whatever else the narrative says."""
    line = line.translate(_PLAIN)
    return tuple(_odd(line)) or tuple(dict.fromkeys(_Gate(payload).contradictions(line)))


def most_characters(payload: Payload) -> int:
    """Return the length from which a narrative is too long."""
    return MOST + MOST_EACH * len(payload.findings)


def _odd(text: str) -> Iterator[str]:
    """Look at the letters only: nothing else is read of a text that fails here."""
    if _ODD.search(text):
        odd = sorted({f"U+{ord(letter):04X}" for letter in _ODD.findall(text)})
        yield f"It holds characters that plain English text does not need: {', '.join(odd[:5])}."
    elif _MARKUP.search(text):
        yield "It holds mark-up or an address."


@functools.cache
def _names() -> NameIndex:
    return NameIndex.of(knowledge())


@dataclasses.dataclass(frozen=True)
class _Gate:
    payload: Payload

    @functools.cached_property
    def given(self) -> str:
        """Everything the model was told, as small letters."""
        prose = " ".join(text for one in self.payload.findings for text in one.prose)
        return f"{prose} {' , '.join(self.payload.ingredients)}".lower()

    @functools.cached_property
    def true_lines(self) -> frozenset[str]:
        return frozenset(map(_flat, template.narrative(self.payload).splitlines()))

    @functools.cached_property
    def true_sentences(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for one in self.payload.findings:
            for text in (one.mechanism, one.effect, one.management):
                for sentence in _sentences(text):
                    found.setdefault(sentence, []).append(one)
        return found

    @functools.cached_property
    def vocabulary(self) -> frozenset[str]:
        known = (*wording.tokens(self.given), *wording.REPORTING)
        return frozenset(map(wording.stem, known))

    @functools.cached_property
    def medicines(self) -> frozenset[str]:
        """Ingredients that the list or the rules' own words name."""
        return _named(self.given) | frozenset(self.payload.ingredients)

    @functools.cached_property
    def measured(self) -> frozenset[str]:
        return frozenset("".join(found.split()) for found in _MEASURED.findall(self.given))

    def uncovered(self, text: str) -> Iterator[str]:
        """Yield each critical finding that no sentence names with its severity."""
        said = [sentence for line in text.splitlines() for sentence in _sentences(line)]
        wanted = Counter((one.severity, one.drugs) for one in self.payload.critical)
        for (severity, drugs), times in wanted.items():
            found = sum(_covers(sentence, severity, drugs) for sentence in said)
            if found < times:
                what = f"{' with '.join(drugs)} as {severity}"
                yield (
                    f"No sentence names {what}."
                    if times == 1
                    else f"{times} alerts name {what}; {found} sentences do."
                )
        if not self.payload.complete and not _INCOMPLETE.search(_flat(text)):
            yield "It does not say that the check is incomplete."

    def contradictions(self, text: str) -> Iterator[str]:
        for line in text.splitlines():
            if _flat(line) in self.true_lines or not line.strip():
                continue
            scope = [one for one in self.payload.findings if _names_all(_flat(line), one.drugs)]
            for sentence in _sentences(line):
                if not self._quoted(sentence, scope):
                    yield from self._sentence(sentence)

    def _quoted(self, sentence: str, scope: list[Finding]) -> bool:
        """Return whether a sentence is the rule's own, about the worst alert its line names."""
        worst = min((one.severity.rank for one in scope), default=None)
        own = self.true_sentences.get(sentence, ())
        return any(one in scope and one.severity.rank == worst for one in own)

    def _sentence(self, sentence: str) -> Iterator[str]:
        shown = squeezed(sentence, 90)
        for what, found in (
            ("denies or makes light of an alert", self._denied(sentence)),
            ("invites to take the medicines", self._invited(sentence)),
            ("tells of people", [found[0] for found in wording.FACTS.finditer(sentence)]),
            ("contradicts a severity", self._misgraded(sentence)),
            ("counts wrongly", self._miscounted(sentence)),
            ("holds numbers that are not in the rules", self._invented(sentence)),
            ("names medicines that are not in the review", self._foreign(sentence)),
            ("cites what was not given", self._of(sentence, wording.CITING)),
            ("uses words the rules do not use", self._unknown(sentence)),
        ):
            if found:
                yield f"A sentence {what} ({', '.join(found[:4])}): {shown!r}."

    def _of(self, sentence: str, listed: frozenset[str]) -> list[str]:
        return sorted(listed.intersection(wording.tokens(sentence)))

    def _denied(self, sentence: str) -> list[str]:
        rest = wording.FORBIDDING.sub(" ", _masked(sentence))
        if not wording.SEVERE_WORD.search(rest) and rest.count("DRUG") < 2:
            rest = wording.OPEN.sub(" ", rest)
        found = self._of(rest, wording.DENYING | wording.NEGATING)
        if self._of(rest, wording.ABOUT_ALERTS):
            found += self._of(rest, wording.CHANGING)
        if not self.payload.complete:
            found += _WHOLE.findall(rest)
        found += [lessened[0] for lessened in wording.LESSENING.finditer(rest)]
        return found + (["quotation"] if _QUOTED.search(rest) else [])

    def _invited(self, sentence: str) -> list[str]:
        rest = wording.FORBIDDING.sub(" ", _masked(sentence, self.payload.ingredients))
        stopping = wording.STOPPING.finditer(_masked(sentence))
        return [found[0] for found in wording.ENCOURAGING.finditer(rest)] + [
            found[0] for found in stopping if not self._told(found[1] or found[2])
        ]

    def _misgraded(self, sentence: str) -> list[str]:
        said = [Severity(found) for found in wording.SEVERE_WORD.findall(sentence)]
        if not said:
            return []
        named = _named(sentence)
        scope = [one for one in self.payload.findings if _names_all(sentence, one.drugs)]
        if named and not scope:
            return ["no such alert"]
        about = scope or self.payload.findings
        found = [
            f"{one} is not among them" for one in said if all(one != a.severity for a in about)
        ]
        if scope and not named <= {name for one in scope for name in one.drugs}:
            found.append("names further medicines")
        worst = min(one.rank for one in said)
        found += [f"{one.severity} is left out" for one in scope if one.severity.rank < worst]
        return found + self._of(wording.REPORTED.sub(" ", sentence), wording.SPOILING)

    def _miscounted(self, sentence: str) -> list[str]:
        wrong = []
        for number, kind in _COUNT.findall(sentence):
            true = sum(
                kind in ("", one.severity) or (kind == "critical" and one.severity.critical)
                for one in self.payload.findings
            )
            value = int(number) if number.isdigit() else _COUNTED[number]
            if value != true and not (number in ("a", "an") and value < true):
                wrong.append(f"{number} {kind}".strip())
        return wrong

    def _invented(self, sentence: str) -> list[str]:
        rest = _COUNT.sub(" ", sentence)
        found = [one for one in _MIXED.findall(rest) if not self._told(one)]
        for one in _MEASURED.findall(_MIXED.sub(" ", rest)):
            number = _NUMBER.search(one)
            compact = "".join(one.split())
            if number and compact not in self.measured and not self._bare(number[0], compact):
                found.append(one)
        amounts = self._of(rest, wording.AMOUNTS)
        return found + [one for one in amounts if not self._told(one)]

    def _bare(self, number: str, compact: str) -> bool:
        """Return whether a number is told, and is no amount where it stands."""
        unit = compact[len(number) :]
        return unit not in wording.AMOUNTS | {"%"} and self._told(number)

    def _told(self, word: str) -> bool:
        return bool(re.search(rf"(?<![a-z\d.]){re.escape(word)}(?![a-z\d])", self.given))

    def _foreign(self, sentence: str) -> list[str]:
        return sorted(_named(sentence) - self.medicines)

    def _unknown(self, sentence: str) -> list[str]:
        rest = _MIXED.sub(" ", wording.OPEN.sub(" ", _masked(sentence)))
        return [
            word
            for word in dict.fromkeys(wording.tokens(rest.replace("DRUG", " ")))
            if len(word) > 1 and wording.stem(word.removesuffix("'s")) not in self.vocabulary
        ]


def _flat(text: str) -> str:
    return " ".join(_BULLET.sub("", text).split()).lower()


def _sentences(text: str) -> list[str]:
    parts = (part.strip(" .;") for part in _ENDS.split(_flat(text)))
    return [part for part in parts if part]


def _covers(sentence: str, severity: Severity, drugs: tuple[str, ...]) -> bool:
    return severity in wording.SEVERE_WORD.findall(sentence) and _names_all(sentence, drugs)


def _names_all(text: str, drugs: tuple[str, ...]) -> bool:
    named = _named(text)
    return all(name in named or _word(name).search(text) for name in drugs)


@functools.lru_cache(maxsize=4096)
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _named(text: str) -> frozenset[str]:
    """Return the ingredients that a text names."""
    line = fold(text).text
    hits = _names().find(line, words(line))
    return frozenset(name for hit in hits for name in hit.entry.ingredients)


def _masked(text: str, among: Container[str] | None = None) -> str:
    """Return a text with the names of medicines replaced: of all, or of those in a list."""
    line = fold(text).text
    found = words(line)
    for hit in reversed(_names().find(line, found)):
        if among is None or any(name in among for name in hit.entry.ingredients):
            line = f"{line[: found[hit.start].start]}DRUG{line[found[hit.end - 1].end :]}"
    return line
