"""Whether a call comes from this very machine, by a person at it: what sample sign-ins, clock and metrics ask."""

import ipaddress

from starlette.requests import Request

# A proxy on this machine makes everybody look local; each of these headers says that there was one.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_local(request: Request) -> bool:
    """True for loopback, unproxied, under a local name (a foreign name means DNS rebinding by a web page)."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_loopback and _name(request.headers.get("host", "")) in LOCAL_NAMES


def _name(host: str) -> str:
    """The host without its port: `[::1]:8000` -> `[::1]`."""
    name = host.lower()
    return name[: name.find("]") + 1] if name.startswith("[") else name.partition(":")[0]
