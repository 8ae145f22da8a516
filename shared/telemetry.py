"""What a process says of itself: structured log lines, counters, and the ids that tie a request together."""

import contextvars
import logging
import re
import secrets
import sys
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge
from starlette.datastructures import Headers

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}", re.ASCII)
TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)

WRITES = Counter("linli_writes_total", "Writes by room, operation and outcome.", ["room", "operation", "outcome"])
REFUSALS = Counter("linli_refusals_total", "Refusals by room and problem.", ["room", "problem"])
PASSED = Gauge("linli_background_passed_seconds", "When background work last got through.", ["room", "work"])
FAILURES = Counter("linli_background_failures_total", "Passes of background work that failed.", ["room", "work"])


@dataclass(frozen=True, slots=True)
class Trace:
    """The ids of one request: ours, and the W3C trace it belongs to."""

    request_id: str
    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("trace", default=None)


def trace_of(headers: Headers) -> Trace:
    """Continue the caller's trace, or start one; ids that are not sane are replaced."""
    chance = secrets.token_hex(32)  # one call for all three: it is made for every request
    asked = headers.get("x-request-id", "")
    request_id = asked if REQUEST_ID.fullmatch(asked) else chance[:16]
    found = TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    sane = found is not None and found[1] != "0" * 32 and found[2] != "0" * 16
    trace_id = found[1] if found is not None and sane else chance[16:48]
    return Trace(request_id, trace_id, chance[48:])


def enter(trace: Trace) -> None:
    """Make the trace the current one of this task; log lines carry it from here on."""
    _current.set(trace)
    structlog.contextvars.bind_contextvars(request_id=trace.request_id, trace_id=trace.trace_id)


def current_trace() -> Trace:
    """The trace of this task; background work gets one of its own."""
    found = _current.get()
    if found is None:
        found = Trace(secrets.token_hex(8), secrets.token_hex(16), secrets.token_hex(8))
        _current.set(found)
    return found


def configure_logs(as_json: bool | None = None, level: int = logging.INFO) -> None:
    """One line an event on standard error: JSON, or coloured text on a terminal."""
    plain = as_json if as_json is not None else not sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if plain else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if plain else []),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
