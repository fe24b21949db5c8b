"""One description of an input field: widgets, API models, templates and validation read it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from core.errors import InputError, Problem

if TYPE_CHECKING:
    import pydantic

MISSING_TOKENS = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "."})


@dataclasses.dataclass(frozen=True, slots=True)
class UnitHint:
    """Another unit in which the quantity is commonly written.

    A refused value that falls between ``low`` and ``high`` is probably in this unit, and the
    message says so: value x ``factor`` gives the field's own unit.
    """

    unit: str
    low: float
    high: float
    factor: float


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field means, which values it may take, and where that is written down.

    Attributes
    ----------
    name : str
        Column name in files, JSON and code.
    label : str
        Name shown to people.
    unit : str
        Unit of the value; empty for codes.
    low, high : float or None
        Limits of the physiologically possible; values outside are refused.
    seen : tuple of float or None
        Range of the training data; values outside are accepted with a warning.
    choices : tuple of (code, text)
        The permitted codes of a categorical field; empty for a measured quantity.
    default : float
        Starting value of an input widget.
    step : float
        Resolution of the quantity as it is recorded in practice.
    required : bool
        Whether a record without it cannot be used at all.
    missing_codes : tuple of float
        Numbers that mean "not measured" in the source files, such as cholesterol 0.
    units : tuple of UnitHint
        Other units this quantity is often written in.
    aliases : tuple of str
        Other column names under which files carry this field.
    group : str
        Heading under which a form shows the field.
    normal : str
        Usual or guideline range in words, shown beside the widget.
    help : str
        What the field means, in one or two sentences.
    source : str
        Where meaning and limits are documented.
    """

    name: str
    label: str
    help: str
    source: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    seen: tuple[float, float] | None = None
    choices: tuple[tuple[int, str], ...] = ()
    default: float = 0.0
    step: float = 1.0
    required: bool = False
    missing_codes: tuple[float, ...] = ()
    units: tuple[UnitHint, ...] = ()
    aliases: tuple[str, ...] = ()
    group: str = ""
    normal: str = ""

    @property
    def is_code(self) -> bool:
        """Whether the field is categorical."""
        return bool(self.choices)

    @property
    def title(self) -> str:
        """The label with its unit, as an axis or a form shows it."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label

    def describe(self, value: float) -> str:
        """Return a value as people read it: the code's text, or the number with its unit."""
        if math.isnan(value):
            return "not given"
        if self.is_code:
            texts = {float(code): text for code, text in self.choices}
            return texts.get(value, f"unknown code {value:g}")
        return f"{value:g} {self.unit}".strip()

    def expected(self) -> str:
        """Return the permitted values in words."""
        if self.is_code:
            return ", ".join(f"{code} ({text})" for code, text in self.choices)
        if self.low is None and self.high is None:
            return f"a number {self.unit and f'in {self.unit}'}".strip()
        if self.low is None:
            return f"at most {self.high:g} {self.unit}".strip()
        if self.high is None:
            return f"at least {self.low:g} {self.unit}".strip()
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()

    def check(
        self, raw: object, *, text: bool = False, row: int | None = None
    ) -> tuple[float, tuple[Problem, ...]]:
        """Turn one raw value into a number and the findings about it.

        Parameters
        ----------
        raw : object
            The value as given: a number, text, ``None`` or anything a JSON body may hold.
        text : bool, default False
            Whether numbers may arrive as text, as they do from a CSV file.
        row : int or None
            One-based row to name in the findings.

        Returns
        -------
        tuple of float and tuple of Problem
            The number (NaN when missing or refused) and the findings, errors and warnings.
        """
        number, rule = _to_number(raw, text=text)
        if rule == "missing" or (number is not None and number in self.missing_codes):
            return math.nan, self._missing_problems(raw, number, row)
        if number is None:
            return math.nan, (self._problem(raw, rule, "is not a number.", row),)
        if self.is_code:
            if number in dict(self.choices):
                return number, ()
            return math.nan, (self._problem(raw, "unknown-code", "is not a known code.", row),)
        return self._check_range(raw, number, row)

    def _check_range(
        self, raw: object, number: float, row: int | None
    ) -> tuple[float, tuple[Problem, ...]]:
        below = self.low is not None and number < self.low
        above = self.high is not None and number > self.high
        if below or above:
            for hint in self.units:
                if hint.low <= number <= hint.high:
                    return math.nan, (self._unit_problem(raw, hint, row),)
            return math.nan, (self._problem(raw, "range", "is outside the possible range.", row),)
        if self.seen is not None and not self.seen[0] <= number <= self.seen[1]:
            seen = f"{self.seen[0]:g} to {self.seen[1]:g} {self.unit}".strip()
            return number, (
                Problem(
                    self.name,
                    _show(raw),
                    "outside-training",
                    f"{_show(raw)} lies outside the training data ({seen}).",
                    "The estimate is an extrapolation; check the value.",
                    "warning",
                    row,
                ),
            )
        return number, ()

    def _missing_problems(
        self, raw: object, number: float | None, row: int | None
    ) -> tuple[Problem, ...]:
        if self.required:
            return (
                Problem(
                    self.name,
                    _show(raw),
                    "missing",
                    f"{self.label} is missing and has no substitute.",
                    f"Enter {self.expected()}.",
                    row=row,
                ),
            )
        if number is None:
            return ()
        return (
            Problem(
                self.name,
                _show(raw),
                "missing-code",
                f"{number:g} stands for 'not measured' and is treated as missing.",
                f"Leave the cell empty, or enter {self.expected()}.",
                "warning",
                row,
            ),
        )

    def _problem(self, raw: object, rule: str, what: str, row: int | None) -> Problem:
        return Problem(
            self.name,
            _show(raw),
            rule,
            f"{_show(raw)} {what}",
            f"Expected {self.expected()}.",
            row=row,
        )

    def _unit_problem(self, raw: object, hint: UnitHint, row: int | None) -> Problem:
        return Problem(
            self.name,
            _show(raw),
            "unit",
            f"{_show(raw)} looks like {hint.unit} (expected {self.expected()}).",
            f"Multiply by {hint.factor:g}, or give the value in {self.unit}.",
            row=row,
        )


@dataclasses.dataclass(frozen=True)
class FieldSet:
    """An ordered list of fields: one record type, such as a patient.

    Raises
    ------
    ValueError
        If two fields share a name.
    """

    fields: tuple[FieldSpec, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.fields):
            message = f"duplicate field names in {self.names}"
            raise ValueError(message)

    def __iter__(self) -> Iterator[FieldSpec]:
        return iter(self.fields)

    def __getitem__(self, name: str) -> FieldSpec:
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The field names, in order."""
        return tuple(spec.name for spec in self.fields)

    def groups(self) -> dict[str, tuple[FieldSpec, ...]]:
        """Return the fields under their form headings, in order of appearance."""
        headings = dict.fromkeys(spec.group for spec in self.fields)
        return {h: tuple(s for s in self.fields if s.group == h) for h in headings}

    def check(self, record: Mapping[str, object]) -> tuple[dict[str, float], tuple[Problem, ...]]:
        """Validate one record.

        Parameters
        ----------
        record : mapping
            Field name to raw value; absent keys count as missing, unknown keys are errors.

        Returns
        -------
        tuple of dict and tuple of Problem
            Every field's number (NaN where missing or refused) and all findings.
        """
        values: dict[str, float] = {}
        problems: list[Problem] = [
            Problem(
                str(key),
                _show(record[key]),
                "unknown-field",
                "is not a field of this record.",
                f"Known fields: {', '.join(self.names)}.",
            )
            for key in record
            if key not in self.names
        ]
        for spec in self.fields:
            values[spec.name], found = spec.check(record.get(spec.name))
            problems.extend(found)
        return values, tuple(problems)

    def parse(self, record: Mapping[str, object]) -> tuple[dict[str, float], tuple[Problem, ...]]:
        """Validate one record and refuse it when anything is wrong.

        Returns
        -------
        tuple of dict and tuple of Problem
            The values, and the warnings that stand beside any result.

        Raises
        ------
        InputError
            If a value is refused; the error carries every finding.
        """
        values, problems = self.check(record)
        errors = tuple(p for p in problems if p.severity == "error")
        if errors:
            raise InputError.from_problems(errors)
        return values, problems

    def pydantic_model(self, name: str) -> type[pydantic.BaseModel]:
        """Build the API model of this record: strict, closed, with limits in its JSON schema."""
        import pydantic

        definitions: dict[str, Any] = {}
        for spec in self.fields:
            rules = (
                pydantic.BeforeValidator(_checker(spec)),
                pydantic.WithJsonSchema(_json_schema(spec)),
            )
            number: Any = float if spec.required else float | None
            default = ... if spec.required else None
            definitions[spec.name] = (
                Annotated[number, *rules],
                pydantic.Field(default, title=spec.label),
            )
        config = pydantic.ConfigDict(extra="forbid")
        model: type[pydantic.BaseModel] = pydantic.create_model(
            name, __config__=config, **definitions
        )
        return model

    def dictionary(self) -> list[dict[str, str]]:
        """Return the data dictionary: one row a field, in words."""
        return [
            {
                "name": spec.name,
                "label": spec.label,
                "unit": spec.unit,
                "permitted": spec.expected(),
                "required": "yes" if spec.required else "no",
                "meaning": spec.help,
                "source": spec.source,
            }
            for spec in self.fields
        ]

    def select(self, names: Iterable[str]) -> FieldSet:
        """Return the fields with these names, in the given order."""
        return FieldSet(tuple(self[name] for name in names))


def record_hash(values: Mapping[str, float]) -> str:
    """Return the SHA-256 of a record in canonical form; results and inputs are matched by it."""
    plain = {k: None if math.isnan(v) else round(float(v), 9) for k, v in sorted(values.items())}
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _checker(spec: FieldSpec) -> Any:
    def check(raw: object) -> float | None:
        value, problems = spec.check(raw)
        for problem in problems:
            if problem.severity == "error":
                message = f"{problem.message} {problem.fix}"
                raise ValueError(message)
        return None if math.isnan(value) else value

    return check


def _json_schema(spec: FieldSpec) -> dict[str, Any]:
    blanks: list[float | None] = [*spec.missing_codes, *([] if spec.required else [None])]
    if spec.is_code:
        schema: dict[str, Any] = {"enum": [code for code, _ in spec.choices] + blanks}
    else:
        limits = {"minimum": spec.low, "maximum": spec.high}
        schema = {"type": "number", **{k: v for k, v in limits.items() if v is not None}}
        if blanks:
            schema = {"anyOf": [schema, {"enum": blanks}]}
    unit = f" [{spec.unit}]" if spec.unit else f" ({spec.expected()})"
    return {**schema, "description": f"{spec.help}{unit}", "examples": [spec.default]}


def _to_number(raw: object, *, text: bool) -> tuple[float | None, str]:
    """Return the number, or None with the rule that was broken."""
    if raw is None:
        return None, "missing"
    if isinstance(raw, str) and text:
        stripped = raw.strip()
        if stripped.lower() in MISSING_TOKENS:
            return None, "missing"
        try:
            raw = float(stripped)
        except ValueError:
            return None, "not-a-number"
        # float() also reads "infinity", "1_000" and the digits of every script; none of these is a
        # measurement as the files of this suite write it.
        if not math.isfinite(raw) or "_" in stripped or not stripped.isascii():
            return None, "not-a-number"
    if isinstance(raw, bool) or not isinstance(raw, numbers.Real):
        return None, "not-a-number"
    try:
        number = float(raw)
    except OverflowError:
        return None, "not-a-number"
    if math.isnan(number) and text:
        return None, "missing"
    return (number, "") if math.isfinite(number) else (None, "not-finite")


def _show(raw: object) -> str:
    """Return a raw value as it may be quoted in a sentence: short, one line."""
    if raw is None or raw == "":
        return "nothing"
    if isinstance(raw, int) and raw.bit_length() > 128:
        return "a number of more than 38 digits"
    if isinstance(raw, float):
        return f"{raw + 0.0:.10g}"  # adding zero turns -0.0 into 0
    shown = " ".join(str(raw).split())
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
