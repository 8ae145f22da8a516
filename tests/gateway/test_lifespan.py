"""The house starts its rooms in order, stops them in reverse, and says which room failed."""

import pytest

from gateway.app import Gateway
from gateway.upstream import InProcess, RoomFailed
from tests.gateway.planted import PlantedRoom, calling, living, plan, saying, settings


def _house(events: list[str], failing: str = "", at: str = "startup") -> Gateway:
    planted = {name: PlantedRoom(saying(), events, name) for name in ("registry", "ticket", "survey")}
    if failing:
        planted[failing].fails_at = at
    rooms = [InProcess(name, room) for name, room in planted.items()]
    return Gateway(settings(), plan(saying(), rooms=rooms, families=[], contracts={}))


async def test_rooms_start_in_order_and_stop_in_reverse() -> None:
    events: list[str] = []

    async with living(_house(events)):
        assert events == ["registry startup", "ticket startup", "survey startup"]

    assert events[3:] == ["survey shutdown", "ticket shutdown", "registry shutdown"]


async def test_a_failed_start_names_the_room_and_stops_those_that_stood() -> None:
    events: list[str] = []

    with pytest.raises(RuntimeError, match=r"room 'ticket': startup failed: no database"):
        async with living(_house(events, failing="ticket")):
            pass

    assert events == ["registry startup", "registry shutdown"]


async def test_a_room_that_raises_instead_of_speaking_the_protocol_fails_the_house() -> None:
    async def mute(scope: object, receive: object, send: object) -> None:
        raise LookupError("no lifespan here")

    app = Gateway(settings(), plan(mute, families=[], contracts={}))

    with pytest.raises(RuntimeError, match="room 'ticket' did not finish its startup"):
        async with living(app):
            pass


async def test_a_room_that_fails_to_stop_does_not_keep_the_others_from_stopping() -> None:
    events: list[str] = []

    async with living(_house(events, failing="ticket", at="shutdown")):
        pass

    assert events[3:] == ["survey shutdown", "registry shutdown"]


async def test_a_room_whose_lifespan_ends_by_itself_is_not_ready() -> None:
    async def short_lived(scope: object, receive: object, send: object) -> None:
        await receive()  # type: ignore[operator]
        await send({"type": "lifespan.startup.complete"})  # type: ignore[operator]

    room = InProcess("ticket", short_lived)  # type: ignore[arg-type]
    app = Gateway(settings(), plan(saying(), rooms=[room], families=[], contracts={}))
    async with living(app), calling(app) as client:
        reply = await client.get("/health/ready")

    assert reply.status_code == 503
    assert reply.json()["rooms"][0]["running"] is False


async def test_a_room_that_crashed_at_its_end_is_reported_on_stop() -> None:
    async def crashing(scope: object, receive: object, send: object) -> None:
        await receive()  # type: ignore[operator]
        await send({"type": "lifespan.startup.complete"})  # type: ignore[operator]
        raise OSError("gone")

    room = InProcess("ticket", crashing)  # type: ignore[arg-type]
    await room.start()

    with pytest.raises(RoomFailed, match=r"'ticket'.*gone"):
        await room.stop()
