"""`python -m gateway`: the front door before rooms that are processes of their own, at `<ROOM>_URL`."""

from gateway.app import Gateway, Plan
from gateway.http_upstream import Http
from gateway.settings import GatewaySettings
from shared.identity import HouseKey
from shared.sealing import secret
from shared.serve import in_one_line, new_key, serve
from shared.settings import SettingsRefused, read_settings
from shared.telemetry import configure_logs


def gateway_of(settings: GatewaySettings) -> Gateway:
    """The door before these rooms. Only the sample's clock page ever calls inside: a real house's door has no key."""
    if not settings.rooms:
        raise SettingsRefused("no room is named: REGISTRY_URL=http://registry:8000, TICKET_URL=... and so on")
    rooms = [Http(name, urls, settings.room_concurrency) for name, urls in settings.rooms.items()]
    if not settings.sample:
        return Gateway(settings, Plan(rooms))
    key = HouseKey(secret(settings.keys, "internal.key", new_key, create=settings.keys_dir is None))
    return Gateway(settings, Plan(rooms, sign=lambda: key.sign("gateway")))


def main() -> None:
    """Serve until SIGTERM, then let open requests end."""
    configure_logs()
    with in_one_line():
        settings = read_settings(GatewaySettings)
        gateway = gateway_of(settings)
    # Who the client is, is told by the proxies that the operator names, and by nobody else.
    proxies = settings.trusted_proxies
    serve(gateway, settings.host, settings.port, proxy_headers=bool(proxies), forwarded_allow_ips=proxies)


if __name__ == "__main__":
    main()
