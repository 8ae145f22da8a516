"""What is counted of every request, for Prometheus: by room, operation and class of status, never by person."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gateway.visit import METHODS, Visit

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Key = tuple[str, str, str, int]


class Metrics:
    """The counters of one gateway; children are looked up once per kind of request."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "linli_requests", "Requests answered.", ["room", "method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "linli_request_seconds",
            "From the head of a request to the end of its answer.",
            ["room", "method", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("linli_answer_bytes", "Bytes of answers' bodies.", ["room"], registry=self._registry)
        self._refused = Counter(
            "linli_refused", "Requests refused at the door, by reason.", ["reason"], registry=self._registry
        )
        self.working = Gauge("linli_working", "Requests being worked on.", registry=self._registry)
        self.limit = Gauge("linli_limit", "Requests that may be worked on at once now.", registry=self._registry)
        self.streaming = Gauge("linli_streaming", "Open streams and long polls.", registry=self._registry)
        self.arriving = Gauge("linli_arriving", "Small bodies on their way in.", registry=self._registry)
        self.uploading = Gauge("linli_uploading", "Files on their way in or looked at.", registry=self._registry)
        self._children: dict[Key, tuple[Counter, Histogram, Counter]] = {}

    def count(self, visit: Visit, seconds: float) -> None:
        """Count one finished request."""
        method = visit.method if visit.method in METHODS else "OTHER"
        key = (visit.room, method, visit.route, visit.status // 100)
        children = self._children.get(key) or self._made(key)
        children[0].inc()
        children[1].observe(seconds)
        children[2].inc(visit.sent)
        if visit.refused:
            self._refused.labels(visit.refused).inc()

    def _made(self, key: Key) -> tuple[Counter, Histogram, Counter]:
        room, method, route, status = key
        self._children[key] = (
            self._requests.labels(room, method, route, f"{status}xx"),
            self._seconds.labels(room, method, route),
            self._bytes.labels(room),
        )
        return self._children[key]

    def exposition(self) -> bytes:
        """The text Prometheus reads: ours, then what rooms and the process count."""
        return generate_latest(self._registry) + generate_latest(REGISTRY)
