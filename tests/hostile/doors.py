"""The doors of the suite, and what is asked of each: a sound answer, or a sentence.

``core`` verbs run here in process; :mod:`tests.hostile.rest` holds the same files against the API.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import signal
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import numpy as np

from core import apple_sales, breast_cancer, cardiosense, guardian, json_input, saliency, trust
from core.errors import SuiteError
from core.respiratory.predict import readings
from core.respiratory.schema import Reading
from tests.hostile.made import Hostile

Outcome = Literal["answered", "refused", "failed"]

SECONDS = 60
"""After so long a door counts as hanging."""

FHIR_DEPTH = 40
TABLES = ("csv", "parquet", "foreign")
DOCUMENTS = ("record", "foreign")


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """A way into the suite.

    Attributes
    ----------
    name : str
        What is called.
    groups : tuple of str
        Kinds of files that may come in here.
    likes : tuple of str
        Systems whose files are meant for it; files of nobody's always are.
    ask : callable
        Hands a file in and checks the answer; raises SuiteError where it is refused.
    every : int
        In the quick run every how-manieth file is taken, because an answer takes long here.
    """

    name: str
    groups: tuple[str, ...]
    likes: tuple[str, ...]
    ask: Callable[[Hostile], None]
    every: int = 1

    def takes(self, file: Hostile) -> bool:
        """Whether a file of this kind may come in here."""
        return file.group in self.groups and (not file.like or file.like in self.likes)


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file at one door."""

    door: str
    file: str
    group: str
    outcome: Outcome
    text: str = ""


def put(door: Door, file: Hostile) -> Verdict:
    """Hand a file to a door; anything but a sound answer or a helpful sentence is a failure."""
    try:
        with _deadline(), warnings.catch_warnings():
            warnings.simplefilter("error")
            door.ask(file)
    except SuiteError as error:
        fault = unhelpful(error.message)
        outcome: Outcome = "failed" if fault else "refused"
        return Verdict(door.name, file.id, file.group, outcome, fault or error.message)
    except Exception:
        return Verdict(door.name, file.id, file.group, "failed", traceback.format_exc(limit=-6))
    return Verdict(door.name, file.id, file.group, "answered")


def unhelpful(sentence: str) -> str:
    """Return what is wrong with the text of a refusal; empty if a person can use it."""
    if len(sentence.strip()) < 15:
        return f"says nothing: {sentence!r}"
    if len(sentence) > 30_000:
        return f"says too much: {len(sentence)} characters"
    if "Traceback" in sentence or "object at 0x" in sentence:
        return f"shows its inside: {sentence[:200]!r}"
    if not sentence.rstrip().endswith((".", "!", "?", ":", ")", "…", '"', "'")):
        return f"is no sentence: {sentence[-200:]!r}"
    return ""


def sample(door: Door, files: Iterable[Hostile], thinner: int = 1) -> list[Hostile]:
    """Return the files of a door for the quick run, spread over the corpus."""
    fitting = [file for file in files if door.takes(file)]
    return fitting[:: door.every * thinner]


@contextlib.contextmanager
def _deadline() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"no answer within {SECONDS} s")

    usual = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, usual)


def require(holds: object, what: str) -> None:
    """Fail unless a property of an answer holds."""
    if not holds:
        raise AssertionError(what)


def document(found: Mapping[str, Any]) -> None:
    """Hold an answer to strict JSON: no NaN that a caller could take for a number."""
    json.dumps(found, allow_nan=False)


def scored_rows(decision: Any, p: Any, texts: Any) -> None:
    """Hold scored rows to what every table of answers promises."""
    refused = np.asarray(decision) == "refused"
    estimates = np.asarray(p, dtype=float)
    require(np.isnan(estimates[refused]).all(), "a refused row has a probability")
    require((np.asarray(texts)[refused] != "").all(), "a refused row has no reason")
    kept = estimates[~refused]
    require(((kept >= 0) & (kept <= 1)).all(), "an answered row has no probability")


def _cardiosense(file: Hostile) -> None:
    found = cardiosense.score_table(file.content, name="file.csv")
    require(found.n_scored + found.n_refused == len(found.frame) > 0, "rows were lost")
    scored_rows(found.frame["decision"], found.frame["p_disease"], found.frame["reasons"])
    document(found.to_dict())


def _breast(file: Hostile) -> None:
    found = breast_cancer.score_file(file.content, name="file.csv")
    require(found.report.rows == len(found.results) > 0, "rows were lost")
    scored_rows(found.results["decision"], found.results["p_malignant"], found.results["flags"])
    document(found.to_dict())


def _drift(file: Hostile) -> None:
    document(breast_cancer.drift_file(file.content, name="file.csv").to_dict())


def _trust(file: Hostile) -> None:
    read, info = trust.read_table(file.content, name="file.csv")
    found = trust.judge(read, notes=info.notes).to_dict()
    document(found)
    require(len(read.y) > 99 or found["verdict"] != "pass", "a few rows passed an audit")


def _sales(file: Hostile) -> None:
    table = apple_sales.read_sales(file.content, "file.csv")
    numbers = table.frame.select_dtypes("number").to_numpy(dtype=float)
    require(not np.isinf(numbers).any(), "an infinite number was let through")


def _inspect(file: Hostile) -> None:
    document(apple_sales.inspect(apple_sales.read_sales(file.content, "file.csv")).to_dict())


def _numbers(file: Hostile) -> None:
    apple_sales.read_numbers(file.content, "file.csv")


def _patient(file: Hostile) -> None:
    _one_estimate(cardiosense.score_patient(_object(file.content)).to_dict())


def _person(file: Hostile) -> None:
    _one_estimate(cardiosense.prevention_risk(_object(file.content)).to_dict())


def _case(file: Hostile) -> None:
    _one_estimate(breast_cancer.score_case(_object(file.content)).to_dict())


def _one_estimate(found: Mapping[str, Any]) -> None:
    document(found)
    require(0 <= found["p"] <= 1 and math.isfinite(found["p"]), "no probability")


def _list(file: Hostile) -> None:
    reviewed(guardian.review(_object(file.content, FHIR_DEPTH)))


def _bundle(file: Hostile) -> None:
    reviewed(guardian.review({"fhir_bundle": json_input.loads(file.content, "file", FHIR_DEPTH)}))


def _hook(file: Hostile) -> None:
    found = guardian.answer_hook("guardian-order-sign", _object(file.content, FHIR_DEPTH))
    document(found.to_dict())
    reviewed(found.review)


def _feedback(file: Hostile) -> None:
    guardian.read_feedback(_object(file.content, FHIR_DEPTH))


def reviewed(found: guardian.Review) -> None:
    """Hold a review to its promise: what could not be checked is named."""
    document(found.to_dict())
    complete = found.status is guardian.Status.COMPLETE
    require(complete == (not found.gaps), "a gap passes for complete")
    require(found.orders or found.gaps, "nothing was checked, and nothing says so")
    require(not complete or not found.unrecognised, "an unknown name passes for checked")


def _plan(file: Hostile) -> None:
    problem = apple_sales.read_problem(_object(file.content))
    found = apple_sales.plan(problem, checks=False).to_dict()
    document(found)


def _film(file: Hostile) -> None:
    for found in readings([("film.bin", file.content)], "cnn"):
        read(found)
        if found.status == "error":
            raise SuiteError(found.reason)


def _archive(file: Hostile) -> None:
    found = list(readings([("films.zip", file.content)], "cnn"))
    require(found, "an archive vanished")
    for one in found:
        read(one)
    if all(one.status == "error" for one in found):
        raise SuiteError(found[0].reason)


def read(found: Reading) -> None:
    """Hold a reading to its promise: no finding without a film, and a reason without a finding."""
    document(found.to_dict())
    if found.status == "ok":
        shares = list((found.probabilities or {}).values())
        require(abs(sum(shares) - 1) < 1e-6, "probabilities do not sum to one")
        return
    require(found.probabilities is None, "a probability for what is no film")
    require(found.decision is None and not found.set, "a finding for what is no film")
    require(not unhelpful(found.reason), unhelpful(found.reason))


def _picture(file: Hostile) -> None:
    saliency.picture_subject("film.bin", file.content, saliency.phantom("cnn-decoy-0"))


def _network(file: Hostile) -> None:
    network = saliency.own("network.onnx", file.content)
    logits = network.logits(np.zeros((2, network.size, network.size), dtype=np.float32))
    require(np.isfinite(logits).all(), "an answer that is no number")


def _object(content: bytes, deepest: int = json_input.MAX_DEPTH) -> dict[str, Any]:
    found = json_input.loads(content, "file", deepest)
    if not isinstance(found, dict):
        raise SuiteError("file: is not a JSON object. Give names with their values.")
    return found


DOORS = (
    Door("cardiosense.score_table", TABLES, ("cardiosense",), _cardiosense),
    Door("breast_cancer.score_file", TABLES, ("breast-cancer",), _breast),
    Door("breast_cancer.drift_file", TABLES, ("breast-cancer",), _drift, 40),
    Door("trust.read_table and judge", TABLES, ("predictions",), _trust),
    Door("apple_sales.read_sales", TABLES, ("sales",), _sales),
    Door("apple_sales.inspect", TABLES, ("sales",), _inspect, 14),
    Door("apple_sales.read_numbers", TABLES, ("sales",), _numbers, 3),
    Door("cardiosense.score_patient", DOCUMENTS, ("cardiosense",), _patient),
    Door("cardiosense.prevention_risk", DOCUMENTS, ("prevention",), _person),
    Door("breast_cancer.score_case", DOCUMENTS, ("breast-cancer",), _case),
    Door("guardian.review, a list", ("list", "foreign"), ("guardian",), _list),
    Door("guardian.review, a bundle", ("fhir", "foreign"), ("guardian",), _bundle, 3),
    Door("guardian.answer_hook", ("hook", "foreign"), ("guardian",), _hook),
    Door("guardian.read_feedback", ("feedback", "foreign"), ("guardian",), _feedback),
    Door("apple_sales.plan", ("problem", "foreign"), ("apple-sales",), _plan),
    Door("respiratory.readings, a film", ("image", "foreign"), ("respiratory",), _film, 2),
    Door("respiratory.readings, an archive", ("archive",), ("respiratory",), _archive, 3),
    Door("saliency.picture_subject", ("image", "foreign"), ("respiratory",), _picture, 6),
    Door("saliency.own", ("onnx", "foreign"), ("saliency",), _network),
)
