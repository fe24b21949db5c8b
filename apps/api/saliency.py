"""Saliency over HTTP, reading: methods, figures, networks, and the studies that are stored."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api import saliency_maps
from apps.api.about import AboutAnswer
from apps.api.answers import LONG, answer, compute
from apps.api.saliency_questions import (
    MetricKey,
    NetworkName,
    Profile,
    TableFill,
    TableNetwork,
)
from apps.api.saliency_schemas import (
    ArgumentsAnswer,
    BorderAnswer,
    DetectorAnswer,
    LeaderboardAnswer,
    MethodsAnswer,
    MetricsAnswer,
    OriginalStudyAnswer,
    ParadoxAnswer,
    PhantomsAnswer,
    SaliencyNetworksAnswer,
)
from apps.api.strict import StrictRoute
from apps.api.trail import Trail
from core.plain import plain
from core.runtime.settings import Settings
from core.saliency import (
    LABELS,
    METHODS,
    METRICS,
    NETWORKS,
    REGIMES,
    about,
    audit_original,
    benchmark_table,
    leaderboard,
    metric_validity,
    phantom,
    phantoms,
    shipped,
    stored_arguments,
    stored_border,
    stored_detector,
    stored_original,
    stored_paradox,
    why_not,
)


def router(chosen: Settings, trail: Trail) -> APIRouter:
    """Build the routes of the saliency explorer.

    Parameters
    ----------
    chosen : Settings
        Largest upload.
    trail : Trail
        Where answers are recorded.
    """
    routes = APIRouter(prefix="/v1/saliency", tags=["saliency"], route_class=StrictRoute)
    _describe(routes)
    _measured(routes)
    _original(routes)
    saliency_maps.add(routes, chosen, trail)
    return routes


def _describe(routes: APIRouter) -> None:
    @routes.get("/about", responses={200: {"model": AboutAnswer}})
    async def provenance(request: Request) -> Response:
        """Return models, data and libraries with versions and hashes."""
        return answer(request, plain(await compute(about)))

    @routes.get("/methods", responses={200: {"model": MethodsAnswer}})
    async def methods(request: Request, network: NetworkName = None) -> Response:
        """Return the methods: what each does, who proposed it, what to beware of.

        With a network each says also whether that network allows it.
        """

        def verb() -> list[dict[str, Any]]:
            asked = None if network is None else saliency_maps.network(network)
            return [
                {**plain(one), "refused": "" if asked is None else why_not(asked, key)}
                for key, one in METHODS.items()
            ]

        return answer(request, {"methods": await compute(verb, LONG)})

    @routes.get("/metrics", responses={200: {"model": MetricsAnswer}})
    async def metrics(request: Request) -> Response:
        """Return the figures about maps, each with its record on phantoms.

        A figure is valid where it puts the causes of an answer before a random map.
        """
        records = await compute(metric_validity, LONG)
        found = {
            "metrics": [plain(one) for one in METRICS.values()],
            "validity": [one.to_dict() for one in records],
        }
        return answer(request, found)

    @routes.get("/networks", responses={200: {"model": SaliencyNetworksAnswer}})
    async def networks(request: Request) -> Response:
        """Return the networks that can be asked, those of the chest X-ray system first."""
        return answer(request, {"networks": await compute(_networks, LONG)})

    @routes.get("/phantoms", responses={200: {"model": PhantomsAnswer}})
    async def drawn(request: Request) -> Response:
        """Return the laws by which phantoms are drawn, and the networks trained on them."""
        found = {
            "regimes": [plain(one) for one in REGIMES.values()],
            "labels": list(LABELS),
            "networks": plain(await compute(phantoms)),
        }
        return answer(request, found)


def _measured(routes: APIRouter) -> None:
    @routes.get("/leaderboard", responses={200: {"model": LeaderboardAnswer}})
    async def ranks(
        request: Request,
        profile: Profile = "phantoms",
        network: TableNetwork = "cnn-confounded-0",
        metric: MetricKey = "abpc",
        fill: TableFill = "inpaint",
    ) -> Response:
        """Rank the methods of a stored benchmark by one figure, with intervals and tests."""

        def verb() -> dict[str, Any]:
            return leaderboard(benchmark_table(profile), metric, fill, network).to_dict()

        return answer(request, await compute(verb, LONG))

    @routes.get("/paradox", responses={200: {"model": ParadoxAnswer}})
    async def hollow(request: Request) -> Response:
        """Return how good maps look beside how good they are, by method and network."""
        return answer(request, (await compute(stored_paradox, LONG)).to_dict())

    @routes.get("/arguments", responses={200: {"model": ArgumentsAnswer}})
    async def steps(request: Request) -> Response:
        """Return the steps from a map that looks right to a network that reads the marker."""
        found = await compute(stored_arguments, LONG)
        return answer(request, {"arguments": [one.to_dict() for one in found]})

    @routes.get("/detector", responses={200: {"model": DetectorAnswer}})
    async def given_away(request: Request) -> Response:
        """Return what maps give away of local and of global shortcuts."""
        return answer(request, plain(await compute(stored_detector, LONG)))

    @routes.get("/border", responses={200: {"model": BorderAnswer}})
    async def of_the_border(request: Request) -> Response:
        """Return how much of the real networks' answers is the border of the film."""
        found = await compute(stored_border, LONG)
        return answer(request, {"networks": [one.to_dict() for one in found]})


def _original(routes: APIRouter) -> None:
    @routes.get("/original", responses={200: {"model": OriginalStudyAnswer}})
    async def repeated(request: Request) -> Response:
        """Return the published protocol on the suite's networks, and what it does not show."""

        def verb() -> dict[str, Any]:
            study = stored_original()
            audit = [one.to_dict() for one in audit_original(study)]
            return {"study": study.to_dict(), "audit": audit}

        return answer(request, await compute(verb, LONG))


def _networks() -> list[dict[str, Any]]:
    asked = [*((shipped(key), "films") for key in NETWORKS)]
    asked += [(phantom(key), "phantoms") for key in phantoms()]
    return [
        {
            "key": one.key,
            "title": one.title,
            "reads": reads,
            "labels": list(one.labels),
            "layers": [layer.key for layer in one.layers if not layer.refused],
        }
        for one, reads in asked
    ]
