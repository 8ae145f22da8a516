"""Topics that screening turns into tasks, and a job into tickets: each once, through a worker and two rooms."""

from collections.abc import Iterable, Mapping
from itertools import count

from tests.chaos.checker import Found, Kind, Told, Wrong, dense, exactly_once
from tests.chaos.ledger import Ledger
from tests.chaos.workload import Field, Look

MARK = "task-"
EMERGENCY = {
    "inside_compound": True,
    "lawful": True,
    "private_quarrel": False,
    "owners_matter": False,
    "emergency": True,
}


class Tasks:
    """A resident puts up a topic, the desk screens it at once: an emergency is a ticket."""

    name = "tasks"
    clients = 2
    needs = frozenset({"registry", "ticket", "meeting"})
    writes: Mapping[str, str] = {"topic": "meeting", "task": "meeting"}

    async def client(self, field: Field, number: int) -> None:
        resident, clerk = field.call_as("owner"), field.call_as("clerk")
        for turn in count():
            if field.over():
                return
            mark = f"{MARK}{number}-{turn}"
            new = {"compound_id": field.place.compound, "title": mark, "words": "水管爆了"}
            topic = await resident.write("topic", mark, "/v1/topics", new, lambda told: str(told["id"]))
            if topic is None:
                continue
            screening = {"test": EMERGENCY, "outcome": "TO_TICKET", "reason": "急", "category": "facilities.stair_lamp"}
            here = f"/v1/topics/{topic['id']}/screenings"
            await clerk.write("task", str(topic["id"]), here, screening, lambda told: str(told["state"]))

    def unfinished(self, look: Look) -> int:
        return look.count("SELECT count(*) FROM meeting.task WHERE state = 'MADE'") + look.count(
            "SELECT count(*) FROM meeting.procrastinate_jobs WHERE status IN ('todo', 'doing')"
        )

    def check(self, ledger: Ledger, look: Look) -> Iterable[Wrong]:
        topics = look(f"SELECT title, id FROM meeting.topic WHERE title LIKE '{MARK}%'")
        yield from exactly_once("topic", ledger.told("topic"), [Found(title, str(one)) for title, one in topics])
        tasks = look("SELECT id, topic_id, state, ticket_id FROM meeting.task")
        # A screening acknowledges the topic's state; that its task is there once is what is asked here.
        screened = [Told(one.mark, one.answer and "task") for one in ledger.told("task")]
        yield from exactly_once("task", screened, [Found(str(topic), "task") for _, topic, _, _ in tasks])
        for task, _, state, _ in tasks:
            if state == "MADE":
                yield Wrong(Kind.UNFINISHED, "task", str(task))
        wanted = [Told(str(task), str(ticket)) for task, _, _, ticket in tasks]
        filed = look("SELECT client_id, id FROM ticket.ticket WHERE words LIKE 'task-%'")
        yield from exactly_once("ticket of a task", wanted, [Found(str(task), str(ticket)) for task, ticket in filed])
        yield from _reports(look)
        yield from _failed(look)


def _reports(look: Look) -> Iterable[Wrong]:
    """What the ticket said is written down once each."""
    rows = look("SELECT task_id, position, ticket_state FROM meeting.task_report ORDER BY task_id, position")
    places: dict[str, list[int]] = {}
    for task, position, _ in rows:
        places.setdefault(str(task), []).append(position)
    for task, positions in places.items():
        yield from dense(f"reports of task {task}", positions)
    said = [Found(f"{task} {state}", "") for task, _, state in rows]
    yield from exactly_once("report", [Told(mark, "") for mark in {one.mark for one in said}], said)


def _failed(look: Look) -> Iterable[Wrong]:
    for (job,) in look("SELECT id FROM meeting.procrastinate_jobs WHERE status NOT IN ('todo', 'doing', 'succeeded')"):
        yield Wrong(Kind.UNFINISHED, "job", str(job))
