"""Wires the election room together."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from services.election.ballots.care_routes import routers as care
from services.election.ballots.following_routes import router as following
from services.election.ballots.noticing import give_notice
from services.election.ballots.routes import routers as ballots
from services.election.ballots.taking import forget_repetitions
from services.election.elections.routes import router as elections
from services.election.errors import ERRORS
from services.election.house import Station
from services.election.keyings.routes import router as keyings
from services.election.log.house import Archive
from services.election.log.routes import router as log
from services.election.log.signing import SigningPass, published_key
from services.election.log.trees import Trees
from services.election.objections.routes import router as objections
from services.election.papers.routes import router as papers
from services.election.proxies.routes import router as proxies
from services.election.results.routes import router as results
from services.election.rolls.routes import router as rolls
from services.election.rolls.watching import RollWatch
from services.election.rulesets.routes import router as rule_sets
from services.election.settings import ElectionSettings
from services.election.simulations.routes import router as simulations
from services.election.tables import metadata
from shared.app import Room
from shared.app import create_app as create_room

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_ENVELOPE = ("specversion", "id", "type", "source", "subject", "time")
EVENTS: Mapping[str, tuple[str, Mapping[str, Mapping[str, str]]]] = {
    "linli.election.moved.v1": (
        "An election came into another state; no ballot ever leaves the house as an event.",
        {"state": _TEXT, "kind": _TEXT, "round": _NUMBER},
    ),
}


def _webhook(summary: str, members: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    data = {"type": "object", "required": list(members), "properties": dict(members)}
    event = {
        "type": "object",
        "required": [*_ENVELOPE, "data"],
        "properties": {**dict.fromkeys(_ENVELOPE, _TEXT), "data": data},
    }
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
    return {"post": {"summary": summary, "requestBody": body, "responses": {"2XX": {"description": "Taken."}}}}


def create_app(settings: ElectionSettings) -> FastAPI:
    """The election room as an ASGI application."""
    app = create_room(
        Room(
            name="election",
            title="Linli elections",
            summary="Rolls, ballots and counts: who may vote, who has, and what it came to.",
            settings=settings,
            metadata=metadata,
            routers=(
                *(*ballots, elections, rolls, rule_sets, simulations, *care, following, proxies),
                *(papers, keyings, objections, results, log),
            ),
            errors=ERRORS,
            purges=[forget_repetitions],
            passes={"notices": give_notice, "notary": SigningPass(settings), "rolls": RollWatch()},
            webhooks={name: _webhook(*row) for name, row in EVENTS.items()},
        )
    )
    app.state.station = Station.of(app.state.room)
    app.state.archive = Archive(Trees(), published_key(settings))
    return app
