"""How a house is made on a PostgreSQL of somebody else's: roles and passwords, then each room's schema."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from pydantic import Field

from migrations.heads import ROOMS
from migrations.origin import Kind, Origin, origin_of, set_origin
from migrations.roles import GUESTS, address, bootstrap
from migrations.run import migrate
from shared.settings import DatabaseSettings, SettingsRefused, read_settings, room_config, with_role


class SchemaSettings(DatabaseSettings):
    """`TICKET_…`, or the house-wide name. Only this step ever holds the passwords of owners and administrator."""

    owner_password: str = Field("", repr=False)
    """Of `<room>_owner`, who runs the migrations; empty: the administrator runs them in the owner's name."""
    admin_database_url: str = Field("", repr=False)
    """A role that may make roles and databases; empty: they are made already, and only migrations run."""
    admin_database_password: str = Field("", repr=False)
    notary_database_password: str = Field("", repr=False)
    """Of the role `notary`, who enters the election room's schema only."""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One room's schema on a server: who may come how."""

    room: str
    runtime_url: str
    runtime_password: str
    owner_url: str
    owner_password: str
    admin_url: str
    guest_passwords: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return urlsplit(self.runtime_url).path.lstrip("/")


def settings_of(room: str) -> SchemaSettings:
    """This room's part of the environment."""

    class OfRoom(SchemaSettings):
        model_config = room_config(room.upper())

    return read_settings(OfRoom)


def place_of(room: str) -> Place:
    """SettingsRefused when the environment does not say where the room's schema is, or who may migrate it."""
    found = settings_of(room)
    if not found.owner_password and not found.admin_database_url:
        raise SettingsRefused(f"neither {room.upper()}_OWNER_PASSWORD nor ADMIN_DATABASE_URL is set: who migrates?")
    admin = found.admin_database_url and with_role(found.admin_database_url, "postgres", "")
    return Place(
        room,
        found.database_url,
        found.database_password,
        with_role(_bare(found.database_url), f"{room}_owner", found.owner_password),
        found.owner_password,
        admin and _with_password(admin, found.admin_database_password),
        {guest: getattr(found, f"{guest}_database_password") for guest in GUESTS.get(room, ())},
    )


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    if not password or parts.password:
        return url
    return with_role(_bare(url), parts.username or "postgres", password)


def _bare(url: str) -> str:
    """Without role and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def prepare_outside(say: Callable[[str], None], rooms: Iterable[str] = ROOMS) -> None:
    """Roles, database, schemas and passwords by the administrator, if one is named; then every room's migrations."""
    places = [place_of(room) for room in rooms]
    kind = Kind.SAMPLE if settings_of(places[0].room).sample else Kind.REAL
    for (admin, database), here in _by_server(places).items():
        if admin:
            say(f"Roles and schemas of {', '.join(place.room for place in here)} in {database}")
            url = bootstrap(admin, database, [place.room for place in here])
            _declare(url, kind)
            _set_passwords(url, here)
    for place in places:
        by_owner = place.owner_url if place.owner_password else address(place.admin_url, database=place.database)
        revision = migrate(by_owner, [place.room], say)[place.room]
        say(f"{place.room} is at {revision}")


def _by_server(places: Iterable[Place]) -> Mapping[tuple[str, str], list[Place]]:
    found: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        found.setdefault((place.admin_url, place.database), []).append(place)
    return found


def _declare(url: str, kind: Kind) -> None:
    """Write once what the database holds (ADR 31); SettingsRefused when it holds the other."""
    origin = origin_of(url)
    if origin is not None and origin.kind is not kind:
        holds = "the sample" if origin.kind is Kind.SAMPLE else "a real house"
        raise SettingsRefused(f"the database holds {holds}: SAMPLE=1 is for the sample, and for nothing else")
    set_origin(url, Origin(kind, is_whole=True))


def _set_passwords(url: str, places: Iterable[Place]) -> None:
    """As verifiers, so that no password stands in the server's log of statements."""
    with psycopg.connect(url, autocommit=True) as connection:
        for place in places:
            own = {place.room: place.runtime_password, f"{place.room}_owner": place.owner_password}
            for role, password in {**own, **place.guest_passwords}.items():
                if password:
                    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
                    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
                    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))
