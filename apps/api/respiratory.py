"""The chest X-ray classifier over HTTP: each route asks one verb and returns what it says."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from apps.api import respiratory_about
from apps.api.answers import LONG, answer, compute
from apps.api.reports import PDF, Issued, day, documented, sent
from apps.api.respiratory_films import body_of, read_all, receive
from apps.api.respiratory_schemas import (
    READINGS,
    FilmExplanationAnswer,
    Model,
    NetworksAnswer,
    ShortcutAuditAnswer,
)
from apps.api.strict import StrictRoute
from apps.api.trail import Trail
from apps.api.upload import CSV
from core.respiratory.about import card as card_of
from core.respiratory.audit import shortcut_audit
from core.respiratory.explain import FilmExplanation, explain
from core.respiratory.report import film_report
from core.respiratory.runtime import artifact
from core.respiratory.schema import NETWORK_NAMES, Label, Network, Reading
from core.respiratory.table import write_csv
from core.runtime.settings import Settings

MAX_SEED = 999_999

Finding = Annotated[
    Label | None,
    Query(description="Finding to explain; by default the one with the highest probability."),
]
Seed = Annotated[int, Query(ge=0, le=MAX_SEED, description="Seed of everything drawn at random.")]


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of the chest X-ray classifier.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/respiratory", tags=["respiratory"], route_class=StrictRoute)
    _describe(routes)
    _read(routes, chosen, trail)
    _explain(routes, chosen, trail)
    respiratory_about.add(routes, chosen, trail)
    return routes


def _describe(routes: APIRouter) -> None:
    @routes.get("/models", responses={200: {"model": NetworksAnswer}})
    def known() -> dict[str, Any]:
        """Return the networks that can be asked."""
        names = [{"key": key.value, "title": title} for key, title in NETWORK_NAMES.items()]
        return {"default": Network.ENSEMBLE.value, "artifact": artifact().tag, "models": names}

    @routes.get("/card")
    def card() -> dict[str, Any]:
        """Return the model card: how good the networks are, on which films, and how measured."""
        return {"model": artifact().tag, "card": dict(card_of())}

    @routes.get("/audit", responses={200: {"model": ShortcutAuditAnswer}})
    async def audit(request: Request) -> Response:
        """Return the shortcut audit: how much of the figures is the hospital, not the disease."""
        return answer(request, (await compute(shortcut_audit, LONG)).to_dict())


def _read(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/predict", openapi_extra=body_of(several=True), responses=READINGS)
    async def predict(
        request: Request,
        model: Model = Network.ENSEMBLE,
        format: Annotated[
            Literal["json", "csv"] | None,
            Query(description="Kind of answer; by default what the header Accept asks for."),
        ] = None,
    ) -> Response:
        """Read films: one reading for each, in the order sent.

        A film that may not be judged is "refused", a file that cannot be read is an "error"; both
        say why, and the rest is read.
        """
        films = await receive(request, chosen.body_limit_bytes, several=True)
        found = await read_all(films, model)
        if trail.is_on:
            await compute(lambda: trail.event("films", request, _kept(found, model)))
        if format == "csv" or (format is None and CSV in request.headers.get("accept", "")):
            out = io.BytesIO()
            write_csv(found, out)
            return sent(out.getvalue(), CSV, "readings.csv")
        return answer(request, {"readings": [one.to_dict() for one in found]})


def _explain(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    body = body_of(several=False)

    @routes.post("/explain", openapi_extra=body, responses={200: {"model": FilmExplanationAnswer}})
    async def why(
        request: Request,
        model: Model = Network.ENSEMBLE,
        label: Finding = None,
        seed: Seed = 0,
    ) -> Response:
        """Say which parts of a film a network's answer rests on, and test that by hiding them."""
        ((name, content),) = await receive(request, chosen.body_limit_bytes, several=False)

        def verb() -> FilmExplanation:
            found = explain(name, content, model, label=label, seed=seed)
            trail.event("film_explanation", request, {"model": model.value, "file": _sha(content)})
            return found

        return answer(request, (await compute(verb, LONG)).to_dict())

    @routes.post(
        "/report", openapi_extra=body, response_class=Response, responses=documented((PDF,))
    )
    async def report(
        request: Request, model: Model = Network.ENSEMBLE, issued: Issued = None
    ) -> Response:
        """Return the reading of a film as a PDF: film, reasons, doubts, figures, provenance."""
        issue = day(issued)
        ((name, content),) = await receive(request, chosen.body_limit_bytes, several=False)

        def verb() -> bytes:
            made = film_report(name, content, model, issued=issue)
            trail.event("film_report", request, {"model": model.value, "file": _sha(content)})
            return made

        return sent(await compute(verb, LONG), PDF, "film-report.pdf")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kept(found: Sequence[Reading], model: Network) -> dict[str, object]:
    """Return what the audit log keeps of films: hashes and what was said, no pixel and no name."""
    films = [one.to_log() for one in found]
    return {"model": model.value, "artifact": artifact().tag, "films": films}
