"""Whether a call comes from this very machine, by a person at it: what sample sign-ins, clock and metrics ask."""

import ipaddress
from hmac import compare_digest

from starlette.requests import Request

# A proxy on this machine makes everybody look local; each of these headers says that there was one.
FORWARDED = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip"}
)
FORWARDED_FAMILIES = ("x-forwarded-", "x-original-")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_local(request: Request) -> bool:
    """True for loopback, unproxied, under a local name (a foreign name means DNS rebinding by a web page)."""
    if request.client is None or any(tells_of_proxy(name) for name in request.headers):
        return False
    return _is_loopback(request.client.host) and _name(request.headers.get("host", "")) in LOCAL_NAMES


def may_watch(request: Request, token: str) -> bool:
    """Whether the counters are for this caller: this machine, or whoever has the token (an empty one opens nothing).

    They name rooms and operations, never persons, but turnout by the minute is nobody else's business.
    """
    given = request.headers.get("authorization", "").encode()
    return is_local(request) or (bool(token) and compare_digest(given, f"Bearer {token}".encode()))


def tells_of_proxy(header: str) -> bool:
    """Whether a request that carries this header (its name in lower case) came through a proxy."""
    return header in FORWARDED or header.startswith(FORWARDED_FAMILIES)


def _is_loopback(client: str) -> bool:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    # A socket for both families shows 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _name(host: str) -> str:
    """The host without its port: `[::1]:8000` -> `[::1]`."""
    name = host.lower()
    return name[: name.find("]") + 1] if name.startswith("[") else name.partition(":")[0]
