"""`python -m gateway`: the front door before rooms that are processes of their own, at `<ROOM>_URL`."""

import os
from collections.abc import Mapping

import uvicorn

from gateway.app import Gateway, Plan
from gateway.http_upstream import Http
from gateway.settings import GatewaySettings
from shared.identity import HouseKey
from shared.sealing import secret
from shared.telemetry import configure_logs

DRAIN_SECONDS = 20


def rooms_of(environment: Mapping[str, str]) -> list[Http]:
    """The rooms that the environment names, the registry first: `REGISTRY_URL=http://registry:8000`."""
    found = {
        name.removesuffix("_URL").lower(): url.rstrip("/")
        for name, url in environment.items()
        if name in {"REGISTRY_URL", "SURVEY_URL", "ELECTION_URL", "MEETING_URL", "TICKET_URL"} and url
    }
    most = int(environment.get("ROOM_CONCURRENCY") or "64")
    return [Http(name, found[name], most) for name in sorted(found, key=lambda name: (name != "registry", name))]


def main() -> None:
    """Serve until SIGTERM, then let open requests end."""
    configure_logs()
    settings = GatewaySettings()
    key = HouseKey(secret(settings.data_dir / "keys", "internal.key", lambda: os.urandom(32), create=True))
    gateway = Gateway(settings, Plan(rooms_of(os.environ), sign=lambda: key.sign("gateway")))
    proxies = os.environ.get("TRUSTED_PROXIES") or ""
    uvicorn.run(
        gateway,
        host=settings.host,
        port=settings.port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # As in one process: who the client is, is told by the proxies that the operator names, and by nobody else.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        ws="none",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


if __name__ == "__main__":
    main()
