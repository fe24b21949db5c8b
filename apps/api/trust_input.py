"""Reading a request of the trust routes: JSON or a table in, predictions out."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from apps.api.errors import Refusal
from apps.api.strict import parse_json, require_json
from apps.api.trust_schemas import AuditBody, CompareBody
from apps.api.upload import read_upload
from core.errors import InputError
from core.trust import (
    AREAS,
    DEFAULT_POLICY,
    Audit,
    Comparison,
    Estimates,
    Predictions,
    judge,
    read_table,
)
from core.trust import audit as audit_verb
from core.trust import compare as compare_verb
from core.trust.door.inputs import read_predictions

JSON = "application/json"
MAX_JSON_ROWS = 200_000
MAX_TABLE_ROWS = 1_000_000

T = TypeVar("T", bound=BaseModel)


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A request, its body received and not yet read.

    Attributes
    ----------
    content : bytes
        The body: JSON, or the content of the table.
    name : str
        What to call it.
    is_json : bool
        Whether it is JSON.
    options : mapping
        Query parameters that were given, which describe a table.
    """

    content: bytes
    name: str
    is_json: bool
    options: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.content).hexdigest()


async def receive(request: Request, limit: int, options: Mapping[str, Any]) -> Question:
    """Receive the body of a request.

    Parameters
    ----------
    request : Request
        JSON, a table, or a form with one.
    limit : int
        Largest body, in bytes.
    options : mapping
        Query parameters that describe a table; ``None`` where not given.

    Raises
    ------
    Refusal
        415 for another content type; 422 for a query parameter beside JSON.
    """
    given = {name: value for name, value in options.items() if value is not None}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        content, name = await read_upload(request, limit)
        return Question(content, name, is_json=False, options=given)
    require_json(request)
    for name, value in given.items():
        fix = "Write it into the JSON, or send a table."
        message = "describes the columns of a table; JSON carries its own options."
        raise Refusal(422, name, message, fix, value=str(value))
    return Question(await request.body(), "body", is_json=True, options={})


def audited(question: Question) -> Audit:
    """Return the audit that a request asks for.

    Raises
    ------
    Refusal, RequestValidationError, InputError, NotEnoughDataError
        If the request cannot be read; each names the field.
    """
    if question.is_json:
        return _audit_of_json(_body(question, AuditBody))
    options = dict(question.options)
    rules = options.pop("policy", DEFAULT_POLICY)
    areas, seed = options.pop("area", AREAS), options.pop("seed", 0)
    read, notes = _table(question, options)
    return judge(read, policy=rules, areas=areas, seed=seed, notes=notes)


def compared(question: Question) -> Comparison:
    """Return the comparison that a request asks for; errors as in :func:`audited`."""
    if question.is_json:
        body = _body(question, CompareBody)
        first, second = _classes_of(body, ""), _classes_of(body, "_other")
        return compare_verb(first, second)
    options = dict(question.options)
    others = {name: options.pop(f"{name}_other", None) for name in ("prob", "pred")}
    if not any(others.values()):
        message = "is missing. It names the column of the other model."
        raise Refusal(422, "prob_other", message, "Give prob_other, or pred_other.")
    shared = {name: value for name, value in options.items() if name not in others}
    pair = (_table(question, options)[0], _table(question, {**shared, **others})[0])
    first, second = (_require_classes(read) for read in pair)
    return compare_verb(first, second)


def predicted(question: Question) -> tuple[Predictions, int]:
    """Return the predictions of classes that a request holds, and its seed.

    Raises
    ------
    Refusal, RequestValidationError, InputError, NotEnoughDataError
        As in :func:`audited`; also if quantities were predicted.
    """
    if question.is_json:
        body = _body(question, AuditBody)
        return _classes_of(body, "", groups=body.groups or None), body.seed
    options = dict(question.options)
    seed = options.pop("seed", 0)
    shown = {name: value for name, value in options.items() if name not in ("policy", "area")}
    return _require_classes(_table(question, shown)[0]), seed


def _audit_of_json(body: AuditBody) -> Audit:
    with _as_sent(body, ""):
        return audit_verb(
            body.y,
            _proba(body, ""),
            pred=body.pred or None,
            groups=body.groups or None,
            batch=body.batch or None,
            threshold=body.threshold,
            classes=body.classes or None,
            positive=_positive(body),
            policy=body.policy,
            areas=body.areas,
            seed=body.seed,
        )


def _classes_of(body: AuditBody | CompareBody, suffix: str, groups: Any = None) -> Predictions:
    with _as_sent(body, suffix):
        return read_predictions(
            body.y,
            _proba(body, suffix),
            pred=getattr(body, f"pred{suffix}") or None,
            threshold=body.threshold,
            classes=body.classes or None,
            positive=_positive(body),
            groups=groups,
        )


def _proba(body: BaseModel, suffix: str) -> Any:
    p, proba = getattr(body, f"p{suffix}"), getattr(body, f"proba{suffix}")
    if p and proba:
        fix = f"Give p{suffix} for the positive class, or proba{suffix} for every class."
        raise Refusal(422, f"proba{suffix}", f"is given beside p{suffix}.", fix)
    return p or proba or None


def _positive(body: AuditBody | CompareBody) -> Any:
    return body.positive if "positive" in body.model_fields_set else None


@contextmanager
def _as_sent(body: BaseModel, suffix: str) -> Iterator[None]:
    """Name in a refusal the field that was sent, where the verb's argument has another name."""
    try:
        yield
    except InputError as error:
        short = bool(getattr(body, f"p{suffix}"))
        sent = {"proba": f"p{suffix}" if short else f"proba{suffix}", "pred": f"pred{suffix}"}
        problems = tuple(
            dataclasses.replace(one, column=sent.get(one.column, one.column))
            for one in error.problems
        )
        if not problems:
            raise
        raise InputError.from_problems(problems) from error


def _body(question: Question, model: type[T]) -> T:
    content = parse_json(question.content)
    if not isinstance(content, dict):
        raise Refusal(422, "body", "The body is not an object.", "Send {...} with y and p.")
    rows = content.get("y")
    if isinstance(rows, list) and len(rows) > MAX_JSON_ROWS:
        message = f"holds {len(rows):,} rows; JSON takes at most {MAX_JSON_ROWS:,}."
        raise Refusal(422, "y", message, "Send a CSV or Parquet file.", rule="too-many-rows")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise RequestValidationError([one | {"loc": ("body", *one["loc"])} for one in found]) from (
            None
        )


def _table(
    question: Question, options: Mapping[str, Any]
) -> tuple[Predictions | Estimates, tuple[str, ...]]:
    names: dict[str, Callable[[Any], Any]] = {"group": tuple, "prob": tuple}
    given = {
        {"group": "groups"}.get(name, name): names.get(name, lambda same: same)(value)
        for name, value in options.items()
        if value is not None
    }
    read, info = read_table(question.content, name=question.name, **given)
    if info.rows > MAX_TABLE_ROWS:
        message = f"{question.name} has {info.rows:,} rows; the limit is {MAX_TABLE_ROWS:,}."
        fix = "Send a random part of them, or audit the file on the command line."
        raise Refusal(422, "body", message, fix, rule="too-many-rows")
    return read, info.notes


def _require_classes(read: Predictions | Estimates) -> Predictions:
    if isinstance(read, Predictions):
        return read
    message = "The columns hold quantities."
    raise Refusal(422, "pred", message, "Send predictions of classes.")
