"""What the gateway knows of one request while it passes through: read once, kept in one value."""

import ipaddress
import time
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.operations import Operation
from shared.problems import Malformed
from shared.telemetry import Trace, trace_of
from shared.texts import Language, asked_language

LONGEST_HEADERS = 32 * 1024
LONGEST_TARGET = 16 * 1024
# A second one of these would let two readers of one request see two different requests.
SINGLE = frozenset(
    {b"host", b"authorization", b"content-length", b"content-type", b"transfer-encoding", b"idempotency-key",
     b"if-match", b"origin"}
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


@dataclass(slots=True)
class Visit:
    """One request. `route` is the documented template, `room` who answers; status and bytes are filled as it goes."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    repeated: frozenset[bytes]
    client: str
    trace: Trace
    """Request id and W3C trace: the caller's where sane, else ours (shared/telemetry.py)."""
    started: float
    operation: Operation | None = None
    room: str = "gateway"
    status: int = 0
    sent: int = 0
    refused: str = ""
    extra: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Response headers that the gates want added."""

    @property
    def route(self) -> str:
        return self.operation.template if self.operation is not None else "-"

    @property
    def says_body(self) -> bool:
        """Whether its head announces a body."""
        return b"transfer-encoding" in self.headers or self.headers.get(b"content-length", b"0") != b"0"

    @property
    def language(self) -> Language:
        return asked_language(self.header(b"accept-language"))

    def header(self, name: bytes) -> str:
        """A header as text; "" when it is absent."""
        return self.headers.get(name, b"").decode("latin-1")


@lru_cache(maxsize=4_096)
def network_of(client: str) -> str:
    """The caller's network, not his address: enough to see a pattern, too little to name a person (PRI-2)."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return "-"
    address = getattr(address, "ipv4_mapped", None) or address  # as a socket for both families shows IPv4
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def visit_of(scope: Scope) -> Visit:
    """Read the request's head."""
    headers: dict[bytes, bytes] = {}
    repeated: set[bytes] = set()
    for name, value in scope["headers"]:
        if name in headers:
            repeated.add(name)
        else:
            headers[name] = value
    client = scope.get("client")
    return Visit(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        repeated=frozenset(repeated),
        client=client[0] if client else "",
        trace=trace_of(Headers(raw=scope["headers"])),
        started=time.perf_counter(),
    )


def check_head(visit: Visit, scope: Scope) -> None:
    """Refuse a head that two readers could read differently, or that is absurdly long."""
    if not visit.path.startswith("/"):
        raise Malformed(reason_zh="网址有误。", reason_en="The target is no path.")
    if visit.repeated & SINGLE:
        names = ", ".join(sorted(name.decode("latin-1") for name in visit.repeated & SINGLE))
        raise Malformed(reason_zh=f"请求头重复:{names}。", reason_en=f"Header sent twice: {names}.")
    version = scope.get("http_version")
    if version == "0.9" or (version == "1.1" and b"host" not in visit.headers):
        raise Malformed(reason_zh="缺少 Host 请求头。", reason_en="The Host header is missing.")
    _check_framing(visit)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_TARGET:
        raise Malformed(reason_zh="网址过长。", reason_en="The address is too long.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
        raise Malformed(reason_zh="请求头过长。", reason_en="The headers are too long.")


def _check_framing(visit: Visit) -> None:
    """Refuse what leaves open where the request ends."""
    if b"content-length" in visit.headers and b"transfer-encoding" in visit.headers:
        raise Malformed(
            reason_zh="Content-Length 与 Transfer-Encoding 不能同时出现。",
            reason_en="Content-Length and Transfer-Encoding exclude each other.",
        )
    if b"upgrade" in visit.headers and visit.says_body:
        # The server reads no body of a request that offers another protocol: a room would wait for it in vain.
        raise Malformed(
            reason_zh="带 Upgrade 请求头的请求不能有正文。",
            reason_en="A request that offers to change the protocol brings no body.",
        )
