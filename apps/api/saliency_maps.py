"""Saliency over HTTP, asking: a film or a phantom before a network, its map, and its trial."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from apps.api.answers import LONG, answer, compute
from apps.api.reports import sent
from apps.api.respiratory_films import body_of, receive
from apps.api.saliency_questions import (
    Class,
    Format,
    LayerKey,
    MethodKey,
    NetworkKey,
    PhantomRequest,
    Samples,
    Seed,
    Tested,
)
from apps.api.saliency_schemas import MAPS
from apps.api.trail import Trail
from core.errors import InputError
from core.runtime.settings import Settings
from core.saliency import (
    LABELS,
    NETWORKS,
    Classifier,
    Explanation,
    Options,
    Subject,
    array_file,
    explain,
    film_subject,
    metric_validity,
    phantom,
    phantom_subject,
    phantoms,
    scene,
    shipped,
    table_file,
)
from core.viz.overlay import overlay_png

MEDIA = {
    "image/png": "png",
    "application/octet-stream": "npy",
    "text/csv": "csv",
}
FIRST_METHOD = "gradcam++"


def _asked(
    method: MethodKey = FIRST_METHOD,
    label: Class = None,
    layer: LayerKey = None,
    samples: Samples = None,
    seed: Seed = 0,
    test: Tested = True,
    format: Format = None,
) -> dict[str, Any]:
    return dict(locals())


Asked = Annotated[dict[str, Any], Depends(_asked)]


def add(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    """Add these routes.

    Parameters
    ----------
    routes : APIRouter
        The routes of the saliency explorer.
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    _of_film(routes, chosen, trail)
    _of_phantom(routes, trail)


def _of_film(routes: APIRouter, chosen: Settings, trail: Trail) -> None:
    @routes.post("/explain", openapi_extra=body_of(several=False), responses=MAPS)
    async def film(request: Request, asked: Asked, network: NetworkKey = "cnn") -> Response:
        """Make a map of a film and say whether the network needs what it shows.

        A film that the networks may not judge is refused: there is no answer to explain.
        """
        ((name, content),) = await receive(request, chosen.body_limit_bytes, several=False)

        def verb() -> Explanation:
            found = _explained(film_subject(name, content, network), asked)
            seen = {"file": hashlib.sha256(content).hexdigest()}
            trail.event("saliency_map", request, seen | _kept(found))
            return found

        return await _said(request, verb, asked["format"])


def _of_phantom(routes: APIRouter, trail: Trail) -> None:
    @routes.post("/phantoms/explain", responses=MAPS)
    async def drawing(request: Request, wanted: PhantomRequest, asked: Asked) -> Response:
        """Draw a phantom, make a map of it, and hold the map against what caused the answer."""

        def verb() -> Explanation:
            found = _explained(drawn(wanted), asked)
            trail.event("saliency_map", request, {"phantom": wanted.seed} | _kept(found))
            return found

        return await _said(request, verb, asked["format"])


def network(key: str) -> Classifier:
    """Return any network of the suite.

    Raises
    ------
    InputError
        If there is none of this key.
    """
    return shipped(key) if key in NETWORKS else _trained(key)


def drawn(wanted: PhantomRequest) -> Subject:
    """Return the phantom of a request before its network.

    Raises
    ------
    InputError
        If there is no such network, law or finding.
    """
    asked = _trained(wanted.network)
    finding = wanted.finding
    if finding is not None and finding not in LABELS:
        raise InputError(f"finding: {finding!r} is not known. Use one of: {', '.join(LABELS)}.")
    return phantom_subject(
        scene(
            wanted.seed,
            wanted.regime or str(phantoms()[wanted.network]["regime"]),
            asked.size,
            label=None if finding is None else LABELS.index(finding),
            carries=wanted.shortcut,
        ),
        asked,
    )


def _trained(key: str) -> Classifier:
    if key not in phantoms():
        known = ", ".join(phantoms())
        raise InputError(f"network: {key!r} is not known. Of those on phantoms there are: {known}.")
    return phantom(key)


def _explained(subject: Subject, asked: Mapping[str, Any]) -> Explanation:
    options = Options(asked["layer"], asked["seed"], asked["samples"])
    return explain(subject, asked["method"], asked["label"], options, tested=asked["test"])


async def _said(request: Request, verb: Callable[[], Explanation], kind: str | None) -> Response:
    """Send the numbers, or the map as a file, as the request asks."""
    accepted = request.headers.get("accept", "")
    kind = kind or next((MEDIA[one] for one in MEDIA if one in accepted), "json")
    if kind == "json":
        return answer(request, await compute(lambda: _numbers(verb()), LONG))
    media = next(one for one in MEDIA if MEDIA[one] == kind)
    return sent(await compute(lambda: _file(verb(), kind), LONG), media, f"map.{kind}")


def _numbers(found: Explanation) -> dict[str, Any]:
    record = found.to_dict()
    records = [one.to_dict() for one in metric_validity() if one.metric in found.metrics]
    return {**record, "validity": records}


def _file(found: Explanation, kind: str) -> bytes:
    made = found.attribution
    if kind == "png":
        return overlay_png(found.subject.canvas, made.pixels)
    return array_file(made.pixels) if kind == "npy" else table_file(found)


def _kept(found: Explanation) -> dict[str, object]:
    """Return what the audit log keeps of a map: how it was made and what was said of it."""
    made = found.attribution
    return {"network": made.network, "method": made.method, "outcome": str(found.verdict.outcome)}
