"""What a council leaves behind in one compound: topic, resolution, task with its ticket, signed and posted minutes; and
an open council's problem. Made through the public API, with the sample clock four days ahead for the while."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.meeting.jobs import file
from services.registry.rules.roles import Role

if TYPE_CHECKING:
    from tests.factories.whole_house import Seeded, WholeHouse

NOTICE_DAYS = 4
OFFICERS = {"chair": Role.PMC_MEMBER, "recorder": Role.CLERK, "witness": Role.PARTY_MEMBER}
SOUND = {
    "inside_compound": True,
    "lawful": True,
    "private_quarrel": False,
    "owners_matter": False,
    "emergency": False,
}
TASK = {
    "words": "修好楼道灯",
    "category": "facilities.stair_lamp",
    "building": "1",
    "entrance": "1",
    "owner": "社区网格员",
}


def in_place(place: "Seeded", /, **members: Any) -> dict[str, Any]:
    return {"compound_id": place.ids["compound_id"], **members}


async def seed_meetings(house: "WholeHouse", place: "Seeded") -> None:
    await Meetings(house, place).seed()


class Meetings:
    """One place being seeded, and the shortest way to call it."""

    def __init__(self, house: "WholeHouse", place: "Seeded") -> None:
        self.house = house
        self.place = place
        self.starts = datetime.now(UTC) + timedelta(days=NOTICE_DAYS)

    async def seed(self) -> None:
        ids = self.place.ids
        topic = in_place(self.place, title="修好三号楼楼道灯", words="二单元三层的灯坏了两个月")
        ids["topic_id"] = (await self.post(Role.RESIDENT, "/v1/topics", topic))["id"]
        await self.post(Role.CLERK, f"/v1/topics/{ids['topic_id']}/screenings", {"test": SOUND, "outcome": "ACCEPT"})
        await self._council()
        meeting = await self._announced(kind="COUNCIL", council_id=ids["council_id"], title="议事会")
        opened = await self._announced(kind="OPEN_COUNCIL", title="开放议事会")
        await self._clock(NOTICE_DAYS)
        try:
            await self._open_council(opened)
            await self._sat(meeting)
            await self._minuted(meeting)
        finally:
            await self._clock(0)
        ids["meeting_id"] = meeting.rpartition("/")[2]

    async def post(self, role: Role, path: str, body: Any = None, **more: str) -> dict[str, Any]:
        return await self.house.done("POST", path, self.house.as_role(role, self.place) | more, json=body or {})

    async def _clock(self, days: int) -> None:
        await self.house.done("POST", "/sample/clock", {}, json={"days": days})

    async def _council(self) -> None:
        owner = str(self.place.people[Role.OWNER])
        seats = [{"person_id": owner, "name": "王甲", "capacity": "RESIDENTS_DELEGATE"}]
        term = {"term_starts": "2026-01-01", "term_ends": f"{self.starts.year + 2}-12-31", "members": seats}
        council = await self.post(Role.CLERK, "/v1/meetings/councils", in_place(self.place, name="议事会", **term))
        self.place.ids |= {"council_id": council["id"], "member_id": council["members"][0]["id"]}

    async def _announced(self, **planned: Any) -> str:
        """The path of a meeting with its officers, its notice out; a council takes the topic."""
        where = {"place": "社区活动室", "starts_at": self.starts.isoformat(), "agenda": ["通报"]}
        meeting = await self.post(Role.CLERK, "/v1/meetings", in_place(self.place, **planned, **where))
        path = f"/v1/meetings/{meeting['id']}"
        named = {
            part: {"person_id": str(self.place.people[role]), "name": "示例", "capacity": "OFFICE"}
            for part, role in OFFICERS.items()
        }
        clerk = self.house.as_role(Role.CLERK, self.place) | {"If-Match": f'"{meeting["version"]}"'}
        await self.house.done("PUT", f"{path}/officers", clerk, json=named)
        if planned["kind"] == "COUNCIL":
            topic = f"/v1/topics/{self.place.ids['topic_id']}/moves"
            await self.post(Role.CLERK, topic, {"to": "SCHEDULED", "meeting_id": meeting["id"]})
        await self.post(Role.CLERK, f"{path}/moves", {"to": "NOTICED"})
        return path

    async def _arrived(self, path: str, role: Role) -> None:
        await self.post(OFFICERS["chair"], f"{path}/moves", {"to": "OPEN"})
        clerk = self.house.as_role(Role.CLERK, self.place)
        code = (await self.house.done("GET", f"{path}/sign-in-code", clerk))["code"]
        await self.post(role, f"{path}/arrivals", {"code": code})

    async def _open_council(self, path: str) -> None:
        await self._arrived(path, Role.RESIDENT)
        problem = await self.post(Role.RESIDENT, f"{path}/problems", {"words": "垃圾没人清"})
        self.place.ids |= {
            "problem_id": problem["id"],
            "answer_problem.meeting_id": path.rpartition("/")[2],
            "list_problems.meeting_id": path.rpartition("/")[2],
        }

    async def _sat(self, path: str) -> None:
        """Said, resolved, handed out; the task's ticket is filed before anybody counts tickets."""
        ids = self.place.ids
        await self._arrived(path, Role.OWNER)
        said = {"item": 2, "saying": "GIST", "words": "先修最暗的一层"}
        ids["contribution_id"] = (await self.post(Role.CLERK, f"{path}/contributions", said))["id"]
        ids["speech_id"] = (await self.post(Role.OWNER, f"{path}/speeches", {"item": 2}))["id"]
        put = {"item": 2, "text": "两周内修好楼道灯。", "method": "NAMED"}
        ids["resolution_id"] = (await self.post(Role.CLERK, f"{path}/resolutions", put))["id"]
        resolution = f"/v1/resolutions/{ids['resolution_id']}"
        await self.post(OFFICERS["chair"], f"{resolution}/openings")
        await self.post(Role.OWNER, f"{resolution}/votes", {"choice": "AGREE"})
        await self.post(OFFICERS["chair"], f"{resolution}/closings")
        due = {"due_on": (self.starts + timedelta(days=14)).date().isoformat()}
        ids["task_id"] = (await self.post(Role.CLERK, f"{resolution}/tasks", TASK | due))["id"]
        await file(self.house.house.apps["meeting"].state.room, UUID(ids["task_id"]))
        living = await self.house.done("GET", f"/v1/tasks/{ids['task_id']}", self.house.as_role(Role.CLERK, self.place))
        self.place.tickets.append(living["ticket_id"])
        await self.post(Role.CLERK, f"{path}/moves", {"to": "HELD"})

    async def _minuted(self, path: str) -> None:
        clerk = self.house.as_role(Role.CLERK, self.place)
        draft = await self.house.http.get(f"{path}/minutes/draft", headers=clerk)
        laid = await self.post(Role.CLERK, f"{path}/minutes", {}, **{"If-Match": draft.headers["etag"]})
        for role in OFFICERS.values():
            await self.post(role, f"{path}/minutes/1/signatures", {"digest": laid["digest"]})
        await self.post(Role.CLERK, f"{path}/minutes/1/postings", {"places": ["小区公告栏"]})
