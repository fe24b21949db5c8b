"""What the service counts about itself, as Prometheus reads it; no label holds a caller's value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping

from fastapi import APIRouter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from apps.api.answers import LANES
from apps.process import PROCESS
from core.runtime import jobs

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.25, 2.5, 5.0, 10.0, 30.0, 60.0)
UNKNOWN = "unknown"

Tags = Callable[[], Mapping[str, str]]


class Metrics:
    """The counters of one application, in a registry of its own.

    Attributes
    ----------
    registry : CollectorRegistry
        Everything that ``GET /metrics`` shows.
    in_flight : Gauge
        Requests under way.
    written : Counter
        Entries added to the audit log by this process.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "suite_requests",
            "Requests answered, by route, method and class of status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "suite_request_seconds",
            "Seconds from the head of a request to the end of its answer, by route.",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._refused = Counter(
            "suite_refused",
            "Requests refused by the gate, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "suite_requests_in_flight", "Requests under way.", registry=self.registry
        )
        self.written = Counter(
            "suite_audit_entries", "Entries added to the audit log.", registry=self.registry
        )

    def note(self, route: str, method: str, status: int, seconds: float, reason: str) -> None:
        """Count a finished request.

        Parameters
        ----------
        route : str
            The route as declared; empty where there is none.
        method : str
            HTTP method.
        status : int
            HTTP status; 0 if the caller left before there was one.
        seconds : float
            How long it took.
        reason : str
            Why the gate refused it; empty if it did not.
        """
        known, verb = route or UNKNOWN, method if method in METHODS else UNKNOWN
        group = f"{status // 100}xx" if status else "none"
        self._requests.labels(known, verb, group).inc()
        self._seconds.labels(known).observe(seconds)
        if reason:
            self._refused.labels(reason).inc()

    def watch(self, tags: Tags) -> None:
        """Add the state of the process and of the models, read whenever somebody looks.

        Parameters
        ----------
        tags : callable
            Returns by system the name and hash of its model.
        """
        self.registry.register(_Live(tags))
        ProcessCollector(registry=self.registry)


def router(metrics: Metrics) -> APIRouter:
    """Build the route of the metrics.

    Parameters
    ----------
    metrics : Metrics
        What it shows.
    """
    routes = APIRouter(tags=["service"])
    answer = {"description": "Figures in Prometheus' text format.", "content": {"text/plain": {}}}

    @routes.get("/metrics", response_class=Response, responses={200: answer})
    def show() -> Response:
        """Return what the service counts about itself; answered however busy it is."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes


class _Live(Collector):
    """Figures that are looked up rather than counted."""

    def __init__(self, tags: Tags) -> None:
        self._tags = tags

    def collect(self) -> Iterable[Metric]:
        yield from _lanes()
        answers = GaugeMetricFamily(
            "suite_system_up", "1 for a system that can answer.", labels=["system"]
        )
        for name, problem in PROCESS.systems.items():
            answers.add_metric([name], not problem)
        yield answers
        models = GaugeMetricFamily(
            "suite_model_info", "1 for every model in use.", labels=["system", "model"]
        )
        for name, tag in self._tags().items():
            models.add_metric([name, tag], 1)
        yield models
        yield _gauge("suite_jobs_running", "Heavy jobs at work.", jobs.pool().busy)
        yield _gauge("suite_jobs_waiting", "Heavy jobs waiting.", jobs.pool().waiting)
        yield _gauge("suite_ending", "1 while the process is stopping.", PROCESS.ending)
        if PROCESS.warm_seconds is not None:
            text = "Seconds it took to read and exercise the models."
            yield _gauge("suite_warm_seconds", text, PROCESS.warm_seconds)
        if (sessions := _sessions()) is not None:
            yield _gauge("suite_page_sessions", "Sessions of the pages.", sessions)


def _lanes() -> Iterable[Metric]:
    running = GaugeMetricFamily("suite_lane_running", "Verbs at work, by lane.", labels=["lane"])
    waiting = GaugeMetricFamily("suite_lane_waiting", "Verbs waiting, by lane.", labels=["lane"])
    refused = CounterMetricFamily(
        "suite_lane_refused", "Verbs refused because a lane was full.", labels=["lane"]
    )
    for lane in LANES:
        running.add_metric([lane.name], lane.running)
        waiting.add_metric([lane.name], lane.taken - lane.running)
        refused.add_metric([lane.name], lane.refused)
    return running, waiting, refused


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _sessions() -> int | None:
    """Return how many sessions the pages have; none where there are no pages."""
    pages = sys.modules.get("streamlit.runtime")
    if pages is None or not pages.exists():
        return None
    family = "active_sessions"
    found = pages.get_instance().stats_mgr.get_stats([family]).get(family, ())
    return sum(int(one.value) for one in found)
