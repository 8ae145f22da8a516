"""Who may read the counters: this machine without asking, anybody else with the token of METRICS_TOKEN."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.metrics import MEDIA_TYPE, Metrics
from shared.loopback import may_watch
from shared.problems import Unknown


class MetricsPage:
    """`GET /metrics` in Prometheus' text format; 404 to those it is not for."""

    def __init__(self, metrics: Metrics, token: str) -> None:
        self._metrics = metrics
        self._token = token

    async def get(self, request: Request) -> Response:
        if not may_watch(request, self._token):
            raise Unknown
        return Response(self._metrics.exposition(), headers={"Content-Type": MEDIA_TYPE})
