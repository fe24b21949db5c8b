"""Bodies that must be refused, built by rule, each with the field that the refusal must name."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.fields import FieldSpec

SCORE, EXPLAIN, PATH = (f"/v1/cardiosense/{verb}" for verb in ("score", "explain", "path"))
BC_SCORE, BC_EXPLAIN, BC_COUNTERFACTUAL = BC_PATHS = tuple(
    f"/v1/breast-cancer/{verb}" for verb in ("score", "explain", "counterfactual")
)
JSON = "application/json"

PATIENT = {
    "age": 63, "sex": 1, "cp": 4, "trestbps": 150, "chol": 260, "fbs": 0, "restecg": 2,
    "thalach": 120, "exang": 1, "oldpeak": 2.0, "slope": 2, "ca": 2, "thal": 7,
}  # fmt: skip
PERSON = {
    "age": 55, "sex": 1, "trestbps": 150, "chol": 240, "hdl": 40, "bmi": 31, "egfr": 85,
    "diabetes": 0, "smoker": 1, "bp_treated": 0, "statin": 0,
}  # fmt: skip

CASE = dict(case_presets()[1].values)

RAW = object()
"""Marks the place of a JSON literal that ``json.dumps`` would not write."""

LITERALS = {
    "nan": "NaN",
    "infinity": "Infinity",
    "minus-infinity": "-Infinity",
    "float-overflow": "1e999",
    "int-309-digits": "9" * 309,
    "int-5000-digits": "9" * 5000,
    "negative-huge": "-" + "9" * 5000,
    "text": '"fifty"',
    "number-as-text": '"1"',
    "empty-text": '""',
    "injection": '"1; DROP TABLE patients"',
    "surrogate": '"\\ud800"',
    "true": "true",
    "false": "false",
    "list": "[1]",
    "empty-list": "[]",
    "object": '{"value": 1}',
    "tiny-step-off": "1.0000001",
    "minus": "-7",
    "far": "123456789",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One request that must be refused.

    Attributes
    ----------
    name, path : str
        Identifier of the case, and the route it is sent to.
    body : bytes
        The body.
    field : str
        What the refusal must name.
    content_type : str or None
        The header, if any.
    """

    name: str
    path: str
    body: bytes
    field: str
    content_type: str | None = JSON


def corpus() -> list[Case]:
    """Return every case."""
    return [
        *_values(SCORE, DIAGNOSTIC.fields, PATIENT),
        *_values(EXPLAIN, DIAGNOSTIC.fields[:4], PATIENT),
        *_person_values(),
        *_required(SCORE, PATIENT, ("age", "sex", "cp")),
        *_too_few(),
        *_keys(SCORE, PATIENT, "age"),
        *_documents((SCORE, PATH), PATIENT),
        *_encodings(SCORE, PATIENT),
        *_nesting(((SCORE, "age"), (PATH, "patient"))),
        *_sizes((SCORE, EXPLAIN, PATH), PATIENT),
        *_content_types(SCORE, PATIENT),
        *_envelopes(),
        *_cases(),
    ]


def _cases() -> Iterator[Case]:
    """What the records of the other system, in which every field is required, must not survive."""
    yield from _values(BC_SCORE, FEATURES.fields, CASE)
    yield from _required(BC_SCORE, CASE, FEATURES.names)
    yield from _keys(BC_SCORE, CASE, "mean_radius")
    yield from _documents((BC_SCORE,), CASE)
    yield from _encodings(BC_SCORE, CASE)
    yield from _nesting(((BC_SCORE, "mean_radius"),))
    yield from _sizes(BC_PATHS, CASE)
    yield from _content_types(BC_SCORE, CASE)
    for path in (BC_EXPLAIN, BC_COUNTERFACTUAL):
        yield from _values(path, FEATURES.fields[:2], CASE)
        yield from _required(path, CASE, FEATURES.names[:2])


def _with(record: dict[str, Any], name: str, literal: str) -> bytes:
    parts = [
        f"{json.dumps(key)}: {literal if key == name else json.dumps(value)}"
        for key, value in {**record, name: RAW}.items()
        if key != name
    ]
    return ("{" + ", ".join([*parts, f"{json.dumps(name)}: {literal}"]) + "}").encode()


def _refused(spec: FieldSpec, literal: str) -> bool:
    """Whether a literal is wrong for this field (1.0000001 is a fine ST depression)."""
    raw = json.loads(literal, parse_int=lambda digits: int(digits[:300]))
    return any(problem.severity == "error" for problem in spec.check(raw)[1])


def _values(path: str, specs: tuple[FieldSpec, ...], record: dict[str, Any]) -> Iterator[Case]:
    for spec in specs:
        for kind, literal in LITERALS.items():
            if _refused(spec, literal):
                yield Case(
                    f"{spec.name}-{kind}", path, _with(record, spec.name, literal), spec.name
                )
        if spec.is_code:
            unknown = max(code for code, _ in spec.choices) + 1
            yield Case(
                f"{spec.name}-code-{unknown}",
                path,
                _with(record, spec.name, str(unknown)),
                spec.name,
            )
        for hint in spec.units:
            middle = str((hint.low + min(hint.high, spec.low or hint.high)) / 2)
            yield Case(
                f"{spec.name}-{hint.unit}", path, _with(record, spec.name, middle), spec.name
            )


def _person_values() -> Iterator[Case]:
    for spec in PREVENTION:
        for kind in ("nan", "text", "true", "list", "far"):
            person = _with(PERSON, spec.name, LITERALS[kind]).decode()
            body = f'{{"layer": "prevention", "target": 0.1, "patient": {person}}}'
            yield Case(f"person-{spec.name}-{kind}", PATH, body.encode(), spec.name)


def _required(path: str, record: dict[str, Any], names: tuple[str, ...]) -> Iterator[Case]:
    for name in names:
        without = {key: value for key, value in record.items() if key != name}
        yield Case(f"without-{name}", path, json.dumps(without).encode(), name)
        yield Case(f"null-{name}", path, json.dumps({**record, name: None}).encode(), name)
    yield Case("no-field", path, b"{}", names[0])


def _too_few() -> Iterator[Case]:
    bare = {key: PATIENT[key] for key in ("age", "sex", "cp")}
    yield Case("too-few-findings", SCORE, json.dumps(bare).encode(), "trestbps")


def _keys(path: str, record: dict[str, Any], first: str) -> Iterator[Case]:
    for key in (
        first.upper(),
        f"{first} ",
        "patient",
        "num",
        "target",
        "__proto__",
        "é",
        "x" * 500,
        "a.b",
    ):
        shown = "x" * 77 + "..." if key == "x" * 500 else key.strip()
        yield Case(f"key-{key[:9]}", path, json.dumps({**record, key: 1}).encode(), shown)
    yield Case("key-empty", path, json.dumps({**record, "": 1}).encode(), "body")
    yield Case("key-surrogate", path, _with(record, "\ud800", "1"), "\ud800")
    yield Case(
        "key-twice", path, json.dumps(record).encode()[:-1] + f', "{first}": 20}}'.encode(), first
    )
    many = {f"extra{n}": n for n in range(2000)}
    yield Case("keys-2000", path, json.dumps(record | many).encode(), "extra0")


def _documents(paths: tuple[str, ...], record: dict[str, Any]) -> Iterator[Case]:
    good = json.dumps(record)
    texts = {
        "empty": "", "blank": "  \n", "null": "null", "number": "1", "text": '"age"',
        "bool": "true", "nan": "NaN", "list": "[]", "list-of-patients": f"[{good}]",
        "open": "{", "close": "}",
        "truncated": good[:40], "trailing-comma": good[:-1] + ",}", "two": good + good,
        "single-quotes": good.replace('"', "'"), "comment": good + " // patient",
        "form": "age=63&sex=1", "xml": "<patient age='63'/>", "yaml": "age: 63",
        "bare-keys": "{age: 63}", "colon": '{"age" 63}',
        "control": '{"age": 63\x00}', "hex": '{"age": 0x3f}', "leading-zero": '{"age": 063}',
        "plus": '{"age": +63}', "undefined": '{"age": undefined}',
        "comma-number": '{"age": 6,3}',
        "python": "{'age': None}", "csv": "age,sex\n63,1",
    }  # fmt: skip
    for name, text in texts.items():
        for path in paths:
            yield Case(f"document-{name}", path, text.encode(), "body")


def _encodings(path: str, record: dict[str, Any]) -> Iterator[Case]:
    good = json.dumps(record)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"):
        yield Case(f"encoding-{encoding}", path, good.encode(encoding), "body")
    for name, raw in {
        "latin": '{"âge": 63}'.encode("latin-1"),
        "binary": bytes(range(256)),
        "zeros": b"\0" * 64,
        "gzip": b"\x1f\x8b\x08" + good.encode(),
        "png": b"\x89PNG\r\n\x1a\n",
        "cut-utf8": b'{"age": "\xe2\x82"}',
        "bom-only": b"\xef\xbb\xbf",
    }.items():
        yield Case(f"bytes-{name}", path, raw, "body")


def _nesting(places: tuple[tuple[str, str], ...]) -> Iterator[Case]:
    path = places[0][0]
    for depth in (13, 100, 900, 5_000, 30_000):
        yield Case(f"lists-{depth}", path, b"[" * depth + b"]" * depth, "body")
    for depth in (13, 100, 900, 5_000):
        for place, name in places:
            objects = f'{{"{name}": ' + '{"a": ' * depth + "1" + "}" * depth + "}"
            yield Case(f"objects-{name}-{depth}", place, objects.encode(), name)
    yield Case("open-lists", path, b"[" * 60_000, "body")


def _sizes(paths: tuple[str, ...], record: dict[str, Any]) -> Iterator[Case]:
    good = json.dumps(record).encode()
    megabyte = 2**20
    for path in paths:
        yield Case("size-spaces", path, good + b" " * megabyte, "body")
        yield Case("size-text", path, _with(record, "notes", '"' + "x" * megabyte + '"'), "body")
        yield Case("size-list", path, b"[" + b"1," * (megabyte // 2) + b"1]", "body")


def _content_types(path: str, record: dict[str, Any]) -> Iterator[Case]:
    for declared in (
        None, "", "text/plain", "text/csv", "application/xml", "application/x-www-form-urlencoded",
        "multipart/form-data", "application/octet-stream", "application/json-seq", "json", "*/*",
        "application/json; charset=utf-16", "application/json; charset=latin-1", "image/png",
        "application/merge-patch+json",
    ):  # fmt: skip
        body = json.dumps(record).encode()
        yield Case(f"type-{declared}", path, body, "Content-Type", declared)


def _envelopes() -> Iterator[Case]:
    good = {"patient": PATIENT, "target": 0.2, "layer": "diagnostic"}
    wrong: dict[str, tuple[Any, ...]] = {
        "target": (0, 1, -0.1, 1.5, "0.2", True, None, [], {}, float("nan"), float("inf"), 20),
        "layer": ("", "Diagnostic", "both", 1, None, [], {}, True),
        "model": ("", "gpt", "framingham", 3, [], {}, True),
        "weights": ("low", [], 1, {"trestbps": -1}, {"trestbps": "x"}, {"trestbps": float("nan")},
                    {"age": 1}, {"nothing": 1}, {"chol": 10**9}),
        "limits": ("low", [], 1, {"trestbps": 3}, {"trestbps": {"floor": "x"}},
                   {"sex": {"floor": 0}}, {"trestbps": {"roof": 1}},
                   {"trestbps": {"floor": float("inf")}}),
        "robust": ("yes", 3, None, [], {}),
        "extra": (1,),
        "patient": (None, [], "x", 1, [PATIENT]),
    }  # fmt: skip
    for field, values in wrong.items():
        for index, value in enumerate(values):
            body = json.dumps({**good, field: value}).encode()
            yield Case(f"path-{field}-{index}", PATH, body, field)
    for field in ("patient", "target"):
        body = json.dumps({key: value for key, value in good.items() if key != field}).encode()
        yield Case(f"path-without-{field}", PATH, body, field)
    for field in DIAGNOSTIC.names[:5]:
        body = json.dumps(good | {"patient": {**PATIENT, field: "x"}}).encode()
        yield Case(f"path-patient-{field}", PATH, body, field)
