"""What a server counts, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        labels = ("path", "status")
        self.requests = Counter("mgc_requests", "Answered requests", labels, registry=registry)
        self.seconds = Histogram("mgc_request_seconds", "Seconds from a request to its answer",
                                 ("path",), buckets=SECONDS, registry=registry)  # fmt: skip
        self.under_way = Gauge("mgc_under_way", "Uploads under way", registry=registry)
        self.audio = Counter("mgc_audio_seconds", "Seconds of audio heard", registry=registry)
        self.answers = Counter("mgc_answers", "Answers by verdict and first genre",
                               ("verdict", "genre"), registry=registry)  # fmt: skip
        self.lost = Counter("mgc_workers_lost", "Processes that hung or died",
                            ("reason",), registry=registry)  # fmt: skip
        self.gone = Counter("mgc_clients_gone", "Clients that hung up", registry=registry)

    def text(self) -> bytes:
        """Write all of them in Prometheus's format."""
        return generate_latest(self._registry)


class Counted:
    """An application whose requests are counted, by path and status."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.perf_counter(), "none"

        async def noted(message: Scope) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            # Any path would make as many counters as a stranger likes.
            path = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(path, status).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - begin)
