"""The whole house in one process: the only place that knows the services by name."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import Gateway, Plan
from gateway.docs import SampleSignIn
from gateway.own_contract import own_contract, problem_table
from gateway.settings import GatewaySettings
from gateway.upstream import InProcess
from services.election.app import create_app as election_app
from services.election.log.notary import NotaryKey
from services.election.settings import ElectionSettings
from services.meeting.app import create_app as meeting_app
from services.meeting.settings import MeetingSettings
from services.registry.app import create_app as registry_app
from services.registry.errors import RoleHeld
from services.registry.oauth.mini_program import SAMPLE_PREFIX
from services.registry.oauth.schemas import GrantType
from services.registry.oauth.tokens import Issuer
from services.registry.roles.actions import first_administrator as make_first_administrator
from services.registry.sample.load import load as load_homes
from services.registry.sample.people import COMPOUND, SAMPLE_PEOPLE, SamplePerson
from services.registry.settings import RegistrySettings
from services.survey.app import create_app as survey_app
from services.survey.neighbours import Compound as SurveyedCompound
from services.survey.sample.load import load as load_questionnaire
from services.survey.settings import SurveySettings
from services.ticket.app import create_app as ticket_app
from services.ticket.settings import TicketSettings
from shared.database import Database
from shared.house import House as Room
from shared.sealing import Keys
from shared.settings import read_settings
from shared.telemetry import log

Urls = Mapping[str, str]
"""Room -> database address of its runtime role."""


class House(Gateway):
    """A gateway over rooms of this process; `apps` are the rooms themselves."""

    def __init__(
        self, settings: GatewaySettings, apps: Mapping[str, FastAPI], sign_ins: tuple[SampleSignIn, ...]
    ) -> None:
        self.apps = apps
        self.sign_ins = sign_ins
        key = apps["registry"].state.room.house_key
        rooms = [InProcess(name, app) for name, app in apps.items()]
        super().__init__(settings, Plan(rooms, sign=lambda: str(key.sign("gateway")), sign_ins=sign_ins))


def build_house(settings: GatewaySettings, urls: Urls) -> House:
    """The ASGI application of `linli run`. Nothing is opened before its lifespan starts."""
    return House(settings, room_apps(settings, urls), sample_sign_ins() if settings.sample else ())


def room_apps(settings: GatewaySettings, urls: Urls) -> dict[str, FastAPI]:
    """Every room, the registry first since the others learn its keys at start, each reaching the others directly."""
    common: dict[str, Any] = {"data_dir": settings.data_dir, "public_url": settings.url, "sample": settings.sample}
    apps = {
        "registry": registry_app(read_settings(RegistrySettings, database_url=urls["registry"], **common)),
        "ticket": ticket_app(read_settings(TicketSettings, database_url=urls["ticket"], **common)),
        "survey": survey_app(read_settings(SurveySettings, database_url=urls["survey"], **common)),
        "election": election_app(read_settings(ElectionSettings, database_url=urls["election"], **common)),
        "meeting": meeting_app(read_settings(MeetingSettings, database_url=urls["meeting"], **common)),
    }
    for app in apps.values():
        for name, other in apps.items():
            app.state.room.transports[name] = httpx2.ASGITransport(Recorded(other, name), raise_app_exceptions=False)
    return apps


class Recorded:
    """A room as its neighbours call it: its crash is put on record, and they see only a 500."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            log.exception("crashed", room=self._name, method=scope["method"], inside=True)
            raise


def room_contracts(apps: Mapping[str, FastAPI]) -> dict[str, dict[str, Any]]:
    """What each room says of itself now, as it is committed under contracts/."""
    contracts = {
        name: app.openapi() | {"x-problems": problem_table(app.state.room.errors)} for name, app in apps.items()
    }
    return {"gateway": own_contract(), **contracts}


def token_key(folder: Path) -> None:
    """Make the key that signs access tokens, if it is not there: the registry's alone."""
    Issuer(folder, "", create=True)


def notary_key(folder: Path) -> str:
    """Make the key that signs elections' logs, if it is not there; answers its public half, for the room."""
    return NotaryKey.load(folder, create=True).verifier


async def first_administrator(settings: GatewaySettings, urls: Urls, login: str) -> tuple[str, datetime] | None:
    """`linli init`: the one-time code of the first administrator and its end; None when there is one already."""
    keys = Keys.load(settings.keys, create=settings.keys_dir is None)
    database = Database(urls["registry"], 1)
    try:
        async with database.write() as session, session.begin():
            return await make_first_administrator(session, keys, login)
    except RoleHeld:
        return None
    finally:
        await database.close()


def sample_sign_ins() -> tuple[SampleSignIn, ...]:
    """Who of the sample compound may be signed in as, from this machine."""
    return tuple(_sign_in(person) for person in SAMPLE_PEOPLE)


def _sign_in(person: SamplePerson) -> SampleSignIn:
    return SampleSignIn(
        person=person.name,
        role_zh=person.title_zh,
        role_en=person.title_en,
        may_zh=person.may_zh,
        may_en=person.may_en,
        form=(("grant_type", GrantType.MINI_PROGRAM.value), ("code", f"{SAMPLE_PREFIX}{person.login}")),
    )


async def load_sample(house: House, homes: int, say: Callable[[str], None]) -> None:
    """Fill an empty house with the sample compound of this size; one that is filled is left alone."""
    registry, now = house.apps["registry"].state.room, datetime.now(UTC)
    async with _opened(registry) as database:
        compound = SurveyedCompound(await load_homes(database, registry.keys, homes, say, now), COMPOUND)
    async with _opened(house.apps["survey"].state.room) as database:
        await load_questionnaire(database, compound, say, now)


@asynccontextmanager
async def _opened(room: Room) -> AsyncIterator[Database]:
    """The room's database before its lifespan began."""
    database = Database(room.settings.database_url, 1)
    try:
        yield database
    finally:
        await database.close()
