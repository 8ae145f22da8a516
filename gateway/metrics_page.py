"""Who may read the counters: this machine without asking, anybody else with the token of METRICS_TOKEN.

They name rooms and operations, never persons, but turnout by the minute is nobody else's business.
"""

from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import MetricsHidden
from gateway.metrics import MEDIA_TYPE, Metrics
from shared.loopback import is_local


class MetricsPage:
    """`GET /metrics` in Prometheus' text format; 404 to those it is not for."""

    def __init__(self, metrics: Metrics, token: str) -> None:
        self._metrics = metrics
        self._token = token

    async def get(self, request: Request) -> Response:
        if not is_local(request) and not self._has_token(request):
            raise MetricsHidden
        return Response(self._metrics.exposition(), headers={"Content-Type": MEDIA_TYPE})

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return bool(self._token) and compare_digest(given, f"Bearer {self._token}".encode())
